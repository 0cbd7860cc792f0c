import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { type Environment, type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import type { Result } from '../domain/outcome.ts';
import type { Measurement, Question } from '../domain/search.ts';

/** What has been measured so far, in order. */
export type History = readonly Measurement[];

interface Index {
  readonly length: number;
  readonly byKey: ReadonlyMap<string, readonly Measurement[]>;
}

/** A history only grows: the index of one is good for as long as it has the same length. */
const INDEXES = new WeakMap<History, Index>();

function measurementsOf(history: History, request: EnvironmentRequest): readonly Measurement[] {
  let index = INDEXES.get(history);
  if (index === undefined || index.length !== history.length) {
    const byKey = new Map<string, Measurement[]>();
    for (const measurement of history) {
      const key = requestKey(measurement.question.environment);
      const known = byKey.get(key);
      if (known) known.push(measurement);
      else byKey.set(key, [measurement]);
    }
    index = { length: history.length, byKey };
    INDEXES.set(history, index);
  }
  return index.byKey.get(requestKey(request)) ?? [];
}

export function environmentFor(history: History, request: EnvironmentRequest): Environment | undefined {
  return measurementsOf(history, request)[0]?.environment;
}

export function resultFor(history: History, request: EnvironmentRequest, cell: CellId, repeat = 1): Result | undefined {
  return measurementsOf(history, request)
    .filter(({ question }) => question.repeat === repeat)
    .map(({ results }) => results.get(cell))
    .find((result) => result !== undefined);
}

/** The part of some questions that no measurement has answered yet. */
export function unanswered(history: History, questions: readonly Question[]): readonly Question[] {
  const open: Question[] = [];
  for (const question of questions) {
    const environment = environmentFor(history, question.environment);
    if (environment && environment.status !== 'built') continue;
    const cells = question.cells.filter((cell) => !isAnswered(history, question, cell));
    if (cells.length > 0) open.push({ ...question, cells });
  }
  return open;
}

function isAnswered(history: History, question: Question, cell: Cell): boolean {
  return resultFor(history, question.environment, cellId(cell), question.repeat) !== undefined;
}

/**
 * Drops questions that would need more environments than one package set is allowed; what is built already costs nothing
 * more.
 */
export function withinBudget(
  history: History,
  questions: readonly Question[],
  environments: number,
): readonly Question[] {
  const known = new Map<string, Set<string>>();
  const setOf = ({ environment }: Question) => {
    const packages = environment.packages.toSorted().join();
    const keys = known.get(packages) ?? new Set();
    known.set(packages, keys);
    return keys;
  };
  for (const { question } of history) setOf(question).add(requestKey(question.environment));
  return questions.filter((question) => {
    const keys = setOf(question);
    const key = requestKey(question.environment);
    if (!keys.has(key) && keys.size >= environments) return false;
    keys.add(key);
    return true;
  });
}
