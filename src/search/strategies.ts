/** Which releases between the two ends are measured whatever the ends do. Pure. */
import type { Change } from '../domain/change.ts';
import type { Search } from '../domain/search.ts';
import { compareVersions, minorOf } from '../domain/version.ts';

/** Indices of releases on the line of a change, without its two ends. */
type Samples = (releases: readonly string[]) => readonly number[];

const STRATEGIES: Readonly<Record<Search, Samples>> = {
  /** Only where the ends differ, by halving. */
  bisect: () => [],
  /** The last release of each minor: what breaks and is mended between two of these, or within one minor, is not seen. */
  islands: lastOfMinors,
  exhaustive: (releases) => between(releases),
};

/** What a strategy measures between the ends of a change, the most useful first. */
export function samplesOf(search: Search, { releases }: Pick<Change, 'releases'>): readonly number[] {
  return spread(STRATEGIES[search](releases), releases.length - 1);
}

/** An end may be the last one of its minor itself: then nothing between is. */
function lastOfMinors(releases: readonly string[]): readonly number[] {
  const last = new Map<string, number>();
  for (const [index, version] of releases.entries()) {
    const known = last.get(minorOf(version));
    if (known === undefined || compareVersions(version, releases[known] ?? '') > 0) last.set(minorOf(version), index);
  }
  return [...last.values()].filter((index) => index > 0 && index < releases.length - 1).toSorted((a, b) => a - b);
}

function between(releases: readonly string[]): readonly number[] {
  return Array.from({ length: Math.max(0, releases.length - 2) }, (_, offset) => offset + 1);
}

/** Each next one is the farthest from all before it: wherever a limit cuts, no long stretch is left unseen. */
function spread(indices: readonly number[], last: number): readonly number[] {
  const distances = new Map(indices.map((index) => [index, Math.min(index, last - index)]));
  const order: number[] = [];
  while (distances.size > 0) {
    const [farthest] = [...distances].reduce((best, one) => (one[1] >= best[1] ? one : best));
    order.push(farthest);
    distances.delete(farthest);
    for (const [index, distance] of distances) distances.set(index, Math.min(distance, Math.abs(index - farthest)));
  }
  return order;
}
