import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Card } from '../../domain/card.ts';
import type { Device, StartMethod } from '../../domain/device.ts';
import type { ExpectedProbe, OnRecord, ProbeEnd, ProbeJob, ProbeProgram, Probes } from '../../ports/probes.ts';
import type { OwnCheckpoints } from './checkpoints/open.ts';
import type { Containment, Limits } from './contain.ts';
import { environmentFolder } from './environments.ts';
import { Handover } from './handover.ts';
import { Evidence } from './left.ts';
import { nodesOf } from './nodes.ts';
import { IMPORT_SECONDS, ProbeProcess } from './probe-process.ts';
import { ProbesAhead } from './probes-ahead.ts';
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
  /** Checkpoints of the user's own. */
  readonly own?: OwnCheckpoints | undefined;
}

/** A job with the cards that its workers are divided over; none on a processor. */
type CardJob = ProbeJob & { readonly cards: readonly Card[] };

const NO_CARD: ProbeEnd = { how: 'exit', code: 1, output: 'No card of this sweep answers its driver any more.' };
const IMPORT_BYTES = 3 * 1024 ** 3;
/** A probe that was started ahead waits for as long as the run goes on, which its own supervisor is told in seconds. */
const LONGEST_WAIT = 24 * 3600;
const STEPS = 25;
const START = 'import sys; sys.path.insert(0, sys.argv.pop()); from peft_probe.zygote import main; main()';

/** Runs the Python probe in an environment. Records come on a channel of their own, line by line. */
export class PythonProbes implements Probes {
  readonly program: ProbeProgram;
  readonly accelerator: string | undefined;
  readonly #handover: Handover;
  readonly #ahead: ProbesAhead;

  constructor(private readonly settings: ProbeSettings) {
    const program = probeProgram(settings.program, settings.start);
    const checkpoint = (name: string) => settings.own?.get(name)?.hash ?? program.checkpoint(name);
    this.program = { ...program, checkpoint };
    this.accelerator = settings.accelerator;
    this.#handover = new Handover(settings.handover);
    this.#ahead = new ProbesAhead(availableParallelism());
  }

  hasHandover(environmentId: string, cell: string): boolean {
    return this.#handover.has(environmentId, cell);
  }

  /** Begins to import what may be asked for next, in processes that wait for their cells; the others that wait are ended. */
  async expect(expected: readonly ExpectedProbe[]): Promise<void> {
    const forks = expected.filter(({ job }) => !job.device.hasCards && this.#startOf(job.device) === 'fork');
    await this.#ahead.want(
      forks.map(({ environmentId, job }) => ({
        key: this.#keyOf(environmentId, job),
        start: () => this.#start(environmentId, { ...job, cards: [] }, LONGEST_WAIT),
      })),
    );
  }

  async run(environmentId: string, job: ProbeJob, onRecord: OnRecord): Promise<ProbeEnd> {
    const cells = job.cells.map(({ id }) => id);
    const evidence = new Evidence(job.cells.filter(({ leaves }) => leaves).map(({ id }) => id));
    const hear = (line: string) => {
      const isLeft = (job.saveHandover && this.#handover.take(environmentId, line, cells)) || evidence.take(line);
      if (!isLeft) onRecord(line, (cell) => evidence.give(cell));
    };
    // At once: who looks ahead next no longer wants it.
    const ready = job.isAlone ? undefined : this.#ahead.take(this.#keyOf(environmentId, job));
    const cards = await this.#cards(job);
    if (job.device.hasCards && cards.length === 0) return NO_CARD;
    const width = job.device.hasCards ? Math.min(job.width, cards.length) : job.width;
    return this.#runIn(environmentId, { ...job, width, cards }, ready, hear);
  }

  async #runIn(
    environmentId: string,
    job: CardJob,
    ready: ProbeProcess | undefined,
    hear: (line: string) => void,
  ): Promise<ProbeEnd> {
    if (job.isAlone) await this.#ahead.leaveAlone();
    const seconds = IMPORT_SECONDS + Math.ceil(job.cells.length / job.width) * this.#secondsOfCell(job);
    const probe = ready ?? this.#start(environmentId, job, seconds + 30);
    this.#ahead.mind(probe);
    const left = job.milliseconds ?? Number.POSITIVE_INFINITY;
    const why = left < seconds * 1000 ? 'interrupted' : 'timeout';
    try {
      return await probe.give(this.#order(job), hear, { milliseconds: Math.min(left, seconds * 1000), why });
    } finally {
      await removeFolders([probe.work]);
    }
  }

  /** Probes of one key can stand in for each other until they are given cells. */
  #keyOf(environmentId: string, job: ProbeJob): string {
    return JSON.stringify([environmentId, job.packages, job.device.name, job.width, this.#carried(job) ?? '']);
  }

  /** Asked again each time: one that vanished takes no more cells. */
  async #cards({ device }: ProbeJob): Promise<readonly Card[]> {
    const cards = device.hasCards ? await this.settings.cards?.() : [];
    return cards ?? [];
  }

  #carried({ carryFrom }: ProbeJob): string | undefined {
    return carryFrom === undefined ? undefined : this.#handover.open(carryFrom);
  }

