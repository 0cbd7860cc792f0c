/** What one sweep measures through: environments, probes and a journal of one plan in one output folder. */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { kindOf } from '../../domain/card.ts';
import { withoutCredentials } from '../../domain/package.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Machine } from '../../ports/machine.ts';
import type { ProbeProgram } from '../../ports/probes.ts';
import type { Ports } from '../../ports/sweep.ts';
import { plain } from '../../report/escape.ts';
import type { Index } from '../index/access.ts';
import type { TorchBuild } from '../index/torch.ts';
import { withOwn } from '../oracle/own.ts';
import type { OwnCheckpoints } from './checkpoints/open.ts';
import { clock } from './clock.ts';
import { cardsNow, deviceInWords } from './devices.ts';
import { UvEnvironments } from './environments.ts';
import { FileJournal } from './journal.ts';
import { PythonProbes } from './probes.ts';
import { probeProgram } from './program.ts';
import type { World } from './world.ts';

declare const TOOL_VERSION: string;

export interface SweepOptions {
  readonly out: string;
  readonly fresh: boolean;
  readonly jobs: number | undefined;
  /** What the cache may take, in GB. */
  readonly cacheGb: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Checkpoints of the user's own that were opened. */
  readonly own?: OwnCheckpoints;
}

export interface Opened {
  readonly ports: Ports;
  readonly machine: Machine;
}

/** The build of torch that a plan asks for: its own where it holds one or changes it. */
export function torchFor(index: Index, { held, changes }: Plan): Promise<TorchBuild> {
  return index.torch(held.torch ?? changes.find(({ library }) => library === 'torch')?.from);
}

/** Ports for one sweep. */
export async function sweepPorts(
  world: World,
  planned: Plan,
  torch: TorchBuild,
  options: SweepOptions,
): Promise<Opened> {
  const { host, index, sandbox } = world;
  const out = resolve(options.out);
  const say = timed(options.say);
  const [oracle, containment] = await Promise.all([world.oracle(), sandbox.containment()]);
  const { name, enforced, missing } = containment;
  const probes = new PythonProbes({
    cache: host.cache,
    program: sandbox.warden.program,
    handover: handoverFolder(out, probeProgram(sandbox.warden.program, host.start)),
    containment,
    show: sandbox.show,
    start: host.start,
    accelerator: host.cards[0] && kindOf(host.cards[0]),
    cards: () => cardsNow(host),
    signal: options.signal,
    own: options.own,
  });
  return {
    ports: {
      catalog: index.catalog,
      environments: await environmentsFor(world, torch, { out, cacheGb: options.cacheGb, say }),
      probes,
      journal: openJournal(world, planned, torch, { out, fresh: options.fresh }),
      clock,
      progress: { say },
      ...(oracle && { oracle: withOwn(oracle, options.own ?? new Map()) }),
      isInterrupted: () => options.signal.aborted,
    },
    machine: {
      tool: TOOL_VERSION,
      probe: probes.program.version,
      python: host.python.version,
      torch: `${torch.closure.torch ?? ''}, ${torch.source}`,
      device: deviceInWords(host),
      containment: { name, enforced: [...enforced], missing: [...missing] },
      out: options.out,
      width: options.jobs ?? (host.cards.length || cpus().length),
    },
  };
}

/** What was measured into an output folder, as the run of one plan with one torch. */
export function openJournal(
  world: World,
  planned: Plan,
  torch: TorchBuild,
  { out, fresh }: Pick<SweepOptions, 'out' | 'fresh'>,
): FileJournal {
  return new FileJournal(join(out, 'results.jsonl'), identityOf(world, planned, torch), fresh);
}

type BuildOptions = Pick<SweepOptions, 'out' | 'cacheGb' | 'say'>;

/** Environments with one build of torch; a copy of each lock goes into the output folder. */
export async function environmentsFor({ host, index, sandbox }: World, torch: TorchBuild, options: BuildOptions) {
  const { warden, show } = sandbox;
  return new UvEnvironments({
    uv: await index.uv(),
    python: host.python,
    index: index.settings,
    torch,
    catalog: index.catalog,
    folder: host.cache,
    locks: join(options.out, 'locks'),
    compiler: { warden, containment: await sandbox.containment(), show: [...show, warden.program] },
    offline: host.offline,
    mostBytes: options.cacheGb * 1e9,
    say: options.say,
  });
}

/** What a base left is the same for every run that measures in the same way: in it, it lies by environment and cell. */
function handoverFolder(out: string, { version, configuration }: ProbeProgram): string {
  const way = createHash('sha256').update(`${version} ${configuration}`).digest('hex').slice(0, 12);
  return join(out, 'handover', way);
}

/** What decides which lock a request gets, besides the request and the answers of the index. */
function identityOf({ host, index }: World, { changes, held, locked }: Plan, torch: TorchBuild): string {
  return JSON.stringify([
    TOOL_VERSION,
    host.python.version,
    withoutCredentials(index.settings.indexUrl ?? ''),
    torch.closure.torch ?? '',
    changes.map(({ library, from }) => [library, from]),
    held,
    locked,
  ]);
}

/** Progress lines with the seconds since the start in front. */
function timed(say: (line: string) => void): (line: string) => void {
  const began = clock.now();
  return (line) => say(`${`${Math.round((clock.now() - began) / 1000)} s`.padStart(6)}  ${plain(line)}`);
}
