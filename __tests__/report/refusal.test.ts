/** What passed before and is refused now is a regression, and its reason says that it is meant. */
import { expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import type { Failure, Result } from '../../src/domain/outcome.ts';
import { reportOf } from '../../src/main.ts';
import { ForeignResults } from '../../src/publish/foreign.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { PLAN, resultLines } from '../factories/plan.ts';
import { report } from '../factories/report.ts';
import { passing, raised, stopped } from '../factories/results.ts';

const CELL = 'lora/none/llama/causal-lm';
const SAID = 'NotImplementedError: Foo does not support this.';

function reportWith(before: Result, after: Result) {
  const changes = PLAN.changes.map((change) => ({ ...change, releases: [change.from, change.to] }));
  const plan = { ...PLAN, cells: [parseCellId(CELL)], changes };
  const results = new ForeignResults(plan);
  for (const line of resultLines(before, after).split('\n')) results.add(line);
  expect(results.rejected()).toEqual([]);
  return reportOf(plan, results.measurements(), { findings: [] }, report().run);
}

function refused(reason: string, frames: readonly string[] = []): Result {
  const failure: Failure = { ...raised('attach', SAID), reason, ...(frames.length > 0 && { frames: [...frames] }) };
  return { ...stopped(CELL, failure), outcome: 'unsupported', reason, message: SAID };
}

const since = () => {
  const [change] = PLAN.changes;
  return `${change?.library} ${change?.to}`;
};

const [CHANGED] = PLAN.changes;
const LIBRARY = CHANGED?.library ?? '';

it('a refusal after a pass is a regression that says who refuses since when', () => {
  const made = reportWith(passing(CELL), refused('refused', ['<string>:1 <module>', `${LIBRARY}/x.py:12 check`]));
  const who = LIBRARY === 'peft' ? 'PEFT' : LIBRARY;
  const message = `${who} refuses this since ${since()}, deliberately: ${SAID}`;
  expect(made.comparisons[0]?.comparison).toBe('regressed');
  expect(made.boundaries.map(({ reason, message: text }) => [reason, text])).toEqual([
    ['refused deliberately', message],
  ]);
  expect(renderTerminal(made)).toContain('deliberately');
});

it('where another library changed, the words are all that is said to be deliberate', () => {
  const [boundary] = reportWith(passing(CELL), refused('refused', ['optimum_quanto/x.py:1 f'])).boundaries;
  expect(boundary?.reason).toBe('refused');
  expect(boundary?.message).toBe(
    `optimum-quanto refuses this since ${since()}, in the words of a deliberate refusal: ${SAID}`,
  );
});

it('without frames it is told of the library that changed', () => {
  const [boundary] = reportWith(passing(CELL), refused('refused')).boundaries;
  expect(boundary?.reason).toBe('refused deliberately');
});

it('what a release lacks is no refusal, and what is refused no longer is a fix', () => {
  const [lacking] = reportWith(passing(CELL), refused('this release lacks it')).boundaries;
  expect([lacking?.reason, lacking?.message]).toEqual(['this release lacks it', SAID]);
  const [mended] = reportWith(refused('refused'), passing(CELL)).boundaries;
  expect([mended?.direction, mended?.reason]).not.toContain('refused deliberately');
});
