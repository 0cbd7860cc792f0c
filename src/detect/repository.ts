/** Reads a repository through a tree of files: its manifests, what they include, and what its code uses. */
import type { Finding, Manifest } from '../domain/manifest.ts';
import type { Tree, TreeFile } from '../ports.ts';
import type { CodeUse } from './code.ts';
import { formatIfNamed, isManifest, LARGEST_MANIFEST, readManifest, tooLargeManifest } from './formats.ts';
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

/** `what` is `manifests` where nobody asks what the code uses: at base only its manifests count. */
export async function readRepository(
  tree: Tree,
  { chosen, named: isNamed }: Choice = EVERYTHING,
  what: 'manifests' | 'manifests and code' = 'manifests and code',
): Promise<Repository> {
  const files = await tree.files();
  const present = new Map(files.map((file) => [file.path, file]));
  const contents = new Map<string, string>();
  const manifests = new Map<string, Manifest>();
  const findings: Finding[] = [];

  const extra = new Map(
    files.flatMap(({ path }) => {
      const format = !isManifest(path) && isNamed(path) ? formatIfNamed(path) : undefined;
      return format === undefined ? [] : [[path, format] as const];
    }),
  );
  const named = files.filter(({ path }) => (isManifest(path) && chosen(path)) || extra.has(path));
  for (const { path } of named.filter(({ kind }) => kind === 'link'))
    findings.push({ kind: 'link', message: 'It is a link; links are not followed.', file: path, line: 1 });
  const regular = named.filter(({ kind }) => kind === 'file');
  const small = withinBytes(
    regular.filter(({ bytes }) => bytes <= LARGEST_MANIFEST),
    MOST_MANIFEST_BYTES,
  );
  const fitting = new Set(small);
  for (const file of regular.filter((one) => !fitting.has(one))) manifests.set(file.path, tooLargeManifest(file.path));
  await readAll(
    tree,
    small.map(({ path }) => path),
    undefined,
  );

  for (let depth = 0, fresh = [...manifests.values()]; fresh.length > 0; depth++) {
    if (depth === DEEPEST) {
      const [first] = fresh;
      const message = `Files that include each other are followed ${DEEPEST} deep; what this one includes is not read.`;
      if (first) findings.push({ kind: 'include', message, file: first.file, line: 1 });
      break;
    }
    const wanted = new Set<string>();
    for (const manifest of fresh)
      for (const include of manifest.includes) {
        const path = includedPath(manifest, include.path, present);
        if (typeof path !== 'string') {
          if (path.why) findings.push({ kind: 'include', message: path.why, file: manifest.file, line: include.line });
        } else if (!manifests.has(path)) wanted.add(path);
      }
    fresh = await readAll(tree, [...wanted], 'requirements');
  }

  const sources = await readSources(tree, files, what, findings);
  for (const [path, text] of sources.python) {
    const script = chosen(path) ? readManifest(path, text) : undefined;
    if (script === undefined) continue;
    manifests.set(path, script);
    contents.set(path, text);
  }
  const code = what === 'manifests' ? [] : readUses(sources);
  return { manifests: [...manifests.values()], contents, code, findings };

  async function readAll(from: Tree, paths: readonly string[], as: string | undefined): Promise<Manifest[]> {
    const added: Manifest[] = [];
    for (const [path, text] of await from.read(paths)) {
      const manifest = readManifest(path, text, as ?? extra.get(path));
      if (manifest === undefined) continue;
      manifests.set(path, manifest);
      contents.set(path, text);
      added.push(manifest);
    }
    return added;
  }
}

/** Files in order, as long as they fit together. */
function withinBytes(files: readonly TreeFile[], most: number): readonly TreeFile[] {
  let total = 0;
  return files.filter(({ bytes }) => {
    total += bytes;
    return total <= most;
  });
}

/** The file that an include names, or why it is not read; `why` is absent where that is nobody's mistake. */
function includedPath(
  manifest: Manifest,
  written: string,
  present: ReadonlyMap<string, TreeFile>,
): string | { readonly why?: string } {
  // A Dockerfile names files of its image: only those that are also in the repository are known.
  const isImage = manifest.format === 'dockerfile';
  const text = written.slice(0, 200);
  if (/^[a-z]+:/i.test(written))
    return { why: `\`${text.replace(/\/\/[^/@]*@/, '//')}\` is not a file of this repository.` };
  const folder = manifest.file.split('/').slice(0, -1);
  const candidates = [folder, ...(isImage ? [[]] : [])].map((from) => joined(from, written));
  const found = candidates.find((path) => path !== undefined && present.get(path)?.kind === 'file');
  if (found !== undefined) return found;
  if (isImage) return {};
  return {
    why:
      candidates[0] === undefined
        ? `\`${text}\` is outside of this repository; it is not read.`
        : `\`${text}\` is not in this repository.`,
  };
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
