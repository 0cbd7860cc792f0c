/** What a point of a line of releases showed: like the base, moved away from it, or nothing that counts. */
export type PointState = 'base' | 'moved' | 'unusable' | 'unknown';

export interface Interval {
  /** Index of the newest release known to be like the base. */
  readonly low: number;
  /** Index of the oldest release known to have moved. */
  readonly high: number;
  /** The next index to measure; absent when the two are as close as they can be had. */
  readonly ask?: number;
}

/**
 * One step of a bisection between two indices, the first like the base and the last moved. Points that cannot be used are stepped
 * around. `preferred` says whether a point is cheap, because its environment stands already; a cheap point in the
 * middle half is taken before the middle itself.
 */
export function bisect(
  from: number,
  to: number,
  stateOf: (index: number) => PointState,
  preferred: (index: number) => boolean,
): Interval {
  let low = from;
  let high = to;
  for (;;) {
    const index = middle(low, high, stateOf, preferred);
    if (index === undefined) return { low, high };
    const state = stateOf(index);
    if (state === 'unknown') return { low, high, ask: index };
    if (state === 'base') low = index;
    else high = index;
  }
}

function middle(
  low: number,
  high: number,
  stateOf: (index: number) => PointState,
  preferred: (index: number) => boolean,
): number | undefined {
  const centre = (low + high) / 2;
  const between = Array.from({ length: Math.max(0, high - low - 1) }, (_, offset) => low + 1 + offset);
  const usable = between
    .filter((index) => stateOf(index) !== 'unusable')
    .toSorted((left, right) => Math.abs(left - centre) - Math.abs(right - centre) || left - right);
  const near = usable.filter((index) => Math.abs(index - centre) <= (high - low) / 4);
  return near.find(preferred) ?? usable[0];
}
