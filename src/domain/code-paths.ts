/**
 * Code paths: how users come by the same adapter, as parts of a method's name behind its variant. `lora+dora+trainer` is
 * the entry `lora+dora` of the matrix by the path `trainer`.
 */
import { z } from 'zod';
import paths from '../../probe/matrix/paths.json' with { type: 'json' };
import { type Cell, type CellId, CONTROL, cellId, parseCellId } from './cell.ts';
import { Exemption, METHODS, type Method } from './matrix.ts';
import { STAGES } from './outcome.ts';
import { own } from './own.ts';

export const CodePath = z.strictObject({
  /** How it is said behind the words of a method. */
  words: z.string().min(1),
  /** What it does, for docs/matrix.md. */
  does: z.string().min(1),
  /** Whether it is for quantized cells only, or for the others only. */
  quantized: z.boolean().optional(),
  /** The only ones that it was tried with, if not all. */
  quantizations: z.array(z.string()).optional(),
  /** The only tasks that it is for, if not all. */
  tasks: z.array(z.string()).optional(),
  /** What an environment must hold besides. */
  packages: z.array(z.string()).optional(),
  /** The least that differences of logits are told from. */
  tolerance: z.number().positive().optional(),
  notMeasured: z.partialRecord(z.enum(STAGES), Exemption).optional(),
});
export type CodePath = z.infer<typeof CodePath>;

export const CODE_PATHS: Readonly<Record<string, CodePath>> = z.record(z.string(), CodePath).parse(paths);

/** A method's name as its entry in the matrix and what stands behind that. */
export interface MethodParts {
  /** `lora+dora`. */
  readonly entry: string;
  /** Code paths, in the order of the table. */
  readonly paths: readonly string[];
}

export function methodParts(method: string): MethodParts {
  const parts = method.split('+');
  const named = parts.filter((part) => own(CODE_PATHS, part) !== undefined);
  const paths = Object.keys(CODE_PATHS).filter((path) => named.includes(path));
  return { entry: parts.filter((part) => !named.includes(part)).join('+'), paths };
}

/** The name of an entry by some code paths. */
export function methodBy(entry: string, paths: readonly string[]): string {
  return [entry, ...Object.keys(CODE_PATHS).filter((path) => paths.includes(path))].join('+');
}

/** A cell without its code paths. */
export function withoutPaths(cell: Cell): Cell {
  return { ...cell, method: methodParts(cell.method).entry };
}

/** Whether a set of identifiers holds a cell, or the same by no code path: what is said of that holds for this too. */
export function holdsCell(ids: ReadonlySet<CellId>, cell: CellId): boolean {
  return ids.has(cell) || ids.has(cellId(withoutPaths(parseCellId(cell))));
}

/** The matrix's entry of a method, by whatever code path; undefined for the control. */
export function entryOf(method: string): Method | undefined {
  return own(METHODS, methodParts(method).entry);
}

/** Whether a cell of the matrix can be reached by a code path. The control is the model alone, however it is reached. */
export function hasPath(cell: Cell, name: string): boolean {
  const path = own(CODE_PATHS, name);
  if (path === undefined || cell.method === CONTROL) return false;
  const isFitting = path.quantized === undefined || path.quantized === (cell.quantization !== 'none');
  const isTried = path.quantizations?.includes(cell.quantization) ?? true;
  return isFitting && isTried && (path.tasks?.includes(cell.task) ?? true);
}

/** `LoRA through transformers' Trainer with gradient checkpointing`. */
export function pathWords(words: string, paths: readonly string[]): string {
  return [words, ...paths.map((path) => own(CODE_PATHS, path)?.words ?? path)].join(' ');
}
