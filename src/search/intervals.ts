/** Where the cells that moved do so: intervals over the releases of the one change that moves each. */
import type { Cell } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { type Compared, isStill } from '../domain/comparison.ts';
import { isMeasured } from '../domain/outcome.ts';
import type { Boundary } from '../domain/search.ts';
import { bisect, type Interval, type PointState } from './bisect.ts';
import { atHead, isSameWay, movedCells } from './compare.ts';
import { BASE, type Evidence } from './evidence.ts';
import { remembered } from './remembered.ts';

/** One place where a cell moves, as closely as it is known. A cell can move at several. */
export interface Located extends Interval {
  readonly cell: Cell;
  readonly change: Change;
  /** Where what else moved along is looked for: of a later failure it is where the cell first broke. */
  readonly neighbours: Pick<Interval, 'low' | 'high'>;
}

/** The places where each cell that moved does so, in order; none where no single change moves it. */
export const located = remembered('lines', (evidence): ReadonlyMap<Cell, readonly Located[]> => {
  const found = movedCells(evidence).map((cell) => [cell, intervalsOf(evidence, cell)] as const);
  return new Map(found.filter(([, intervals]) => intervals.length > 0));
});

export function everyLocated(evidence: Evidence): readonly Located[] {
  return [...located(evidence).values()].flat();
}

/** Those of the cells about which nothing is left to ask, and which have a boundary. */
export const settled = remembered('lines', (evidence): readonly Located[] =>
  [...located(evidence).values()]
    .filter((intervals) => intervals.every(({ ask }) => ask === undefined))
    .filter((intervals) => intervals.some((one) => directionAt(evidence, one) !== undefined))
    .flat(),
);

type Directed = Compared & { readonly comparison: Boundary['direction'] };

/** What the first bad release shows beside the base, where that is a boundary at all. */
export function directionAt(evidence: Evidence, { cell, change, high }: Located): Directed | undefined {
  const { comparison, ...rest } = evidence.beside(cell, pinsAt(evidence, change, high));
  if (comparison !== 'regressed' && comparison !== 'degraded' && comparison !== 'fixed') return undefined;
  return { comparison, ...rest };
}

/** The one change that moves a cell by itself; undefined while not measured, or where several are needed together. */
function causeOf(evidence: Evidence, cell: Cell): Change | undefined {
  const { changes } = evidence.problem;
  if (changes.length === 1) return changes[0];
  const head = atHead(evidence, cell).comparison;
  return changes.find((change) => alone(evidence, cell, change) === head);
}

/** What the whole of one change does to a cell by itself. */
export function alone(evidence: Evidence, cell: Cell, change: Change) {
  return evidence.compared(cell, pinsAt(evidence, change, change.releases.length - 1)).comparison;
}

export function pinsAt(evidence: Evidence, change: Change, index: number) {
  return evidence.line(change)[index] ?? BASE;
}

/**
 * Where a cell moves, and, where the first release that is bad fails in another way than the head, from which release on it
 * fails like the head.
 */
function intervalsOf(evidence: Evidence, cell: Cell): readonly Located[] {
  const change = causeOf(evidence, cell);
  if (change === undefined) return [];
  const last = change.releases.length - 1;
  const isBuilt = (index: number) => evidence.environment(cell, pinsAt(evidence, change, index)) !== undefined;
  const first = bisect(0, last, (index) => stateAt(evidence, cell, change, index), isBuilt);
  const found = { ...first, cell, change, neighbours: first };
  const wayAt = (index: number) => evidence.compared(cell, pinsAt(evidence, change, index));
  if (first.ask !== undefined || isSameWay(wayAt(first.high), wayAt(last))) return [found];
  const sameWay = (index: number): PointState => {
    const state = stateAt(evidence, cell, change, index);
    if (state !== 'moved' && state !== 'base') return state;
    return isSameWay(wayAt(index), wayAt(last)) ? 'moved' : 'base';
  };
  const later = bisect(first.high, last, sameWay, isBuilt);
  return [found, { ...later, low: first.low, cell, change, neighbours: first }];
}

/** What a cell does at one release, beside its base. */
export function stateAt(evidence: Evidence, cell: Cell, change: Change, index: number): PointState {
  const place = evidence.place(cell, pinsAt(evidence, change, index));
  if (place?.environment && place.environment.status !== 'built') return 'unusable';
  const result = evidence.resultIn(place, cell);
  if (result === undefined) return 'unknown';
  if (!isMeasured(result)) return 'unusable';
  return isStill(evidence.beside(cell, pinsAt(evidence, change, index)).comparison) ? 'base' : 'moved';
}
