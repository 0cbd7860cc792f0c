/** What may be asked next, while some cells are still being measured. */
import { type Cell, cellId, isControl } from '../domain/cell.ts';
import { type Environment, type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import { type Result, STAGES } from '../domain/outcome.ts';
import type { Measurement, Question, Running } from '../domain/search.ts';
import { Evidence } from './evidence.ts';
import { next } from './next.ts';
import type { Problem } from './problem.ts';
import { baseRequest } from './requests.ts';

type History = readonly Measurement[];

export interface Foreseen {
  readonly question: Question;
  /** Where its environment stands already. */
  readonly environment?: Environment | undefined;
  /** Questions that come before it in the guess that led here. */
  readonly steps: number;
  /** What would be known by then. */
  readonly evidence: Evidence;
}

/** What a cell under way is guessed to do. */
type Guess = (problem: Problem, history: History, question: Question, cell: Cell) => Result;

/** What it did at head, and what it did at base: the first asks for more. */
const GUESSES: readonly Guess[] = [likeHead, likeBase];
/** Steps that are looked ahead where each needs only environments that stand. */
const FAR = 4;

/** A look ahead costs a search: with more cells it is left out, and so it is where each environment is gigabytes. */
const MOST_CELLS = 200;

/** What a search would ask if cells under way did as they are guessed to; the sooner first, then the likelier. Pure. */
export function foresee(problem: Problem, history: History, running: readonly Running[]): readonly Foreseen[] {
  if (problem.cells.length > MOST_CELLS || problem.changes.some(({ library }) => library === 'torch')) return [];
  const found = GUESSES.flatMap((guess) => ahead(problem, history, running, guess));
  const ordered = found.toSorted((one, other) => one.steps - other.steps);
  const first = new Map(ordered.toReversed().map((one) => [keyOf(one.question), one]));
  return ordered.filter((one) => first.get(keyOf(one.question)) === one);
}

function keyOf({ environment, repeat }: Question): string {
  return `${repeat} ${requestKey(environment)}`;
}

/** Until the first question whose environment does not stand: what lies behind it would be a guess upon a guess. */
function ahead(problem: Problem, history: History, running: readonly Running[], guess: Guess): readonly Foreseen[] {
  const found: Foreseen[] = [];
  let known = history;
  let under: readonly Running[] = running;
  for (let steps = 0; steps < FAR; steps++) {
    const before = known;
    known = [...known, ...under.map((one) => ({ ...one, results: guessed(problem, before, one.question, guess) }))];
    const evidence = new Evidence(problem, known);
    const asked = next(evidence);
    if (asked.kind === 'done') return found;
    const standing = (question: Question) => environmentIn(known, question.environment);
    found.push(...asked.questions.map((question) => ({ question, environment: standing(question), steps, evidence })));
    if (asked.questions.some((question) => standing(question) === undefined)) return found;
    under = asked.questions.flatMap((question) => {
      const environment = standing(question);
      return environment ? [{ question, environment }] : [];
    });
  }
  return found;
}

function environmentIn(history: History, request: EnvironmentRequest): Environment | undefined {
  const key = requestKey(request);
  return history.find(({ question }) => requestKey(question.environment) === key)?.environment;
}

function resultIn(history: History, request: EnvironmentRequest | undefined, cell: string): Result | undefined {
  const key = request && requestKey(request);
  return history
    .find(({ question, results }) => requestKey(question.environment) === key && results.has(cell))
    ?.results.get(cell);
}

/** What was measured in the same environment once before is guessed to come again. */
function guessed(problem: Problem, history: History, question: Question, guess: Guess): Measurement['results'] {
  const resultOf = (cell: Cell) =>
    resultIn(history, question.environment, cellId(cell)) ?? guess(problem, history, question, cell);
  return new Map(question.cells.map((cell) => [cellId(cell), resultOf(cell)]));
}

function likeBase(problem: Problem, history: History, { environment }: Question, cell: Cell): Result {
  return resultIn(history, baseRequest(problem, environment.packages), cellId(cell)) ?? passing(cellId(cell));
}

/** At head itself every cell is guessed to fail by PEFT. */
function likeHead(problem: Problem, history: History, question: Question, cell: Cell): Result {
  const { environment } = question;
  const id = cellId(cell);
  const base = baseRequest(problem, environment.packages);
  const head = history.find((one) => one.question.purpose === 'head' && isOfSameSet(one.question, question));
  const known = resultIn(history, head?.question.environment, id);
  return known ?? (requestKey(base) === requestKey(environment) || isControl(cell) ? passing(id) : failing(id));
}

function isOfSameSet(one: Question, other: Question): boolean {
  return one.environment.packages.join() === other.environment.packages.join();
}

function passing(cell: string): Result {
  return {
    cell,
    outcome: 'pass',
    stages: Object.fromEntries(STAGES.map((stage) => [stage, 'ok'])),
    failures: [],
    facts: {},
  };
}

function failing(cell: string): Result {
  const said = { type: 'guessed', reason: 'guessed', signature: 'guessed', message: 'guessed' };
  const failures = [{ stage: 'forward' as const, kind: 'raised' as const, ...said }];
  return { ...passing(cell), outcome: 'fail', ...said, stages: { ...passing(cell).stages, forward: 'fail' }, failures };
}
