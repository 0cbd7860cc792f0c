import { type Cell, cellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import type { LeftUndone, Purpose, Question } from '../domain/search.ts';
import {
  at,
  bisectionQuestions,
  boundariesOf,
  heldBackQuestions,
  isClosed,
  type Located,
  locate,
  repeatQuestions,
} from './boundaries.ts';
import { compareHead, movedCells, uniqueCells } from './compare.ts';
import { type History, unanswered, withinBudget } from './history.ts';
import { partnerEverywhereQuestions, partnerQuestions, untriedPartners } from './partners.ts';
import { everyCell, type Problem, withControls } from './problem.ts';
import { ask, groups, headPins } from './requests.ts';
import { workaroundQuestions } from './workarounds.ts';

export type Step = { readonly kind: 'ask'; readonly questions: readonly Question[] } | { readonly kind: 'done' };

type Phase = (problem: Problem, history: History) => readonly Question[];

/** What is asked, in the order of its worth: a later phase starts when the earlier ones have nothing left to ask. */
const PHASES: readonly Phase[] = [
  bothEnds,
  aloneQuestions,
  (problem, history) => bisectionQuestions(problem, history, located(problem, history)),
  (problem, history) => repeatQuestions(problem, history, closed(problem, history)),
  workaroundQuestions,
  holdQuestions,
  partnerQuestions,
  partnerEverywhereQuestions,
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

/** What could still be asked: empty where a search came to its own end. Untried partners are named. */
export function leftUndone(problem: Problem, history: History): readonly LeftUndone[] {
  const planned = new Set(problem.cells.map(cellId));
  const isPlanned = (cell: Cell) => planned.has(cellId(cell));
  const found = new Map<Purpose, Set<string>>();
  for (const phase of PHASES)
    for (const { purpose, cells } of unanswered(history, merged(phase(problem, history)))) {
      const kind = purpose === 'base' ? 'head' : purpose;
      const known = found.get(kind) ?? new Set();
      for (const cell of cells) if (kind !== 'head' || isPlanned(cell)) known.add(cellId(cell));
      found.set(kind, known);
    }
  return [...found].map(([purpose, cells]) => ({
    purpose,
    cells: [...cells],
    libraries: purpose === 'partner' ? untriedPartners(problem, history) : [],
  }));
}

/** Package sets whose bases are measured at once. */
const SETS_AT_ONCE = 2;

/** Base and head of a few package sets, then of the next ones: whatever runs out, what was measured can be compared. */
function bothEnds(problem: Problem, history: History): readonly Question[] {
  const sets = groups(problem, everyCell(problem)).map(({ cells }) => cells);
  const basesOf = (cells: Problem['cells']) => unanswered(history, ask(problem, history, 'base', {}, cells));
  const hasBase = (cells: Problem['cells']) => basesOf(cells).length === 0;
  const next = sets.filter((cells) => !hasBase(cells)).slice(0, SETS_AT_ONCE);
  return [
    ...sets.filter(hasBase).flatMap((cells) => ask(problem, history, 'head', headPins(problem), cells)),
    ...next.flatMap(basesOf),
  ];
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
  return located(problem, history).filter((one) => isClosed(one) && boundariesOf(problem, history, one).length > 0);
}

/** The newest releases known to stand before anything broke, one for each library: the candidate for a hold. */
export function holdPins(problem: Problem, history: History): Readonly<Record<string, string>> {
  const pins: Record<string, string> = {};
  for (const change of problem.changes) {
    const lows = located(problem, history)
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
  return ask(problem, history, 'hold', { ...headPins(problem), ...pins }, withControls(problem.cells));
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
