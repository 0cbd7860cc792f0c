import { cellId } from '../domain/cell.ts';
import type { LeftUndone, Purpose } from '../domain/search.ts';
import { CONCERNS } from './concerns.ts';
import type { Evidence } from './evidence.ts';
import { openOf } from './questions.ts';

/** What could still be asked: empty where a search came to its own end. Both ends are counted by planned cells alone. */
export function leftUndone(evidence: Evidence): readonly LeftUndone[] {
  const planned = new Set(evidence.problem.cells.map(cellId));
  const found = new Map<Purpose, { cells: Set<string>; libraries: readonly string[] }>();
  for (const { ask, untried } of CONCERNS)
    for (const question of openOf(evidence, ask(evidence))) {
      const purpose = question.purpose === 'base' ? 'head' : question.purpose;
      const one = found.get(purpose) ?? { cells: new Set(), libraries: untried?.(evidence) ?? [] };
      const ids = question.cells.map((cell) => evidence.id(cell)).filter((id) => purpose !== 'head' || planned.has(id));
      for (const id of ids) one.cells.add(id);
      found.set(purpose, one);
    }
  return [...found].map(([purpose, { cells, libraries }]) => ({ purpose, cells: [...cells], libraries }));
}
