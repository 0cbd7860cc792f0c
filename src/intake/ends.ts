/** Both ends of a comparison; those of a pull request through the API, with no more requests than the question takes. */
import { diffManifests } from '../detect/diff.ts';
import { guard } from '../detect/guard.ts';
import { type Choice, type Repository, readRepository } from '../detect/repository.ts';
import { isWatched, WATCHED } from '../domain/environment.ts';
import { WeatherError } from '../errors.ts';
import { LARGEST_MANIFEST } from '../formats/read.ts';
import { changesInside, isManifest } from '../formats/table.ts';
import type { CommitDiff } from '../ports/github.ts';
import type { Tree } from '../ports/tree.ts';

export interface BothEnds {
  readonly base: Repository;
  readonly head: Repository;
}

/** GitHub names no more files than this of one comparison. */
const MOST_NAMED = 300;
/** With more changed files than this the whole is read at once, as one archive. */
const FEW = 8;
/** What requirements files may include goes by any name, but not by these: pictures, prose, other languages. */
const NEVER_INCLUDED =
  /\.(md|rst|adoc|ipynb|png|jpe?g|gif|svg|ico|pdf|html?|css|scss|jsx?|tsx?|mjs|cjs|vue|json|jsonl|ya?ml|toml|lock|xml|csv|tsv|sql|sh|ps1|bat|c|cc|cpp|cu|h|hpp|rs|go|java|kt|rb|php|swift|pt|bin|safetensors|gguf|zip|gz|whl)$/i;

/**
 * Whether a comparison may move a watched library, found from the changed files alone: they are all that can differ.
 * True where that cannot be told. `watched` is asked for where a manifest changed.
 */
export async function mayMoveWatched(
  { files }: CommitDiff,
  base: Tree,
  head: Tree,
  watched: () => Promise<readonly string[]> = async () => WATCHED,
): Promise<boolean> {
  if (files.length >= MOST_NAMED) return true;
  const suspects = suspectsOf(files);
  if (suspects.length === 0) return false;
  if (suspects.length > FEW) return true;
  const paths = new Set(suspects);
  const [before, after] = [await readRepository(only(base, paths)), await readRepository(only(head, paths))];
  const changes = diffManifests(before.manifests, after.manifests);
  const watch = changes.length > 0 ? await watched() : WATCHED;
  return (
    changes.some(({ library }) => isWatched(library, watch)) ||
    guard(before.manifests, after.manifests).some(({ stops }) => stops !== undefined) ||
    includesOf(before) !== includesOf(after) ||
    (await namesWatched([...paths], base, head))
  );
}

function suspectsOf(files: CommitDiff['files']): readonly string[] {
  return files.filter(mayCarry).flatMap(({ path, previous }) => [path, ...(previous ? [previous] : [])]);
}

function mayCarry({ path, patch, previous }: CommitDiff['files'][number]): boolean {
  const names = [path, ...(previous ? [previous] : [])];
  if (names.some(isManifest)) return true;
  const [inside] = names.flatMap((name) => changesInside(name) ?? []);
  if (inside) return patch === undefined || inside.test(patch);
  return names.some((name) => !NEVER_INCLUDED.test(name));
}

/** The same tree with some of its files only. */
function only(tree: Tree, paths: ReadonlySet<string>): Tree {
  return {
    files: async () => (await tree.files()).filter(({ path }) => paths.has(path)),
    read: (wanted) => tree.read(wanted),
  };
}

function includesOf({ manifests }: Repository): string {
  return JSON.stringify(manifests.flatMap(({ file, includes }) => includes.map(({ path }) => `${file} ${path}`)));
}

/** A file that is no manifest by its name may be included by one that did not change. */
async function namesWatched(paths: readonly string[], base: Tree, head: Tree): Promise<boolean> {
  const odd = paths.filter((path) => !isManifest(path) && changesInside(path) === undefined);
  const texts = await Promise.all([base, head].map((tree) => tree.read(odd)));
  return texts.some((found) =>
    [...found.values()].some((text) => WATCHED.some((name) => text.toLowerCase().includes(name))),
  );
}

/** What can differ goes first, then manifests, then code: where GitHub gives no archive there is not room for all of it. */
export async function readBoth(
  { files }: CommitDiff,
  base: Tree,
  head: Tree,
  choice: Choice | undefined,
): Promise<BothEnds> {
  const changed = suspectsOf(files);
  for (const tree of [head, base]) await readFirst(tree, changed);
  const after = await readRepository(head, choice);
  return { base: await readRepository(base, choice, 'manifests'), head: after };
}

async function readFirst(tree: Tree, changed: readonly string[]): Promise<void> {
  const present = (await tree.files()).filter(({ kind, bytes }) => kind === 'file' && bytes <= LARGEST_MANIFEST);
  await tree.read(changed);
  const manifests = present.map(({ path }) => path).filter(isManifest);
  const missing = manifests.length - (await tree.read(manifests)).size;
  if (missing > 0)
    throw new WeatherError(
      `${missing} of ${manifests.length} manifests were not read: GitHub gave no archive of the commit, and asking for each would use up the requests of an hour. Run the job again.`,
    );
}
