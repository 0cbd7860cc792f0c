import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.ts';

const EVERY_MS = 500;
/** Wheels of torch unpack to about twice their size; nothing honest comes to this. */
const MOST_TIMES = 8;
const AT_LEAST_BYTES = 4e9;

/**
 * Does some work that fills a disk, and tells it to stop once it has filled far more than the bytes it fetches: what a
 * wheel unpacks to is the wheel's own word. Returns what the work returned, and whether it was stopped.
 */
export async function withinDisk<Value>(
  folder: string,
  fetched: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<{ readonly value: Value; readonly stopped: boolean }> {
  const most = Math.max(AT_LEAST_BYTES, fetched * MOST_TIMES);
  const before = freeBytes(folder);
  const stop = new AbortController();
  const timer = setInterval(() => {
    if (before - freeBytes(folder) > most) stop.abort();
  }, EVERY_MS);
  try {
    return { value: await work(stop.signal), stopped: stop.signal.aborted };
  } finally {
    clearInterval(timer);
  }
}

/** Bytes that a folder takes on the disk, each file counted once. */
export async function takenBy(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', '--', folder]);
  return Number.parseInt(stdout, 10) * 1024;
}

/** A file of an environment that was fetched or compiled for it has a link there, and one in the cache that it came from. */
const LINKS_OF_NEW = 2;
const BLOCK_BYTES = 512;

/**
 * Bytes that an environment adds to what is on the disk: not those of files that others have a link of, which is nearly all
 * of it (5.5 GB of torch and its kind).
 */
export function addedBy(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => lstatSync(join(entry.parentPath, entry.name)))
    .filter(({ nlink }) => nlink <= LINKS_OF_NEW)
    .reduce((sum, { blocks }) => sum + blocks * BLOCK_BYTES, 0);
}

/** Bytes that an ordinary user may still write where a folder is. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
