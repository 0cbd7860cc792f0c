import { spawn } from 'node:child_process';

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
  /** Ends the program early. */
  readonly signal?: AbortSignal;
  /** Output of each stream that is kept, in characters; what comes after is dropped. */
  readonly longest?: number;
}

const LONGEST_OUTPUT = 8 * 1024 * 1024;

/**
 * Runs a program to its end. One that cannot be started ends with status 127, one that takes too long with 124, one
 * that is killed with 128 and the signal.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env && { env: options.env }),
      ...(options.cwd && { cwd: options.cwd }),
    });
    const out = { stdout: '', stderr: '' };
    const collect = (key: 'stdout' | 'stderr') => (chunk: string) => {
      if (out[key].length < (options.longest ?? LONGEST_OUTPUT)) out[key] += chunk;
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 600_000);
    options.signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: 127, stdout: '', stderr: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ status: late ? 124 : (code ?? 128), ...(signal && { signal }), ...out });
    });
    // A process for which there were no descriptors left has no pipes.
    for (const key of ['stdout', 'stderr'] as const) {
      // A character may be cut by the end of a chunk.
      child[key]?.setEncoding('utf8');
      child[key]?.on('data', collect(key));
    }
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
