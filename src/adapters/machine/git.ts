import { spawn } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, WeatherError } from '../../errors.ts';
import type { Tree, TreeFile } from '../../ports/tree.ts';
import { run } from './process.ts';

/** The git folder of a hostile checkout must not run programs: no hooks, no file monitor, no pager, no lazy fetch. */
const SAFE = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'protocol.allow=never',
  '--no-pager',
];

/** A list of two million files; more is no checkout of somebody who fine-tunes. */
const LONGEST = 256 * 1024 * 1024;

async function git(folder: string, args: readonly string[], input?: string) {
  return run('git', [...SAFE, '-C', folder, ...args], { longest: LONGEST, ...(input !== undefined && { input }) });
}

/** The commit to compare with: what was asked for, else where this branch left the default branch. */
export async function baseCommit(folder: string, asked: string | undefined): Promise<string> {
  const inside = await git(folder, ['rev-parse', '--is-inside-work-tree']);
  if (/dubious ownership/.test(inside.stderr))
    throw new UserError(
      `git refuses this checkout, since it belongs to another user. If that is meant: \`git config --global --add safe.directory ${folder}\`.`,
    );
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

/** The files of a commit, from two git processes. */
export function commitTree(folder: string, commit: string): Tree {
  const objects = new Map<string, string>();
  return {
    async files() {
      const listed = await git(folder, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit]);
      if (listed.status !== 0 && /promisor remote/.test(listed.stderr))
        throw new UserError(
          'This clone was made without the contents of its older commits (`--filter`), and nothing is fetched here. Fetch them once: `git fetch --refetch --no-filter`.',
        );
      if (listed.status !== 0)
        throw new WeatherError(`git could not list ${commit}: ${listed.stderr.trim().slice(0, 200)}`);
      return listed.stdout.split('\0').flatMap((entry): TreeFile[] => {
        const tab = entry.indexOf('\t');
        const [mode = '', type = '', object = '', size = ''] = entry.slice(0, tab).split(/ +/);
        const path = entry.slice(tab + 1);
        if (tab < 0 || type !== 'blob') return [];
        objects.set(path, object);
        return [{ path, bytes: Number(size), kind: mode === '120000' ? 'link' : 'file' }];
      });
    },
    async read(paths) {
      const known = paths.filter((path) => objects.has(path));
      const contents = await blobs(
        folder,
        known.map((path) => objects.get(path) ?? ''),
      );
      return new Map(known.flatMap((path, index) => (contents[index] === undefined ? [] : [[path, contents[index]]])));
    },
  };
}

/** The contents of objects, in order, from one git process. */
function blobs(folder: string, objects: readonly string[]): Promise<readonly string[]> {
  if (objects.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...SAFE, '-C', folder, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', reject);
    // Where the system has no file left there are no pipes; the error follows.
    if (child.pid === undefined) return;
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
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

/** The working tree, with what git does not track yet and does not ignore. */
export async function workingTree(folder: string): Promise<Tree> {
  const top = (await git(folder, ['rev-parse', '--show-toplevel'])).stdout.trim();
  return {
    async files() {
      const listed = await git(top, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
      return [...new Set(listed.stdout.split('\0'))].flatMap((path) => stateOf(top, path) ?? []);
    },
    async read(paths) {
      return new Map(
        paths.flatMap((path): [string, string][] => {
          // Looked at again: a link may have taken the place of the file.
          if (stateOf(top, path)?.kind !== 'file') return [];
          try {
            return [[path, readFileSync(join(top, path), 'utf8')]];
          } catch {
            return [];
          }
        }),
      );
    },
  };
}

function stateOf(top: string, path: string): TreeFile | undefined {
  if (path === '') return undefined;
  try {
    const state = lstatSync(join(top, path));
    if (state.isSymbolicLink()) return { path, bytes: 0, kind: 'link' };
    return state.isFile() ? { path, bytes: state.size, kind: 'file' } : undefined;
  } catch {
    return undefined;
  }
}
