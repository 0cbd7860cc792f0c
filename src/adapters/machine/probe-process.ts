import { type ChildProcess, spawn } from 'node:child_process';
import type { ProbeEnd } from '../../ports/probes.ts';
import { now, trace } from './trace.ts';

export interface ProbeCommand {
  readonly command: readonly string[];
  /** Its work folder, where it starts. */
  readonly work: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Until the first cell begins, no step may take longer. */
export const IMPORT_SECONDS = 120;
const LONGEST_RECORDS = 256 * 1024 * 1024;
/** What the adapters of one cell may come to, as text. */
const LONGEST_LINE = 32 * 1024 * 1024;
const KEPT_OUTPUT = 8000;

/**
 * One process of the probe, from its start to its end. It is told at once what to import, and by `give` which cells to run:
 * what it says before that is kept until then.
 */
export class ProbeProcess {
  readonly work: string;
  readonly ended: Promise<ProbeEnd>;
  #child: ChildProcess;
  #kept: string[] = [];
  #hear: ((line: string) => void) | undefined;
  #isReady = false;
  #isOver = false;
  #stopped: ProbeEnd['how'] | undefined;
  #failed: unknown;
  #output = '';
  #limit: NodeJS.Timeout | undefined;
  #importing: NodeJS.Timeout | undefined;

  constructor(
    { command: [program = '', ...args], work, environment, signal }: ProbeCommand,
    job: unknown,
    private readonly onReady: () => void,
  ) {
    const began = now();
    this.work = work;
    this.#child = spawn(program, args, {
      cwd: work,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const interrupt = () => this.stop('interrupted');
    signal.addEventListener('abort', interrupt, { once: true });
    this.#waitForImport();
    this.#listen();
    this.#write(job);
    this.ended = this.#whenOver().finally(() => {
      signal.removeEventListener('abort', interrupt);
      trace('probe', began, { pid: this.#child.pid });
    });
    // Whoever gives cells hears of it; a process that nobody gave any is nobody's business.
    this.ended.catch(() => undefined);
  }

  /** Whether it runs and may still come to an end of its own. */
  get isAlive(): boolean {
    return !this.#isOver && this.#stopped === undefined;
  }

  get isImporting(): boolean {
    return this.isAlive && !this.#isReady;
  }

  /** Hands it its cells. It is ended after so many milliseconds, for `why`. Throws what hearing a line threw. */
  give(order: unknown, hear: (line: string) => void, limit: { milliseconds: number; why: ProbeEnd['how'] }) {
    this.#hear = hear;
    this.#limit = setTimeout(() => this.stop(limit.why), limit.milliseconds);
    for (const line of this.#kept.splice(0)) this.#tell(line);
    if (this.#isReady) this.#waitForImport();
    this.#write(order);
    this.#child.stdin?.end();
    return this.ended;
  }

  stop(why: ProbeEnd['how']): void {
    this.#stopped ??= why;
    killGroup(this.#child.pid);
  }

  #write(order: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #waitForImport(): void {
    clearTimeout(this.#importing);
    this.#importing = setTimeout(() => this.stop('timeout'), IMPORT_SECONDS * 1000);
  }

  #listen(): void {
    const hear = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    // A process for which there were no descriptors left has no pipes.
    this.#child.stdout?.on('data', hear);
    this.#child.stderr?.on('data', hear);
    this.#child.stdin?.on('error', () => undefined);
    const records = this.#child.stdio?.[3] as NodeJS.ReadableStream | undefined;
    if (records)
      readLines(
        records,
        (line) => this.#advance(line),
        () => this.stop('timeout'),
      );
  }

  #advance(line: string): void {
    trace('record', now(), { pid: this.#child.pid, ...headOf(line) });
    clearTimeout(this.#importing);
    if (/^\{"kind": "(started|imported)"/.test(line)) this.#waitForImport();
    if (line.startsWith('{"kind": "ready"')) this.#readied();
    if (this.#hear === undefined) this.#kept.push(line);
    else this.#tell(line);
  }

  #readied(): void {
    this.#isReady = true;
    this.onReady();
  }

  #tell(line: string): void {
    try {
      this.#hear?.(line);
    } catch (error) {
      this.#failed ??= error;
      this.stop('interrupted');
    }
  }

  #whenOver(): Promise<ProbeEnd> {
    return new Promise((resolve, reject) => {
      const over = (end: ProbeEnd) => {
        this.#isOver = true;
        clearTimeout(this.#limit);
        clearTimeout(this.#importing);
        if (this.#failed === undefined) resolve(end);
        else reject(this.#failed);
      };
      this.#child.on('error', (error) => over({ how: 'exit', code: 127, output: error.message }));
      this.#child.on('close', (code, signal) => {
        killGroup(this.#child.pid);
        const how = this.#stopped ?? (signal ? 'signal' : 'exit');
        over({ how, code: code ?? signalNumber(signal), output: this.#output });
      });
    });
  }
}

/** What a record is about, for a profile: never its text. */
function headOf(line: string): Readonly<Record<string, unknown>> {
  // Only what a child itself wrote about its cell begins with something else.
  const [, kind = 'cell'] = /^\{"kind": "(\w{1,20})"/.exec(line) ?? [];
  const [, name] = /^.{0,30}"(?:package|cell)": "([\w/+.-]{1,120})"/.exec(line) ?? [];
  return { kind, name };
}

/** Lines of a stream; a line or a stream that is too long ends it. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void, tooMuch: () => void): void {
  let pending: string[] = [];
  let length = 0;
  let total = 0;
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (chunk: string) => {
    total += chunk.length;
    const parts = chunk.split('\n');
    for (const [index, part] of parts.entries()) {
      pending.push(part);
      length += part.length;
      if (total > LONGEST_RECORDS || length > LONGEST_LINE) return tooMuch();
      if (index === parts.length - 1) continue;
      onLine(pending.join(''));
      pending = [];
      length = 0;
    }
  });
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
