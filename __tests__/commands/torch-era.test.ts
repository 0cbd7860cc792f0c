import { describe, expect, it } from '@jest/globals';
import type { TorchBuild } from '../../src/adapters/index/torch.ts';
import { type Measuring, measuredInItsTime } from '../../src/commands/torch-era.ts';
import { HOLD_A_TORCH, NEEDS_ANOTHER_TORCH } from '../../src/domain/torch-era.ts';
import type { Release } from '../../src/domain/version.ts';
import { WeatherError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Report } from '../../src/report/model.ts';
import { LORA, PLAN } from '../factories/plan.ts';
import { compared, report } from '../factories/report.ts';

const build = (version: string, more: Partial<TorchBuild> = {}): TorchBuild => ({
  ...{ source: 'the build on your index', options: [], closure: { torch: version } },
  ...more,
});
const NEWEST = build('2.15.0');

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

interface Given {
  readonly torch?: TorchBuild | WeatherError;
  readonly index?: typeof INDEX;
  readonly second?: Report;
  readonly gb?: number;
  readonly plan?: Plan;
}

/** The report that comes out, and with which torch each sweep was made. */
async function came({
  torch = build('2.8.0', { bytes: 1e9 }),
  index = INDEX,
  second = MEASURED,
  gb = 1.5,
  plan = PLAN,
}: Given) {
  const swept: string[] = [];
  const measuring: Measuring = {
    index: {
      catalog: { releases: async (name) => index[name] ?? [] },
      python: '3.11.7',
      torch: async () => {
        if (torch instanceof WeatherError) throw torch;
        return torch;
      },
    },
    cache: '/nowhere',
    ...{ planned: plan, torch: NEWEST, torchGb: gb, say: () => undefined },
    measure: async (_plan, { closure }) => {
      swept.push(closure.torch ?? '');
      return swept.length === 1 ? WAITING : second;
    },
  };
  const made = await measuredInItsTime(measuring);
  return { swept, why: made.comparisons[0]?.why, message: made.results[0]?.message };
}

describe('cells that were made for another torch', () => {
  it('are measured again with the torch of their time', async () => {
    expect((await came({})).swept).toEqual(['2.15.0', '2.8.0']);
    expect((await came({})).why).toBeUndefined();
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
      swept: ['2.15.0'],
      why: `skipped: ${NEEDS_ANOTHER_TORCH}: ${why}`,
      message: `no triton. ${why}`,
    });
  });

  it('are fetched for where somebody allows more', async () => {
    expect((await came({ torch: build('2.8.0', { bytes: 3.9e9 }), gb: 4 })).swept).toEqual(['2.15.0', '2.8.0']);
  });

  it('say what was tried where the torch of their time shows no more', async () => {
    const { swept, why } = await came({ second: WAITING });
    expect(swept).toEqual(['2.15.0', '2.8.0']);
    expect(why).toContain('With torch 2.8.0, which is of its time, no more cells can be measured.');
  });
});
