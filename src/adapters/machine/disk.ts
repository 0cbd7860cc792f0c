import { statfsSync } from 'node:fs';
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

/** Bytes that an ordinary user may still write where a folder is. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
