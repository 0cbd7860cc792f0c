/** Cells that the matrix alone says cannot be measured here: no environment is made for them. */
import { type Cell, cellId } from '../domain/cell.ts';
import { type DeviceName, deviceOf } from '../domain/device.ts';
import type { Quantizer } from '../domain/matrix.ts';
import type { Result } from '../domain/outcome.ts';
import { QUANTIZATIONS } from './matrix.ts';

/** Why a form is not measured: a reason as reports name it, and a sentence. */
export interface Ruling {
  readonly reason: string;
  readonly message: string;
}

/** Why cells of a quantization are not measured on a device; undefined where they are. */
export function rulingOn(quantization: string, device?: DeviceName): Ruling | undefined {
  const entry = QUANTIZATIONS[quantization];
  if (entry === undefined) return undefined;
  return needsCard(entry, device) ?? needsBuild(entry);
}

function needsCard({ needsGpu }: Quantizer, device?: DeviceName): Ruling | undefined {
  if (needsGpu === undefined || deviceOf(device).hasCards) return undefined;
  const { says, capability } = needsGpu;
  const card = capability === undefined ? '' : ` of compute capability ${capability.toFixed(1)} or newer`;
  return { reason: 'needs a GPU', message: `It needs a GPU${card}. Without one the library says: ${says}` };
}

function needsBuild({ built = [] }: Quantizer): Ruling | undefined {
  if (built.length === 0) return undefined;
  const message = `${built.join(' and ')} has no wheel: it would be built from its source, which runs its code outside of the isolation.`;
  return { reason: 'needs a build', message };
}

/** The forms among some cells that are not measured: how many cells each has, and why. */
export function rulings(cells: readonly Cell[], device?: DeviceName) {
  const quantizations = [...new Set(cells.map(({ quantization }) => quantization))];
  return quantizations.flatMap((quantization) => {
    const ruling = rulingOn(quantization, device);
    const own = cells.filter((cell) => cell.quantization === quantization);
    return ruling ? [{ quantization, cells: own.length, ...ruling }] : [];
  });
}

/** The cells that are measured, without those that are ruled out. */
export function measurable(cells: readonly Cell[], device?: DeviceName): readonly Cell[] {
  return cells.filter(({ quantization }) => rulingOn(quantization, device) === undefined);
}

/** What is known of a cell without measuring it. */
export function ruledOut(cell: Cell, device?: DeviceName): Result | undefined {
  const ruling = rulingOn(cell.quantization, device);
  return ruling && { cell: cellId(cell), outcome: 'skipped', ...ruling, stages: {}, failures: [], facts: {} };
}
