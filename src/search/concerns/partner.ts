/** Raising a partner library along with the change: whether a release helps, then from which one on. */
import type { Question } from '../../domain/search.ts';
import { worseCells } from '../compare.ts';
import type { Concern } from '../concern.ts';
import type { Evidence } from '../evidence.ts';
import { firstHelping, type Partner, partners, untried } from '../partners.ts';
import { withControls } from '../problem.ts';
import { unanswered } from '../questions.ts';

export const partner: Concern = {
  /** One partner after the other, until one mends everything. */
  ask: (evidence) => {
    for (const one of partners(evidence)) {
      const { best, ask } = firstHelping(evidence, one);
      const open = ask === undefined ? [] : unanswered(evidence, askAt(evidence, one, ask));
      if (open.length > 0) return open;
      if (best?.helped === worseCells(evidence).length) return [];
    }
    return [];
  },

  untried,
};

function askAt(evidence: Evidence, { line }: Partner, index: number): readonly Question[] {
  const raised = line[index];
  return raised ? evidence.ask('partner', raised.pins, withControls(worseCells(evidence))) : [];
}
