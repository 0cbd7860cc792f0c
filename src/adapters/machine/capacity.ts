/** Keeps the cache under a size. Environments that were not used for longest go first, never one that a run uses. */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { addedBy } from './disk.ts';
import { run } from './process.ts';
import { isLeft, makeScratch, removeFolders } from './scratch.ts';

const IN_USE = 'use';
/** The file of a cache that says what it takes at most. */
export const COUNTED = 'counted';
/** A run that decides whether an environment goes. */
const DECIDING = 'deciding';
const LONGEST_DECISION_MS = 5000;
/** Files of uv's cache and bytecode that are younger may be on their way into an environment. */
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

/**
 * Marks an environment as used by this process until it ends, and as used now. Whether it stands is settled when this
 * returns: one that another run was about to remove is back, or gone for good.
 */
export function take(cache: string, id: string): void {
  const known = ours.get(cache);
  const marks = known !== undefined && existsSync(known) ? known : makeScratch(cache, IN_USE);
  // A run that is killed leaves its marks: the next one sees that nobody holds them.
  if (marks !== known) process.once('exit', () => rmSync(marks, { recursive: true, force: true }));
  ours.set(cache, marks);
  writeFileSync(join(marks, id), '');
  awaitDecisions(cache);
  const folder = join(cache, 'environments', id);
  if (existsSync(folder)) utimesSync(folder, new Date(), new Date());
}

/**
 * Makes room where the cache may take more than `most` bytes; undefined where it cannot. Looking at 200 environments takes
 * some 20 s, so what was counted is noted, and what is built since is added to it.
 */
export async function keepWithin(cache: string, most: number): Promise<Eviction | undefined> {
  const bytes = noted(cache);
  if (bytes !== undefined && bytes <= most) return undefined;
  const eviction = await makeRoom(cache, most);
  note(cache, eviction.bytesLeft);
  return eviction;
}

/** Adds to what was counted what an environment does not share with another. */
export function addToCount(cache: string, environment: string): void {
  const bytes = noted(cache);
  if (bytes !== undefined) note(cache, bytes + addedBy(environment));
}

/** Bytes that the cache takes at most; undefined where nobody has counted. */
function noted(cache: string): number | undefined {
  try {
    const bytes = Number(readFileSync(join(cache, COUNTED), 'utf8').trim() || Number.NaN);
    return Number.isSafeInteger(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function note(cache: string, bytes: number): void {
  writeFileSync(join(cache, `${COUNTED}.${process.pid}`), `${bytes}\n`);
  renameSync(join(cache, `${COUNTED}.${process.pid}`), join(cache, COUNTED));
}

/** Removes environments until the cache takes no more than `most` bytes, or all that are left are in use. */
export async function makeRoom(cache: string, most: number): Promise<Eviction> {
  const before = totalOf(await sizes(cache));
  if (before <= most) return { removed: [], bytesFreed: 0, bytesLeft: before };
  await dropUnshared(cache);
  const sized = await sizes(cache);
  let left = totalOf(sized);
  const removed: string[] = [];
  for (const { id, bytes } of sized.toReversed()) {
    if (left <= most) break;
    if (id === undefined || !(await evict(cache, id))) continue;
    removed.push(id);
    left -= bytes;
  }
  if (removed.length > 0) await dropUnshared(cache);
  return { removed, bytesFreed: before - left, bytesLeft: left };
}

function totalOf(sized: readonly Sized[]): number {
  return sized.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Removes what is kept for environments and in none of them: it is fetched or compiled again where it is missed. */
async function dropUnshared(cache: string): Promise<void> {
  await removeFolders(unsharedWheels(join(cache, 'uv')));
  for (const file of unsharedFiles(join(cache, 'bytecode'))) rmSync(file, { force: true });
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

/** Moved away before it is removed: a run that takes it meanwhile waits, and has it back. Whether it is gone, whoever removed it. */
async function evict(cache: string, id: string): Promise<boolean> {
  const aside = makeScratch(cache, 'evict');
  const deciding = makeScratch(cache, DECIDING);
  try {
    return isSetAside(cache, id, join(aside, id));
  } finally {
    rmdirSync(deciding);
    await removeFolders([aside]);
  }
}

/** False where it is in use, and stays. */
function isSetAside(cache: string, id: string, aside: string): boolean {
  if (isUsed(cache, id)) return false;
  const folder = join(cache, 'environments', id);
  if (!isMoved(folder, aside)) return true;
  if (!isUsed(cache, id) || existsSync(folder)) return true;
  renameSync(aside, folder);
  return false;
}

/** Waits until no run that still runs is deciding: a moment, and never for long. */
function awaitDecisions(cache: string): void {
  const parent = join(cache, 'tmp');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const isDeciding = () => readdirSync(parent).some((name) => name.startsWith(`${DECIDING}-`) && !isLeft(parent, name));
  const late = performance.now() + LONGEST_DECISION_MS;
  while (isDeciding() && performance.now() < late) Atomics.wait(pause, 0, 0, 2);
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

/** Unpacked wheels of uv's cache that no environment shares. */
function unsharedWheels(uv: string): readonly string[] {
  const archives = existsSync(uv) ? readdirSync(uv).filter((name) => /^archive-v\d+$/.test(name)) : [];
  return archives
    .flatMap((name) => readdirSync(join(uv, name)).map((archive) => join(uv, name, archive)))
    .filter((path) => whereThere(() => Date.now() - lstatSync(path).mtimeMs > SETTLED_MS && !isShared(path)));
}

/** Files below a folder of which no environment has a link. */
function unsharedFiles(folder: string): readonly string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return entries
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))
    .filter((path) => whereThere(() => isUnshared(path)));
}

function isUnshared(path: string): boolean {
  const { mtimeMs, nlink } = lstatSync(path);
  return nlink === 1 && Date.now() - mtimeMs > SETTLED_MS;
}

function isShared(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && lstatSync(join(entry.parentPath, entry.name)).nlink > 1,
  );
}
