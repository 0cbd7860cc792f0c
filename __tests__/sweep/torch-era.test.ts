import { describe, expect, it } from '@jest/globals';
import { HOLD_A_TORCH, NEEDS_ANOTHER_TORCH } from '../../src/domain/torch-era.ts';
import type { Release } from '../../src/domain/version.ts';
import { WeatherError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { TorchChoice } from '../../src/ports/torch.ts';
import type { Report } from '../../src/report/model.ts';
import { type Measuring, measuredInItsTime } from '../../src/sweep/torch-era.ts';
import { LORA, PLAN } from '../factories/plan.ts';
import { compared, report } from '../factories/report.ts';

const build = (version: string, more: Partial<TorchChoice> = {}): TorchChoice => ({
  ...{ version, source: 'the build on your index', stored: false },
  ...more,
});
const NEWEST = '2.15.0';

function release(version: string, day: string): Release {
  return { version, uploaded: `2025-${day}T00:00:00Z`, yanked: false, hasWheel: true };
}

const INDEX: Readonly<Record<string, readonly Release[]>> = {
  transformers: [release('4.55.4', '08-22')],
  peft: [release('0.17.1', '08-21')],
  torch: [release('2.8.0', '08-06'), release('2.9.0', '10-15')],
};
const WAITING = report({
  comparisons: [compared(LORA, 'not-compared', { before: 'skipped', after: 'skipped', why: 'skipped: as it was' })],
  results: [
    {
      ...{
        id: `${LORA}@E1`,
        cell: LORA,
        environment: 'E1',
        repeat: 1,
        outcome: 'skipped',
        stages: {},
        failures: [],
        facts: {},
      },
      ...{ reason: NEEDS_ANOTHER_TORCH, message: `no triton. ${HOLD_A_TORCH}` },
    },
  ],
});
const MEASURED = report({ comparisons: [compared(LORA, 'same')], results: [] });

/** One cell is not compared for a reason of its own. */
const PARTLY = report({ comparisons: [compared(LORA, 'not-compared', { why: 'no such release' })], results: [] });

interface Given {
  readonly torch?: TorchChoice | WeatherError;
  readonly index?: typeof INDEX;
  /** What a sweep with each torch says, where it is not what it is by default. */
  readonly reports?: Readonly<Record<string, Report>>;
  readonly gb?: number;
  readonly plan?: Plan;
  /** What an earlier run had gone over to. */
  readonly begun?: string;
}

/** The report that comes out, with which torch each sweep was made, and which of them stands. */
async function came({
  torch = build('2.8.0', { bytes: 1e9 }),
  index = INDEX,
  reports = {},
  gb = 1.5,
  plan = PLAN,
  begun,
}: Given) {
  const [swept, noted, stood]: [string[], string[], string[]] = [[], [], []];
  const of = async () => {
    if (torch instanceof WeatherError) throw torch;
    return torch;
  };
  const measuring: Measuring = {
    ...{ catalog: { releases: async (name: string) => index[name] ?? [] }, python: '3.11.7' },
    torch: {
      ...{ chosen: build(NEWEST), of, goneOver: () => begun },
      goOver: (version) => noted.push(`after ${swept.length}: ${version}`),
      standFor: (version) => stood.push(version),
    },
    ...{ planned: plan, torchGb: gb, say: () => undefined },
    measure: async (_plan, version) => {
      swept.push(version);
      return reports[version] ?? (version === NEWEST ? WAITING : MEASURED);
    },
  };
  const { report: made, why: said } = await measuredInItsTime(measuring);
  const [why, message] = [made.comparisons[0]?.why, made.results[0]?.message];
  return { swept, noted, stands: stood.at(-1) ?? swept.at(-1), said, why, message };
}

describe('cells that were made for another torch', () => {
  it('are measured again with the torch of their time', async () => {
    const { swept, stands, why, said } = await came({});
    expect([swept, stands, why, said]).toEqual([['2.15.0', '2.8.0'], '2.8.0', undefined, undefined]);
  });

  it.each<[string, Given, string]>([
    [
      'that is too large to fetch',
      { torch: build('2.8.0', { bytes: 3.9e9 }) },
      'torch 2.8.0 is of its time: 3.9 GB to fetch, more than 1.5 GB. Measure with it: --with torch==2.8.0, or --torch-gb.',
    ],
    [
      'of which nobody knows the size',
      { torch: build('2.8.0') },
      'torch 2.8.0 is of its time, and its size is not known. Measure with it: --with torch==2.8.0.',
    ],
    [
      'that cannot be had',
      { torch: new WeatherError('no build') },
      'torch 2.8.0 is of its time, and no build of it can be had. Measure with it: --with torch==2.8.0.',
    ],
    [
      'that is not on the index',
      { index: { ...INDEX, torch: [release('2.9.0', '10-15')] } },
      'The index has no torch for this Python that was there on 2025-08-23.',
    ],
    [
      'of a time that the index does not tell',
      { index: { torch: INDEX.torch ?? [] } },
      `The index does not say of which time it is. ${HOLD_A_TORCH}`,
    ],
    [
      'for which no time is left',
      { plan: { ...PLAN, minutes: 0.4 } },
      'torch 2.8.0 is of its time, and no time is left. Measure with it: --with torch==2.8.0.',
    ],
  ])('say so where it is one %s', async (_name, given, why) => {
    expect(await came(given)).toEqual({
      ...{ swept: ['2.15.0'], noted: [], stands: '2.15.0', said: why },
      why: `skipped: ${NEEDS_ANOTHER_TORCH}: ${why}`,
      message: `no triton. ${why}`,
    });
  });

  it('are fetched for where somebody allows more', async () => {
    expect((await came({ torch: build('2.8.0', { bytes: 3.9e9 }), gb: 4 })).swept).toEqual(['2.15.0', '2.8.0']);
  });

  it('say what was tried where the torch of their time shows no more, and the first sweep stands', async () => {
    const { swept, stands, said, why } = await came({ reports: { '2.8.0': WAITING } });
    expect([swept, stands]).toEqual([['2.15.0', '2.8.0'], '2.15.0']);
    expect(said).toContain('With torch 2.8.0, which is of its time, no more cells can be measured.');
    expect(why).toBe(`skipped: ${NEEDS_ANOTHER_TORCH}: ${said}`);
  });

  it('are not gone on with by a run that was stopped', async () => {
    const stopped = { ...WAITING, run: { ...WAITING.run, stoppedBy: 'interrupted' as const } };
    expect((await came({ reports: { [NEWEST]: stopped } })).swept).toEqual(['2.15.0']);
    const later = { ...stopped, results: [] };
    expect((await came({ begun: '2.8.0', reports: { '2.8.0': later } })).swept).toEqual(['2.8.0']);
  });
});

describe('a sweep that had gone over to the torch of its time', () => {
  it('notes it before anything is measured with that', async () => {
    expect((await came({})).noted).toEqual(['after 1: 2.8.0']);
  });

  it('begins with it again, and with nothing else where that tells all', async () => {
    const { swept, stands, noted } = await came({ begun: '2.8.0' });
    expect([swept, stands, noted]).toEqual([['2.8.0'], '2.8.0', []]);
  });

  it.each<[string, string, string, Report]>([
    ['the newest', '2.15.0', 'no more than the newest', WAITING],
    ['that of its time', '2.8.0', 'more than the newest, and not all', PARTLY],
  ])('stands for %s where it tells %s', async (_what, torch, _how, ofItsTime) => {
    const { swept, stands } = await came({ begun: '2.8.0', reports: { [NEWEST]: WAITING, '2.8.0': ofItsTime } });
    expect([swept, stands]).toEqual([['2.8.0', '2.15.0'], torch]);
  });

  it('begins as usual where that torch can no longer be borne', async () => {
    expect((await came({ begun: '2.8.0', torch: build('2.8.0', { bytes: 3.9e9 }) })).swept).toEqual(['2.15.0']);
    expect((await came({ begun: '2.8.0', torch: new WeatherError('no build') })).swept).toEqual(['2.15.0']);
  });
});
