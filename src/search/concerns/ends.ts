/** Both ends of the change: what every planned cell and its control do at base and at head. */
import type { Cell } from '../../domain/cell.ts';
import type { CellComparison } from '../../domain/search.ts';
import { atHead, isBaseModel } from '../compare.ts';
import type { Concern } from '../concern.ts';
import { BASE, type Evidence } from '../evidence.ts';
import { everyCell } from '../problem.ts';
import { unanswered } from '../questions.ts';
import { remembered } from '../remembered.ts';
import { groups } from '../requests.ts';
import { flakyCells } from './boundary.ts';

/** Package sets whose bases are measured at once. */
const SETS_AT_ONCE = 2;

export const ends: Concern = {
  /** Base and head of a few package sets, then of the next ones: whatever runs out, what was measured can be compared. */
  ask: remembered('ends', (evidence) => {
    const sets = groups(evidence.problem, everyCell(evidence.problem)).map(({ cells }) => {
      const base = unanswered(evidence, evidence.ask('base', BASE, cells));
      return { cells, base };
    });
    const withBase = sets.filter(({ base }) => base.length === 0);
    const next = sets.filter(({ base }) => base.length > 0).slice(0, SETS_AT_ONCE);
    return [
      ...withBase.flatMap(({ cells }) => evidence.ask('head', evidence.head, cells)),
      ...next.flatMap(({ base }) => base),
    ];
  }),

  conclude: (evidence) => ({
    comparisons: evidence.problem.cells.map((cell) => comparisonOf(evidence, cell)),
    controls: evidence.problem.controls.map((cell) => comparisonOf(evidence, cell)),
  }),
};

function comparisonOf(evidence: Evidence, cell: Cell): CellComparison {
  const { comparison, moves } = atHead(evidence, cell);
  const before = evidence.at(cell, BASE);
  const after = evidence.at(cell, evidence.head);
  const control = evidence.brokenControl(cell, evidence.head);
  const id = evidence.id(cell);
  return {
    cell: id,
    comparison: flakyCells(evidence).has(id) ? 'flaky' : comparison,
    moves,
    ...(isBaseModel(evidence, cell) && { cause: 'base model' as const }),
    ...(before && { before }),
    ...(after && { after }),
    ...(control && { brokenControl: control }),
  };
}
