/** What changed between the manifests of two commits. The diff decides; what a bot says about it is only a hint. */
import type { Locked, Manifest, ManifestChange, ManifestChangeKind, Requirement } from '../domain/manifest.ts';
import { exactVersion } from '../domain/pep508.ts';
import { compareVersions, isVersion, satisfies } from '../domain/version.ts';
import { normalizedMarker } from './marker.ts';
import { movedFiles } from './moved-files.ts';
import { type Pair, pairedRequirements } from './pairs.ts';

export function diffManifests(base: readonly Manifest[], head: readonly Manifest[]): readonly ManifestChange[] {
  return changesOf(base, head, pairedRequirements(base, head));
}

/** The same where the pairs are known already. */
export function changesOf(
  base: readonly Manifest[],
  head: readonly Manifest[],
  pairs: readonly Pair[],
): readonly ManifestChange[] {
  const changes = [...pairs.flatMap(requirementChange), ...lockedChanges(base, head)];
  return changes.toSorted((left, right) => (left.file < right.file ? -1 : left.file > right.file ? 1 : 0));
}

function requirementChange({ file, was, old, current }: Pair): readonly ManifestChange[] {
  const one = current ?? old;
  if (one === undefined || (was === undefined && old && current && isAsWritten(old, current))) return [];
  const [from, to] = [shown(old), shown(current)];
  const kind = kindOf(old, current);
  const isSame = was === undefined && old?.group === current?.group && sameMarker(old, current);
  if (kind === 'moved' && isSame) return [];
  const { name: library, line, group, marker } = one;
  return [{ library, kind, from, to, file, ...(was && { was }), line, group, marker, locked: false }];
}

/** Most rows are what they were, character for character. */
function isAsWritten(old: Requirement, current: Requirement): boolean {
  return (
    old.written === current.written &&
    old.specifier === current.specifier &&
    old.marker === current.marker &&
    old.group === current.group &&
    old.source === current.source
  );
}

function kindOf(old: Requirement | undefined, current: Requirement | undefined): ManifestChangeKind {
  if (old === undefined) return 'added';
  if (current === undefined) return 'removed';
  if (sortedClauses(shown(old)) === sortedClauses(shown(current))) return 'moved';
  return specifierChange(versionPart(old), versionPart(current));
}

function sortedClauses(specifier: string): string {
  return specifier.split(',').toSorted().join();
}

function sameMarker(old: Requirement | undefined, current: Requirement | undefined): boolean {
  return normalizedMarker(old?.marker ?? '') === normalizedMarker(current?.marker ?? '');
}

function lockedChanges(base: readonly Manifest[], head: readonly Manifest[]): readonly ManifestChange[] {
  const moved = movedFiles(base, head);
  const taken = new Set(moved.values());
  const before = new Map(base.map(({ file, locked }) => [file, locked]));
  const after = new Map(head.map(({ file, locked }) => [file, locked]));
  const gone = [...before.keys()].filter((file) => !after.has(file) && !taken.has(file));
  return [...after.keys(), ...gone].flatMap((file) => {
    const was = moved.get(file);
    return diffLocked(file, before.get(was ?? file) ?? [], after.get(file) ?? []).map((change) =>
      was === undefined ? change : { ...change, was },
    );
  });
}

function diffLocked(file: string, base: readonly Locked[], head: readonly Locked[]): readonly ManifestChange[] {
  const has = (list: readonly Locked[]) => new Set(list.map(({ name, version }) => `${name} ${version}`));
  const [before, after] = [has(base), has(head)];
  const gone = base.filter(({ name, version }) => !after.has(`${name} ${version}`));
  const came = head.filter(({ name, version }) => !before.has(`${name} ${version}`));
  return pairs(gone, came, ({ name }) => name).flatMap(([left, current]) => {
    // One version became several, by marker: the new one follows the one that stays too.
    const old = left ?? (current && base.findLast(({ name }) => name === current.name));
    const one = current ?? old;
    if (one === undefined) return [];
    const [from, to] = [old?.version ?? '', current?.version ?? ''];
    const kind = from === '' ? 'added' : to === '' ? 'removed' : isOlder(to, from) ? 'downgraded' : 'changed';
    return [{ library: one.name, kind, from, to, file, line: one.line, group: '', marker: '', locked: true }];
  });
}

/** A package that an address names with its version is that version; any other one is only known by where it is from. */
function shown(requirement: Requirement | undefined): string {
  if (requirement === undefined) return '';
  const { source, version } = requirement;
  return source === 'index' ? requirement.specifier || 'any' : version === undefined ? source : `==${version}`;
}

function versionPart({ specifier, version }: Requirement): string {
  return version === undefined ? specifier : `==${version}`;
}

/** Elements of both lists with the same key, matched in order; undefined where one side has none. */
function pairs<Element>(
  left: readonly Element[],
  right: readonly Element[],
  key: (element: Element) => string,
): readonly (readonly [Element | undefined, Element | undefined])[] {
  const waiting = new Map<string, { readonly elements: Element[]; taken: number }>();
  for (const element of left) {
    const known = waiting.get(key(element));
    if (known) known.elements.push(element);
    else waiting.set(key(element), { elements: [element], taken: 0 });
  }
  const matched = right.map((element) => {
    const known = waiting.get(key(element));
    return [known?.elements[known.taken++], element] as const;
  });
  const rest = [...waiting.values()].flatMap(({ elements, taken }) =>
    elements.slice(taken).map((element) => [element, undefined] as const),
  );
  return [...matched, ...rest];
}

function isOlder(left: string, right: string): boolean {
  return isVersion(left) && isVersion(right) && compareVersions(left, right) < 0;
}

/** A specifier with more clauses than this is nobody's: only so many are looked at. */
const MOST_CLAUSES = 40;

/** How one specifier differs from another, judged at the versions that either names and just beside them. */
export function specifierChange(from: string, to: string): ManifestChangeKind {
  const [oldPin, newPin] = [exactVersion(from), exactVersion(to)];
  if (oldPin && newPin) return isOlder(newPin, oldPin) ? 'downgraded' : 'changed';
  const points = probes(`${from},${to}`);
  const inOld = points.map((point) => allows(from, point));
  const inNew = points.map((point) => allows(to, point));
  const gains = points.some((_, index) => inNew[index] && !inOld[index]);
  const loses = points.some((_, index) => inOld[index] && !inNew[index]);
  return gains === loses ? 'changed' : gains ? 'widened' : 'narrowed';
}

export function allows(specifier: string, version: string): boolean {
  return specifier === '' || satisfies(version, specifier);
}

function probes(specifiers: string): readonly string[] {
  const named = [...specifiers.matchAll(/[<>=!~]=?=?\s*([^,\s]+)/g)]
    .slice(0, MOST_CLAUSES)
    .map(([, version = '']) => version.replace(/\.\*$/, ''))
    .filter(isVersion);
  return [
    ...new Set([
      '0',
      '99999',
      ...named,
      ...named.map((version) => `${version.split('+')[0]}.post99999`),
      ...named.map((version) => `${version.split('+')[0]}.dev0`),
    ]),
  ].filter(isVersion);
}
