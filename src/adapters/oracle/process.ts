/** The oracle in a process of its own: native code that reads what strangers' code wrote cannot end a sweep. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import type { Cell } from '../../domain/cell.ts';
import { OracleAnswer } from '../../domain/oracle-answer.ts';
import { whyNotJudged } from '../../oracle/coverage.ts';
import type { Oracle } from '../../ports/oracle.ts';
import type { Folder } from '../../ports/probes.ts';

export interface OracleSettings {
  /** Of the program and the graphs. */
  readonly version: string;
  /** The program of the process, the graphs and the checkpoints. */
  readonly program: string;
  readonly graphs: string;
  readonly checkpoints: string;
  /** A folder that onnxruntime-node is installed in; absent for that of this program. */
  readonly runtime: string | undefined;
  /** Milliseconds that one cell may take; a minute where nothing is said. */
  readonly patience?: number | undefined;
}

interface Waiting {
  readonly resolve: (answer: OracleAnswer) => void;
  readonly reject: (error: Error) => void;
}

const Ready = z.object({ ready: z.boolean() });
const Reply = z.object({ id: z.int(), answer: OracleAnswer });
const PATIENCE = 60_000;
const START_PATIENCE = 20_000;
const ENDED = 'the process of the oracle ended or did not answer';

/** Whether the runtime is there, without loading it. */
export function hasRuntime(folder: string | undefined): boolean {
  try {
    createRequire(folder === undefined ? import.meta.url : join(folder, 'package.json')).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

export class OracleProcess implements Oracle {
  #child: ChildProcess | undefined;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly settings: OracleSettings) {}

  get version(): string {
    return this.settings.version;
  }

  /** Starts its process, and says whether that has its runtime. */
  canAnswer(): Promise<boolean> {
    const child = this.#running();
    // Its channel keeps nobody waiting at the end; here somebody waits.
    child.channel?.ref();
    return new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), START_PATIENCE);
      const tell = (isReady: boolean) => {
        clearTimeout(late);
        child.channel?.unref();
        resolve(isReady);
      };
      child.once('message', (message) => tell(Ready.safeParse(message).data?.ready === true));
      child.once('error', () => tell(false));
      child.once('exit', () => tell(false));
    });
  }

  covers(cell: Cell): boolean {
    return whyNotJudged(cell) === undefined;
  }

  /**
   * What could not be asked is weather, never an answer: throws where the process ends or takes too long.
   * One cell after the other: its time begins when those before it are answered, else many slow ones end all behind them.
   */
  examine(cell: Cell, left: Folder, checkpoint?: string): Promise<OracleAnswer> {
    const answer = this.#last.then(() => this.#ask(cell, left, checkpoint));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask({ architecture, task }: Cell, left: Folder, checkpoint?: string): Promise<OracleAnswer> {
    const child = this.#running();
    const id = this.#asked++;
    const files = new Map(left.names.flatMap((name) => [[name, left.read(name) ?? new Uint8Array()] as const]));
    const timer = setTimeout(() => child.kill('SIGKILL'), this.settings.patience ?? PATIENCE);
    const answer = new Promise<OracleAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      child.send({ id, architecture, task, files, checkpoint }, (error) => error && reject(new Error(ENDED)));
    });
    return answer.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(id);
    });
  }

  /** Nothing of the caller's environment goes along; it ends when nobody asks any more. */
  #running(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const { program, graphs, checkpoints, runtime = '' } = this.settings;
    const child = fork(program, [graphs, checkpoints, runtime], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
      execArgv: ['--max-old-space-size=160'],
    });
    child.on('message', (message) => this.#hear(message));
    child.on('error', () => this.#end(child));
    child.on('exit', () => this.#end(child));
    child.unref();
    child.channel?.unref();
    this.#child = child;
    return child;
  }

  #hear(message: unknown): void {
    const reply = Reply.safeParse(message);
    if (reply.success) this.#waiting.get(reply.data.id)?.resolve(reply.data.answer);
  }

  /** Those that wait are told; the next one that asks gets a new process. */
  #end(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(ENDED));
  }
}
