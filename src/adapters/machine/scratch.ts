/** Folders for work in progress. Each bears the mark of the process that made it, so that those of a dead one can be told. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.ts';

/** A folder of another machine or container that shares the cache is taken for dead after this long. */
const LONG_DEAD_MS = 24 * 3600_000;
const SHARED = 'peft-sweep-try';

/** A new folder under `tmp` of the cache. */
export function makeScratch(cache: string, what: string): string {
  const parent = join(cache, 'tmp');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, nameStart(what)));
}

/** The same in the folder for temporary files of the machine, which everybody may enter. */
export function makeShared(): string {
  return mkdtempSync(join(tmpdir(), nameStart(SHARED)));
}

function nameStart(what: string): string {
  return `${what}-${here()}.${process.pid}-`;
}

/** Removes folders, whatever lies in them: names too long for a path, folders that nobody may enter. Never throws. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  if ((await tried('rm', ['-rf', '--', ...folders])) === 0) return;
  await tried('chmod', ['-R', 'u+rwX', '--', ...folders]);
  await tried('rm', ['-rf', '--', ...folders]);
}

/** The status of a program; undefined where this machine has no room for it. */
async function tried(command: string, args: readonly string[]): Promise<number | undefined> {
  try {
    return (await run(command, args)).status;
  } catch {
    return undefined;
  }
}

/** Removes what runs that were killed have left behind. */
export async function sweepScratch(cache: string): Promise<void> {
  const own = join(cache, 'tmp');
  const shared = namesIn(tmpdir()).filter((name) => name.startsWith(`${SHARED}-`));
  const left = [
    ...namesIn(own).map((name) => [own, name] as const),
    ...shared.map((name) => [tmpdir(), name] as const),
  ];
  await removeFolders(
    left.filter(([parent, name]) => isLeft(parent, name)).map(([parent, name]) => join(parent, name)),
  );
}

/** Whether the process that made a folder is gone. */
export function isLeft(parent: string, name: string): boolean {
  const [, place, pid] = /^[a-z-]+-([0-9a-f]{8})\.(\d+)-/.exec(name) ?? [];
  if (place === here()) return !isAlive(Number(pid));
  const made = statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > LONG_DEAD_MS;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** What tells process ids apart that are equal on two machines or in two containers. */
function here(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Without /proc there are no containers to tell apart.
  }
  return createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8);
}
