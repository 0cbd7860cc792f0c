/** Each partner release that helps, measured with every cell: whether it breaks another one. */
import type { MeasuredPin } from '../../domain/search.ts';
import { minorOf } from '../../domain/version.ts';
import type { Concern } from '../concern.ts';
import { countAt } from '../count.ts';
import type { Evidence } from '../evidence.ts';
import { firstHelping, isChanged, type Partner, partners, standAt, untried } from '../partners.ts';
import { withControls } from '../problem.ts';
import { remembered } from '../remembered.ts';
import { flakyCells } from './boundary.ts';

export const partnerEverywhere: Concern = {
  ask: remembered('all', (evidence) =>
    partners(evidence).flatMap((partner) => {
      const raised = bestOf(evidence, partner)?.raised;
      return raised ? evidence.ask('partner', raised.pins, withControls(evidence.problem.cells)) : [];
    }),
  ),

  untried,

  /** Partner releases that help and have been measured, whether or not an older one was still looked for. */
  conclude: (evidence) => ({ measuredPins: partners(evidence).flatMap((partner) => pinOf(evidence, partner) ?? []) }),
};

function bestOf(evidence: Evidence, partner: Partner) {
  const { best } = firstHelping(evidence, partner);
  const raised = best && partner.line[best.index];
  return raised && { ...best, raised };
}

function pinOf(evidence: Evidence, partner: Partner): MeasuredPin | undefined {
  const best = bestOf(evidence, partner);
  const counted = best && countAt(evidence, best.raised.pins, flakyCells(evidence));
  if (best === undefined || counted === undefined) return undefined;
  const { library, line } = partner;
  const { version } = best.raised;
  const patches = line.slice(best.index + 1).filter((other) => {
    const there = minorOf(other.version) === minorOf(version) ? standAt(evidence, other) : undefined;
    return there !== undefined && there !== 'unusable' && there.helped >= best.helped;
  });
  const kind = isChanged(evidence.problem, partner) ? 'floor' : 'raise-partner';
  const newest = patches.at(-1);
  const pin = { kind, library, version, ...counted } as const;
  return newest ? { ...pin, newestPatch: newest.version } : pin;
}
