/** From changes in manifests to what is asked of a sweep: which libraries move, from where to where, with what held. */

import type { Place } from '../domain/change.ts';
import { type Lock, WATCHED } from '../domain/environment.ts';
import type { Manifest, ManifestChange } from '../domain/manifest.ts';
import { isName } from '../domain/package.ts';
import { folderOf } from '../domain/path.ts';
import { exactVersion } from '../domain/pep508.ts';
import { compareVersions, isVersion, type Release, sameVersion, usableReleases } from '../domain/version.ts';
import { allows } from './diff.ts';

export interface DetectedChange {
  readonly library: string;
  readonly from: string;
  readonly to: string;
  readonly place: Place;
}

/** What one project of the repository asks: its moves, what stays, and what its lock holds at both ends. */
export interface ProjectRequest {
  readonly changes: readonly DetectedChange[];
  readonly held: Readonly<Record<string, string>>;
  readonly locked: { readonly base: Lock; readonly head: Lock };
  /** Files that ask the same, the first of them first. */
  readonly files: readonly string[];
  /** Every manifest of the projects that ask this. */
  readonly manifests: readonly string[];
}

/** Releases by library, as far as the index was asked. */
export type Releases = ReadonlyMap<string, readonly Release[]>;

export interface Ends {
  readonly base: readonly Manifest[];
  readonly head: readonly Manifest[];
}

/** Changes of watched libraries that move from somewhere to somewhere. */
export function watchedChanges(changes: readonly ManifestChange[]): readonly ManifestChange[] {
  return changes.filter(({ library, from, to }) => isWatched(library) && from !== '' && to !== '');
}

export function isWatched(library: string): boolean {
  return (WATCHED as readonly string[]).includes(library);
}

/**
 * One request for each distinct set of moves and held versions. Manifests under one lock are a project; without a lock
 * those of one folder are. A lock's versions go before what its manifests say.
 */
export function projectRequests(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
): readonly ProjectRequest[] {
  const lockFiles = [...ends.base, ...ends.head].filter(({ locked }) => locked.length > 0).map(({ file }) => file);
  const formats = new Map([...ends.base, ...ends.head].map(({ file, format }) => [file, format]));
  const projectOf = (file: string) => lockOver(file, formats.get(file), lockFiles) ?? folderOf(file);
  const byProject = new Map<string, ManifestChange[]>();
  for (const change of watchedChanges(changes)) {
    const project = projectOf(change.file);
    byProject.set(project, [...(byProject.get(project) ?? []), change]);
  }
  const requests = [...byProject].flatMap(([project, own]) => {
    const inProject = (manifests: readonly Manifest[]) => manifests.filter(({ file }) => projectOf(file) === project);
    const projectEnds = { base: inProject(ends.base), head: inProject(ends.head) };
    return requestsOf(projectEnds, own, releases, python);
  });
  return distinct(requests);
}

/** Members of a workspace share the lock above them; what a project tool does not manage has only the lock beside it. */
const IN_WORKSPACE = ['pyproject', 'pipfile', 'setup-py', 'setup-cfg'];

/** The lock that speaks for a file: the nearest above it, or the file itself where it is one. */
function lockOver(file: string, format: string | undefined, locks: readonly string[]): string | undefined {
  if (locks.includes(file)) return file;
  const folder = folderOf(file);
  const isOver = (lock: string) =>
    folder === folderOf(lock) ||
    (IN_WORKSPACE.includes(format ?? '') && (folderOf(lock) === '' || folder.startsWith(`${folderOf(lock)}/`)));
  return locks.filter(isOver).toSorted((left, right) => folderOf(right).length - folderOf(left).length)[0];
}

