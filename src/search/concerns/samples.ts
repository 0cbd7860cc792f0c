/** Releases between the ends that a strategy looks at, with every cell: what breaks there and is mended shows nowhere else. */
import type { Change } from '../../domain/change.ts';
import type { Question } from '../../domain/search.ts';
import type { Concern } from '../concern.ts';
import type { Evidence } from '../evidence.ts';
import { everyCell, type Problem } from '../problem.ts';
import { affordable, unanswered } from '../questions.ts';
import { pinsAt } from '../releases.ts';
import { remembered } from '../remembered.ts';
import { samplesOf } from '../strategies.ts';

/** What both ends and these releases may take of the environments: the rest narrows down and looks for ways out. */
const SHARE = 1 / 2;

export const samples: Concern = {
  ask: remembered('lines', (evidence) => {
    const most = Math.max(0, Math.floor(evidence.problem.environments * SHARE) - 2);
    return sampled(evidence.problem)
      .slice(0, most)
      .flatMap((one) => askAt(evidence, one));
  }),
};

/** What is over goes into the others in the end, one release after the other, since each may show more to narrow down. */
export const otherSamples: Concern = {
  ask: (evidence) => {
    const open = sampled(evidence.problem)
      .map((one) => unanswered(evidence, askAt(evidence, one)))
      .filter((questions) => questions.length > 0);
    return open.find((questions) => affordable(evidence, questions).length > 0) ?? open.flat();
  },
};

interface Sample {
  readonly change: Change;
  readonly index: number;
}

/** The first of each change, then the second of each. Where several change, each by itself at its end is one too. */
function sampled({ changes, search }: Problem): readonly Sample[] {
  const lines = changes.map((change) => {
    const between = samplesOf(search, change);
    const isOne = changes.length === 1 || between.length === 0;
    return (isOne ? between : [change.releases.length - 1, ...between]).map((index) => ({ change, index }));
  });
  const longest = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length: longest }, (_, rank) => lines.flatMap((line) => line[rank] ?? [])).flat();
}

function askAt(evidence: Evidence, { change, index }: Sample): readonly Question[] {
  return evidence.ask('sample', pinsAt(evidence, change, index), everyCell(evidence.problem));
}
