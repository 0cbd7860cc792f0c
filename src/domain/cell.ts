import { z } from 'zod';
import type { Immutable } from './immutable.ts';

/** A part of a cell's name. */
const Part = z.string().max(4000);

/** One combination that works or does not: method x quantization x architecture x task. */
export const Cell = z.strictObject({ method: Part, quantization: Part, architecture: Part, task: Part });
export type Cell = Immutable<z.infer<typeof Cell>>;

/** `method/quantization/architecture/task`. */
export const CellId = z.string().max(200);
export type CellId = z.infer<typeof CellId>;

/** The control: no adapter at all. */
export const CONTROL = 'base';

export function cellId(cell: Cell): CellId {
  return [cell.method, cell.quantization, cell.architecture, cell.task].join('/');
}

export function parseCellId(id: CellId): Cell {
  const [method = '', quantization = '', architecture = '', task = ''] = id.split('/');
  return { method, quantization, architecture, task };
}

/** The control that says whether the model itself, without PEFT, still works. */
export function controlOf(cell: Cell): Cell {
  return { ...cell, method: CONTROL };
}

export function isControl(cell: Cell): boolean {
  return cell.method === CONTROL;
}
