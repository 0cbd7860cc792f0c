/** Staying before what broke: measured with every cell. */
import type { Change } from '../../domain/change.ts';
import { isWorse } from '../../domain/comparison.ts';
import type { MeasuredPin } from '../../domain/search.ts';
import { compareVersions } from '../../domain/version.ts';
import { atHead } from '../compare.ts';
import type { Concern } from '../concern.ts';
import { countAt } from '../count.ts';
import type { Evidence } from '../evidence.ts';
import { directionAt, everyLocated, type Located, turnAfter } from '../intervals.ts';
import { withControls } from '../problem.ts';
import { causeOf } from '../releases.ts';
import { remembered } from '../remembered.ts';
import type { Pins } from '../requests.ts';
import { boundaries, flakyCells } from './boundary.ts';

export const hold: Concern = {
  ask: remembered('lines', (evidence) => {
    if (held(evidence).size === 0) return [];
    return evidence.ask('hold', holdPins(evidence), withControls(evidence.problem.cells));
  }),

  conclude: (evidence) => ({ measuredPins: holds(evidence) }),
};

interface Held {
  readonly version: string;
  /** Whether it is the last good release before a break, and not one before another break in between. */
  readonly isLastGood: boolean;
}

/** library -> the newest release known to stand before what is broken at head, and in no stretch that breaks another cell. */
const held = remembered('lines', (evidence): ReadonlyMap<string, Held> => {
  const found = new Map<string, Held>();
  for (const change of evidence.problem.changes) {
    const before = Math.min(...breaksAtHead(evidence, change).map(({ low }) => low));
    const index = newestWhole(evidence, change, before);
    const version = change.releases[index];
    if (version !== undefined) found.set(change.library, { version, isLastGood: index === before });
  }
  return found;
});

/** Where the cells broke that are worse at head; what works again does not count. */
function breaksAtHead(evidence: Evidence, change: Change): readonly Located[] {
  return everyLocated(evidence)
    .filter((one) => one.change === change && isWorse(atHead(evidence, one.cell).comparison))
    .filter((one) => causeOf(evidence, one.cell) === change && turnAfter(evidence, one) === undefined);
}

/** The newest index up to a limit at which no cell is known to be broken for a while. */
function newestWhole(evidence: Evidence, change: Change, limit: number): number {
  const gaps = everyLocated(evidence).flatMap((one) => {
    const end = one.change === change ? turnAfter(evidence, one) : undefined;
    return end && directionAt(evidence, one)?.comparison !== 'fixed' ? [{ low: one.low, high: end.high }] : [];
  });
  let index = limit;
  for (;;) {
    const inside = gaps.filter(({ low, high }) => low < index && index < high);
    if (inside.length === 0) return index;
    index = Math.min(...inside.map(({ low }) => low));
  }
}

const holdPins = remembered('lines', (evidence): Pins => {
  const versions = [...held(evidence)].map(([library, { version }]) => [library, version]);
  return { ...evidence.head, ...Object.fromEntries(versions) };
});

/** A hold before what broke; where a limit left a boundary open, before the first release that was not measured. */
function holds(evidence: Evidence): readonly MeasuredPin[] {
  const counted = countAt(evidence, holdPins(evidence), flakyCells(evidence));
  if (counted === undefined) return [];
  return evidence.problem.changes.flatMap(({ library, from, to, releases }) => {
    const { version, isLastGood } = held(evidence).get(library) ?? {};
    if (version === undefined) return [];
    if (compareVersions(from, to) > 0) return [{ kind: 'hold' as const, library, version, ...counted }];
    const next = releases[releases.indexOf(version) + 1];
    const below = isLastGood ? firstKeptOut(evidence, library, version, next) : next;
    return below ? [{ kind: 'hold' as const, library, version, below, ...counted }] : [];
  });
}

function firstKeptOut(
  evidence: Evidence,
  library: string,
  version: string,
  next: string | undefined,
): string | undefined {
  const boundary = boundaries(evidence).find(
    (one) => one.library === library && one.lastGood === version && one.direction !== 'fixed',
  );
  return boundary && boundary.certainty.open > 0 ? next : boundary?.firstBad;
}
