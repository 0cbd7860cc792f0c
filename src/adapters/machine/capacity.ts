/** Keeps the cache under a size. Environments that were not used for longest go first, never one that a run uses. */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from './process.ts';
import { isLeft, makeScratch, removeFolders } from './scratch.ts';

const IN_USE = 'use';
/** An archive of uv's cache that is younger may be on its way into an environment. */
const SETTLED_MS = 3600_000;
/** What the cache holds besides environments, in the order that shared files are counted in. */
const REST = ['uv', 'bytecode', 'index'] as const;

export interface Eviction {
  /** Identifiers of the environments that went. */
  readonly removed: readonly string[];
  readonly bytesFreed: number;
  /** What the cache still takes on the disk. */
  readonly bytesLeft: number;
}

const ours = new Map<string, string>();

/** Marks an environment as used by this process until it ends, and as used now. */
export function take(cache: string, id: string): void {
  const known = ours.get(cache);
  const marks = known !== undefined && existsSync(known) ? known : makeScratch(cache, IN_USE);
  // A run that is killed leaves its marks: the next one sees that nobody holds them.
  if (marks !== known) process.once('exit', () => rmSync(marks, { recursive: true, force: true }));
  ours.set(cache, marks);
  writeFileSync(join(marks, id), '');
  const folder = join(cache, 'environments', id);
  if (existsSync(folder)) utimesSync(folder, new Date(), new Date());
}

/** Removes environments until the cache takes no more than `most` bytes, or all that are left are in use. */
export async function makeRoom(cache: string, most: number): Promise<Eviction> {
  const sized = await sizes(cache);
  let left = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  const before = left;
  const removed: string[] = [];
  for (const { id, bytes } of sized.toReversed()) {
    if (left <= most) break;
    if (id === undefined || !(await evict(cache, id))) continue;
    removed.push(id);
    left -= bytes;
  }
  if (removed.length > 0) await removeFolders(orphans(join(cache, 'uv')));
  return { removed, bytesFreed: before - left, bytesLeft: left };
}

interface Sized {
  /** Absent for what is no environment. */
  readonly id?: string;
  readonly bytes: number;
}

/** Newest use first. A file that several share is counted for the first of them: the size is what goes with the last. */
async function sizes(cache: string): Promise<readonly Sized[]> {
  const folder = join(cache, 'environments');
  const usedAt = (id: string) => statSync(join(folder, id), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const ids = existsSync(folder) ? readdirSync(folder).toSorted((one, other) => usedAt(other) - usedAt(one)) : [];
  const rest = REST.map((name) => join(cache, name)).filter((path) => existsSync(path));
  const paths = [...ids.map((id) => join(folder, id)), ...rest];
  if (paths.length === 0) return [];
  const { stdout } = await run('du', ['-sk', '--', ...paths]);
  return stdout
    .split('\n')
    .map((line) => /^(\d+)\t(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, kilobytes, path = '']) => {
      const bytes = Number(kilobytes) * 1024;
      return rest.includes(path) ? { bytes } : { id: basename(path), bytes };
    });
}

/** Moved away before it is removed: a run that takes it in between gets it back. Whether it is gone, whoever removed it. */
async function evict(cache: string, id: string): Promise<boolean> {
  if (isUsed(cache, id)) return false;
  const folder = join(cache, 'environments', id);
  const aside = join(makeScratch(cache, 'evict'), id);
  if (!isMoved(folder, aside)) {
    await removeFolders([dirname(aside)]);
    return true;
  }
  if (isUsed(cache, id) && !existsSync(folder)) {
    renameSync(aside, folder);
    return false;
  }
  await removeFolders([dirname(aside)]);
  return true;
}

/** False where another run that makes room was first. */
function isMoved(folder: string, aside: string): boolean {
  return whereThere(() => {
    renameSync(folder, aside);
    return true;
  });
}

/** False for what another process has removed meanwhile. */
function whereThere(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether a process that still runs has taken it. */
function isUsed(cache: string, id: string): boolean {
  const parent = join(cache, 'tmp');
  const marks = existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith(`${IN_USE}-`)) : [];
  return marks.some((name) => existsSync(join(parent, name, id)) && !isLeft(parent, name));
}

/** Unpacked wheels of uv's cache that no environment shares; uv fetches again what it misses. */
function orphans(uv: string): readonly string[] {
  const archives = existsSync(uv) ? readdirSync(uv).filter((name) => /^archive-v\d+$/.test(name)) : [];
  return archives
    .flatMap((name) => readdirSync(join(uv, name)).map((archive) => join(uv, name, archive)))
    .filter((path) => whereThere(() => Date.now() - lstatSync(path).mtimeMs > SETTLED_MS && !isShared(path)));
}

function isShared(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && lstatSync(join(entry.parentPath, entry.name)).nlink > 1,
  );
}
