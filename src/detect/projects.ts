/** From changes in manifests to what is asked of a sweep: which libraries move, from where to where, with what held. */

import type { Place } from '../domain/change.ts';
import { isWatched, type Lock, WATCHED } from '../domain/environment.ts';
import type { Manifest, ManifestChange } from '../domain/manifest.ts';
import { isName } from '../domain/package.ts';
import { folderOf } from '../domain/path.ts';
import { exactVersion } from '../domain/pep508.ts';
import { isVersion, type Release } from '../domain/version.ts';
import { lockOver } from '../formats/locks.ts';
import { type Ends, moves, type Settled, type Standing, settle, standing } from './settle.ts';

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

/** Changes of watched libraries, those that only came or went too. */
export function watchedChanges(
  changes: readonly ManifestChange[],
  watch: readonly string[] = WATCHED,
): readonly ManifestChange[] {
  return changes.filter(({ library }) => isWatched(library, watch));
}

interface Project {
  readonly ends: Ends;
  readonly settled: readonly Settled[];
}

/** One request for each distinct set of moves and held versions. */
export function projectRequests(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
  watch: readonly string[] = WATCHED,
): readonly ProjectRequest[] {
  return distinct(settledProjects(ends, changes, releases, python, watch).flatMap(requestsOf));
}

/** Why changes of watched libraries ask for nothing, each reason once. */
export function standingChanges(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
  watch: readonly string[] = WATCHED,
): readonly Standing[] {
  const found = settledProjects(ends, changes, releases, python, watch).flatMap(({ settled }) => standingOf(settled));
  return [...new Map(found.map((one) => [one.message, one])).values()];
}

/**
 * The watched changes of each project. Manifests under one lock are a project; without a lock those of one folder are.
 * A lock's versions go before what its manifests say.
 */
export function settledProjects(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
  watch: readonly string[] = WATCHED,
): readonly Project[] {
  const all = [...ends.base, ...ends.head];
  const lockFiles = new Map(all.filter(({ locked }) => locked.length > 0).map(({ file, format }) => [file, format]));
  const formats = new Map(all.map(({ file, format }) => [file, format]));
  const projectOf = (file: string) => lockOver(file, formats.get(file), lockFiles) ?? folderOf(file);
  const before = grouped(ends.base, ({ file }) => projectOf(file));
  const after = grouped(ends.head, ({ file }) => projectOf(file));
  const byProject = grouped(watchedChanges(changes, watch), ({ file }) => projectOf(file));
  return [...byProject].map(([project, own]) => {
    const was = new Set([project, ...own.flatMap((change) => (change.was === undefined ? [] : projectOf(change.was)))]);
    const projectEnds = { base: [...was].flatMap((one) => before.get(one) ?? []), head: after.get(project) ?? [] };
    const settled = withoutLockedTwice(own).map((change) =>
      settle(change, projectEnds, releases.get(change.library) ?? [], python),
    );
    return { ends: projectEnds, settled };
  });
}

function grouped<Element>(elements: readonly Element[], key: (element: Element) => string): Map<string, Element[]> {
  const groups = new Map<string, Element[]>();
  for (const element of elements) {
    const known = groups.get(key(element));
    if (known) known.push(element);
    else groups.set(key(element), [element]);
  }
  return groups;
}

/** Where the lock says how a library moves, its manifests add nothing. */
function withoutLockedTwice(changes: readonly ManifestChange[]): readonly ManifestChange[] {
  const locked = new Set(changes.filter((change) => change.locked).map(({ library }) => library));
  return changes.filter((change) => change.locked || !locked.has(change.library));
}

/** Of a library that moves somewhere in the project nothing else needs to be said. */
function standingOf(settled: readonly Settled[]): readonly Standing[] {
  const moving = new Set(settled.filter(moves).map(({ change }) => change.library));
  return settled.filter(({ change }) => !moving.has(change.library)).map(standing);
}

/** A library that moves in two ways in one project, say by marker, makes two requests. */
function requestsOf({ ends, settled }: Project): readonly ProjectRequest[] {
  const found = settled.filter(moves).map(({ change, from, to }) => ({
    library: change.library,
    from,
    to,
    place: { file: change.file, line: change.line },
  }));
  const byLibrary = new Map<string, DetectedChange[]>();
  for (const move of found) {
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

/** Versions of watched libraries that stay where they are, where a lock or an exact pin says so. torch has rules of its own. */
export function heldVersions(
  head: readonly Manifest[],
  changed: readonly string[],
  watch: readonly string[] = WATCHED,
): Readonly<Record<string, string>> {
  const locked = lockOf(head, changed);
  const held: Record<string, string> = {};
  for (const name of watch) {
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

/** The release of torch that a project names, by its pins or its lock: without its build label, which is chosen anew. */
export function namedTorch(head: readonly Manifest[]): string | undefined {
  const isTorch = ({ name }: { readonly name: string }) => name === 'torch';
  const pinned = head.flatMap(({ requirements }) =>
    requirements.filter(isTorch).flatMap(({ specifier }) => exactVersion(specifier) ?? []),
  );
  const locked = head.flatMap((manifest) => manifest.locked.filter(isTorch).map(({ version }) => version));
  const releases = [...new Set((locked.length > 0 ? locked : pinned).map((version) => version.split('+')[0] ?? ''))];
  const [only] = releases;
  return releases.length === 1 && only && isVersion(only) ? only : undefined;
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
