/** What else works with the change kept: other methods on the same model, and the same method unquantized. */
import { type Cell, cellId, controlOf } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { moveWords } from '../domain/moves.ts';
import type { Question, Workaround } from '../domain/search.ts';
import { compareHead, isControlSound, resultAt, uniqueCells, worseCells } from './compare.ts';
import { environmentFor, type History } from './history.ts';
import { type Problem, withControls } from './problem.ts';
import { ask, headPins, requestFor } from './requests.ts';

export function workaroundQuestions(problem: Problem, history: History): readonly Question[] {
  const worse = worseCells(problem, history);
  const isTried = (cell: Cell, other: Cell) =>
    kindOf(cell, other) !== undefined && (!needsBase(problem, history, cell) || hasBase(problem, history, other));
  const wanted = problem.alternatives.filter((other) => worse.some((cell) => isTried(cell, other)));
  const compared = wanted.filter((other) =>
    worse.some((cell) => isTried(cell, other) && needsBase(problem, history, cell)),
  );
  return [
    ...ask(problem, history, 'base', {}, withControls(uniqueCells(compared))),
    ...ask(problem, history, 'workaround', headPins(problem), withControls(uniqueCells(wanted))),
  ];
}

/** What was tried in place of a cell, and why it is no way out where it is none. */
export function workaroundsOf(problem: Problem, history: History, cell: Cell): readonly Workaround[] {
  return uniqueCells([...problem.cells, ...problem.alternatives]).flatMap((other) => {
    const kind = kindOf(cell, other);
    const result = resultAt(problem, history, other, headPins(problem));
    if (kind === undefined || result === undefined) return [];
    const why = result.outcome === 'pass' ? whyNot(problem, history, cell, other) : undefined;
    const tried = { cell: cellId(cell), kind, use: cellId(other), outcome: result.outcome };
    return [{ ...tried, helps: result.outcome === 'pass' && why === undefined, ...(why && { why }) }];
  });
}

function kindOf(cell: Cell, other: Cell): Workaround['kind'] | undefined {
  if (other.architecture !== cell.architecture || other.task !== cell.task) return undefined;
  if (other.method === 'base' || cellId(other) === cellId(cell)) return undefined;
  if (other.quantization === cell.quantization) return 'method';
  return other.method === cell.method && other.quantization === 'none' ? 'quantization' : undefined;
}

/** Why a cell that passes at head does not stand in for one that is worse there. */
function whyNot(problem: Problem, history: History, cell: Cell, other: Cell): string | undefined {
  if (isWorse(compareHead(problem, history, other).comparison)) return 'worse than before the change';
  const control = resultAt(problem, history, controlOf(other), headPins(problem));
  if (control === undefined || !['pass', 'wrong', 'fail'].includes(control.outcome))
    return 'the base model was not measured there';
  const isMoved = control.outcome !== 'pass' && !isControlSound(problem, history, other, headPins(problem));
  if (isMoved) return `the base model is ${control.outcome === 'wrong' ? 'wrong' : 'broken'} there`;
  const unchecked = uncheckedIn(problem, history, cell, other);
  return unchecked.length > 0 ? `not checked there: ${unchecked.join(', ')}` : undefined;
}

/** What got worse in a cell and was not looked at in the other one. A quantization that is dropped has no such stage. */
function uncheckedIn(problem: Problem, history: History, cell: Cell, other: Cell): readonly string[] {
  const { fresh, moves } = compareHead(problem, history, cell);
  const result = resultAt(problem, history, other, headPins(problem));
  const stages = fresh.map(({ stage }) => stage);
  const isDropped = (stage: string) => stage === 'quantize' && other.quantization === 'none';
  const facts = moves.filter(({ kind }) => kind !== 'stage').map((move) => moveWords(move));
  const isCompared = compareHead(problem, history, other).comparison !== 'not-compared';
  return [
    ...stages.filter((stage) => result?.stages[stage] !== 'ok' && !isDropped(stage)),
    ...(isCompared ? [] : facts),
  ];
}

/** Whether only a measurement at base can tell that another cell is not broken in the same way. */
function needsBase(problem: Problem, history: History, cell: Cell): boolean {
  return compareHead(problem, history, cell).moves.some((move) => move.kind !== 'stage' || move.stage === 'carry');
}

/** Whether the base of a cell's package set stands: none is built for a way out alone. */
function hasBase(problem: Problem, history: History, cell: Cell): boolean {
  const request = requestFor(problem, history, cell, {});
  return request !== undefined && environmentFor(history, request)?.status === 'built';
}
