/** What the comparisons of cells come to: which moved, which are worse, and what mends one. */
import { type Cell, cellId, isControl } from '../domain/cell.ts';
import { type Compared, isWorse } from '../domain/comparison.ts';
import { isSameMove, moveKey } from '../domain/moves.ts';
import type { Stage } from '../domain/outcome.ts';
import { BASE, type Evidence } from './evidence.ts';
import { remembered } from './remembered.ts';
import type { Pins } from './requests.ts';

export function atHead(evidence: Evidence, cell: Cell): Compared {
  return evidence.compared(cell, evidence.head);
}

/** Whether the model itself still does at these versions what it did at base. */
export function isControlSound(evidence: Evidence, cell: Cell, pins: Pins): boolean {
  if (isControl(cell)) return true;
  const { comparison } = evidence.compared(evidence.controlOf(cell), pins);
  return comparison !== 'not-compared' && !isWorse(comparison);
}

/**
 * Whether some versions are a way out for a cell that is worse at head: it is no worse than at base, so is the model
 * itself, and each check that failed was made.
 */
export function isMended(evidence: Evidence, cell: Cell, pins: Pins): boolean {
  const { comparison } = evidence.compared(cell, pins);
  if (comparison === 'not-compared' || isWorse(comparison)) return false;
  return isControlSound(evidence, cell, pins) && leftOut(evidence, cell, pins).length === 0;
}

/** Stages that broke at head and were not gone through here, though base went through them. */
function leftOut(evidence: Evidence, cell: Cell, pins: Pins): readonly Stage[] {
  const [before, after] = [evidence.at(cell, BASE), evidence.at(cell, pins)];
  return atHead(evidence, cell)
    .fresh.map(({ stage }) => stage)
    .filter((stage) => after?.stages[stage] !== 'ok' && after?.stages[stage] !== before?.stages[stage]);
}

/** Whether a cell moved in the same way: equal failures, and the same facts whatever their numbers. */
export function isSameWay(one: Compared, other: Compared): boolean {
  if (one === other) return true;
  if (one.comparison !== other.comparison) return false;
  return (
    isEqual(one.moves, other.moves, (left, right) => moveKey(left) === moveKey(right)) &&
    isEqual(one.fresh, other.fresh, (left, right) => left.stage === right.stage && left.signature === right.signature)
  );
}

function isEqual<Item>(some: readonly Item[], others: readonly Item[], is: (one: Item, other: Item) => boolean) {
  const rest = others.values();
  return (
    some.length === others.length &&
    some.every((one) => {
      const { value, done } = rest.next();
      return done !== true && is(one, value);
    })
  );
}

/** Whether all that moved in a cell moved in its control too: then it is no news about PEFT. */
export function isBaseModel(evidence: Evidence, cell: Cell): boolean {
  if (isControl(cell)) return false;
  const own = atHead(evidence, cell);
  const control = atHead(evidence, evidence.controlOf(cell));
  return isMoveOf(control, own);
}

/** Whether a control moved along with all that moved in a cell. */
export function isMoveOf(control: Compared, own: Compared): boolean {
  const isAlike = isWorse(own.comparison)
    ? isWorse(control.comparison)
    : own.comparison === 'fixed' && control.comparison === 'fixed';
  return isAlike && own.moves.every((move) => control.moves.some((other) => isSameMove(move, other)));
}

/** Cells whose change is worth a search, controls included. */
export const movedCells = remembered('ends', (evidence): readonly Cell[] => {
  const moved = [...evidence.problem.controls, ...evidence.problem.cells].filter((cell) =>
    ['regressed', 'degraded', 'fixed'].includes(atHead(evidence, cell).comparison),
  );
  return uniqueCells(moved).filter((cell) => !isBaseModel(evidence, cell));
});

/** Planned cells that are worse at head, by PEFT or by the model itself. */
export const worseCells = remembered('ends', (evidence): readonly Cell[] =>
  evidence.problem.cells.filter((cell) => isWorse(atHead(evidence, cell).comparison)),
);

/** The same with the controls: all that a way out can be for. */
export const worseOrControls = remembered('ends', (evidence): readonly Cell[] => {
  const controls = evidence.problem.controls.filter((cell) => isWorse(atHead(evidence, cell).comparison));
  return uniqueCells([...worseCells(evidence), ...controls]);
});

export function uniqueCells(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [cellId(cell), cell])).values()];
}
