import { type ChildProcess, spawn } from 'node:child_process';
import { WeatherError } from '../../errors.ts';
import { limitOf } from '../../failure.ts';
import { commandWords, now, trace } from './trace.ts';

export interface Finished {
  readonly status: number;
  /** The signal that ended it, if one did. */
  readonly signal?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Stops the program; it then ends with status 130. */
  readonly signal?: AbortSignal | undefined;
  /** Output of each stream that is kept, in characters; what comes after is dropped. */
  readonly longest?: number;
}

const LONGEST_OUTPUT = 8 * 1024 * 1024;

/** Programs that run now: none of them outlives this process. */
const running = new Set<ChildProcess>();

/**
 * Runs a program to its end. One that cannot be started ends with status 127, one that takes too long with 124, one that
 * is interrupted with 130, one that is killed with 128 and the signal. Throws WeatherError where this machine has no room for another process.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const began = now();
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env && { env: options.env }),
      ...(options.cwd && { cwd: options.cwd }),
    });
    const out = { stdout: '', stderr: '' };
    let stopped: 124 | 130 | undefined;
    const stop = (status: 124 | 130) => {
      stopped ??= status;
      child.kill('SIGKILL');
    };
    const interrupt = () => stop(130);
    const timer = setTimeout(() => stop(124), options.timeoutMs ?? 600_000);
    const forget = () => {
      clearTimeout(timer);
      running.delete(child);
      options.signal?.removeEventListener('abort', interrupt);
    };
    child.on('error', (error) => {
      forget();
      const limit = startLimit(error);
      if (limit === undefined) resolve({ status: 127, stdout: '', stderr: error.message });
      else reject(new WeatherError(`\`${command}\` cannot be started. ${limit}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      forget();
      trace(commandWords(command, args), began);
      resolve({ status: stopped ?? code ?? 128, ...(signal && { signal }), ...out });
    });
    // Where the system has no file left there are no pipes; the error follows.
    if (child.pid === undefined) return;
    keep(child);
    if (options.signal?.aborted) interrupt();
    options.signal?.addEventListener('abort', interrupt, { once: true });
    for (const key of ['stdout', 'stderr'] as const) {
      // A character may be cut by the end of a chunk.
      child[key].setEncoding('utf8');
      child[key].on('data', (chunk: string) => {
        if (out[key].length < (options.longest ?? LONGEST_OUTPUT)) out[key] += chunk;
      });
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

function keep(child: ChildProcess): void {
  if (running.size === 0 && !process.listeners('exit').includes(killRunning)) process.on('exit', killRunning);
  running.add(child);
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A program that is not there or may not run is the caller's to judge; the limits of this machine are not. */
function startLimit(error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'EACCES' || error.code === 'EPERM' ? undefined : limitOf(error);
}
