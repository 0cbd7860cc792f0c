import { cellId, controlOf } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import type { Question } from '../domain/search.ts';
import {
  at,
  bisectionQuestions,
  boundariesOf,
  heldBackQuestions,
  type Located,
  locate,
  repeatQuestions,
} from './boundaries.ts';
import { compareHead, movedCells, uniqueCells, worseCells } from './compare.ts';
import { type History, unanswered, withinBudget } from './history.ts';
import { partnerQuestions } from './partners.ts';
import { everyCell, type Problem } from './problem.ts';
import { ask, headPins } from './requests.ts';

export type Step = { readonly kind: 'ask'; readonly questions: readonly Question[] } | { readonly kind: 'done' };

type Phase = (problem: Problem, history: History) => readonly Question[];

/** What is asked, in the order of its worth: a later phase starts when the earlier ones have nothing left to ask. */
const PHASES: readonly Phase[] = [
  (problem, history) => ask(problem, history, 'base', {}, everyCell(problem)),
  (problem, history) => ask(problem, history, 'head', headPins(problem), everyCell(problem)),
  aloneQuestions,
  (problem, history) => bisectionQuestions(problem, history, located(problem, history)),
  (problem, history) => repeatQuestions(problem, history, closed(problem, history)),
  workaroundQuestions,
  holdQuestions,
  partnerQuestions,
  (problem, history) => heldBackQuestions(problem, history, closed(problem, history)),
];

/** What to measure next, given all that has been measured. Pure: the same history gives the same step. */
export function next(problem: Problem, history: History): Step {
  for (const phase of PHASES) {
    const open = unanswered(history, merged(phase(problem, history)));
    const affordable = withinBudget(history, open, problem.environments);
    if (affordable.length > 0) return { kind: 'ask', questions: affordable };
  }
  return { kind: 'done' };
}

function aloneQuestions(problem: Problem, history: History): readonly Question[] {
  if (problem.changes.length === 1) return [];
  const cells = movedCells(problem, history);
  return problem.changes.flatMap((change) => ask(problem, history, 'alone', { [change.library]: change.to }, cells));
}

export function located(problem: Problem, history: History): readonly Located[] {
  return movedCells(problem, history).flatMap((cell) => locate(problem, history, cell) ?? []);
}

function closed(problem: Problem, history: History): readonly Located[] {
  return located(problem, history).filter((one) => boundariesOf(problem, history, one).length > 0);
}

/** The newest releases before anything broke, one for each library: the candidate for a hold. */
export function holdPins(problem: Problem, history: History): Readonly<Record<string, string>> {
  const pins: Record<string, string> = {};
  for (const change of problem.changes) {
    const lows = closed(problem, history)
      .filter((one) => one.change.library === change.library)
      .filter((one) => isWorse(compareHead(problem, history, one.cell).comparison))
      .map((one) => one.interval.low);
    if (lows.length > 0) Object.assign(pins, at(change, Math.min(...lows)));
  }
  return pins;
}

function holdQuestions(problem: Problem, history: History): readonly Question[] {
  const pins = holdPins(problem, history);
  if (Object.keys(pins).length === 0) return [];
  return ask(problem, history, 'hold', { ...headPins(problem), ...pins }, problem.cells);
}

/** Other methods on the same quantization, architecture and task, and the same method unquantized. */
function workaroundQuestions(problem: Problem, history: History): readonly Question[] {
  const worse = worseCells(problem, history);
  const wanted = problem.alternatives.filter((candidate) =>
    worse.some(
      (cell) =>
        cell.architecture === candidate.architecture &&
        cell.task === candidate.task &&
        (cell.quantization === candidate.quantization ||
          (cell.method === candidate.method && candidate.quantization === 'none')),
    ),
  );
  const cells = uniqueCells(wanted).filter((cell) => !worse.some((other) => cellId(other) === cellId(cell)));
  return ask(problem, history, 'workaround', headPins(problem), cells);
}

/** Questions about one environment become one question, so that one probe answers them. */
function merged(questions: readonly Question[]): readonly Question[] {
  const found = new Map<string, Question>();
  for (const question of questions) {
    const key = JSON.stringify([question.environment, question.repeat]);
    const earlier = found.get(key);
    found.set(key, earlier ? { ...earlier, cells: uniqueCells([...earlier.cells, ...question.cells]) } : question);
  }
  return [...found.values()];
}

/** The controls that go with some cells. */
export function controlsOf(cells: Problem['cells']): Problem['cells'] {
  const planned = new Set(cells.map(cellId));
  return uniqueCells(cells.map(controlOf)).filter((cell) => !planned.has(cellId(cell)));
}
