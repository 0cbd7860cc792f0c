/** Cells that fail one check for different reasons have different causes: a sentence stands for the cells it is true of. */
import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { reportOf } from '../../src/main.ts';
import { ForeignResults } from '../../src/publish/foreign.ts';
import { causes } from '../../src/report/summary.ts';
import { PLAN, resultLines } from '../factories/plan.ts';
import { report } from '../factories/report.ts';
import { failing, passing } from '../factories/results.ts';

const CELLS = ['prompt-tuning', 'p-tuning', 'prefix-tuning'].map((method) => `${method}/none/llama/causal-lm`);
const AGAIN = 'The virtual tokens are put in again at each step.';
const IGNORED = 'The prefix is ignored.';

/** What a check found, as another judge explains it. */
function differs(explained: string | undefined, by: number): Failure {
  const [stage, kind, type] = ['generate', 'check', 'cached-generation-differs'] as const;
  const message = [explained, `logits apart by ${by}`].filter(Boolean).join(' ');
  return { ...{ stage, kind, type, reason: type, signature: type, message }, ...(explained ? { explained } : {}) };
}

function causesOf(explained: readonly (string | undefined)[]) {
  const plan = { ...PLAN, cells: CELLS.map(parseCellId), changes: PLAN.changes.map(adjacent) };
  const results = new ForeignResults(plan);
  const lines = CELLS.map((cell, index) =>
    resultLines(passing(cell), failing(cell, [differs(explained[index], index)])),
  );
  for (const line of lines.join('').split('\n')) results.add(line);
  expect(results.rejected()).toEqual([]);
  const made = reportOf(plan, results.measurements(), { findings: [] }, report().run);
  return causes(made).map(({ boundary, cells }) => [boundary.message, cells] as const);
}

const adjacent = (change: (typeof PLAN.changes)[number]) => ({ ...change, releases: [change.from, change.to] });

describe('the causes of a report', () => {
  it('are as many as there are explanations, each with its own cells', () => {
    expect(causesOf([AGAIN, AGAIN, IGNORED])).toEqual([
      [`${AGAIN} logits apart by 0`, CELLS.slice(0, 2)],
      [`${IGNORED} logits apart by 2`, CELLS.slice(2)],
    ]);
  });

  it('are one where nothing explains them', () => {
    expect(causesOf([undefined, undefined, undefined])).toEqual([['logits apart by 0', CELLS]]);
  });
});
