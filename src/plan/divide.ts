/**
 * Which class of runners measures which cell: the cheapest that tells the truth about it, as far as the money goes. Pure.
 *
 * Every subset of the classes is weighed, and the one that measures most cells for least money is taken: so a further
 * class never costs a cell, whatever it costs itself.
 */
import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { DEFAULT_DEVICE, deviceOf } from '../domain/device.ts';
import { ownKernels } from '../domain/kernels.ts';
import { own } from '../domain/own.ts';
import { type RunnerClass, unfit } from './classes.ts';
import { QUANTIZATIONS } from './matrix.ts';
import { billedMinutes, jobsOf, usdOf } from './shards.ts';

export interface Limits {
  /** Of one job. */
  readonly minutes: number;
  /** Of all jobs; absent where money is no matter. */
  readonly usd?: number | undefined;
}

/** The cells of one class, and why each is measured there. */
export interface Share {
  readonly of: RunnerClass;
  readonly cells: readonly Cell[];
  readonly why: Readonly<Record<CellId, string>>;
}

export interface Division {
  /** Classes that measure something. */
  readonly shares: readonly Share[];
  /** The class of each cell that has one; a cell whose kernels differ can be in the share of another class besides. */
  readonly placed: Readonly<Record<CellId, string>>;
  /** Why cells have no class. */
  readonly unplaced: Readonly<Record<CellId, string>>;
  /** What the jobs cost at most, as far as classes have a price. */
  readonly usd: number;
}

/** A class as a plan shows it: how many cells and jobs, what is billed, and why so. */
export interface ClassFacts {
  readonly name: string;
  readonly device: RunnerClass['device'];
  readonly cells: number;
  readonly jobs: number;
  /** Whole minutes, as they are billed. */
  readonly minutes: number;
  /** Absent where nobody said a price. */
  readonly usd?: number | undefined;
  readonly whys: readonly (readonly [why: string, cells: number])[];
}

/** The classes of a division, and cells without one by the reason. */
export function factsOfDivision({ shares, unplaced }: Division, limits: Limits): readonly ClassFacts[] {
  const classes = shares.map(({ of, cells, why }): ClassFacts => {
    const jobs = jobsOf(cells, of.device, limits.minutes);
    const usd = of.usdPerMinute === undefined ? undefined : jobs.reduce((sum, job) => sum + usdOf(job, of), 0);
    const about = { name: of.name, device: of.device, cells: cells.length, jobs: jobs.length, usd };
    return { ...about, minutes: billedMinutes(jobs), whys: counted(Object.values(why)) };
  });
  const left = Object.values(unplaced);
  if (left.length === 0) return classes;
  const none = { name: 'no runner', device: DEFAULT_DEVICE, cells: left.length, jobs: 0, minutes: 0 };
  return [...classes, { ...none, whys: counted(left) }];
}

function counted(whys: readonly string[]): ClassFacts['whys'] {
  return [...new Set(whys)].map((why) => [why, whys.filter((one) => one === why).length] as const);
}

type Places = readonly (readonly [Cell, RunnerClass])[];

/** Divides cells, the first of them first where not all can be paid for. */
export function divide(cells: readonly Cell[], classes: readonly RunnerClass[], limits: Limits): Division {
  const choices = subsetsOf(classes).map((some) => paidFor(placesIn(some, cells), limits));
  const best = choices.reduce((left, right) => (isBetter(right, left, limits) ? right : left), []);
  const places = [...best, ...besides(best, classes, limits)];
  const placed = Object.fromEntries(best.map(([cell, { name }]) => [cellId(cell), name]));
  const left = cells.filter((cell) => own(placed, cellId(cell)) === undefined);
  return {
    shares: sharesOf(places),
    placed,
    unplaced: Object.fromEntries(left.map((cell) => [cellId(cell), whyUnplaced(cell, classes, limits)])),
    usd: priceOf(places, limits),
  };
}

function subsetsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.reduce<Item[][]>((known, item) => known.concat(known.map((some) => some.concat(item))), [[]]);
}

