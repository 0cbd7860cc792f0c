/** From changes in manifests to what a sweep is asked: which library, from where to where, with what held. */
import type { Place } from '../domain/change.ts';
import { WATCHED } from '../domain/environment.ts';
import type { Manifest, ManifestChange } from '../domain/manifest.ts';
import { compareVersions, isVersion, type Release, usableReleases } from '../domain/version.ts';
import { allows } from './diff.ts';
import { exactVersion } from './requirement.ts';

export interface DetectedChange {
  readonly library: string;
  readonly from: string;
  readonly to: string;
  readonly place: Place;
}

/** Changes of watched libraries that move forward. A lock's versions go before a manifest's. */
export function watchedChanges(changes: readonly ManifestChange[]): readonly ManifestChange[] {
  const watched = changes.filter(
    ({ library, from, to }) => (WATCHED as readonly string[]).includes(library) && from !== '' && to !== '',
  );
  const locked = new Set(watched.filter((change) => change.locked).map(({ library }) => library));
  return watched.filter((change) => change.locked || !locked.has(change.library));
}

/**
 * What really resolves at both ends: a lock's version or an exact pin as it is, a range as its newest release. The same
 * move in several places is one; undefined where both ends resolve alike.
 */
export function resolveEnds(
  change: ManifestChange,
  releases: readonly Release[],
  python: string,
): DetectedChange | undefined {
  const [from, to] = [change.from, change.to].map((end) => resolveEnd(end, change.locked, releases, python));
  if (from === undefined || to === undefined || compareVersions(from, to) >= 0) return undefined;
  return { library: change.library, from, to, place: { file: change.file, line: change.line } };
}

function resolveEnd(end: string, locked: boolean, releases: readonly Release[], python: string): string | undefined {
  const exact = locked ? end : exactVersion(end);
  if (exact !== undefined) return isVersion(exact) ? exact.split('+')[0] : undefined;
  const specifier = end === 'any' ? '' : end;
  return usableReleases(releases, python)
    .map(({ version }) => version)
    .filter((version) => allows(specifier, version))
    .at(-1);
}

export function distinct(changes: readonly DetectedChange[]): readonly DetectedChange[] {
  return [...new Map(changes.map((change) => [`${change.library} ${change.from} ${change.to}`, change])).values()];
}

/** Versions of watched libraries that stay where they are, where a lock or an exact pin says so. torch has rules of its own. */
export function heldVersions(head: readonly Manifest[], changed: readonly string[]): Readonly<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const name of WATCHED) {
    if (name === 'torch' || changed.includes(name)) continue;
    const locked = head
      .flatMap((manifest) => manifest.locked)
      .filter((one) => one.name === name)
      .map(({ version }) => version);
    const pinned = head
      .flatMap((manifest) => manifest.requirements)
      .filter((one) => one.name === name)
      .flatMap(({ specifier }) => exactVersion(specifier) ?? []);
    const versions = [...new Set(locked.length > 0 ? locked : pinned)];
    const [only] = versions;
    if (versions.length === 1 && only) held[name] = only;
  }
  return held;
}
