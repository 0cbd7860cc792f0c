/** Staying before what broke: measured with every cell. */
import { isWorse } from '../../domain/comparison.ts';
import type { MeasuredPin } from '../../domain/search.ts';
import { compareVersions } from '../../domain/version.ts';
import { atHead } from '../compare.ts';
import type { Concern } from '../concern.ts';
import { countAt } from '../count.ts';
import type { Evidence } from '../evidence.ts';
import { everyLocated } from '../intervals.ts';
import { withControls } from '../problem.ts';
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

/** library -> the newest release known to stand before anything broke. */
const held = remembered('lines', (evidence): ReadonlyMap<string, string> => {
  const worse = everyLocated(evidence).filter(({ cell }) => isWorse(atHead(evidence, cell).comparison));
  const found = new Map<string, string>();
  for (const change of evidence.problem.changes) {
    const lows = worse.filter((one) => one.change.library === change.library).map(({ low }) => low);
    const version = change.releases[Math.min(...lows)];
    if (version !== undefined) found.set(change.library, version);
  }
  return found;
});

const holdPins = remembered('lines', (evidence): Pins => ({ ...evidence.head, ...Object.fromEntries(held(evidence)) }));

/** A hold before what broke; where a limit left a boundary open, before the first release that was not measured. */
function holds(evidence: Evidence): readonly MeasuredPin[] {
  const counted = countAt(evidence, holdPins(evidence), flakyCells(evidence));
  if (counted === undefined) return [];
  return evidence.problem.changes.flatMap(({ library, from, to, releases }) => {
    const version = held(evidence).get(library);
    if (version === undefined) return [];
    if (compareVersions(from, to) > 0) return [{ kind: 'hold' as const, library, version, ...counted }];
    const next = releases[releases.indexOf(version) + 1];
    const below = firstKeptOut(evidence, library, version, next);
    return below ? [{ kind: 'hold' as const, library, version, below, ...counted }] : [];
  });
}

function firstKeptOut(
  evidence: Evidence,
  library: string,
  version: string,
  next: string | undefined,
): string | undefined {
  const boundary = boundaries(evidence).find((one) => one.library === library && one.lastGood === version);
  return boundary && boundary.certainty.open > 0 ? next : boundary?.firstBad;
}
