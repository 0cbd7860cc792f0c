import { type Cell, cellId, controlOf, isControl } from '../domain/cell.ts';
import { type Compared, compareResults, isWorse, NOT_COMPARED } from '../domain/comparison.ts';
import { isSameMove, moveKey } from '../domain/moves.ts';
import { isBroken, type Result, withSoundCarry } from '../domain/outcome.ts';
import { type History, resultFor } from './history.ts';
import type { Problem } from './problem.ts';
import { headPins, requestFor } from './requests.ts';

export type Pins = Readonly<Record<string, string>>;

interface Known {
  readonly problem: Problem;
  readonly length: number;
  readonly results: Map<string, Result | undefined>;
  readonly comparisons: Map<string, Compared>;
}

/** What was looked up in a history is good for as long as it has the same length: the same is asked many times. */
const KNOWN = new WeakMap<History, Known>();

function knownOf(problem: Problem, history: History): Known {
  const known = KNOWN.get(history);
  if (known?.problem === problem && known.length === history.length) return known;
  const fresh = { problem, length: history.length, results: new Map(), comparisons: new Map() };
  KNOWN.set(history, fresh);
  return fresh;
}

function remembered<Value>(
  known: Map<string, Value>,
  cell: Cell,
  moved: Pins,
  repeat: number,
  find: () => Value,
): Value {
  const key = `${cellId(cell)} ${repeat} ${JSON.stringify(moved)}`;
  const value = known.get(key);
  if (value !== undefined || known.has(key)) return value as Value;
  const found = find();
  known.set(key, found);
  return found;
}

export function resultAt(problem: Problem, history: History, cell: Cell, moved: Pins, repeat = 1): Result | undefined {
  const { results } = knownOf(problem, history);
  return remembered(results, cell, moved, repeat, () => soundResult(problem, history, cell, moved, repeat));
}

function soundResult(problem: Problem, history: History, cell: Cell, moved: Pins, repeat: number): Result | undefined {
  const result = rawResult(problem, history, cell, moved, repeat);
  if (result === undefined || isControl(cell)) return result;
  return withSoundCarry(result, rawResult(problem, history, cell, {}, 1));
}

function rawResult(problem: Problem, history: History, cell: Cell, moved: Pins, repeat: number): Result | undefined {
  const request = requestFor(problem, history, cell, moved);
  return request && resultFor(history, request, cellId(cell), repeat);
}

/** A cell at some versions against its base. Where the model itself is broken on both sides, nothing is said of PEFT. */
export function compareAt(problem: Problem, history: History, cell: Cell, moved: Pins, repeat = 1): Compared {
  const { comparisons } = knownOf(problem, history);
  return remembered(comparisons, cell, moved, repeat, () => compared(problem, history, cell, moved, repeat));
}

function compared(problem: Problem, history: History, cell: Cell, moved: Pins, repeat: number): Compared {
  if (brokenControl(problem, history, cell, moved) !== undefined) return NOT_COMPARED;
  return compareResults(resultAt(problem, history, cell, {}), resultAt(problem, history, cell, moved, repeat));
}

/** What the control of a cell does where it is broken both at base and at these versions. */
export function brokenControl(problem: Problem, history: History, cell: Cell, moved: Pins): Result | undefined {
  if (isControl(cell) || !isBroken(resultAt(problem, history, controlOf(cell), {}))) return undefined;
  const result = resultAt(problem, history, controlOf(cell), moved);
  return isBroken(result) ? result : undefined;
}

export function compareHead(problem: Problem, history: History, cell: Cell): Compared {
  return compareAt(problem, history, cell, headPins(problem));
}

/** Whether the model itself still does at these versions what it did at base. */
export function isControlSound(problem: Problem, history: History, cell: Cell, moved: Pins): boolean {
  if (isControl(cell)) return true;
  const { comparison } = compareAt(problem, history, controlOf(cell), moved);
  return comparison !== 'not-compared' && !isWorse(comparison);
}

/**
 * Whether some versions are a way out for a cell that is worse at head: it is no worse than at base, so is the model
 * itself, and each check that failed was made.
 */
export function isMended(problem: Problem, history: History, cell: Cell, moved: Pins): boolean {
  const { comparison } = compareAt(problem, history, cell, moved);
  if (comparison === 'not-compared' || isWorse(comparison)) return false;
  return isControlSound(problem, history, cell, moved) && leftOut(problem, history, cell, moved).length === 0;
}

/** Stages that broke at head and were not gone through here, though base went through them. */
function leftOut(problem: Problem, history: History, cell: Cell, moved: Pins): readonly string[] {
  const { fresh } = compareHead(problem, history, cell);
  const [before, after] = [resultAt(problem, history, cell, {}), resultAt(problem, history, cell, moved)];
  return fresh
    .map(({ stage }) => stage)
    .filter((stage) => after?.stages[stage] !== 'ok' && after?.stages[stage] !== before?.stages[stage]);
}

/** In which way a cell moved: equal for equal failures, whatever the numbers in them. */
export function wayOf({ comparison, moves, fresh }: Compared): string {
  return JSON.stringify([comparison, moves.map(moveKey), fresh.map(({ stage, signature }) => [stage, signature])]);
}

/** Whether all that moved in a cell moved in its control too: then it is no news about PEFT. */
export function isBaseModel(problem: Problem, history: History, cell: Cell): boolean {
  if (isControl(cell)) return false;
  const own = compareHead(problem, history, cell);
  const control = compareHead(problem, history, controlOf(cell));
  const isAlike = isWorse(own.comparison)
    ? isWorse(control.comparison)
    : own.comparison === 'fixed' && control.comparison === 'fixed';
  return isAlike && own.moves.every((move) => control.moves.some((other) => isSameMove(move, other)));
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

/** The same with the controls: all that a way out can be for. */
export function worseOrControls(problem: Problem, history: History): readonly Cell[] {
  const controls = problem.controls.filter((cell) => isWorse(compareHead(problem, history, cell).comparison));
  return uniqueCells([...worseCells(problem, history), ...controls]);
}

export function uniqueCells(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [cellId(cell), cell])).values()];
}
