/** The cells of a plan divided over runner jobs: by device class, environments together, balanced by predicted time. */
import { type Cell, cellId } from '../domain/cell.ts';
import { DEFAULT_DEVICE } from '../domain/device.ts';
import { packagesOf } from './matrix.ts';
import type { Plan, Shard } from './plan-file.ts';
import { measurable } from './ruled-out.ts';

export type { Shard };

/** GitHub's limit of jobs in one matrix. */
const MOST = 256;
/** Predicted seconds of a further environment and of a cell in it: `npm run bench`, and a search of some 6 environments. */
const ENVIRONMENT_S = 10;
const CELL_S = 0.2;
const ENVIRONMENTS = 8;

interface Group {
  readonly request: number;
  readonly device: string;
  readonly cells: readonly Cell[];
  readonly seconds: number;
}

/**
 * One shard for each request, on the device of its plan, and more where one would not fit its budget: cells of one
 * package set stay together as long as they fit.
 */
export function shardsOf(plans: readonly Plan[]): readonly Shard[] {
  const shards = plans.flatMap((plan, request) => {
    return plan.cells.length > 0 ? balanced(plan, request, plan.device ?? DEFAULT_DEVICE) : [];
  });
  return shards.slice(0, MOST).map((shard, index) => ({ ...shard, id: String(index) }));
}

function balanced(plan: Plan, request: number, device: string): readonly Omit<Shard, 'id'>[] {
  const limit = plan.minutes * 60;
  const parts = packageSets(measurable(plan.cells, plan.device)).flatMap((cells) =>
    halved({ request, device, cells, seconds: predicted(cells) }, limit),
  );
  const bins: { cells: Cell[]; seconds: number }[] = [];
  for (const part of parts.toSorted((left, right) => right.seconds - left.seconds)) {
    const open = bins
      .filter(({ seconds }) => seconds + part.seconds <= limit)
      .toSorted((left, right) => left.seconds - right.seconds)[0];
    if (open) {
      for (const cell of part.cells) open.cells.push(cell);
      open.seconds += part.seconds;
    } else bins.push({ cells: [...part.cells], seconds: part.seconds });
  }
  return bins.map(({ cells, seconds }) => ({
    request,
    device,
    cells: cells.map(cellId),
    minutes: Math.min(plan.minutes, Math.ceil(seconds / 60)),
  }));
}

function packageSets(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const sets = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = packagesOf(cell.quantization).join();
    sets.set(key, [...(sets.get(key) ?? []), cell]);
  }
  return [...sets.values()];
}

function predicted(cells: readonly Cell[]): number {
  return ENVIRONMENTS * (ENVIRONMENT_S + cells.length * CELL_S);
}

/** Halves until a part fits, or is one cell. */
function halved(group: Group, limit: number): readonly Group[] {
  const { cells } = group;
  if (group.seconds <= limit || cells.length <= 1) return [group];
  const middle = Math.ceil(cells.length / 2);
  return [cells.slice(0, middle), cells.slice(middle)].flatMap((half) =>
    halved({ ...group, cells: half, seconds: predicted(half) }, limit),
  );
}

/** The plan of one shard: its own cells, and what could stand in for them. */
export function planOfShard(plan: Plan, shard: Shard): Plan {
  const own = new Set(shard.cells);
  const cells = plan.cells.filter((cell) => own.has(cellId(cell)));
  const isNear = (other: Cell) =>
    cells.some(({ architecture, task }) => architecture === other.architecture && task === other.task);
  return { ...plan, cells, alternatives: plan.alternatives.filter(isNear) };
}

/** What the jobs cost at most: whole minutes for each, as GitHub bills them. */
export function priceOf(shards: readonly Shard[], usdPerMinute: number, startMinutes = 1): number {
  return billedMinutes(shards, startMinutes) * usdPerMinute;
}

export function billedMinutes(shards: readonly Shard[], startMinutes = 1): number {
  return shards.reduce((sum, { minutes }) => sum + Math.ceil(minutes + startMinutes), 0);
}

/** The same where a minute costs otherwise on each class of device; a class without a price costs nothing. */
export function priceByClass(
  shards: readonly Shard[],
  usdPerMinute: (device: string) => number | undefined,
  startMinutes = 1,
): number {
  return shards.reduce((sum, shard) => sum + priceOf([shard], usdPerMinute(shard.device) ?? 0, startMinutes), 0);
}
