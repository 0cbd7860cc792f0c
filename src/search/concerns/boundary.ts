/** Between which two releases a cell breaks or mends. */
import { isStill } from '../../domain/comparison.ts';
import { failedStages, isMeasured, type Result } from '../../domain/outcome.ts';
import type { Boundary, Standing } from '../../domain/search.ts';
import { isSameWay } from '../compare.ts';
import type { Concern } from '../concern.ts';
import type { Evidence } from '../evidence.ts';
import { directionAt, everyLocated, type Located, turnAfter } from '../intervals.ts';
import { pinsAt, resultAt, stateAt, wayAt } from '../releases.ts';
import { remembered } from '../remembered.ts';
import { isConfounded, movedAlong } from './held-back.ts';

export const boundary: Concern = {
  ask: (evidence) =>
    everyLocated(evidence).flatMap(({ cell, change, ask }) =>
      ask === undefined ? [] : evidence.ask('bisect', pinsAt(evidence, change, ask), [cell]),
    ),

  conclude: (evidence) => ({ boundaries: boundaries(evidence).filter((one) => !isFlaky(one)) }),
};

/** All boundaries with their places, those too that a second run did not agree with. */
const placed = remembered('all', (evidence): readonly (readonly [Located, Boundary])[] =>
  everyLocated(evidence).flatMap((one) => {
    const found = boundaryAt(evidence, one);
    return found ? [[one, found] as const] : [];
  }),
);

export function boundaries(evidence: Evidence): readonly Boundary[] {
  return placed(evidence).map(([, found]) => found);
}

/**
 * Cells with a boundary that a second run did not agree with: they fail now and then. What a cell has turned back from
 * says nothing of what it does at head.
 */
export const flakyCells = remembered(
  'all',
  (evidence): ReadonlySet<string> =>
    new Set(
      placed(evidence)
        .filter(([one, found]) => isFlaky(found) && turnAfter(evidence, one) === undefined)
        .map(([, { cell }]) => cell),
    ),
);

function isFlaky({ certainty }: Boundary): boolean {
  return certainty.runs > certainty.agree;
}

function boundaryAt(evidence: Evidence, located: Located): Boundary | undefined {
  const { cell, change, low, high, reference } = located;
  const before = resultAt(evidence, located, reference);
  const bad = resultAt(evidence, located, high);
  const compared = directionAt(evidence, located);
  if (!before || !bad || !compared) return undefined;
  const direction = compared.comparison;
  const failure = direction === 'fixed' ? before.failures[0] : (compared.fresh[0] ?? bad.failures[0]);
  const fixed = direction === 'fixed' ? undefined : turnAfter(evidence, located);
  return {
    cell: evidence.id(cell),
    library: change.library,
    direction,
    lastGood: change.releases[low] ?? change.from,
    firstBad: change.releases[high] ?? change.to,
    ...(fixed && { firstFixed: change.releases[fixed.high] ?? change.to }),
    before: standingOf(resultAt(evidence, located, low) ?? before),
    after: standingOf(bad),
    ...(failure && { failure }),
    moves: compared.moves.filter(({ kind }) => kind !== 'stage'),
    measured: measuredVersions(evidence, located),
    alsoChanged: movedAlong(evidence, located)?.words ?? [],
    certainty: certaintyOf(evidence, located),
  };
}

function standingOf(result: Result): Standing {
  return { outcome: result.outcome, failed: failedStages(result) };
}

function measuredVersions(evidence: Evidence, located: Located): readonly string[] {
  return located.change.releases.filter((_, index) => isMeasured(resultAt(evidence, located, index)));
}

function certaintyOf(evidence: Evidence, located: Located): Boundary['certainty'] {
  const { low, high } = located;
  const bad = wayAt(evidence, located, high);
  const badAgain = wayAt(evidence, located, high, 2);
  const goodAgain = wayAt(evidence, located, low, 2);
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
function openBetween(evidence: Evidence, located: Located): number {
  const { low, high, ask } = located;
  if (ask === undefined) return 0;
  const between = Array.from({ length: high - low - 1 }, (_, offset) => low + 1 + offset);
  return between.filter((index) => stateAt(evidence, located, index) === 'unknown').length;
}