/** A library that moves in two ways in one project, say by marker, makes two requests. */
function requestsOf(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
): readonly ProjectRequest[] {
  const locked = new Set(changes.filter((change) => change.locked).map(({ library }) => library));
  const moves = changes
    .filter((change) => change.locked || !locked.has(change.library))
    .flatMap((change) => resolveEnds(change, releases.get(change.library) ?? [], python) ?? []);
  const byLibrary = new Map<string, DetectedChange[]>();
  for (const move of moves) {
    const known = byLibrary.get(move.library) ?? [];
    const isKnown = known.some(({ from, to }) => from === move.from && to === move.to);
    byLibrary.set(move.library, isKnown ? known : [...known, move]);
  }
  const rounds = Math.max(0, ...[...byLibrary.values()].map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) => {
    const chosen = [...byLibrary.values()].flatMap((list) => list[round] ?? list[0] ?? []);
    const names = chosen.map(({ library }) => library);
    return {
      changes: chosen,
      held: heldVersions(ends.head, names),
      locked: { base: lockOf(ends.base, names), head: lockOf(ends.head, names) },
      files: [...new Set(chosen.map(({ place }) => place.file))],
      manifests: ends.head.map(({ file }) => file),
    };
  });
}

function distinct(requests: readonly ProjectRequest[]): readonly ProjectRequest[] {
  const found = new Map<string, ProjectRequest>();
  for (const request of requests) {
    const moves = request.changes.map(({ library, from, to }) => `${library} ${from} ${to}`).toSorted();
    const key = JSON.stringify([moves, Object.entries(request.held).toSorted(), request.locked]);
    const known = found.get(key);
    found.set(key, known ? joined(known, request) : request);
  }
  return [...found.values()];
}

function joined(left: ProjectRequest, right: ProjectRequest): ProjectRequest {
  const both = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])];
  return { ...left, files: both(left.files, right.files), manifests: both(left.manifests, right.manifests) };
}

/**
 * What really resolves at both ends: a lock's version or an exact pin as it is, a range as its newest release;
 * undefined where both ends resolve alike, or go back.
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

export function resolveEnd(
  end: string,
  locked: boolean,
  releases: readonly Release[],
  python: string,
): string | undefined {
  const exact = locked ? end : exactVersion(end);
  if (exact !== undefined) {
    const version = isVersion(exact) ? exact.split('+')[0] : undefined;
    // What the index does not have is a finding of the guard, and nothing to measure.
    const isThere =
      releases.length === 0 || releases.some((release) => version && sameVersion(release.version, version));
    return isThere ? version : undefined;
  }
  const specifier = end === 'any' ? '' : end;
  return usableReleases(releases, python)
    .map(({ version }) => version)
    .filter((version) => allows(specifier, version))
    .at(-1);
}

/** Versions of watched libraries that stay where they are, where a lock or an exact pin says so. torch has rules of its own. */
export function heldVersions(head: readonly Manifest[], changed: readonly string[]): Readonly<Record<string, string>> {
  const locked = lockOf(head, changed);
  const held: Record<string, string> = {};
  for (const name of WATCHED) {
    if (name === 'torch' || changed.includes(name)) continue;
    const pinned = head
      .flatMap((manifest) => manifest.requirements)
      .filter((one) => one.name === name)
      .flatMap(({ specifier }) => exactVersion(specifier) ?? []);
    const versions = [...new Set(locked[name] ? [locked[name]] : pinned)];
    const [only] = versions;
    if (versions.length === 1 && only && isVersion(only)) held[name] = only.split('+')[0] ?? only;
  }
  return held;
}

/** Every package that the locks hold at one version, without those that move and without torch. */
function lockOf(manifests: readonly Manifest[], changed: readonly string[]): Lock {
  const versions = new Map<string, Set<string>>();
  for (const { locked } of manifests)
    for (const { name, version } of locked) {
      const known = versions.get(name) ?? new Set();
      known.add(version);
      versions.set(name, known);
    }
  const single = [...versions].filter(
    ([name, found]) => found.size === 1 && name !== 'torch' && !changed.includes(name),
  );
  return Object.fromEntries(
    single
      .map(([name, found]): [string, string] => [name, [...found][0] ?? ''])
      // Names come from a stranger's file and reach the resolver: only what is a name may.
      .filter(([name, version]) => isName(name) && isVersion(version) && !version.includes('+'))
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
