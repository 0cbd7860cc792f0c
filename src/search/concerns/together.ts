/** Several changes: which of them moves a cell by itself, and which cells only all of them move together. */
import { type Cell, cellId } from '../../domain/cell.ts';
import { movedCells } from '../compare.ts';
import type { Concern } from '../concern.ts';
import type { Evidence } from '../evidence.ts';
import { alone, causeOf, pinsAt } from '../releases.ts';

export const together: Concern = {
  ask: (evidence) => {
    const { changes } = evidence.problem;
    if (changes.length === 1) return [];
    const cells = movedCells(evidence);
    return changes.flatMap((change) =>
      evidence.ask('alone', pinsAt(evidence, change, change.releases.length - 1), cells),
    );
  },

  conclude: (evidence) => {
    if (evidence.problem.changes.length === 1) return {};
    const isTogether = (cell: Cell) => causeOf(evidence, cell) === undefined && wasEachAlone(evidence, cell);
    return { together: movedCells(evidence).filter(isTogether).map(cellId) };
  },
};

function wasEachAlone(evidence: Evidence, cell: Cell): boolean {
  return evidence.problem.changes.every((change) => alone(evidence, cell, change) !== 'not-compared');
}
