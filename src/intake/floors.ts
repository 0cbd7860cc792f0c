/** Floors that cannot be installed together: the one finding that takes a resolver. */

import { floorsOf } from '../detect/guard-releases.ts';
import { isWatched } from '../domain/environment.ts';
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import type { IndexAccess } from '../ports/catalog.ts';
import type { BothEnds } from './ends.ts';

/** Floors of a changed file that cannot be installed together, though each of them can alone. */
export async function clashingFloors(
  index: IndexAccess,
  { head }: BothEnds,
  changes: readonly ManifestChange[],
): Promise<readonly Finding[]> {
  const touched = new Set(changes.filter(({ library }) => isWatched(library)).map(({ file }) => file));
  const found: Finding[] = [];
  for (const manifest of head.manifests.filter(({ file }) => touched.has(file))) {
    const floors = floorsOf(manifest);
    if (floors.length === 0) continue;
    const why = await index.clash(Object.fromEntries(floors.map(({ name, version }) => [name, version])));
    if (why === undefined) found.push(notChecked(manifest.file, floors[0]?.line ?? 1));
    if (!why) continue;
    const alone = await Promise.all(floors.map(({ name, version }) => index.clash({ [name]: version })));
    if (alone.some((one) => one !== false)) continue;
    const message = `The oldest versions that this file allows cannot be installed together: ${floors.map(({ name, version }) => `${name} ${version}`).join(', ')}. ${why}`;
    found.push({
      kind: 'floors-clash',
      message: message.slice(0, 600),
      file: manifest.file,
      line: floors[0]?.line ?? 1,
    });
  }
  return found;
}

function notChecked(file: string, line: number): Finding {
  const message =
    'Whether the oldest versions that this file allows can be installed together was not checked: that takes uv and an index that answers.';
  return { kind: 'floors-not-checked', message, file, line };
}
