/** Findings that need the index, but no run: targets that are not there, ceilings without effect, Python ranges. */

import { isWatched } from '../domain/environment.ts';
import type { Finding, Manifest, ManifestChange } from '../domain/manifest.ts';
import { folderOf } from '../domain/path.ts';
import { clausesOf, exactVersion } from '../domain/pep508.ts';
import { compareVersions, isVersion, type Release, sameVersion, satisfies, supportsPython } from '../domain/version.ts';
import { firstUploads } from './names.ts';
import { type Releases, settledProjects } from './projects.ts';
import { type Ends, goesBack, type Settled } from './settle.ts';

export function guardReleases(
  ends: Ends,
  changes: readonly ManifestChange[],
  releases: Releases,
  python: string,
): readonly Finding[] {
  const watched = changes.filter(({ library, to }) => isWatched(library) && to !== '' && releases.has(library));
  return [
    ...watched.flatMap((change) => target(change, releases.get(change.library) ?? [])),
    ...settledProjects(ends, watched, releases, python)
      .flatMap(({ settled }) => settled)
      .filter(({ change }) => !change.locked && change.kind !== 'moved')
      .flatMap((settled) => [...withoutEffect(settled), ...backwards(settled)]),
    ...watched.flatMap((change) => pythonRange(change, releases.get(change.library) ?? [], ends.head)),
    ...firstUploads(ends.base, ends.head, releases),
  ];
}

/** An exact target that the index does not have, or that was yanked. */
function target(change: ManifestChange, releases: readonly Release[]): readonly Finding[] {
  const version = change.locked ? change.to : exactVersion(change.to);
  if (version === undefined || !isVersion(version)) return [];
  const found = releases.find((release) => sameVersion(release.version, version.split('+')[0] ?? version));
  if (found && !found.yanked) return [];
  const [kind, message] = found
    ? ['yanked', `${change.library} ${version} was yanked: its authors took it back. Choose another release.`]
    : ['no-release', `The index has no ${change.library} ${version}. Check the version, and the index settings.`];
  return [{ kind, message, file: change.file, line: change.line }];
}

/** A range that was widened and still resolves as before: its new ceiling, or what overrides it, allows nothing new. */
function withoutEffect({ change, from, to, by }: Settled): readonly Finding[] {
  const place = { file: change.file, line: change.line };
  if (to === undefined && exactVersion(change.to) === undefined && !/^[a-z]+$/.test(change.to))
    return [{ kind: 'no-release', message: `No release of ${change.library} fits \`${change.to}\`.`, ...place }];
  if (from === undefined || from !== to) return [];
  const still = `\`${change.library}${change.to}\` still resolves to ${to}`;
  if (by !== undefined) {
    const message = `${still}: \`${by.what}\` in \`${by.file}:${by.line}\` says \`${by.specifier}\`, so there is nothing to measure.`;
    return [{ kind: 'no-effect', message, ...place }];
  }
  if (change.kind === 'narrowed' || exactVersion(change.to) || ceilings(change.from) === ceilings(change.to)) return [];
  return [
    {
      kind: 'no-effect',
      message: `${still}: the new ceiling allows nothing new, so there is nothing to measure.`,
      ...place,
    },
  ];
}

/** A range that resolves to an older release than before. Exact pins that go back are known without the index. */
function backwards(settled: Settled): readonly Finding[] {
  const { change, from, to } = settled;
  if (!goesBack(settled) || change.kind === 'downgraded') return [];
  const message = `\`${change.library}\` goes back from ${from} to ${to}, since \`${change.to}\` allows no newer one.`;
  return [{ kind: 'downgrade', message, file: change.file, line: change.line }];
}

function ceilings(specifier: string): string {
  return clausesOf(specifier)
    .filter(([operator]) => ['<', '<=', '==', '~='].includes(operator))
    .map((clause) => clause.join(''))
    .toSorted()
    .join(',');
}

/** A release that does not support the oldest Python that the project declares. */
function pythonRange(
  change: ManifestChange,
  releases: readonly Release[],
  head: readonly Manifest[],
): readonly Finding[] {
  const declared = head.find(
    ({ file, python }) => python !== undefined && folderOf(file) === folderOf(change.file),
  )?.python;
  const oldest = declared === undefined ? undefined : oldestPython(declared);
  const to = change.locked ? change.to : exactVersion(change.to);
  const release = releases.find(
    ({ version }) => to !== undefined && isVersion(to) && sameVersion(version, to.split('+')[0] ?? to),
  );
  if (oldest === undefined || !release?.requiresPython || supportsPython(release, oldest)) return [];
  const message = `${change.library} ${release.version} requires Python ${release.requiresPython}, and this project still declares Python ${oldest}.`;
  return [{ kind: 'python-range', message, file: change.file, line: change.line }];
}

/** The oldest minor release that a `requires-python` allows, written so that patch bounds do not matter. */
function oldestPython(declared: string): string | undefined {
  const specifier = declared.replace(/\^\s*/g, '>=').replace(/(^|,)\s*~\s*(?=\d)/g, '$1>=');
  const minors = Array.from({ length: 16 }, (_, minor) => `3.${minor + 5}.99`);
  const [oldest] = minors.filter((version) => satisfies(version, specifier)).toSorted(compareVersions);
  return oldest?.replace(/\.99$/, '');
}

/** A floor that a file declares for a watched library. */
export interface Floor {
  readonly name: string;
  readonly version: string;
  readonly line: number;
}

/** The lowest versions that a file declares for watched libraries together; a file with less than two has nothing to clash. */
export function floorsOf(manifest: Manifest): readonly Floor[] {
  const floors = manifest.requirements
    .filter(({ name, source, marker, group }) => isWatched(name) && source === 'index' && marker === '' && group === '')
    .flatMap(({ name, specifier, line }) => {
      const lowest = clausesOf(specifier).find(([operator]) => ['>=', '==', '~='].includes(operator));
      const version = lowest?.[1] ?? '';
      return isVersion(version) ? [{ name, version: version.split('+')[0] ?? version, line }] : [];
    });
  return floors.length < 2 ? [] : floors;
}
