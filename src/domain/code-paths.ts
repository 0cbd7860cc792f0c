/**
 * Code paths: how users come by the same adapter, as parts of a method's name behind its variant. `lora+dora+trainer` is
 * the entry `lora+dora` of the matrix by the path `trainer`; `+own-1a2b3c4d` behind it is a configuration of their own.
 */
import { z } from 'zod';
import paths from '../../probe/matrix/paths.json' with { type: 'json' };
import { type Cell, type CellId, CONTROL, cellId, parseCellId } from './cell.ts';
import { Exemption, METHODS, type Method } from './matrix.ts';
import { STAGES } from './outcome.ts';
import { own } from './own.ts';
import { isOwnName, type OwnConfigurations, type OwnOfCell } from './own-configuration.ts';

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
  /** The oldest card that has what it takes, as CUDA counts them. */
  capability: z.number().positive().optional(),
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
  /** The name of a configuration of the user's own. */
  readonly own?: string;
}

export function methodParts(method: string): MethodParts {
  const parts = method.split('+');
  const last = parts.at(-1) ?? '';
  const isOwn = parts.length > 1 && isOwnName(last);
  const named = parts.filter((part) => own(CODE_PATHS, part) !== undefined);
  const paths = Object.keys(CODE_PATHS).filter((path) => named.includes(path));
  const entry = parts.slice(0, isOwn ? -1 : undefined).filter((part) => !named.includes(part));
  return { entry: entry.join('+'), paths, ...(isOwn && { own: last }) };
}

/** The name of an entry by some code paths, with a configuration of the user's own. */
export function methodBy(entry: string, paths: readonly string[], ownName?: string): string {
  const behind = Object.keys(CODE_PATHS).filter((path) => paths.includes(path));
  return [entry, ...behind, ...(ownName === undefined ? [] : [ownName])].join('+');
}

/** A cell with the matrix's own arguments, by the same code paths. */
export function withoutOwn(cell: Cell): Cell {
  const { entry, paths } = methodParts(cell.method);
  return { ...cell, method: methodBy(entry, paths) };
}

/** The configuration of its own that a cell has, by its name. */
export function ownOf({ method }: Pick<Cell, 'method'>): string | undefined {
  return methodParts(method).own;
}

/** What the probe is told of a cell's own arguments: nothing of where they stand. */
export function ownForProbe(cell: Pick<Cell, 'method'>, configurations: OwnConfigurations = {}): OwnOfCell {
  const name = ownOf(cell);
  const found = name === undefined ? undefined : own(configurations, name);
  if (found === undefined) return {};
  return { own: { arguments: found.arguments, quantization: found.quantization, loading: found.loading } };
}

/** A cell without its code paths, and with the matrix's own arguments. */
export function withoutPaths(cell: Cell): Cell {
  return { ...cell, method: methodParts(cell.method).entry };
}

/** Whether a set of identifiers holds a cell, or the same by no code path and the matrix's arguments: what is said of that holds for this too. */
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
