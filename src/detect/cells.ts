/** From what the code says to cells: sure ones with their place, and sentences about the rest. */
import { type Cell, cellId } from '../domain/cell.ts';
import type { CodeUse, Seen } from './code.ts';

export interface UsedCell {
  readonly cell: Cell;
  /** `train.py:42`, the place of the PEFT configuration. */
  readonly source: string;
}

export interface UsedCells {
  readonly cells: readonly UsedCell[];
  readonly unsure: readonly Seen[];
}

/**
 * A cell is sure where one file names its method, its architecture and its task. A quantization that the file does not
 * name is none. `known` is the matrix: what it lacks cannot be measured and is said.
 */
export function usedCells(uses: readonly CodeUse[], known: readonly Cell[], most: number): UsedCells {
  const cells = new Map<string, UsedCell>();
  const unsure: Seen[] = [];
  const matrix = new Set(known.map(cellId));
  for (const use of uses) {
    const [first] = use.methods;
    for (const one of use.unsure) unsure.push(one);
    if (first === undefined) continue;
    if (use.architectures.length === 0 || use.tasks.length === 0) {
      const what = use.architectures.length === 0 ? 'which model it is put on' : 'for which task';
      if (use.unsure.length === 0)
        unsure.push({ ...first, value: `\`${first.value}\` is used; ${what} is not in this file` });
      continue;
    }
    for (const { cell, at } of combinations(use)) {
      if (matrix.has(cellId(cell))) {
        if (!cells.has(cellId(cell))) cells.set(cellId(cell), { cell, source: `${at.file}:${at.line}` });
      } else
        unsure.push({ ...at, value: `\`${cellId(cell)}\` is used; it is not in the matrix, so it is not measured` });
    }
  }
  const found = [...cells.values()];
  return { cells: found.slice(0, most), unsure: [...unsure, ...found.slice(most).map(leftOut)] };
}

/** Each value once, at its first place: a file that repeats itself makes no more cells. */
function distinct(seen: readonly Seen[]): readonly Seen[] {
  const found = new Map<string, Seen>();
  for (const one of seen) if (!found.has(one.value)) found.set(one.value, one);
  return [...found.values()];
}

function combinations(use: CodeUse): readonly { readonly cell: Cell; readonly at: Seen }[] {
  const [methods, architectures, tasks, named] = [use.methods, use.architectures, use.tasks, use.quantizations].map(
    distinct,
  );
  const quantizations = named && named.length > 0 ? named.map(({ value }) => value) : ['none'];
  return (methods ?? []).flatMap((at) =>
    (architectures ?? []).flatMap(({ value: architecture }) =>
      (tasks ?? []).flatMap(({ value: task }) =>
        quantizations.map((quantization) => ({ at, cell: { method: at.value, quantization, architecture, task } })),
      ),
    ),
  );
}

function leftOut({ cell, source }: UsedCell): Seen {
  const [file = '', line = '1'] = source.split(/:(?=\d+$)/);
  return {
    file,
    line: Number(line),
    value: `\`${cellId(cell)}\` is used; more cells are in use than one run measures`,
  };
}
