import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeEnd, ProbeJob, Probes } from '../ports.ts';
import type { Containment, Rooms } from './contain.ts';
import { environmentFolder } from './environments.ts';

export interface ProbeSettings {
  readonly cache: string;
  /** Folder of the Python package `peft_probe` and the checkpoints. */
  readonly program: string;
  /** Where adapters that the base environment saved are kept for the others. */
  readonly handover: string;
  readonly containment: Containment;
  /** What a probe cannot see, and what it can all the same. */
  readonly rooms: Pick<Rooms, 'hidden' | 'kept'>;
  readonly signal: AbortSignal;
  readonly secondsPerCell: number;
  readonly bytesPerCell: number;
  /** Full logs go here, if wanted. */
  readonly onOutput?: (text: string) => void;
}

const IMPORT_SECONDS = 180;
const LONGEST_RECORDS = 64 * 1024 * 1024;
const LONGEST_LINE = 65_536;
const STEPS = 25;
const START = 'import sys; sys.path.insert(0, sys.argv.pop()); from peft_probe.zygote import main; main()';

/** Runs the Python probe in an environment. Records come on a channel of their own, line by line. */
export class PythonProbes implements Probes {
  constructor(private readonly settings: ProbeSettings) {}

  async run(environmentId: string, job: ProbeJob, onLine: (line: string) => void): Promise<ProbeEnd> {
    const work = mkdtempSync(join(ensure(join(this.settings.cache, 'tmp')), 'probe-'));
    try {
      const end = await this.#spawn(environmentId, job, work, onLine);
      if (job.saveHandover) keepHandover(join(work, 'save'), join(this.settings.handover, environmentId));
      return end;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  #spawn(environmentId: string, job: ProbeJob, work: string, onLine: (line: string) => void): Promise<ProbeEnd> {
    const { settings } = this;
    for (const folder of ['cells', 'home', 'tmp']) mkdirSync(join(work, folder));
    const python = join(environmentFolder(settings.cache, environmentId), 'bin', 'python');
    const rooms = {
      ...settings.rooms,
      writable: work,
      kept: settings.rooms.kept.filter((folder) => existsSync(folder)),
    };
    const [command = '', ...args] = settings.containment.wrap(rooms, [
      python,
      '-I',
      '-B',
      '-c',
      START,
      settings.program,
    ]);
    const child = spawn(command, args, {
      cwd: work,
      env: probeEnvironment(work),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    return new Promise((resolve) => {
      let stopped: 'timeout' | 'interrupted' | undefined;
      let output = '';
      const stop = (why: 'timeout' | 'interrupted') => {
        stopped ??= why;
        killGroup(child.pid);
      };
      const interrupt = () => stop('interrupted');
      const limit = IMPORT_SECONDS + Math.ceil(job.cells.length / job.width) * settings.secondsPerCell;
      const timer = setTimeout(() => stop('timeout'), limit * 1000);
      settings.signal.addEventListener('abort', interrupt, { once: true });
      const hear = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-8000);
        settings.onOutput?.(chunk.toString());
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      readLines(child.stdio[3] as NodeJS.ReadableStream, onLine, () => stop('timeout'));
      child.on('error', (error) => {
        clearTimeout(timer);
        resolve({ how: 'exit', code: 127, output: error.message });
      });
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        settings.signal.removeEventListener('abort', interrupt);
        killGroup(child.pid);
        resolve({ how: stopped ?? (signal ? 'signal' : 'exit'), code: code ?? signalNumber(signal), output });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(JSON.stringify(this.#jobText(job, work)));
    });
  }

  #jobText(job: ProbeJob, work: string) {
    return {
      cells: job.cells,
      packages: job.packages,
      width: job.width,
      checkpoints: join(this.settings.program, 'checkpoints'),
      work: join(work, 'cells'),
      saveTo: job.saveHandover ? join(work, 'save') : null,
      carryFrom: job.carryFrom ? join(this.settings.handover, job.carryFrom) : null,
      seconds: this.settings.secondsPerCell,
      bytes: this.settings.bytesPerCell,
      steps: STEPS,
    };
  }
}

/** Nothing of the caller's environment: no token, no cloud setting, no path to a cache. One thread per process. */
function probeEnvironment(work: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    HOME: join(work, 'home'),
    TMPDIR: join(work, 'tmp'),
    LANG: 'C.UTF-8',
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    CUDA_VISIBLE_DEVICES: '',
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    TRANSFORMERS_VERBOSITY: 'error',
    TOKENIZERS_PARALLELISM: 'false',
  };
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void, tooMuch: () => void): void {
  let pending = '';
  let total = 0;
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    total += chunk.length;
    pending += chunk.toString();
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    if (total > LONGEST_RECORDS || pending.length > LONGEST_LINE) return tooMuch();
    for (const line of lines) onLine(line);
  });
}

/** Readable for the other user that probes run as, whatever mode a library saved it with. */
function makeReadable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o755 : 0o644);
    if (entry.isDirectory()) makeReadable(path);
  }
}

/** Copies what the base environment's cells saved; links are left behind. */
function keepHandover(from: string, to: string): void {
  try {
    mkdirSync(to, { recursive: true });
    cpSync(from, to, { recursive: true, filter: (source) => !lstatSync(source).isSymbolicLink() });
    makeReadable(to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return;
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGILL: 4,
    SIGABRT: 6,
    SIGBUS: 7,
    SIGFPE: 8,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGTERM: 15,
  };
  return (signal && numbers[signal]) ?? 1;
}

function ensure(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
