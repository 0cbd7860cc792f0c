/**
 * Compiled bytecode for what many environments share. A probe may not write to its environment and would compile some
 * 2,500 modules, 6 of 9 seconds of its imports, each time anew.
 *
 * What is stored is named by the SHA-256 of the source that it was compiled from, as it lies there: no word of a package
 * decides what is shared. The compiler runs contained and answers on a pipe; only this module writes to the store.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Containment, Warden } from './contain.ts';
import { makeScratch, removeFolders } from './scratch.ts';

export interface BytecodeSettings {
  readonly cache: string;
  readonly warden: Warden;
  /** The part of the names of compiled files that names the interpreter, e.g. `cpython-311`. */
  readonly tag: string;
  readonly containment: Containment;
  /** Folders that the compiler needs besides the packages. */
  readonly show: readonly string[];
}

interface Source {
  readonly path: string;
  readonly stored: string;
}

const LARGEST_ANSWER = 1024 ** 3;
const LIMITS = { bytes: 2 * 1024 ** 3, memory: 4 * 1024 ** 3, seconds: 300 } as const;

/** Puts bytecode beside the sources of all packages but those named. A failure only costs time. */
export async function addBytecode(
  packages: string,
  except: readonly string[],
  settings: BytecodeSettings,
): Promise<void> {
  const sources = sourcesIn(packages, except).map((path) => ({ path, stored: storedName(path, settings) }));
  const missing = [...new Map(sources.map((source) => [source.stored, source])).values()].filter(
    ({ stored }) => !existsSync(stored),
  );
  if (missing.length > 0) await compile(packages, missing, settings);
  for (const source of sources) place(source, settings.tag);
}

function sourcesIn(folder: string, except: readonly string[]): readonly string[] {
  const found: string[] = [];
  const waiting = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !except.includes(name));
  for (const entry of waiting) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && entry.name !== '__pycache__')
      waiting.push(...readdirSync(path, { withFileTypes: true }));
    else if (entry.isFile() && entry.name.endsWith('.py')) found.push(path);
  }
  return found;
}

function storedName(path: string, { cache, tag }: BytecodeSettings): string {
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  return join(cache, 'bytecode', tag, digest.slice(0, 2), `${digest}.pyc`);
}

async function compile(packages: string, sources: readonly Source[], settings: BytecodeSettings): Promise<void> {
  const { warden, containment, show, cache } = settings;
  const work = makeScratch(cache, 'compile');
  const script = join(warden.program, 'peft_probe', 'bytecode.py');
  const mounts = { work, show: [...show, packages] };
  const [command = '', ...args] = containment.wrap(mounts, LIMITS, [warden.python, '-I', '-S', '-B', script]);
  const child = spawn(command, args, {
    cwd: work,
    env: { LANG: 'C.UTF-8' },
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), (LIMITS.seconds + 30) * 1000);
  await new Promise<void>((done) => {
    const read = framesInto((index, bytes) => {
      const source = sources[index];
      if (source !== undefined) store(source.stored, bytes);
    });
    const answer = child.stdio?.[3] as NodeJS.ReadableStream | undefined;
    answer?.on('data', (chunk: Buffer) => read(chunk) || child.kill('SIGKILL'));
    answer?.on('error', () => undefined);
    child.on('error', () => done());
    child.on('close', () => done());
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(sources.map(({ path }) => path)));
  });
  clearTimeout(late);
  await removeFolders([work]);
}

/** Takes `INDEX SIZE` lines apart from the bytes that follow each; false once the stream is no longer in that form. */
function framesInto(hear: (index: number, bytes: Buffer) => void): (chunk: Buffer) => boolean {
  let pending = Buffer.alloc(0);
  let total = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    total += chunk.length;
    for (;;) {
      const end = pending.indexOf(10);
      if (end < 0) return pending.length < 64 && total < LARGEST_ANSWER;
      const [, index, size] = /^(\d{1,7}) (\d{1,8})$/.exec(pending.subarray(0, end).toString('latin1')) ?? [];
      if (index === undefined || total > LARGEST_ANSWER) return false;
      if (pending.length < end + 1 + Number(size)) return true;
      hear(Number(index), pending.subarray(end + 1, end + 1 + Number(size)));
      pending = pending.subarray(end + 1 + Number(size));
    }
  };
}

function store(target: string, bytes: Buffer): void {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.${process.pid}`, bytes, { mode: 0o644 });
  renameSync(`${target}.${process.pid}`, target);
}

/** Links stored bytecode to where the importer looks for it (PEP 3147). */
function place({ path, stored }: Source, tag: string): void {
  const folder = join(dirname(path), '__pycache__');
  const target = join(folder, `${basename(path, '.py')}.${tag}.pyc`);
  if (!existsSync(stored) || existsSync(target)) return;
  mkdirSync(folder, { recursive: true });
  try {
    linkSync(stored, target);
  } catch {
    // A file has a limited number of links, and many packages hold the same empty one.
    copyFileSync(stored, target);
  }
}
