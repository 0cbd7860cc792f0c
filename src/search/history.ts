import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { type Environment, type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import type { Result } from '../domain/outcome.ts';
import type { Measurement, Question } from '../domain/search.ts';

/** What has been measured so far, in order. */
export type History = readonly Measurement[];

export function environmentFor(history: History, request: EnvironmentRequest): Environment | undefined {
  const key = requestKey(request);
  return history.find((measurement) => requestKey(measurement.question.environment) === key)?.environment;
}

export function resultFor(history: History, request: EnvironmentRequest, cell: CellId, repeat = 1): Result | undefined {
  const key = requestKey(request);
  const matching = history.filter(
    (measurement) => measurement.question.repeat === repeat && requestKey(measurement.question.environment) === key,
  );
  return matching.map((measurement) => measurement.results.get(cell)).find((result) => result !== undefined);
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

/** Drops questions that would need more environments than allowed; what is built already costs nothing more. */
export function withinBudget(
  history: History,
  questions: readonly Question[],
  environments: number,
): readonly Question[] {
  const known = new Set(history.map((measurement) => requestKey(measurement.question.environment)));
  return questions.filter((question) => {
    const key = requestKey(question.environment);
    if (!known.has(key) && known.size >= environments) return false;
    known.add(key);
    return true;
  });
}
