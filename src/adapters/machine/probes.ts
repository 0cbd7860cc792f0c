import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Card } from '../../domain/card.ts';
import type { Device, StartMethod } from '../../domain/device.ts';
import type { OnRecord, ProbeEnd, ProbeJob, ProbeProgram, Probes } from '../../ports.ts';
import type { Containment, Limits } from './contain.ts';
import { environmentFolder } from './environments.ts';
import { Handover } from './handover.ts';
import { Evidence } from './left.ts';
import { nodesOf } from './nodes.ts';
import { probeProgram } from './program.ts';
import { makeScratch, removeFolders } from './scratch.ts';

export interface ProbeSettings {
  readonly cache: string;
  /** Folder of the Python package `peft_probe` and the checkpoints. */
  readonly program: string;
  /** Where adapters that the base environment saved are kept for the others. */
  readonly handover: string;
  readonly containment: Containment;
  /** What a probe sees besides its environment, the program and a handover: the interpreter. */
  readonly show: readonly string[];
  readonly signal: AbortSignal;
  /** How cells are started, where not as their device says. */
  readonly start?: StartMethod | undefined;
  /** The kind of card that cells run on, where they do. */
  readonly accelerator?: string | undefined;
  /** The cards that answer now. */
  readonly cards?: () => Promise<readonly Card[]>;
}

/** A job with the cards that its workers are divided over; none on a processor. */
type CardJob = ProbeJob & { readonly cards: readonly Card[] };

const NO_CARD: ProbeEnd = { how: 'exit', code: 1, output: 'No card of this sweep answers its driver any more.' };
/** Until the first cell begins, no step may take longer. */
const IMPORT_SECONDS = 120;
const IMPORT_BYTES = 3 * 1024 ** 3;
const LONGEST_RECORDS = 256 * 1024 * 1024;
/** What the adapters of one cell may come to, as text. */
const LONGEST_LINE = 32 * 1024 * 1024;
const STEPS = 25;
const START = 'import sys; sys.path.insert(0, sys.argv.pop()); from peft_probe.zygote import main; main()';

/** Runs the Python probe in an environment. Records come on a channel of their own, line by line. */
export class PythonProbes implements Probes {
  readonly program: ProbeProgram;
  readonly accelerator: string | undefined;
  readonly #handover: Handover;

  constructor(private readonly settings: ProbeSettings) {
    this.program = probeProgram(settings.program, settings.start);
    this.accelerator = settings.accelerator;
    this.#handover = new Handover(settings.handover);
  }

  hasHandover(environmentId: string, cell: string): boolean {
    return this.#handover.has(environmentId, cell);
  }

  async run(environmentId: string, job: ProbeJob, onRecord: OnRecord): Promise<ProbeEnd> {
    const work = makeScratch(this.settings.cache, 'probe');
    const cells = job.cells.map(({ id }) => id);
    const evidence = new Evidence(job.cells.filter(({ leaves }) => leaves).map(({ id }) => id));
    const hear = (line: string) => {
      const isLeft = (job.saveHandover && this.#handover.take(environmentId, line, cells)) || evidence.take(line);
      if (!isLeft) onRecord(line, (cell) => evidence.give(cell));
    };
    try {
      const cards = await this.#cards(job);
      if (job.device.hasCards && cards.length === 0) return NO_CARD;
      const width = job.device.hasCards ? Math.min(job.width, cards.length) : job.width;
      return await this.#spawn(environmentId, { ...job, width, cards }, work, hear);
    } finally {
      await removeFolders([work]);
    }
  }

  /** Asked again each time: one that vanished takes no more cells. */
  async #cards({ device }: ProbeJob): Promise<readonly Card[]> {
    const cards = device.hasCards ? await this.settings.cards?.() : [];
    return cards ?? [];
  }

