import { spawn } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMATS, readManifest } from '../detect/formats.ts';
import type { Manifest } from '../domain/manifest.ts';
import { UserError } from '../errors.ts';
import { run } from './process.ts';

const LARGEST = 32 * 1024 * 1024;
/** The git folder of a hostile checkout must not run programs: no hooks, no file monitor, no pager. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-pager'];

async function git(folder: string, args: readonly string[], input?: string) {
  return run('git', [...SAFE, '-C', folder, ...args], input === undefined ? {} : { input });
}

/** The commit to compare with: what was asked for, else where this branch left the default branch. */
export async function baseCommit(folder: string, asked: string | undefined): Promise<string> {
  const inside = await git(folder, ['rev-parse', '--is-inside-work-tree']);
  if (inside.status !== 0)
    throw new UserError(
      'This is not a git checkout. Name what changes, e.g. `peft-sweep sweep transformers:4.55.4..4.57.6`.',
    );
  if (asked !== undefined) return commitOf(folder, asked);
  for (const branch of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const found = await git(folder, ['merge-base', 'HEAD', branch]);
    if (found.status === 0) return found.stdout.trim();
  }
  throw new UserError('No default branch was found to compare with. Name one with --base REF.');
}

export async function commitOf(folder: string, ref: string): Promise<string> {
  const found = await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (found.status !== 0) throw new UserError(`\`${ref}\` is no commit of this checkout. Fetch it, or name another.`);
  return found.stdout.trim();
}

/** The manifests of a commit. Links are not followed. */
export async function manifestsAt(folder: string, commit: string): Promise<readonly Manifest[]> {
  const listed = await git(folder, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  const files = listed.stdout.split('\0').flatMap((entry) => {
    const [meta = '', file = ''] = entry.split('\t');
    const [mode = '', , object = ''] = meta.split(' ');
    return mode.startsWith('100') && isManifest(file) ? [{ file, object }] : [];
  });
  const contents = await blobs(
    folder,
    files.map(({ object }) => object),
  );
  return present(files.map(({ file }, index) => readManifest(file, contents[index] ?? '')));
}

/** The contents of objects, in order, from one git process. */
function blobs(folder: string, objects: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...SAFE, '-C', folder, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(splitBatch(Buffer.concat(chunks), objects.length)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(objects.map((object) => `${object}\n`).join(''));
  });
}

/** `<object> blob <size>`, a line feed, the content, a line feed, for each object. */
function splitBatch(output: Buffer, count: number): readonly string[] {
  const contents: string[] = [];
  let position = 0;
  while (contents.length < count) {
    const end = output.indexOf(10, position);
    const size = Number(output.subarray(position, end).toString().split(' ')[2]);
    if (end < 0 || !Number.isInteger(size)) break;
    contents.push(output.subarray(end + 1, end + 1 + size).toString());
    position = end + size + 2;
  }
  return contents;
}

/** The manifests of the working tree, with what git does not track yet and does not ignore. */
export async function manifestsHere(folder: string): Promise<readonly Manifest[]> {
  const top = (await git(folder, ['rev-parse', '--show-toplevel'])).stdout.trim();
  const listed = await git(top, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = [...new Set(listed.stdout.split('\0'))].filter(isManifest);
  return present(files.map((file) => readRegular(top, file)));
}

function readRegular(top: string, file: string): Manifest | undefined {
  try {
    const path = join(top, file);
    const state = lstatSync(path);
    return state.isFile() && state.size <= LARGEST ? readManifest(file, readFileSync(path, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(file: string): boolean {
  return file !== '' && FORMATS.some((format) => format.supports(file));
}

function present(manifests: readonly (Manifest | undefined)[]): readonly Manifest[] {
  return manifests.filter((manifest) => manifest !== undefined);
}