/** Each cell with the first class that can measure it: the cheapest, a processor before a card, an old card before a new. */
function placesIn(classes: readonly RunnerClass[], cells: readonly Cell[]): Places {
  const order = classes.toSorted(cheaperFirst);
  return cells.flatMap((cell) => {
    const first = order.find((one) => unfit(cell, one) === undefined);
    return first ? [[cell, first] as const] : [];
  });
}

function cheaperFirst(left: RunnerClass, right: RunnerClass): number {
  return (
    (left.usdPerMinute ?? 0) - (right.usdPerMinute ?? 0) ||
    Number(deviceOf(left.device).hasCards) - Number(deviceOf(right.device).hasCards) ||
    (left.capability ?? Number.POSITIVE_INFINITY) - (right.capability ?? Number.POSITIVE_INFINITY)
  );
}

/** Fewer are tried one by one: jobs are packed, so that one cell less can cost more. */
const MANY = 200;

/** As many places, from the first on, as the money pays for. */
function paidFor(places: Places, limits: Limits, beside: Places = []): Places {
  const isPaid = (count: number) => isWithin(priceOf([...beside, ...places.slice(0, count)], limits), limits);
  let most = places.length;
  if (most > MANY && !isPaid(most)) most = halvedDown(most, isPaid);
  while (most > 0 && !isPaid(most)) most--;
  return places.slice(0, most);
}

function halvedDown(tooMany: number, isPaid: (count: number) => boolean): number {
  let [least, most] = [0, tooMany];
  while (least + 1 < most) {
    const middle = Math.floor((least + most) / 2);
    if (isPaid(middle)) least = middle;
    else most = middle;
  }
  return least;
}

function isWithin(usd: number, { usd: most = Number.POSITIVE_INFINITY }: Limits): boolean {
  return usd <= most + 1e-9;
}

function isBetter(right: Places, left: Places, limits: Limits): boolean {
  if (right.length !== left.length) return right.length > left.length;
  const [one, other] = [priceOf(right, limits), priceOf(left, limits)];
  return one === other ? sharesOf(right).length < sharesOf(left).length : one < other;
}

/** Cells that a card computes by other code than a CPU, once more on the cheapest class of each other device. */
function besides(places: Places, classes: readonly RunnerClass[], limits: Limits): Places {
  const more = places.flatMap(([cell, home]): Places => {
    if (ownKernels(cell) === undefined) return [];
    const others = classes.filter(({ device }) => device !== home.device);
    return placesIn(others, [cell]);
  });
  return paidFor(more, limits, places);
}

function priceOf(places: Places, limits: Limits): number {
  return sharesOf(places).reduce(
    (sum, { of, cells }) =>
      sum + jobsOf(cells, of.device, limits.minutes).reduce((some, job) => some + usdOf(job, of), 0),
    0,
  );
}

function sharesOf(places: Places): readonly Share[] {
  const found = new Map<string, { of: RunnerClass; cells: Cell[] }>();
  for (const [cell, of] of places) {
    const share = found.get(of.name) ?? { of, cells: [] };
    share.cells.push(cell);
    found.set(of.name, share);
  }
  return [...found.values()].map((share) => ({
    ...share,
    why: Object.fromEntries(share.cells.map((cell) => [cellId(cell), whyPlaced(cell, share.of)])),
  }));
}

/** Why a class measures a cell. */
function whyPlaced(cell: Cell, { device }: RunnerClass): string {
  const kernels = ownKernels(cell);
  if (own(QUANTIZATIONS, cell.quantization)?.needsGpu) return 'only a GPU can';
  if (kernels !== undefined) return `${kernels}: those of this one are measured`;
  return deviceOf(device).hasCards ? 'the cheapest that can' : 'a CPU tells the same as a GPU';
}

export const TOO_LITTLE = 'The budget';

/** Why no class measures a cell: what the one that comes nearest lacks, else money. */
function whyUnplaced(cell: Cell, classes: readonly RunnerClass[], { usd = 0 }: Limits): string {
  const reasons = classes.toSorted(cheaperFirst).map((one) => unfit(cell, one));
  if (reasons.some((why) => why === undefined)) return `${TOO_LITTLE} of $${usd} does not pay for it.`;
  return reasons.at(-1) ?? 'There is no class of runners.';
}
