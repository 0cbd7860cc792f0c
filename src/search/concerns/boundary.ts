/** Between which two releases a cell breaks or mends. */
import type { Cell } from '../../domain/cell.ts';
import { isStill } from '../../domain/comparison.ts';
import { failedStages, isMeasured, type Result } from '../../domain/outcome.ts';
import type { Boundary, Standing } from '../../domain/search.ts';
import { isSameWay } from '../compare.ts';
import type { Concern } from '../concern.ts';
import { BASE, type Evidence } from '../evidence.ts';
import { directionAt, everyLocated, type Located, pinsAt, stateAt } from '../intervals.ts';
import { remembered } from '../remembered.ts';
import { isConfounded, movedAlong } from './held-back.ts';

export const boundary: Concern = {
  ask: (evidence) =>
    everyLocated(evidence).flatMap(({ cell, change, ask }) =>
      ask === undefined ? [] : evidence.ask('bisect', pinsAt(evidence, change, ask), [cell]),
    ),

  conclude: (evidence) => ({ boundaries: boundaries(evidence).filter((one) => !isFlaky(one)) }),
};

/** All boundaries, those too that a second run did not agree with. */
export const boundaries = remembered('all', (evidence): readonly Boundary[] =>
  everyLocated(evidence).flatMap((one) => boundaryAt(evidence, one) ?? []),
);

/** Cells with a boundary that a second run did not agree with: they fail now and then. */
export const flakyCells = remembered(
  'all',
  (evidence): ReadonlySet<string> =>
    new Set(
      boundaries(evidence)
        .filter(isFlaky)
        .map(({ cell }) => cell),
    ),
);

function isFlaky({ certainty }: Boundary): boolean {
  return certainty.runs > certainty.agree;
}

function boundaryAt(evidence: Evidence, located: Located): Boundary | undefined {
  const { cell, change, low, high } = located;
  const base = evidence.at(cell, BASE);
  const bad = evidence.at(cell, pinsAt(evidence, change, high));
  const compared = directionAt(evidence, located);
  if (!base || !bad || !compared) return undefined;
  const direction = compared.comparison;
  const failure = direction === 'fixed' ? base.failures[0] : (compared.fresh[0] ?? bad.failures[0]);
  return {
    cell: evidence.id(cell),
    library: change.library,
    direction,
    lastGood: change.releases[low] ?? change.from,
    firstBad: change.releases[high] ?? change.to,
    before: standingOf(evidence.at(cell, pinsAt(evidence, change, low)) ?? base),
    after: standingOf(bad),
    ...(failure && { failure }),
    moves: compared.moves.filter(({ kind }) => kind !== 'stage'),
    measured: measuredVersions(evidence, cell, change),
    alsoChanged: movedAlong(evidence, located)?.words ?? [],
    certainty: certaintyOf(evidence, located),
  };
}

function standingOf(result: Result): Standing {
  return { outcome: result.outcome, failed: failedStages(result) };
}

function measuredVersions(evidence: Evidence, cell: Cell, change: Located['change']): readonly string[] {
  return change.releases.filter((_, index) => isMeasured(evidence.at(cell, pinsAt(evidence, change, index))));
}

function certaintyOf(evidence: Evidence, located: Located): Boundary['certainty'] {
  const { cell, change, low, high } = located;
  const bad = evidence.compared(cell, pinsAt(evidence, change, high));
  const badAgain = evidence.compared(cell, pinsAt(evidence, change, high), 2);
  const goodAgain = evidence.compared(cell, pinsAt(evidence, change, low), 2);
  const again = [badAgain, goodAgain].filter(({ comparison }) => comparison !== 'not-compared');
  return {
    runs: again.length,
    agree: Number(isSameWay(badAgain, bad)) + Number(isStill(goodAgain.comparison)),
    adjacent: high - low === 1,
    open: openBetween(evidence, located),
    confounded: isConfounded(evidence, located),
  };
}

/** How many releases up to a boundary could still be asked for. */
function openBetween(evidence: Evidence, { cell, change, low, high, ask }: Located): number {
  if (ask === undefined) return 0;
  const between = Array.from({ length: high - low - 1 }, (_, offset) => low + 1 + offset);
  return between.filter((index) => stateAt(evidence, cell, change, index) === 'unknown').length;
}
