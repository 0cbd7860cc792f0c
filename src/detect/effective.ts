/** What a requirement comes to beside its override and its constraints: uv and pip obey them, so a resolution has to. */

import type { Manifest, Requirement } from '../domain/manifest.ts';
import { folderOf, joined } from '../domain/path.ts';
import { has } from '../formats/format.ts';
import { formatNamed } from '../formats/table.ts';

/** What decides, and where it stands. */
export interface Effective {
  readonly specifier: string;
  /** Set where something else than the requirement itself takes part. */
  readonly by?: { readonly what: string; readonly specifier: string; readonly file: string; readonly line: number };
}

/** The specifier that really decides for `name`, as `file` writes it, among the manifests of one end. */
export function effective(manifests: readonly Manifest[], file: string, name: string, written: string): Effective {
  const own = manifests.find((manifest) => manifest.file === file);
  const { overrides = [], constraints = [] } = has(formatNamed(own?.format ?? '')?.overrules) ?? {};
  const [override] = rowsOf(own, name, overrides);
  if (own && override) return { specifier: override.specifier, by: placed(own, override) };
  const bounds = [
    ...rowsOf(own, name, constraints).map((one) => placed(own, one)),
    ...constraintFiles(manifests, own).flatMap((other) => rowsOf(other, name).map((one) => placed(other, one))),
  ].filter((one) => one.specifier !== '' && one.specifier !== written);
  const [first] = bounds;
  if (first === undefined) return { specifier: written };
  const specifier = [written, ...bounds.map((one) => one.specifier)].filter((one) => one !== '').join(',');
  return { specifier, by: first };
}

function rowsOf(manifest: Manifest | undefined, name: string, groups?: readonly string[]): readonly Requirement[] {
  return (manifest?.requirements ?? []).filter(
    (one) => one.name === name && one.source === 'index' && (groups === undefined || groups.includes(one.group)),
  );
}

function placed(manifest: Manifest | undefined, { group, specifier, line }: Requirement) {
  return { what: group.replace(/^\w+:/, '') || 'a constraint', specifier, file: manifest?.file ?? '', line };
}

/** Files that a requirements file names with `-c`. */
function constraintFiles(manifests: readonly Manifest[], own: Manifest | undefined): readonly Manifest[] {
  const wanted = (own?.includes ?? []).flatMap(({ path, constrains }) =>
    constrains ? [joined(folderOf(own?.file ?? ''), path)] : [],
  );
  return manifests.filter(({ file }) => wanted.includes(file));
}
