/** What several shards measured, as one history. */
import { type Lock, requestKey } from '../domain/environment.ts';
import { own } from '../domain/own.ts';
import type { Measurement } from '../domain/search.ts';

/** In the place of a lock. */
const NOT_BUILT = '';
const MOST_SHOWN = 5;

/**
 * Measurements of several shards as one history: the same lock measured twice is one with both results. One request that
 * got two locks is two measurements, of which each cell has its own; where none was built, the first counts.
 */
export function mergedHistory(shards: readonly (readonly Measurement[])[]): readonly Measurement[] {
  const merged = new Map<string, Map<string, Measurement>>();
  const isOther = ofOtherTorch(shards);
  for (const measurement of shards.flat()) {
    if (isOther(measurement)) continue;
    const locks = merged.get(keyOf(measurement)) ?? new Map<string, Measurement>();
    const lock = lockOf(measurement);
    const known = locks.get(lock);
    const results = new Map([...measurement.results, ...(known?.results ?? [])]);
    locks.set(lock, { ...(known ?? measurement), results });
    merged.set(keyOf(measurement), locks);
  }
  return [...merged.values()].flatMap((locks) => {
    const built = [...locks].flatMap(([lock, measurement]) => (lock === NOT_BUILT ? [] : [measurement]));
    return built.length > 0 ? built : [...locks.values()];
  });
}

/** Sentences about requests that shards got different packages for. */
export function differingLocks(history: readonly Measurement[]): readonly string[] {
  const first = new Map<string, Lock>();
  const said = new Set<string>();
  for (const { question, environment } of history) {
    if (environment.status !== 'built') continue;
    const key = requestKey(question.environment);
    const known = first.get(key) ?? environment.lock;
    first.set(key, known);
    const apart = differences(known, environment.lock);
    if (apart.length === 0) continue;
    const pins = Object.entries(question.environment.pins).map(([name, version]) => `${name} ${version}`);
    const shown =
      apart.length > MOST_SHOWN ? [...apart.slice(0, MOST_SHOWN), `${apart.length - MOST_SHOWN} more`] : apart;
    said.add(`Shards got different packages with ${pins.join(', ')}: ${shown.join(', ')}.`);
  }
  return [...said];
}

/** `idna 3.10 and 3.11`, of two locks. */
function differences(left: Lock, right: Lock): readonly string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
  return names
    .filter((name) => own(left, name) !== own(right, name))
    .map((name) => `${name} ${own(left, name) ?? 'absent'} and ${own(right, name) ?? 'absent'}`);
}

/** How many results a history leaves out, since another shard measured the same environment with another torch. */
export function resultsOfOtherTorch(shards: readonly (readonly Measurement[])[]): number {
  const left = shards.flat().filter(ofOtherTorch(shards));
  return left.reduce((sum, { results }) => sum + results.size, 0);
}

function ofOtherTorch(shards: readonly (readonly Measurement[])[]): (measurement: Measurement) => boolean {
  const first = new Map<string, string | undefined>();
  for (const measurement of shards.flat()) {
    const { environment } = measurement;
    const key = keyOf(measurement);
    if (environment.status === 'built' && !first.has(key)) first.set(key, environment.lock.torch);
  }
  return (measurement) => {
    const { environment } = measurement;
    return environment.status === 'built' && environment.lock.torch !== first.get(keyOf(measurement));
  };
}

function keyOf({ question }: Measurement): string {
  return JSON.stringify([requestKey(question.environment), question.repeat]);
}

function lockOf({ environment }: Measurement): string {
  return environment.status === 'built' ? environment.id : NOT_BUILT;
}
