/** Where cells move: intervals over the releases of the changes that move them. */
import type { Cell } from '../domain/cell.ts';
import { type Compared, isStill } from '../domain/comparison.ts';
import type { Boundary } from '../domain/search.ts';
import { movedCells, uniqueCells } from './compare.ts';
import type { Evidence } from './evidence.ts';
import { everyCell } from './problem.ts';
import { against, causeOf } from './releases.ts';
import { remembered } from './remembered.ts';
import { intervalsOf, type Located } from './walk.ts';

export type { Located };

/** The places where each cell moves, in order. */
const located = remembered('lines', (evidence): ReadonlyMap<Cell, readonly Located[]> => {
  const found = walked(evidence).map(
    ([cell, changes]) => [cell, changes.flatMap((change) => intervalsOf(evidence, cell, change))] as const,
  );
  return new Map(found.filter(([, intervals]) => intervals.length > 0));
});

/** Cells with the changes to walk along: halving follows what the ends show, to the one change that shows it too. */
function walked(evidence: Evidence) {
  const { problem } = evidence;
  if (problem.search !== 'bisect')
    return uniqueCells(everyCell(problem)).map((cell) => [cell, problem.changes] as const);
  return movedCells(evidence).map((cell) => {
    const cause = causeOf(evidence, cell);
    return [cell, cause ? [cause] : []] as const;
  });
}

export function everyLocated(evidence: Evidence): readonly Located[] {
  return [...located(evidence).values()].flat();
}

/** Those of the cells about which nothing is left to ask, and which have a boundary. */
export const settled = remembered('lines', (evidence): readonly Located[] =>
  [...located(evidence).values()]
    .filter((intervals) => intervals.every(({ ask }) => ask === undefined))
    .filter((intervals) => intervals.some((one) => directionAt(evidence, one) !== undefined))
    .flat(),
);

type Directed = Compared & { readonly comparison: Boundary['direction'] };

/** What the first bad release shows beside what came before, where that is a boundary at all. */
export function directionAt(evidence: Evidence, located: Located): Directed | undefined {
  const { comparison, ...rest } = against(evidence, located, located.high);
  if (comparison !== 'regressed' && comparison !== 'degraded' && comparison !== 'fixed') return undefined;
  return { comparison, ...rest };
}

/**
 * Where a cell turns back after one of its places: what broke there works again, or what was mended breaks again. A mend of
 * something else that broke later is none.
 */
export function turnAfter(evidence: Evidence, one: Located): Located | undefined {
  const isMend = (other: Located) => directionAt(evidence, other)?.comparison === 'fixed';
  const isOver = (other: Located) => {
    const { comparison } = against(evidence, one, other.high);
    return isMend(other) && (isStill(comparison) || comparison === 'fixed');
  };
  const isTurn = (other: Located) => (isMend(one) ? !isMend(other) : isOver(other));
  const own = located(evidence).get(one.cell) ?? [];
  return own
    .slice(own.indexOf(one) + 1)
    .filter(({ change, reference }) => change === one.change && reference > 0)
    .find(isTurn);
}
