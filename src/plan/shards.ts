/** The cells of a plan divided over runner jobs: by device class, environments together, balanced by predicted time. */
import { type Cell, cellId } from '../domain/cell.ts';
import { DEFAULT_DEVICE, type DeviceName, deviceOf } from '../domain/device.ts';
import type { RunnerClass } from './classes.ts';
import { packagesOf } from './matrix.ts';
import type { Plan, Shard } from './plan-file.ts';
import { measurable } from './ruled-out.ts';

export type { Shard };

/** GitHub's limit of jobs in one matrix. */
const MOST = 256;
/** Environments that a search takes, as a rule. */
const ENVIRONMENTS = 8;

/** A minute or less until the first cell, on any class: it is billed too. */
const START_MINUTES = 1;

interface Group {
  readonly cells: readonly Cell[];
  readonly seconds: number;
}

/** The cells of one job, and its predicted minutes. */
export interface PlannedJob {
  readonly cells: readonly Cell[];
  readonly minutes: number;
}

/** A plan with the class of runners that measures it; absent: the plain one of its device. */
export interface Priced {
  readonly plan: Plan;
  readonly of?: Pick<RunnerClass, 'name' | 'usdPerMinute'> | undefined;
  /** Whether a job ends when the minutes that were paid for are over. */
  readonly isPaid?: boolean;
}

/**
 * One shard for each request, on the class of its plan, and more where one would not fit its budget: cells of one
 * package set stay together as long as they fit.
 */
export function shardsOf(requests: readonly Priced[]): readonly Shard[] {
  const shards = requests.flatMap(({ plan, of, isPaid = false }, request) => {
    const device = plan.device ?? DEFAULT_DEVICE;
    return jobsOf(measurable(plan.cells, plan), device, plan.minutes).map((job): Omit<Shard, 'id'> => {
      const { cells, minutes } = job;
      const limit = isPaid ? minutes : plan.minutes;
      const shard = { request, device, class: of?.name ?? device, cells: cells.map(cellId), minutes };
      const usd = of?.usdPerMinute === undefined ? {} : { usd: usdOf({ minutes: limit }, of) };
      return { ...shard, ...usd, ...(isPaid ? { limit } : {}) };
    });
  });
  return shards.slice(0, MOST).map((shard, index) => ({ ...shard, id: String(index) }));
}

/** Cells divided over jobs that end within `limit` minutes each. */
export function jobsOf(some: readonly Cell[], device: DeviceName, limit: number): readonly PlannedJob[] {
  const parts = packageSets(some).flatMap((cells) =>
    halved({ cells, seconds: predicted(cells, device) }, device, limit),
  );
  const bins: { cells: Cell[]; seconds: number }[] = [];
  for (const part of parts.toSorted((left, right) => right.seconds - left.seconds)) {
    const open = bins
      .filter(({ seconds }) => seconds + part.seconds <= limit * 60)
      .toSorted((left, right) => left.seconds - right.seconds)[0];
    if (open) {
      for (const cell of part.cells) open.cells.push(cell);
      open.seconds += part.seconds;
    } else bins.push({ cells: [...part.cells], seconds: part.seconds });
  }
  return bins.map(({ cells, seconds }) => ({ cells, minutes: Math.min(limit, Math.ceil(seconds / 60)) }));
}

function packageSets(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const sets = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = packagesOf(cell).join();
    sets.set(key, [...(sets.get(key) ?? []), cell]);
  }
  return [...sets.values()];
}

function predicted(cells: readonly Cell[], device: DeviceName): number {
  const { environmentSeconds, cellSeconds } = deviceOf(device).predicted;
  return ENVIRONMENTS * (environmentSeconds + cells.length * cellSeconds);
}

/** Halves until a part fits, or is one cell. */
function halved(group: Group, device: DeviceName, limit: number): readonly Group[] {
  const { cells } = group;
  if (group.seconds <= limit * 60 || cells.length <= 1) return [group];
  const middle = Math.ceil(cells.length / 2);
  return [cells.slice(0, middle), cells.slice(middle)].flatMap((half) =>
    halved({ cells: half, seconds: predicted(half, device) }, device, limit),
  );
}

/** The plan of one shard: its own cells, and what could stand in for them. */
export function planOfShard(plan: Plan, shard: Shard): Plan {
  const own = new Set(shard.cells);
  const cells = plan.cells.filter((cell) => own.has(cellId(cell)));
  const isNear = (other: Cell) =>
    cells.some(({ architecture, task }) => architecture === other.architecture && task === other.task);
  const minutes = shard.limit ?? plan.minutes;
  return { ...plan, cells, minutes, alternatives: plan.alternatives.filter(isNear) };
}

/** What a job costs: whole minutes, as GitHub bills them, its start among them. */
export function usdOf(
  { minutes }: Pick<Shard, 'minutes'>,
  { usdPerMinute = 0 }: Pick<RunnerClass, 'usdPerMinute'>,
): number {
  return billedMinutes([{ minutes }]) * usdPerMinute;
}

export function billedMinutes(jobs: readonly Pick<Shard, 'minutes'>[], startMinutes = START_MINUTES): number {
  return jobs.reduce((sum, { minutes }) => sum + Math.ceil(minutes + startMinutes), 0);
}

/** What shards cost at most, as far as their classes have a price. */
export function usdOfAll(shards: readonly Shard[]): number {
  return shards.reduce((sum, { usd = 0 }) => sum + usd, 0);
}
