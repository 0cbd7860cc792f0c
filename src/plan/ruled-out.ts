/** Cells that the matrix alone says cannot be measured here: no environment is made for them. */
import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { type Checkpoints, checkpointOf } from '../domain/checkpoint.ts';
import { CODE_PATHS, methodParts } from '../domain/code-paths.ts';
import { type DeviceName, deviceOf } from '../domain/device.ts';
import type { Quantizer } from '../domain/matrix.ts';
import type { Result } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import { unfit } from './checkpoints.ts';
import { QUANTIZATIONS } from './matrix.ts';

/** Why a form is not measured: a reason as reports name it, and a sentence. */
export interface Ruling {
  readonly reason: string;
  readonly message: string;
}

/** Where cells are to run, as far as the matrix asks for it, and what no class of runners takes. */
export interface Where {
  /** Absent for the default. */
  readonly device?: DeviceName | undefined;
  /** Compute capability of its cards; absent where nobody said it. */
  readonly capability?: number | undefined;
  /** Cells that no runner is given, by their id, and why. */
  readonly unplaced?: Readonly<Record<CellId, string>> | undefined;
  /** Checkpoints of the user's own. */
  readonly checkpoints?: Checkpoints | undefined;
}

/** Why cells of a quantization are not measured on a device; undefined where they are. */
export function rulingOn(quantization: string, where: Where = {}): Ruling | undefined {
  const entry = QUANTIZATIONS[quantization];
  if (entry === undefined) return undefined;
  return needsCard(entry, where) ?? needsBuild(entry);
}

function needsCard({ needsGpu }: Quantizer, { device, capability: has }: Where): Ruling | undefined {
  if (needsGpu === undefined) return undefined;
  const { says, capability } = needsGpu;
  const { hasCards } = deviceOf(device);
  if (hasCards && (has === undefined || capability === undefined || has >= capability)) return undefined;
  const card = capability === undefined ? '' : ` (compute capability ${capability.toFixed(1)} or newer)`;
  const rest = hasCards ? `, and this one has ${has?.toFixed(1)}.` : `. Without one the library says: ${says}`;
  return { reason: 'needs a GPU', message: `It needs a GPU${card}${rest}` };
}

function needsBuild({ built = [] }: Quantizer): Ruling | undefined {
  if (built.length === 0) return undefined;
  const message = `${built.join(' and ')} has no wheel: it would be built from its source, which runs its code outside of the isolation.`;
  return { reason: 'needs a build', message };
}

/** Why a cell is not measured by its form, or by its checkpoint where that is one of the user's own. */
function rulingOnParts(cell: Cell, where: Where): Ruling | undefined {
  const checkpoint = checkpointOf(cell, where.checkpoints);
  const wrong = checkpoint && unfit(cell.architecture, checkpoint, cell.quantization);
  return wrong ?? rulingOn(cell.quantization, where) ?? needsNewer(cell, where);
}

/** A code path that takes a newer card than there is: a CPU has what they all take. */
function needsNewer({ method }: Cell, { device, capability: has }: Where): Ruling | undefined {
  if (has === undefined || !deviceOf(device).hasCards) return undefined;
  for (const path of methodParts(method).paths) {
    const least = own(CODE_PATHS, path)?.capability ?? 0;
    const card = `compute capability ${least.toFixed(1)} or newer`;
    if (least > has)
      return {
        reason: 'needs a GPU',
        message: `\`+${path}\` needs a GPU (${card}), and this one has ${has.toFixed(1)}.`,
      };
  }
  return undefined;
}

/** What is not measured among some cells, a form or a checkpoint: how many cells each has, and why. */
export function rulings(cells: readonly Cell[], where: Where = {}) {
  const found = new Map<string, Ruling & { readonly what: string; readonly cells: number }>();
  for (const cell of cells) {
    const ruling = rulingOnParts(cell, where);
    if (ruling === undefined) continue;
    const what = checkpointOf(cell, where.checkpoints) ? cell.architecture : cell.quantization;
    const key = `${what} ${ruling.message}`;
    found.set(key, { what, cells: 1 + (found.get(key)?.cells ?? 0), ...ruling });
  }
  return [...found.values()];
}

/** The cells that are measured, without those that are ruled out. */
export function measurable(cells: readonly Cell[], where: Where = {}): readonly Cell[] {
  return cells.filter((cell) => rulingOfCell(cell, where) === undefined);
}

/** Why a cell is not measured there; undefined where it is. */
export function rulingOfCell(cell: Cell, where: Where): Ruling | undefined {
  const message = where.unplaced && own(where.unplaced, cellId(cell));
  return message === undefined ? rulingOnParts(cell, where) : { reason: 'no runner for it', message };
}

/** What is known of a cell without measuring it. */
export function ruledOut(cell: Cell, where: Where = {}): Result | undefined {
  const ruling = rulingOfCell(cell, where);
  return ruling && { cell: cellId(cell), outcome: 'skipped', ...ruling, stages: {}, failures: [], facts: {} };
}
