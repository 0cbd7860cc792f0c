/** Folders that a run writes to: proved before anything else is done, and held by one run at a time. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';

const LOCK = '.lock';

/** Why a folder cannot be made or written to, by the system's code; what is missing here is the machine's fault. */
const WHY: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'it is on a read-only file system',
  ENOTDIR: 'a file stands in its way',
  EEXIST: 'it is a file',
  ENOENT: 'it cannot be made there',
  ELOOP: 'it is a link to itself',
  ENAMETOOLONG: 'its name is too long',
};

/** Makes a folder and proves that it can be written to. `what` names it and `instead` says where else, in a message. */
export function openFolder(folder: string, what: string, instead: string): void {
  const proof = join(folder, `.written-${process.pid}`);
  try {
    makeFolder(resolve(folder));
    writeFileSync(proof, '');
    rmSync(proof);
  } catch (error) {
    const why = WHY[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    throw new UserError(`${what} \`${folder}\` cannot be used: ${why}. Mend that, or ${instead}.`);
  }
}

/** Step by step: Node's own way never ends where the system makes no folders, as below /proc. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && isFolder(folder)) return;
    if (code !== 'ENOENT' || existsSync(dirname(folder))) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder);
  }
}

export function openOut(folder: string): void {
  openFolder(folder, 'The output folder', 'name another with `--out DIR`');
}

/** Opens the output folder for one run; another one that uses it now is an error. Returns what gives it back. */
export function takeOut(folder: string): () => void {
  openOut(folder);
  const lock = join(folder, LOCK);
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' });
  for (let attempt = 0; ; attempt++) {
    if (written(lock, mine)) return () => release(lock, mine);
    const owner = ownerOf(lock);
    if (attempt > 2 || owner !== undefined)
      throw new UserError(
        `Another run${owner === undefined ? '' : ` (process ${owner})`} writes to \`${folder}\` now. Wait for it, or name another folder with \`--out DIR\`.`,
      );
    discardStale(lock);
  }
}

function written(lock: string, text: string): boolean {
  try {
    writeFileSync(lock, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that holds a lock, if it still runs: a number may have been given to another process since. */
function ownerOf(lock: string): number | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && startOf(pid) === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Moved away before it is removed: of two runs that found it stale, one moves it, and the other finds the new one. */
function discardStale(lock: string): void {
  const aside = `${lock}-${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const owner = ownerOf(aside);
  if (owner === undefined) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, lock);
}

function release(lock: string, mine: string): void {
  try {
    if (readFileSync(lock, 'utf8') === mine) rmSync(lock);
  } catch {
    return;
  }
}

/** When a process began, in the system's own words; undefined where it does not run or only waits to be buried. */
function startOf(pid: number): string | undefined {
  try {
    // The third field and the 22nd; the second may hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return fields?.[0] === 'Z' ? undefined : fields?.[19];
  } catch {
    const shown = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return shown.stdout?.trim() || undefined;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
