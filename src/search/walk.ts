/** From one measured release to the next along a change: where a cell moves, each time beside what it did before. */
import type { Cell } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { isStill, isWorse } from '../domain/comparison.ts';
import { isMeasured } from '../domain/outcome.ts';
import { bisect, type Interval, type PointState } from './bisect.ts';
import { isMoveOf, isSameWay } from './compare.ts';
import type { Evidence } from './evidence.ts';
import { against, type Judged, pinsAt, resultAt, stateAt, wayAt } from './releases.ts';
import { samplesOf } from './strategies.ts';

/** One place where a cell moves, as closely as it is known. A cell can move at several. */
export interface Located extends Interval, Judged {
  /** Where what else moved along is looked for: of a later failure it is where the cell first broke. */
  readonly neighbours: Pick<Interval, 'low' | 'high'>;
}

/** Where a walk stands: at `from`, having come from the reference without a move. */
interface Stretch extends Judged {
  readonly from: number;
  /** The place where the cell moved to what it does since. */
  readonly moved?: Located | undefined;
}

/** The places where a cell moves along a change, in order: in each stretch between two measured releases that differ. */
export function intervalsOf(evidence: Evidence, cell: Cell, change: Change): readonly Located[] {
  const found: Located[] = [];
  let stretch: Stretch = { cell, change, reference: 0, from: 0 };
  for (const to of stopsOf(evidence, stretch)) {
    const isMoved = !isStill(against(evidence, stretch, to).comparison);
    const places = isMoved ? movedIn(evidence, stretch, to) : otherwiseIn(evidence, stretch, to);
    found.push(...places);
    const isOther = isMoved || places.length > 0 || isOtherOutcome(evidence, stretch, to);
    const moved = isMoved ? places.at(-1) : (places.at(-1) ?? stretch.moved);
    const held = isOther ? { reference: to, previous: stretch.reference } : heldAgainst(stretch);
    stretch = { cell, change, ...held, from: to, moved };
  }
  return found;
}

function heldAgainst({ reference, previous }: Judged): Pick<Judged, 'reference' | 'previous'> {
  return previous === undefined ? { reference } : { reference, previous };
}

/** Releases that were measured for their own sake, oldest first; none where the base says nothing. */
function stopsOf(evidence: Evidence, judged: Judged): readonly number[] {
  const { cell, change } = judged;
  if (!isMeasured(resultAt(evidence, judged, 0))) return [];
  const stops = [...samplesOf(evidence.problem.search, change), change.releases.length - 1];
  return stops
    .toSorted((left, right) => left - right)
    .filter((index) => isMeasured(resultAt(evidence, judged, index)))
    .filter((index) => evidence.brokenControl(cell, pinsAt(evidence, change, index)) === undefined);
}

function isOtherOutcome(evidence: Evidence, stretch: Stretch, to: number): boolean {
  return resultAt(evidence, stretch, to)?.outcome !== resultAt(evidence, stretch, stretch.reference)?.outcome;
}

/**
 * Where a cell moves, and, where the first release that is bad fails in another way than the last one, from which release
 * on it fails like that. What the model itself does is no news about PEFT.
 */
function movedIn(evidence: Evidence, stretch: Stretch, to: number): readonly Located[] {
  const { cell, change, from } = stretch;
  const judged = { cell, change, ...heldAgainst(stretch) };
  if (isOfModel(evidence, judged, to)) return [];
  const first = bisect(from, to, (index) => stateAt(evidence, judged, index), isBuiltFor(evidence, judged));
  const found = { ...first, ...judged, neighbours: first };
  if (first.ask !== undefined || isSameWay(wayAt(evidence, judged, first.high), wayAt(evidence, judged, to)))
    return [found];
  return [found, { ...likeLast(evidence, judged, first.high, to), low: first.low, ...judged, neighbours: first }];
}

/** Where a cell that stays broken begins to fail in another way. */
function otherwiseIn(evidence: Evidence, { reference, from, moved }: Stretch, to: number): readonly Located[] {
  if (moved === undefined) return [];
  const { cell, change, low, neighbours } = moved;
  const judged = { cell, change, ...heldAgainst(moved) };
  const [before, now] = [wayAt(evidence, judged, reference), wayAt(evidence, judged, to)];
  if (!isWorse(before.comparison) || !isWorse(now.comparison) || isSameWay(before, now)) return [];
  return [{ ...likeLast(evidence, judged, from, to), low, ...judged, neighbours }];
}

/** From which release on a cell fails as it does at the last one. */
function likeLast(evidence: Evidence, judged: Judged, from: number, to: number): Interval {
  const last = wayAt(evidence, judged, to);
  const sameWay = (index: number): PointState => {
    const state = stateAt(evidence, judged, index);
    if (state !== 'moved' && state !== 'base') return state;
    return isSameWay(wayAt(evidence, judged, index), last) ? 'moved' : 'base';
  };
  return bisect(from, to, sameWay, isBuiltFor(evidence, judged));
}

function isBuiltFor(evidence: Evidence, { cell, change }: Judged) {
  return (index: number) => evidence.environment(cell, pinsAt(evidence, change, index)) !== undefined;
}

/** The ends are looked at before a walk: where they differ by the model alone none begins. */
function isOfModel(evidence: Evidence, judged: Judged, index: number): boolean {
  if (evidence.problem.search === 'bisect') return false;
  const control = evidence.controlOf(judged.cell);
  if (evidence.id(control) === evidence.id(judged.cell)) return false;
  return isMoveOf(against(evidence, { ...judged, cell: control }, index), against(evidence, judged, index));
}
