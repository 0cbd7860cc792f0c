/** What is wrong with the manifests, as far as files and the index tell: nothing is installed for it. */

import { guard } from '../detect/guard.ts';
import { guardReleases } from '../detect/guard-releases.ts';
import { lockNames } from '../detect/names.ts';
import type { Releases } from '../detect/projects.ts';
import { isWatched } from '../domain/environment.ts';
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import { isName } from '../domain/package.ts';
import type { Release } from '../domain/version.ts';
import { UserError } from '../errors.ts';
import type { IndexAccess } from '../ports/catalog.ts';
import type { BothEnds } from './ends.ts';
import { clashingFloors } from './floors.ts';

/** New names of a lock that the index is asked about at most. */
const MOST_NAMES = 20;

/** What the files show by themselves. */
export function findingsOf({ base, head }: BothEnds, own: readonly string[]): readonly Finding[] {
  const known = new Set(base.findings.map(({ file, message }) => `${file} ${message}`));
  return [
    ...guard(base.manifests, head.manifests, own),
    ...head.findings.filter(({ file, message }) => !known.has(`${file} ${message}`)),
  ];
}

/** Asked only where a manifest names an index: what it names may be what is used anyway. */
export async function ownIndexes(index: IndexAccess, { head }: BothEnds): Promise<readonly string[]> {
  if (head.manifests.every(({ indexes }) => indexes.length === 0)) return [];
  return index.addresses().catch(() => []);
}

export async function releasesFor(
  index: IndexAccess,
  ends: BothEnds,
  changes: readonly ManifestChange[],
  watch?: readonly string[],
): Promise<Releases> {
  const watched = changes
    .map(({ library }) => library)
    .filter((library) => isWatched(library, watch) && isName(library));
  const fresh = lockNames(ends.base.manifests, ends.head.manifests)
    .map(({ name }) => name)
    // Names come from a stranger's lock: only what is a name reaches an address.
    .filter(isName)
    .slice(0, MOST_NAMES);
  const found = await Promise.all(
    [...new Set([...watched, ...fresh])].map(async (name): Promise<[string, readonly Release[]]> => {
      try {
        return [name, await index.catalog.releases(name)];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return [name, []];
      }
    }),
  );
  return new Map(found);
}

export async function indexFindings(
  index: IndexAccess,
  ends: BothEnds,
  changes: readonly ManifestChange[],
  releases: Releases,
): Promise<readonly Finding[]> {
  const manifests = { base: ends.base.manifests, head: ends.head.manifests };
  return [
    ...guardReleases(manifests, changes, releases, index.python),
    ...(await clashingFloors(index, ends, changes)),
  ];
}
