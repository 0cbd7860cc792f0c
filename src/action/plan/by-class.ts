/** One planned request for each class of runners that measures a part of what was asked for. */
import { cellId } from '../../domain/cell.ts';
import { type DeviceName, deviceOf } from '../../domain/device.ts';
import { UserError } from '../../errors.ts';
import type { CommandLine } from '../../inputs.ts';
import { plan } from '../../main.ts';
import { classesOf, type RunnerClass } from '../../plan/classes.ts';
import { type Division, divide } from '../../plan/divide.ts';
import { onDevice, type Plan, type SweepRequest } from '../../plan/plan.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { modeInput } from '../inputs.ts';

/** What is measured on one class. */
export interface OnClass {
  readonly plan: Plan;
  readonly of: RunnerClass;
  /** Why its cells are measured there; absent where there was nothing to choose. */
  readonly why?: Division['shares'][number]['why'];
}

/** What a plan is divided by. */
export interface Choice {
  readonly classes: readonly RunnerClass[];
  /** For all that is left to plan; absent where money is no matter. */
  readonly usd?: number | undefined;
}

/**
 * The classes that a plan can use; in one job there is one, this machine's. What nobody vouches for runs on no card unless the
 * configuration names one: cards are few, cost money, and keep what a job leaves behind.
 */
export function classesFor({ options }: CommandLine, isVouched: boolean): readonly RunnerClass[] {
  const all = classesOf(modeInput() === 'all' ? {} : options.runners, chosenDevice(options.device));
  return all.filter(({ device }) => isVouched || options.device !== undefined || !deviceOf(device).hasCards);
}

/** The job that plans has no card: what is there is seen by the one that measures. */
function chosenDevice(device: CommandLine['options']['device']): DeviceName | undefined {
  if (device !== 'auto' && device !== 'both') return device;
  const why = device === 'auto' ? 'this job has no card' : 'classes under `runners` say what is measured where';
  throw new UserError(`Device \`${device}\` cannot be planned: ${why}. Write \`cpu\` or \`cuda\`, or neither.`);
}

/** A plan as one for each class. Cells that no class takes are in the first, with the reason. */
export async function byClass(
  whole: Plan,
  request: SweepRequest,
  { classes, usd }: Choice,
  index: { readonly catalog: Catalog; readonly python: string },
): Promise<readonly OnClass[]> {
  const [only, ...more] = classes;
  if (only === undefined) throw new UserError('There is no class of runners to plan for.');
  if (more.length === 0 && usd === undefined) return [{ plan: on(whole, only), of: only }];
  const division = divide(whole.cells, classes, { minutes: whole.minutes, usd });
  const first = division.shares[0] ?? { of: only, cells: [], why: {} };
  const left = Object.keys(division.unplaced);
  return Promise.all(
    (division.shares.length > 0 ? division.shares : [first]).map(async ({ of, cells, why }) => {
      const own = cells.map(cellId);
      const ids = of === first.of ? whole.cells.map(cellId).filter((id) => own.includes(id) || left.includes(id)) : own;
      const planned = await plan(onDevice({ ...request, cells: ids }, of.device), index.catalog, index.python);
      const placed = on(planned, of);
      const isShort = of === first.of && left.length > 0;
      return { plan: isShort ? { ...placed, unplaced: division.unplaced } : placed, of, why };
    }),
  );
}

function on(plan: Plan, { capability }: RunnerClass): Plan {
  return capability === undefined ? plan : { ...plan, capability };
}
