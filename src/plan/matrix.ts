/** The axes of the matrix, as far as planning needs them. */
import { type Cell, CONTROL } from '../domain/cell.ts';
import type { Checkpoint, Checkpoints } from '../domain/checkpoint.ts';
import { CODE_PATHS, methodParts } from '../domain/code-paths.ts';
import * as matrix from '../domain/matrix.ts';
import { own } from '../domain/own.ts';

export const METHODS: readonly string[] = [CONTROL, ...Object.keys(matrix.METHODS)];

export const QUANTIZATIONS = matrix.QUANTIZERS;

export const DEFAULT_PATTERNS = [
  '{lora,ia3,prompt-tuning,p-tuning,prefix-tuning}/{none,bnb-nf4}/{llama,qwen2}/causal-lm',
  'lora/none/{gemma2,mixtral}/causal-lm',
  '{lora,prompt-tuning}/none/bert/seq-cls',
] as const;

/** Methods that are tried in place of one that fails, most used first. */
export const ALTERNATIVES = ['lora', 'ia3', 'prompt-tuning', 'p-tuning', 'prefix-tuning'] as const;

/** What an environment must hold for a cell, besides what every cell needs. */
export function packagesOf({ method, quantization }: Pick<Cell, 'method' | 'quantization'>): readonly string[] {
  const { entry, paths } = methodParts(method);
  const needed = [own(QUANTIZATIONS, quantization), own(matrix.METHODS, entry)].flatMap((one) =>
    Object.keys(one?.packages ?? {}),
  );
  const along = paths.flatMap((path) => own(CODE_PATHS, path)?.packages ?? []);
  return [...new Set([...needed, ...along])];
}

/** The quantizations that stand for one that nobody names. */
export const USUAL_QUANTIZATIONS = Object.keys(QUANTIZATIONS).filter((name) => QUANTIZATIONS[name]?.usual === true);

/** Every cell of the matrix, method by method, and those of checkpoints of the user's own behind them. */
export function allCells(own: Checkpoints = {}): readonly Cell[] {
  return [...tinyCells(), ...Object.entries(own).flatMap(([name, checkpoint]) => cellsOfOwn(name, checkpoint))];
}

function tinyCells(): readonly Cell[] {
  const cells: Cell[] = [];
  for (const [architecture, { tasks }] of Object.entries(matrix.ARCHITECTURES))
    for (const task of tasks)
      for (const quantization of Object.keys(QUANTIZATIONS))
        for (const method of METHODS)
          if (exists({ method, quantization, architecture, task }) && fitsTask(method, task))
            cells.push({ method, quantization, architecture, task });
  return cells;
}

/** Files that are quantized already have one form. What nobody has looked into may be in any. */
function cellsOfOwn(architecture: string, { tasks, stored }: Checkpoint): readonly Cell[] {
  const quantizations = stored === undefined ? Object.keys(QUANTIZATIONS) : [stored];
  return tasks.flatMap((task) =>
    quantizations.flatMap((quantization) =>
      METHODS.map((method) => ({ method, quantization, architecture, task })).filter(exists),
    ),
  );
}

/** What is measured of a checkpoint that no pattern names: the methods of the story that the project began with. */
export function usualOf(name: string, { stored = 'none' }: Checkpoint): string {
  return `{lora,ia3,prompt-tuning,p-tuning,prefix-tuning}/${stored}/${name}`;
}

function exists({ method, quantization, architecture, task }: Cell): boolean {
  if (Object.hasOwn(QUANTIZATIONS[quantization]?.refuses ?? {}, architecture)) return false;
  if (!(matrix.ARCHITECTURES[architecture]?.quantizations?.includes(quantization) ?? true)) return false;
  const entry = matrix.METHODS[method];
  if (entry === undefined) return true;
  const isRefused = Object.hasOwn(entry.refuses ?? {}, architecture);
  const limits = [
    [entry.quantizations, quantization],
    [entry.architectures, architecture],
    [entry.tasks, task],
  ] as const;
  return !isRefused && limits.every(([only, value]) => only?.includes(value) ?? true);
}

/** Arguments of the methods that add or train tokens. */
const TOKEN_ARGUMENTS = ['num_virtual_tokens', 'cpt_token_ids', 'token_indices', 'trainable_token_indices'] as const;

function fitsTask(method: string, task: string): boolean {
  if (matrix.TASKS[task]?.withoutTokens === undefined) return true;
  const given = matrix.METHODS[method]?.arguments ?? {};
  return TOKEN_ARGUMENTS.every((argument) => !Object.hasOwn(given, argument));
}
