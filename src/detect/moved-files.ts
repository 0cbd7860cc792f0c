/** Which manifest of head is one of base under another name: by what both name, as git finds renames by what both hold. */
import type { Manifest } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';

/** Files compared one by one at most: beyond that only those that name the same are found. */
const MOST_COMPARED = 200;
const ALIKE = 0.5;

type Key = (manifest: Manifest) => string;

/** Sure pairs first: the same content under the same last two names, then less and less of both. */
const KEYS: readonly Key[] = [
  (manifest) => `${lastTwo(manifest.file)}\0${content(manifest)}`,
  (manifest) => `${lastTwo(manifest.file)}\0${names(manifest)}`,
  (manifest) => `${baseOf(manifest.file)}\0${content(manifest)}`,
  (manifest) => `${baseOf(manifest.file)}\0${names(manifest)}`,
];

/** File of head -> its file of base, for manifests that only one side has. */
export function movedFiles(base: readonly Manifest[], head: readonly Manifest[]): ReadonlyMap<string, string> {
  const gone = onlyIn(base, head);
  const came = onlyIn(head, base);
  const found = new Map<string, string>();
  const take = (now: string, then: string) => {
    found.set(now, then);
    gone.delete(then);
    came.delete(now);
  };
  for (const key of KEYS) {
    const waiting = new Map<string, string[]>();
    for (const one of gone.values()) waiting.set(key(one), [...(waiting.get(key(one)) ?? []), one.file]);
    for (const one of [...came.values()]) {
      const then = isEmpty(one) ? undefined : waiting.get(key(one))?.shift();
      if (then !== undefined) take(one.file, then);
    }
  }
  for (const [now, then] of likeliest([...gone.values()], [...came.values()]))
    if (gone.has(then) && came.has(now)) take(now, then);
  return found;
}

/** Manifests by their file, where the other end has no file of that name. */
function onlyIn(one: readonly Manifest[], other: readonly Manifest[]): Map<string, Manifest> {
  const files = new Set(other.map(({ file }) => file));
  return new Map(one.filter(({ file }) => !files.has(file)).map((manifest) => [manifest.file, manifest]));
}

/** Pairs of one format that have at least half of their names in common; best first. */
function likeliest(gone: readonly Manifest[], came: readonly Manifest[]): readonly (readonly [string, string])[] {
  const scored = came.slice(0, MOST_COMPARED).flatMap((now) =>
    gone
      .slice(0, MOST_COMPARED)
      .filter(({ format }) => format === now.format)
      .map((then) => ({ pair: [now.file, then.file] as const, score: common(namesIn(now), namesIn(then)) })),
  );
  return scored
    .filter(({ score }) => score >= ALIKE)
    .toSorted((left, right) => right.score - left.score)
    .map(({ pair }) => pair);
}

function common(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const both = [...left].filter((name) => right.has(name)).length;
  return both / Math.max(1, left.size + right.size - both);
}

function lastTwo(file: string): string {
  return file.split('/').slice(-2).join('/');
}

function content({ requirements, locked }: Manifest): string {
  return [
    ...requirements.map(({ name, specifier }) => name + specifier),
    ...locked.map((one) => one.name + one.version),
  ]
    .toSorted()
    .join();
}

function names(manifest: Manifest): string {
  return [...namesIn(manifest)].toSorted().join();
}

function namesIn({ requirements, locked }: Manifest): ReadonlySet<string> {
  return new Set([...requirements, ...locked].map(({ name }) => name));
}

function isEmpty({ requirements, locked }: Manifest): boolean {
  return requirements.length + locked.length === 0;
}