  #command(environmentId: string, job: CardJob, work: string, seconds: number): readonly string[] {
    const { settings } = this;
    const environment = environmentFolder(settings.cache, environmentId);
    const carried = this.#carried(job);
    const own = [...(settings.own?.values() ?? [])].flatMap(({ files }) => files);
    const show = [environment, settings.program, ...(carried ? [carried] : []), ...settings.show, ...own];
    const bytesOfCell = job.device.limits.bytes;
    const bytes = bytesOfCell + IMPORT_BYTES;
    const limits: Limits = { bytes, memory: bytes + job.width * bytesOfCell, seconds };
    const python = join(environment, 'bin', 'python');
    const mounts = { work, show, nodes: nodesOf(job.cards) };
    return settings.containment.wrap(mounts, limits, [python, '-I', '-B', '-c', START, settings.program]);
  }

  /** A cell that fails beside others is tried once more in a process of its own, which imports first. */
  #secondsOfCell({ device }: ProbeJob): number {
    const isSpawned = this.#startOf(device) === 'spawn';
    const seconds = this.#limitOf(device);
    return isSpawned ? 2 * seconds + IMPORT_SECONDS : seconds;
  }

  /** A probe that waits for its cells may get those of the user's largest checkpoint. */
  #limitOf({ limits }: Device): number {
    const extra = [...(this.settings.own?.values() ?? [])].map(({ extraSeconds }) => extraSeconds);
    return limits.seconds + Math.max(0, ...extra);
  }

  #startOf(device: Device): StartMethod {
    return this.settings.start ?? device.start;
  }

  #start(environmentId: string, job: CardJob, seconds: number): ProbeProcess {
    const work = makeScratch(this.settings.cache, 'probe');
    return new ProbeProcess(
      {
        command: this.#command(environmentId, job, work, seconds),
        work,
        environment: probeEnvironment(work, job),
        signal: this.settings.signal,
      },
      this.#imports(job, work),
      () => this.#ahead.goOn(),
    );
  }

  /** What a probe is told at its start. */
  #imports(job: CardJob, work: string) {
    return {
      packages: job.packages,
      expects: job.cells.map(({ architecture, task }) => ({ architecture, task })),
      checkpoints: join(this.settings.program, 'checkpoints'),
      ...(this.settings.own?.size ? { brought: toldOf(this.settings.own) } : {}),
      work,
      start: this.#startOf(job.device),
      place: job.device.place,
      cards: job.cards.map(({ uuid }) => uuid),
      seconds: this.#limitOf(job.device),
      bytes: job.device.limits.bytes,
      steps: STEPS,
    };
  }

  /** What it is told once there are cells for it. */
  #order(job: CardJob) {
    return {
      cells: job.cells,
      width: job.width,
      handover: job.saveHandover,
      carryFrom: this.#carried(job) ?? null,
    };
  }
}

/** What a probe is told of checkpoints of the user's own. */
function toldOf(own: OwnCheckpoints) {
  const told = [...own].map(([name, { folder, trustsCode, isStored }]) => [name, { folder, trustsCode, isStored }]);
  return Object.fromEntries(told);
}

/** Nothing of the caller's environment: no token, no cloud setting, no path to a cache. */
function probeEnvironment(work: string, { device, cards }: CardJob): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    HOME: work,
    TMPDIR: work,
    LANG: 'C.UTF-8',
    HF_HOME: join(work, 'hf'),
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    TRANSFORMERS_VERBOSITY: 'error',
    TOKENIZERS_PARALLELISM: 'false',
    ...(device.hasCards && { CUDA_VISIBLE_DEVICES: cards.map(({ uuid }) => uuid).join(',') }),
    ...device.variables,
  };
}
