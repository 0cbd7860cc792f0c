/** Real sweeps of stand-in packages against golden reports. `PEFT_SWEEP_ACCEPT=1 npm run test:mini` writes new ones. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { normalReport, withoutMachine } from './normalize.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { offersOf } from './stand-ins.ts';
import { type MiniWorld, openMiniWorld, reportIn } from './world.ts';

const GOLDENS = resolve('__tests__/mini-sweep/goldens');
const NONE: Scenario = { id: '', says: '', ask: [], cells: '', status: 0 };
const ACCEPT = process.env.PEFT_SWEEP_ACCEPT === '1';

let world: MiniWorld;

beforeAll(async () => {
  world = await openMiniWorld();
});

afterAll(() => world.close());

function expectGolden(name: string, text: string): void {
  const file = join(GOLDENS, name);
  if (ACCEPT) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

/** A text of ours without times and memory, the only things that may differ between two runs. */
function withoutTimes(text: string, out: string): string {
  return text
    .replaceAll(out, 'OUT')
    .replaceAll(/("(?:seconds|peakBytes|ms)": ?)[\d.e+-]+/g, '$10')
    .replaceAll(/("started": ?")[^"]+/g, '$1');
}

/** How cells are named: by patterns, or in a configuration file. */
function cellsOf({ id, cells, configuration }: Scenario, { folder }: MiniWorld): readonly string[] {
  if (configuration === undefined) return ['--cells', cells];
  const file = join(folder, `${id}.yml`);
  writeFileSync(file, configuration);
  return ['--config', file];
}

describe('a sweep of stand-in packages', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.says, scenario] as const))('%s', async (_says, scenario) => {
    const { id, lines = {}, ask, form, torch } = scenario;
    const args = ['sweep', ...ask, ...cellsOf(scenario, world), '--jobs', '2'];
    const environment = torch ? { UV_FIND_LINKS: world.linksTo('torch', torch) } : {};
    const ended = await world.run({ root: id, offers: offersOf(lines), args, environment, ...(form && { form }) });
    if (ended.status === 70 || ended.status === 2) throw new Error(ended.stderr);
    const report = reportIn(ended.out);
    expectGolden(`${id}.json`, normalReport(report));
    expectGolden(`${id}.md`, withoutMachine(readFileSync(join(ended.out, 'comment.md'), 'utf8'), report));
    expect(ended.status).toBe(scenario.status);
  });

  it.each(['regresses-at-2.0', 'segfault', 'import-segfault', 'memory'])(
    'comes to the same where cells run one after another in fresh interpreters: %s',
    async (id) => {
      const { lines = {}, ask, cells, status } = SCENARIOS.find((scenario) => scenario.id === id) ?? NONE;
      const args = ['sweep', ...ask, '--cells', cells, '--jobs', '2'];
      const environment = { PEFT_SWEEP_START: 'spawn' };
      const ended = await world.run({ root: id, offers: offersOf(lines), args, environment });
      expect(normalReport(reportIn(ended.out))).toBe(readFileSync(join(GOLDENS, `${id}.json`), 'utf8'));
      expect(ended.status).toBe(status);
    },
  );

  it.each(['two-changes', 'memory'])('gives the same bytes twice: %s', async (id) => {
    const { lines = {}, ask, cells } = SCENARIOS.find((scenario) => scenario.id === id) ?? { ask: [], cells: '' };
    const files = ['results.jsonl', 'report.json', 'comment.md'];
    const once = async () => {
      const args = ['sweep', ...ask, '--cells', cells, '--jobs', '3'];
      const { out } = await world.run({ root: id, offers: offersOf(lines), args });
      const texts = files.map((file) =>
        withoutTimes(readFileSync(join(out, file), 'utf8'), out).replace(/, [\d.]+ \w+ · iso/, ''),
      );
      // Results are written as they finish, and cells run side by side.
      return texts.map((text, index) => (index === 0 ? text.split('\n').toSorted() : text));
    };
    expect(await once()).toEqual(await once());
  });

  it('has a golden report and a golden comment for each question, and no other', () => {
    const wanted = SCENARIOS.flatMap(({ id }) => [`${id}.json`, `${id}.md`]);
    expect(readdirSync(GOLDENS).toSorted()).toEqual(wanted.toSorted());
  });
});
