/** What changed between the manifests of two commits. The diff decides; what a bot says about it is only a hint. */
import type { Locked, Manifest, ManifestChange, ManifestChangeKind, Requirement } from '../domain/manifest.ts';
import { exactVersion } from '../domain/pep508.ts';
import { compareVersions, isVersion, satisfies } from '../domain/version.ts';

export function diffManifests(base: readonly Manifest[], head: readonly Manifest[]): readonly ManifestChange[] {
  const before = new Map(base.map((manifest) => [manifest.file, manifest]));
  const after = new Map(head.map((manifest) => [manifest.file, manifest]));
  const files = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return files.flatMap((file) => [
    ...diffRequirements(file, before.get(file)?.requirements ?? [], after.get(file)?.requirements ?? []),
    ...diffLocked(file, before.get(file)?.locked ?? [], after.get(file)?.locked ?? []),
  ]);
}

/** Requirements of one name, group and marker are matched in the order in which they stand. */
function diffRequirements(
  file: string,
  base: readonly Requirement[],
  head: readonly Requirement[],
): readonly ManifestChange[] {
  const key = ({ name, group, marker }: Requirement) => `${name}\0${group}\0${marker}`;
  return pairs(base, head, key).flatMap(([old, current]) => {
    const one = current ?? old;
    if (one === undefined || (old && current && old.specifier === current.specifier && old.source === current.source))
      return [];
    const { name: library, line, group, marker } = one;
    const kind =
      old === undefined
        ? 'added'
        : current === undefined
          ? 'removed'
          : specifierChange(old.specifier, current.specifier);
    return [{ library, kind, from: shown(old), to: shown(current), file, line, group, marker, locked: false }];
  });
}

function diffLocked(file: string, base: readonly Locked[], head: readonly Locked[]): readonly ManifestChange[] {
  const has = (list: readonly Locked[]) => new Set(list.map(({ name, version }) => `${name} ${version}`));
  const [before, after] = [has(base), has(head)];
  const gone = base.filter(({ name, version }) => !after.has(`${name} ${version}`));
  const came = head.filter(({ name, version }) => !before.has(`${name} ${version}`));
  return pairs(gone, came, ({ name }) => name).flatMap(([old, current]) => {
    const one = current ?? old;
    if (one === undefined) return [];
    const kind =
      old === undefined
        ? 'added'
        : current === undefined
          ? 'removed'
          : isOlder(current.version, old.version)
            ? 'downgraded'
            : 'changed';
    return [
      {
        library: one.name,
        kind,
        from: old?.version ?? '',
        to: current?.version ?? '',
        file,
        line: one.line,
        group: '',
        marker: '',
        locked: true,
      } as const,
    ];
  });
}

function shown(requirement: Requirement | undefined): string {
  if (requirement === undefined) return '';
  return requirement.source === 'index' ? requirement.specifier || 'any' : requirement.source;
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
