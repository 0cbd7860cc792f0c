/** Findings that cost no run: damage that the manifests themselves show. Each names its place and its reason. */

import type { Finding, Manifest, ManifestChange, Requirement } from '../domain/manifest.ts';
import { folderOf } from '../domain/path.ts';
import { exactVersion } from '../domain/pep508.ts';
import { localLabel, satisfies } from '../domain/version.ts';
import { diffManifests } from './diff.ts';
import { lookalikes } from './names.ts';
import { isWatched } from './projects.ts';

type Guard = (
  base: readonly Manifest[],
  head: readonly Manifest[],
  changes: readonly ManifestChange[],
) => readonly Finding[];

const GUARDS: readonly Guard[] = [
  unreadable,
  droppedExclusions,
  copiedLabels,
  drifting,
  againstLock,
  downgrades,
  indexesMoved,
  lookalikes,
  notInstallable,
];

export function guard(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  const changes = diffManifests(base, head);
  return GUARDS.flatMap((check) => check(base, head, changes));
}

/** What head's files hold that could not be read, where base did not have it already. */
function unreadable(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  const known = new Set(base.flatMap((manifest) => manifest.findings.map(({ file, message }) => `${file} ${message}`)));
  return head.flatMap((manifest) => manifest.findings.filter(({ file, message }) => !known.has(`${file} ${message}`)));
}

function droppedExclusions(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  return matched(base, head).flatMap(([file, old, current]) => {
    const dropped = exclusions(old).filter((version) => !exclusions(current).includes(version));
    return dropped.map((version) => ({
      kind: 'exclusion-dropped',
      message: `\`${current.name}\` loses its exclusion \`!=${version}\`. Keep it unless that release was mended.`,
      file,
      line: current.line,
    }));
  });
}

function exclusions({ specifier }: Requirement): readonly string[] {
  return specifier
    .split(',')
    .filter((clause) => clause.startsWith('!='))
    .map((clause) => clause.slice(2));
}

/** A local version is a build: it belongs to the file that names that build before, and to no other. */
function copiedLabels(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  return matched(base, head).flatMap(([file, old, current]) => {
    const [before, after] = [labelOf(old), labelOf(current)];
    if (after === before || (after === undefined && before === undefined)) return [];
    const message =
      after === undefined
        ? `\`${current.name}\` loses its build \`+${before}\`: another build would be installed.`
        : `\`${current.name}\` gets the build \`+${after}\`${before === undefined ? ', which this file did not name before' : ` in place of \`+${before}\``}.`;
    return [{ kind: 'local-version', message, file, line: current.line }];
  });
}

function labelOf({ specifier }: Requirement): string | undefined {
  return localLabel(exactVersion(specifier) ?? '');
}

/** Requirements of the same place in the same file, at both ends. */
function matched(
  base: readonly Manifest[],
  head: readonly Manifest[],
): readonly (readonly [string, Requirement, Requirement])[] {
  const key = (file: string, { name, group, marker }: Requirement) => `${file}\0${name}\0${group}\0${marker}`;
  const old = new Map(
    base.flatMap(({ file, requirements }) => requirements.map((one) => [key(file, one), one] as const)),
  );
  return head.flatMap(({ file, requirements }) =>
    requirements.flatMap((one) => {
      const before = old.get(key(file, one));
      return before ? [[file, before, one] as const] : [];
    }),
  );
}

/** A library that moves in one manifest and stays in another, where both said the same before. */
function drifting(
  base: readonly Manifest[],
  head: readonly Manifest[],
  changes: readonly ManifestChange[],
): readonly Finding[] {
  const key = (name: string, specifier: string) => `${name} ${specifier}`;
  const moved = new Map(
    changes
      .filter(({ locked, from, to }) => !locked && from !== '' && to !== '')
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
function againstLock(_base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  return head
    .filter(({ locked }) => locked.length > 0)
    .flatMap((lock) => {
      const versions = new Map<string, string[]>();
      for (const { name, version } of lock.locked) versions.set(name, [...(versions.get(name) ?? []), version]);
      const beside = head.filter(
        ({ file, format }) => ['pyproject', 'pipfile'].includes(format) && folderOf(file) === folderOf(lock.file),
      );
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

function downgrades(
  _base: readonly Manifest[],
  _head: readonly Manifest[],
  changes: readonly ManifestChange[],
): readonly Finding[] {
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
function notInstallable(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
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
function indexesMoved(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  const key = ({ file, format }: Manifest, address: string) => (format === 'lock' ? address : `${file} ${address}`);
  const before = new Set(base.flatMap((manifest) => manifest.indexes.map(({ address }) => key(manifest, address))));
  const lockAtBase = base.some(({ format }) => format === 'lock');
  return head.flatMap((manifest) =>
    manifest.indexes
      .filter(({ address }) => !before.has(key(manifest, address)) && (manifest.format !== 'lock' || lockAtBase))
      .map(({ address, line }) => ({
        kind: 'index-changed',
        message: `This file names the index \`${address.slice(0, 120)}\`, which it did not before. It is not used: indexes come from the settings of uv and pip.`,
        file: manifest.file,
        line,
      })),
  );
}
