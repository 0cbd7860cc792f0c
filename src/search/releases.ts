/** What a cell does at each release of a change moved alone, beside an earlier release. */
import type { Cell } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { type Compared, compareResults, isStill, isWorse, NOT_COMPARED } from '../domain/comparison.ts';
import { isMeasured, type Result } from '../domain/outcome.ts';
import type { PointState } from './bisect.ts';
import { atHead } from './compare.ts';
import { BASE, type Evidence } from './evidence.ts';

/** A cell on the line of one change, judged from one release on: index 0 is the base. */
export interface Judged {
  readonly cell: Cell;
  readonly change: Change;
  /** Index of the release that later ones are held against. */
  readonly reference: number;
  /** Index of what was held against before the cell moved to what it does at the reference; absent where that is the base. */
  readonly previous?: number;
}

export function pinsAt(evidence: Evidence, change: Change, index: number) {
  return evidence.line(change)[index] ?? BASE;
}

export function resultAt(evidence: Evidence, { cell, change }: Judged, index: number, repeat = 1): Result | undefined {
  return evidence.at(cell, pinsAt(evidence, change, index), repeat);
}

/** A release beside the reference. */
export function against(evidence: Evidence, judged: Judged, index: number, repeat = 1): Compared {
  const point = evidence.beside(judged.cell, pinsAt(evidence, judged.change, index), repeat);
  return judged.reference === 0
    ? point
    : besideReference(evidence, judged, resultAt(evidence, judged, index, repeat), point);
}

/** The same, and nothing where the model itself is broken on both sides. */
export function wayAt(evidence: Evidence, judged: Judged, index: number, repeat = 1): Compared {
  const pins = pinsAt(evidence, judged.change, index);
  return evidence.brokenControl(judged.cell, pins) ? NOT_COMPARED : against(evidence, judged, index, repeat);
}

/** What a cell did in some other environment, beside the reference. */
export function resultAgainst(evidence: Evidence, judged: Judged, result: Result | undefined): Compared {
  const point = compareResults(evidence.at(judged.cell, BASE), result);
  return judged.reference === 0 ? point : besideReference(evidence, judged, result, point);
}

/** Going back to what a cell did earlier is a mend also where nothing but numbers had moved, or where that was broken too. */
function besideReference(evidence: Evidence, judged: Judged, result: Result | undefined, point: Compared): Compared {
  const compared = compareResults(resultAt(evidence, judged, judged.reference), result);
  if (!isStill(compared.comparison)) return compared;
  const isBack = isBackAtBase(evidence, judged, point) || isBackBefore(evidence, judged, result);
  return isBack ? { ...compared, comparison: 'fixed' } : compared;
}

function isBackAtBase(evidence: Evidence, { cell, change, reference }: Judged, point: Compared): boolean {
  const atReference = evidence.beside(cell, pinsAt(evidence, change, reference)).comparison;
  return isWorse(atReference) && isStill(point.comparison);
}

function isBackBefore(evidence: Evidence, judged: Judged, result: Result | undefined): boolean {
  if (judged.previous === undefined) return false;
  const before = resultAt(evidence, judged, judged.previous);
  const atReference = compareResults(before, resultAt(evidence, judged, judged.reference)).comparison;
  return isWorse(atReference) && isStill(compareResults(before, result).comparison);
}

export function stateAt(evidence: Evidence, judged: Judged, index: number): PointState {
  const place = evidence.place(judged.cell, pinsAt(evidence, judged.change, index));
  if (place?.environment && place.environment.status !== 'built') return 'unusable';
  const result = evidence.resultIn(place, judged.cell);
  if (result === undefined) return 'unknown';
  if (!isMeasured(result)) return 'unusable';
  return isStill(against(evidence, judged, index).comparison) ? 'base' : 'moved';
}

/** What the whole of one change does to a cell by itself. */
export function alone(evidence: Evidence, cell: Cell, change: Change) {
  return evidence.compared(cell, pinsAt(evidence, change, change.releases.length - 1)).comparison;
}

/** The one change that moves a cell by itself; undefined while not measured, or where several are needed together. */
export function causeOf(evidence: Evidence, cell: Cell): Change | undefined {
  const { changes } = evidence.problem;
  if (changes.length === 1) return changes[0];
  const head = atHead(evidence, cell).comparison;
  return changes.find((change) => alone(evidence, cell, change) === head);
}
