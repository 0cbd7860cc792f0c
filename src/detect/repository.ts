/** Reads a repository through a tree of files: its manifests, what they include, and what its code uses. */
import type { Finding, Manifest } from '../domain/manifest.ts';
import { has } from '../formats/format.ts';
import { LARGEST_MANIFEST, readManifest, tooLargeManifest } from '../formats/read.ts';
import { formatIfNamed, formatNamed, isManifest } from '../formats/table.ts';
import type { Tree, TreeFile } from '../ports/tree.ts';
import type { CodeUse } from './code.ts';
import { readSources, readUses } from './sources.ts';

export interface Repository {
  readonly manifests: readonly Manifest[];
  /** Text of the manifests, for patches. */
  readonly contents: ReadonlyMap<string, string>;
  readonly code: readonly CodeUse[];
  readonly findings: readonly Finding[];
}

/** Bytes of manifests read in all: a repository is not to fill the memory. */
const MOST_MANIFEST_BYTES = 256 * 1024 * 1024;
/** Requirements files include others at most so deep. */
const DEEPEST = 16;

/** Which files count as manifests, by path: all that are known as such, unless somebody chose. */
export interface Choice {
  readonly chosen: (path: string) => boolean;
  /** Files that somebody names as manifests, whatever they are called. */
  readonly named: (path: string) => boolean;
}

const EVERYTHING: Choice = { chosen: () => true, named: () => false };

/** What was read so far. */
interface Gathered {
  readonly manifests: Map<string, Manifest>;
  readonly contents: Map<string, string>;
  readonly findings: Finding[];
}

/** Paths to read, each with the format that somebody says it has; undefined where its path says it. */
type Wanted = ReadonlyMap<string, string | undefined>;

/** `what` is `manifests` where nobody asks what the code uses: at base only its manifests count. */
export async function readRepository(
  tree: Tree,
  choice: Choice = EVERYTHING,
  what: 'manifests' | 'manifests and code' = 'manifests and code',
): Promise<Repository> {
  const files = await tree.files();
  const gathered: Gathered = { manifests: new Map(), contents: new Map(), findings: [] };
  await readAll(tree, readableFiles(files, choice, gathered), gathered);
  await readIncluded(tree, files, gathered);
  const sources = await readSources(tree, files, what, gathered.findings);
  for (const [path, text] of sources.python) if (choice.chosen(path)) gather(path, text, undefined, gathered);
  const code = what === 'manifests' ? [] : readUses(sources);
  return { ...gathered, manifests: [...gathered.manifests.values()], code };
}

/** Manifests by their path or because somebody names them; links and what is too large are noted and not opened. */
function readableFiles(files: readonly TreeFile[], { chosen, named }: Choice, gathered: Gathered): Wanted {
  const formats = new Map<string, string | undefined>();
  for (const { path } of files) {
    const byName = !isManifest(path) && named(path) ? formatIfNamed(path) : undefined;
    if (byName !== undefined || (isManifest(path) && chosen(path))) formats.set(path, byName);
  }
  const wanted = files.filter(({ path }) => formats.has(path));
  for (const { path } of wanted.filter(({ kind }) => kind === 'link'))
    gathered.findings.push({ kind: 'link', message: 'It is a link; links are not followed.', file: path, line: 1 });
  const regular = wanted.filter(({ kind }) => kind === 'file');
  const small = regular.filter(({ bytes }) => bytes <= LARGEST_MANIFEST);
  const fitting = new Set(withinBytes(small, MOST_MANIFEST_BYTES));
  for (const { path } of regular.filter((file) => !fitting.has(file)))
    gathered.manifests.set(path, tooLargeManifest(path));
  return new Map([...fitting].map(({ path }) => [path, formats.get(path)]));
}

async function readAll(tree: Tree, wanted: Wanted, gathered: Gathered): Promise<readonly Manifest[]> {
  const texts = await tree.read([...wanted.keys()]);
  return [...texts].flatMap(([path, text]) => gather(path, text, wanted.get(path), gathered) ?? []);
}

function gather(path: string, text: string, as: string | undefined, gathered: Gathered): Manifest | undefined {
  const manifest = readManifest(path, text, as);
  if (manifest === undefined) return undefined;
  gathered.manifests.set(path, manifest);
  gathered.contents.set(path, text);
  return manifest;
}

/** Files that manifests name, and those that these name, until nothing new is named. */
async function readIncluded(tree: Tree, files: readonly TreeFile[], gathered: Gathered): Promise<void> {
  const present = new Map(files.map((file) => [file.path, file]));
  let fresh: readonly Manifest[] = [...gathered.manifests.values()];
  for (let depth = 0; fresh.length > 0; depth++) {
    const [first] = fresh;
    if (depth === DEEPEST && first) {
      const message = `Files that include each other are followed ${DEEPEST} deep; what this one includes is not read.`;
      gathered.findings.push({ kind: 'include', message, file: first.file, line: 1 });
      return;
    }
    fresh = await readAll(tree, includedFiles(fresh, present, gathered), gathered);
  }
}

function includedFiles(
  from: readonly Manifest[],
  present: ReadonlyMap<string, TreeFile>,
  { manifests, findings }: Gathered,
): Wanted {
  const wanted = new Map<string, string>();
  for (const manifest of from) {
    const rule = has(formatNamed(manifest.format)?.includes);
    for (const { path: written, line } of rule ? manifest.includes : []) {
      const found = includedPath(manifest.file, written, rule?.of === 'where it runs', present);
      if ('path' in found && !manifests.has(found.path)) wanted.set(found.path, rule?.as ?? '');
      if ('why' in found) findings.push({ kind: 'include', message: found.why, file: manifest.file, line });
    }
  }
  return wanted;
}

/** Files in order, as long as they fit together. */
function withinBytes(files: readonly TreeFile[], most: number): readonly TreeFile[] {
  let total = 0;
  return files.filter(({ bytes }) => {
    total += bytes;
    return total <= most;
  });
}

/** The file that an include names, or why it is not read; neither where that is nobody's mistake. */
function includedPath(
  file: string,
  written: string,
  isWhereItRuns: boolean,
  present: ReadonlyMap<string, TreeFile>,
): { readonly path: string } | { readonly why: string } | Record<string, never> {
  const text = written.slice(0, 200);
  if (/^[a-z]+:/i.test(written))
    return { why: `\`${text.replace(/\/\/[^/]*@/, '//')}\` is not a file of this repository.` };
  const beside = joined(file.split('/').slice(0, -1), written);
  // An image, and the folder that a script is started in, hold other files: only those of the repository are known.
  const candidates = isWhereItRuns ? [beside, joined([], written)] : [beside];
  const path = candidates.find((one) => one !== undefined && present.get(one)?.kind === 'file');
  if (path !== undefined) return { path };
  if (isWhereItRuns) return {};
  return beside === undefined
    ? { why: `\`${text}\` is outside of this repository; it is not read.` }
    : { why: `\`${text}\` is not in this repository.` };
}

/** A path below the top of the repository; undefined where it leads out. */
function joined(folder: readonly string[], written: string): string | undefined {
  if (written.startsWith('/')) return undefined;
  const parts = [...folder];
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
