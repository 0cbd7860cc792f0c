import { type Cell, cellId, controlOf, isControl } from '../domain/cell.ts';
import { type Compared, compareResults, isWorse } from '../domain/comparison.ts';
import type { Result } from '../domain/outcome.ts';
import { type History, resultFor } from './history.ts';
import type { Problem } from './problem.ts';
import { headPins, requestFor } from './requests.ts';

type Pins = Readonly<Record<string, string>>;

export function resultAt(problem: Problem, history: History, cell: Cell, moved: Pins, repeat = 1): Result | undefined {
  const request = requestFor(problem, history, cell, moved);
  return request && resultFor(history, request, cellId(cell), repeat);
}

export function compareAt(problem: Problem, history: History, cell: Cell, moved: Pins, repeat = 1): Compared {
  return compareResults(resultAt(problem, history, cell, {}), resultAt(problem, history, cell, moved, repeat));
}

export function compareHead(problem: Problem, history: History, cell: Cell): Compared {
  return compareAt(problem, history, cell, headPins(problem));
}

/** Whether all that got worse in a cell got worse in its control too: then it is no news about PEFT. */
export function isBaseModel(problem: Problem, history: History, cell: Cell): boolean {
  if (isControl(cell)) return false;
  const own = compareHead(problem, history, cell);
  const control = compareHead(problem, history, controlOf(cell));
  if (!isWorse(own.comparison) || !isWorse(control.comparison)) return false;
  return own.what.every((what) => control.what.includes(what));
}

/** Cells whose change is worth a search, controls included. */
export function movedCells(problem: Problem, history: History): readonly Cell[] {
  const moved = [...problem.controls, ...problem.cells].filter((cell) =>
    ['regressed', 'degraded', 'fixed'].includes(compareHead(problem, history, cell).comparison),
  );
  return uniqueCells(moved).filter((cell) => !isBaseModel(problem, history, cell));
}

/** Planned cells that are worse at head, by PEFT or by the model itself. */
export function worseCells(problem: Problem, history: History): readonly Cell[] {
  return problem.cells.filter((cell) => isWorse(compareHead(problem, history, cell).comparison));
}

export function uniqueCells(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [cellId(cell), cell])).values()];
}
