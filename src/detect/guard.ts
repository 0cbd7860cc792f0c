/** Findings that cost no run: damage that the manifests themselves show. Each names its place and its reason. */

import { isWatched } from '../domain/environment.ts';
import type { Finding, Manifest, ManifestChange, Requirement } from '../domain/manifest.ts';
import { folderOf } from '../domain/path.ts';
import { clausesOf } from '../domain/pep508.ts';
import { isVersion, satisfies } from '../domain/version.ts';
import { has } from '../formats/format.ts';
import { indexAddress } from '../formats/reading.ts';
import { formatNamed } from '../formats/table.ts';
import { allows, changesOf } from './diff.ts';
import { copiedLabels, lockedLabels } from './labels.ts';
import { lookalikes } from './names.ts';
import { type Pair, pairedRequirements } from './pairs.ts';

/** Both ends, and what they were brought to: which requirement is which, and what differs. */
interface Seen {
  readonly base: readonly Manifest[];
  readonly head: readonly Manifest[];
  readonly changes: readonly ManifestChange[];
  readonly pairs: readonly Pair[];
  /** Addresses of the indexes that uv and pip are set to use, as far as they were asked. */
  readonly own: readonly string[];
}

type Guard = (seen: Seen) => readonly Finding[];

const GUARDS: readonly Guard[] = [
  unreadable,
  droppedExclusions,
  ({ base, pairs }) => copiedLabels(base, pairs),
  ({ base, head }) => lockedLabels(base, head),
  drifting,
  againstLock,
  downgrades,
  indexesMoved,
  ({ base, head }) => lookalikes(base, head),
  notInstallable,
];

export function guard(
  base: readonly Manifest[],
  head: readonly Manifest[],
  own: readonly string[] = [],
): readonly Finding[] {
  const pairs = pairedRequirements(base, head);
  const seen = { base, head, changes: changesOf(base, head, pairs), pairs, own };
  return GUARDS.flatMap((check) => check(seen));
}

/** What head's files hold that could not be read, where base did not have it already. */
function unreadable({ base, head }: Seen): readonly Finding[] {
  const known = new Set(base.flatMap((manifest) => manifest.findings.map(({ file, message }) => `${file} ${message}`)));
  return head.flatMap((manifest) => manifest.findings.filter(({ file, message }) => !known.has(`${file} ${message}`)));
}

/** An exclusion that is gone counts only where what it kept out is allowed now. */
function droppedExclusions({ head, pairs }: Seen): readonly Finding[] {
  const files = new Map(head.map((manifest) => [manifest.file, manifest]));
  return pairs.flatMap(({ file, old, current }) => {
    if (old === undefined || current === undefined || current.source !== 'index') return [];
    const beside = (files.get(file)?.requirements ?? []).filter(
      ({ name, group, marker }) => name === current.name && group === current.group && marker === current.marker,
    );
    const isAllowed = (version: string) => beside.every(({ specifier }) => allows(specifier, version));
    const named = beside.map(({ specifier }) => specifier).join(',');
    return exclusions(old)
      .filter((version) => keptOut(version, named).some(isAllowed))
      .map((version) => ({
        kind: 'exclusion-dropped',
        message: `\`${current.name}\` loses its exclusion \`!=${version}\` and is allowed to be that release again. Keep it unless that release was mended.`,
        file,
        line: current.line,
      }));
  });
}

function exclusions({ specifier }: Requirement): readonly string[] {
  return clausesOf(specifier).flatMap(([operator, version]) => (operator === '!=' ? [version] : []));
}

/** Patch releases that a wildcard is taken to stand for, where the index is not asked. */
const PATCHES = 40;

/** Versions that an exclusion keeps out: itself, or those of its line, and those that the new specifiers name. */
function keptOut(excluded: string, specifiers: string): readonly string[] {
  if (!excluded.endsWith('.*')) return [excluded];
  const line = excluded.slice(0, -2);
  const named = clausesOf(specifiers)
    .map(([, version]) => version.replace(/\.\*$/, ''))
    .filter((version) => isVersion(version) && satisfies(version, `==${excluded}`));
  return [line, ...Array.from({ length: PATCHES }, (_, patch) => `${line}.${patch}`), ...named];
}

