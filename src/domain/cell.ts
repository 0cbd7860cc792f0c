/** One combination that works or does not: method x quantization x architecture x task. */
export interface Cell {
  readonly method: string;
  readonly quantization: string;
  readonly architecture: string;
  readonly task: string;
}

export type CellId = string;

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
