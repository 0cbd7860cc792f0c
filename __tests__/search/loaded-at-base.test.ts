import { describe, expect, it } from '@jest/globals';
import { type Cell, cellId, controlOf } from '../../src/domain/cell.ts';
import type { Result } from '../../src/domain/outcome.ts';
import { STATUS } from '../../src/domain/status.ts';
import { buildReport } from '../../src/report/build.ts';
import { whyAtHead } from '../../src/report/summary.ts';
import { exitStatus } from '../../src/report/verdict.ts';
import { report } from '../factories/report.ts';
import { failing, passing, raised, stopped } from '../factories/results.ts';
import { change, llama, play } from './world.ts';

const LORA: Cell = { ...llama('lora'), architecture: 'mine' };
const LACKS = '12 weights that `llama` has are not in its files, `h.0.w` is one.';

function skipped(cell: Cell, reason = 'wrong model type'): Result {
  return { cell: cellId(cell), outcome: 'skipped', reason, message: LACKS, stages: {}, failures: [], facts: {} };
}

/** A search in which a checkpoint of the user's own is as `at` says from release 1.2.0 on, and before as `before` says. */
function played(after: (cell: Cell) => Result, before: (cell: Cell) => Result = (cell) => passing(cellId(cell))) {
  const { conclusions, history } = play({
    cells: [LORA],
    changes: [change('transformers', ['1.0.0', '1.1.0', '1.2.0', '1.3.0'])],
    result: (cell, pins) => ((pins.transformers ?? '') < '1.2.0' ? before(cell) : after(cell)),
  });
  const built = buildReport({
    ...{ run: report().run, changes: [{ library: 'transformers', from: '1.0.0', to: '1.3.0' }], cells: [LORA] },
    ...{ sources: {}, conclusions, pins: [], history, findings: [], bytesPerWeight: {} },
    patches: { patches: [], notPatched: [], botHolds: [] },
  });
  const [compared] = conclusions.comparisons;
  return { conclusions, compared, built, status: exitStatus(built, ['degraded']) };
}

describe('a checkpoint of the user’s own that the base loads', () => {
  it.each([
    ['wrong model type', 'weights-not-loaded'],
    ['tokenizer does not fit', 'tokenizer-does-not-fit'],
  ])('and later releases do not (%s) is a failed check of build, of the model itself', (reason, type) => {
    const { compared, conclusions, built, status } = played((cell) => skipped(cell, reason));
    expect(compared).toMatchObject({ comparison: 'degraded', cause: 'base model', after: { outcome: 'wrong' } });
    expect(compared?.after?.failures).toMatchObject([{ stage: 'build', kind: 'check', type }]);
    expect(conclusions.boundaries).toMatchObject([
      { cell: cellId(controlOf(LORA)), lastGood: '1.1.0', firstBad: '1.2.0' },
    ]);
    const [first] = built.comparisons;
    expect(first && whyAtHead(built, first)).toBe(`build: loaded in the base, not here: ${LACKS}`);
    expect(built.totals.measurements.skipped).toBe(0);
    expect(status).toBe(STATUS.found);
  });

  it('and a method’s cell does not is news about PEFT', () => {
    const { compared, conclusions } = played((cell) =>
      cell.method === 'lora' ? skipped(cell) : passing(cellId(cell)),
    );
    expect(compared).toMatchObject({ comparison: 'degraded', moves: [{ stage: 'build' }] });
    expect(conclusions.boundaries).toMatchObject([{ cell: cellId(LORA), firstBad: '1.2.0' }]);
  });

  it('is loaded there too where something later fails', () => {
    const before = (cell: Cell) => failing(cellId(cell), [raised('merge', 'no')]);
    expect(
      played((cell) => (cell.method === 'lora' ? skipped(cell) : passing(cellId(cell))), before).compared,
    ).toMatchObject({
      after: { outcome: 'wrong' },
    });
  });
});

describe('a checkpoint of the user’s own stays skipped', () => {
  it.each<[string, (cell: Cell) => Result, (cell: Cell) => Result]>([
    ['the base has not loaded either', skipped, skipped],
    ['the base did not come so far', skipped, (cell) => stopped(cellId(cell), raised('import', 'no'))],
    ['its code is not trusted', (cell) => skipped(cell, 'code not trusted'), (cell) => passing(cellId(cell))],
  ])('where %s', (_name, after, before) => {
    const { compared, built, status } = played(after, before);
    expect(status).toBe(STATUS['not-compared']);
    expect(compared).toMatchObject({ comparison: 'not-compared', after: { outcome: 'skipped' } });
    expect(built.comparisons[0]?.why).toContain('skipped');
    expect(built.totals.measurements.skipped).toBeGreaterThan(0);
  });
});
