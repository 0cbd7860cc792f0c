/** Questions put together, without what is answered, within what may be built. */
import type { Cell, CellId } from '../domain/cell.ts';
import type { Question } from '../domain/search.ts';
import type { Evidence } from './evidence.ts';

/** Questions about one environment become one question, so that one probe answers them. */
function merged(evidence: Evidence, questions: readonly Question[]): readonly Question[] {
  const found = new Map<string, { question: Question; cells: Map<CellId, Cell> }>();
  for (const question of questions) {
    const key = `${question.repeat} ${evidence.keyOf(question.environment)}`;
    const one = found.get(key) ?? { question, cells: new Map() };
    for (const cell of question.cells) one.cells.set(evidence.id(cell), cell);
    found.set(key, one);
  }
  return [...found.values()].map(({ question, cells }) => ({ ...question, cells: [...cells.values()] }));
}

/** What is still to be measured for some questions, as few as can be. */
export function openOf(evidence: Evidence, questions: readonly Question[]): readonly Question[] {
  return merged(evidence, unanswered(evidence, questions));
}

/** The part of some questions that no measurement has answered yet. */
export function unanswered(evidence: Evidence, questions: readonly Question[]): readonly Question[] {
  const open: Question[] = [];
  for (const question of questions) {
    const place = evidence.placeOf(question.environment);
    if (place.environment && place.environment.status !== 'built') continue;
    const cells = question.cells.filter((cell) => place.result(evidence.id(cell), question.repeat) === undefined);
    if (cells.length > 0) open.push({ ...question, cells });
  }
  return open;
}

/**
 * Drops questions that would need more environments than one package set is allowed; what is built already costs nothing
 * more.
 */
export function affordable(evidence: Evidence, questions: readonly Question[]): readonly Question[] {
  const added = new Map<ReadonlySet<string>, Set<string>>();
  return questions.filter(({ environment }) => {
    const built = evidence.environmentsOf(environment);
    const more = added.get(built) ?? new Set();
    const key = evidence.keyOf(environment);
    if (built.has(key) || more.has(key)) return true;
    if (built.size + more.size >= evidence.problem.environments) return false;
    added.set(built, more.add(key));
    return true;
  });
}
