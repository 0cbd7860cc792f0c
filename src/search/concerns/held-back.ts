/** What else moved between the neighbours of a boundary, held back: whether the library alone is the cause. */
import { isStill } from '../../domain/comparison.ts';
import { type EnvironmentRequest, type Lock, lockDifference } from '../../domain/environment.ts';
import type { Concern } from '../concern.ts';
import type { Evidence } from '../evidence.ts';
import { type Located, settled } from '../intervals.ts';
import type { Place } from '../place.ts';
import { pinsAt, resultAgainst } from '../releases.ts';
import { remembered } from '../remembered.ts';

export const heldBack: Concern = {
  ask: remembered('lines', (evidence) =>
    settled(evidence).flatMap((one) => {
      const request = movedAlong(evidence, one)?.without;
      return request ? [evidence.question('held-back', request, [one.cell])] : [];
    }),
  ),
};

/** What two neighbours hold besides the library that was moved. */
interface Along {
  /** `tokenizers 0.21 -> 0.22`. */
  readonly words: readonly string[];
  /** The bad neighbour with all of it as the good one has it; absent where nothing can be held back. */
  readonly without?: EnvironmentRequest;
}

const known = remembered('ends', (): Map<string, Along> => new Map());

/** Undefined where a neighbour could not be built. */
export function movedAlong(evidence: Evidence, { cell, change, neighbours }: Located): Along | undefined {
  const low = evidence.place(cell, pinsAt(evidence, change, neighbours.low));
  const high = evidence.place(cell, pinsAt(evidence, change, neighbours.high));
  const [good, bad] = [lockOf(low), lockOf(high)];
  if (!low || !high || !good || !bad) return undefined;
  const key = `${low.key}\n${high.key}`;
  const earlier = known(evidence).get(key);
  if (earlier) return earlier;
  const back = Object.fromEntries(
    Object.entries(good).filter(
      ([name, version]) => name !== change.library && bad[name] !== undefined && bad[name] !== version,
    ),
  );
  const words = lockDifference(good, bad, [change.library]);
  const isAny = Object.keys(back).length > 0;
  const found = isAny ? { words, without: { ...high.request, heldBack: back } } : { words };
  known(evidence).set(key, found);
  return found;
}

function lockOf(place: Place | undefined): Lock | undefined {
  return place?.environment?.status === 'built' ? place.environment.lock : undefined;
}

/** Confounded: with everything else held back the cell no longer moves, so the library alone is not the cause. */
export function isConfounded(evidence: Evidence, located: Located): boolean {
  const request = movedAlong(evidence, located)?.without;
  const place = request && evidence.placeOf(request);
  if (place?.environment?.status !== 'built') return false;
  return isStill(resultAgainst(evidence, located, evidence.resultIn(place, located.cell)).comparison);
}