/** A library that moves in one manifest and stays in another, where both said the same before. */
function drifting({ base, head, changes }: Seen): readonly Finding[] {
  const key = (name: string, specifier: string) => `${name} ${specifier}`;
  const moved = new Map(
    changes
      .filter(({ locked, kind, from, to }) => !locked && kind !== 'moved' && from !== '' && to !== '')
      .map((change) => [key(change.library, change.from), change]),
  );
  const files = new Map<string, Set<string>>();
  for (const { file, requirements } of base)
    for (const { name, specifier } of requirements) {
      const known = files.get(key(name, specifier)) ?? new Set();
      files.set(key(name, specifier), known.add(file));
    }
  return head.flatMap(({ file, requirements }) =>
    requirements.flatMap(({ name, specifier, line }) => {
      const change = moved.get(key(name, specifier));
      const saidTheSame = files.get(key(name, specifier));
      if (change === undefined || change.file === file || !saidTheSame?.has(file) || saidTheSame.size < 2) return [];
      const message = `\`${name}\` moves to \`${change.to}\` in \`${change.file}\` and stays at \`${change.from}\` here.`;
      return [{ kind: 'drift', message, file, line }];
    }),
  );
}

/** A locked version that the manifest beside it does not allow. */
function againstLock({ head }: Seen): readonly Finding[] {
  return head
    .filter(({ locked }) => locked.length > 0)
    .flatMap((lock) => {
      const versions = new Map<string, string[]>();
      for (const { name, version } of lock.locked) versions.set(name, [...(versions.get(name) ?? []), version]);
      const beside = head.filter((manifest) => isLockedIn(manifest, lock));
      return beside.flatMap(({ file, requirements }) =>
        requirements.flatMap(({ name, specifier, marker, source, line }) => {
          const locked = versions.get(name) ?? [];
          const isOff =
            source === 'index' &&
            marker === '' &&
            specifier !== '' &&
            locked.length > 0 &&
            !locked.some((version) => satisfies(version, specifier));
          return isOff
            ? [
                {
                  kind: 'against-lock',
                  message: `\`${name}${specifier}\` does not allow ${locked.join(', ')} in \`${lock.file}\`. Refresh the lock.`,
                  file,
                  line,
                },
              ]
            : [];
        }),
      );
    });
}

/** Whether a lock beside a manifest is one that the manifest's own tool makes of it. */
function isLockedIn({ file, format }: Manifest, lock: Manifest): boolean {
  const own = has(formatNamed(format)?.lock)?.formats ?? [];
  return own.includes(lock.format) && folderOf(file) === folderOf(lock.file);
}

function downgrades({ changes }: Seen): readonly Finding[] {
  return changes
    .filter(({ kind }) => kind === 'downgraded')
    .map(({ library, from, to, file, line }) => ({
      kind: 'downgrade',
      message: `\`${library}\` goes back from ${from} to ${to}.`,
      file,
      line,
    }));
}

/** A watched library that does not come from an index is never fetched or built, so it is not measured. */
function notInstallable({ base, head }: Seen): readonly Finding[] {
  const known = new Set(
    base.flatMap(({ file, requirements }) => requirements.map(({ written }) => `${file}\0${written}`)),
  );
  return head.flatMap(({ file, requirements }) =>
    requirements
      .filter(({ name, source, written }) => isWatched(name) && source !== 'index' && !known.has(`${file}\0${written}`))
      .map(({ name, source, line }) => ({
        kind: 'not-installable',
        message: `skipped: not installable. \`${name}\` comes from ${SOURCES[source]}, which is never fetched or built.`,
        file,
        line,
      })),
  );
}

const SOURCES: Readonly<Record<Requirement['source'], string>> = {
  index: 'an index',
  git: 'a repository',
  path: 'a path',
  editable: 'an editable install',
  url: 'an address',
};

/** An index inside a manifest is never obeyed from head; one that base does not name is a change of where packages come from. */
function indexesMoved({ base, head, own }: Seen): readonly Finding[] {
  const ours = new Set(own.map(indexAddress));
  const key = (manifest: Manifest, address: string) => (isByTool(manifest) ? address : `${manifest.file} ${address}`);
  const before = new Set(base.flatMap((manifest) => manifest.indexes.map(({ address }) => key(manifest, address))));
  const lockAtBase = base.some(isByTool);
  return head.flatMap((manifest) =>
    manifest.indexes
      .filter(({ address }) => !ours.has(indexAddress(address)))
      .filter(({ address }) => !before.has(key(manifest, address)) && (!isByTool(manifest) || lockAtBase))
      .map(({ address, line }) => ({
        kind: 'index-changed',
        message: `This file names the index \`${address.slice(0, 120)}\`, which it did not before. It is not used: indexes come from the settings of uv and pip.`,
        file: manifest.file,
        line,
      })),
  );
}

/** Whether a tool writes the indexes of a file, as it does for each package of a lock. */
function isByTool({ format }: Manifest): boolean {
  return has(formatNamed(format)?.indexes)?.by === 'tool';
}