  #carried({ carryFrom }: ProbeJob): string | undefined {
    return carryFrom === undefined ? undefined : this.#handover.given(carryFrom);
  }

  #command(environmentId: string, job: CardJob, work: string, seconds: number): readonly string[] {
    const { settings } = this;
    const environment = environmentFolder(settings.cache, environmentId);
    const carried = this.#carried(job);
    const show = [environment, settings.program, ...(carried ? [carried] : []), ...settings.show];
    const bytesOfCell = job.device.limits.bytes;
    const bytes = bytesOfCell + IMPORT_BYTES;
    const limits: Limits = { bytes, memory: bytes + job.width * bytesOfCell, seconds };
    const python = join(environment, 'bin', 'python');
    const mounts = { work, show, nodes: nodesOf(job.cards) };
    return settings.containment.wrap(mounts, limits, [python, '-I', '-B', '-c', START, settings.program]);
  }

  #spawn(environmentId: string, job: CardJob, work: string, onLine: (line: string) => void): Promise<ProbeEnd> {
    const { settings } = this;
    const seconds = IMPORT_SECONDS + Math.ceil(job.cells.length / job.width) * this.#secondsOfCell(job);
    const [command = '', ...args] = this.#command(environmentId, job, work, seconds + 30);
    const child = spawn(command, args, {
      cwd: work,
      env: probeEnvironment(work, job),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    return new Promise((resolve, reject) => {
      let stopped: ProbeEnd['how'] | undefined;
      let failed: unknown;
      let output = '';
      const stop = (why: ProbeEnd['how']) => {
        stopped ??= why;
        killGroup(child.pid);
      };
      const interrupt = () => stop('interrupted');
      const limit = Math.min(seconds * 1000, job.milliseconds ?? Number.POSITIVE_INFINITY);
      const timer = setTimeout(() => stop(limit < seconds * 1000 ? 'interrupted' : 'timeout'), limit);
      let importing = setTimeout(() => stop('timeout'), IMPORT_SECONDS * 1000);
      const advance = (line: string) => {
        clearTimeout(importing);
        if (/^\{"kind": "(started|imported)"/.test(line))
          importing = setTimeout(() => stop('timeout'), IMPORT_SECONDS * 1000);
        try {
          onLine(line);
        } catch (error) {
          failed ??= error;
          stop('interrupted');
        }
      };
      settings.signal.addEventListener('abort', interrupt, { once: true });
      const hear = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-8000);
      };
      const over = (end: ProbeEnd) => {
        clearTimeout(timer);
        clearTimeout(importing);
        settings.signal.removeEventListener('abort', interrupt);
        if (failed === undefined) resolve(end);
        else reject(failed);
      };
      child.on('error', (error) => over({ how: 'exit', code: 127, output: error.message }));
      child.on('close', (code, signal) => {
        killGroup(child.pid);
        over({ how: stopped ?? (signal ? 'signal' : 'exit'), code: code ?? signalNumber(signal), output });
      });
      // A process for which there were no descriptors left has no pipes.
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      const records = child.stdio?.[3] as NodeJS.ReadableStream | undefined;
      if (records) readLines(records, advance, () => stop('timeout'));
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(JSON.stringify(this.#jobText(job, work)));
    });
  }

  /** A cell that fails beside others is tried once more in a process of its own, which imports first. */
  #secondsOfCell({ device }: ProbeJob): number {
    const isSpawned = this.#startOf(device) === 'spawn';
    return isSpawned ? 2 * device.limits.seconds + IMPORT_SECONDS : device.limits.seconds;
  }

  #startOf(device: Device): StartMethod {
    return this.settings.start ?? device.start;
  }

  #jobText(job: CardJob, work: string) {
    return {
      cells: job.cells,
      packages: job.packages,
      width: job.width,
      checkpoints: join(this.settings.program, 'checkpoints'),
      work,
      handover: job.saveHandover,
      carryFrom: this.#carried(job) ?? null,
      start: this.#startOf(job.device),
      place: job.device.place,
      cards: job.cards.map(({ uuid }) => uuid),
      seconds: job.device.limits.seconds,
      bytes: job.device.limits.bytes,
      steps: STEPS,
    };
  }
}

/** Nothing of the caller's environment: no token, no cloud setting, no path to a cache. */
function probeEnvironment(work: string, { device, cards }: CardJob): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    HOME: work,
    TMPDIR: work,
    LANG: 'C.UTF-8',
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    TRANSFORMERS_VERBOSITY: 'error',
    TOKENIZERS_PARALLELISM: 'false',
    ...(device.hasCards && { CUDA_VISIBLE_DEVICES: cards.map(({ uuid }) => uuid).join(',') }),
    ...device.variables,
  };
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
