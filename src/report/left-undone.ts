/** What the limits of a run left undone, as sentences. */
import type { LeftUndone, Purpose } from '../domain/search.ts';
import { plural } from './summary.ts';

const SENTENCES: Readonly<Record<Purpose, (left: LeftUndone) => string>> = {
  base: notCompared,
  head: notCompared,
  alone: ({ cells }) => `Not found out: which change moves ${plural(cells.length, 'cell')}.`,
  sample: ({ cells }) => `Not looked at in each release between: ${plural(cells.length, 'cell')}.`,
  bisect: ({ cells }) => `Not narrowed down further: the release that moves ${plural(cells.length, 'cell')}.`,
  repeat: ({ cells }) => `Not measured a second time: the boundaries of ${plural(cells.length, 'cell')}.`,
  workaround: ({ cells }) => `Not tried: ${plural(cells.length, 'cell')} that could stand in.`,
  hold: ({ cells }) => `Not measured: the hold with ${plural(cells.length, 'cell')}.`,
  partner: ({ libraries }) =>
    libraries.length > 0
      ? `Not tried as partners to raise: ${libraries.join(', ')}.`
      : 'Not searched to the end: the oldest partner release that helps.',
  'held-back': ({ cells }) =>
    `Not measured: whether other packages that moved along are the cause for ${plural(cells.length, 'cell')}.`,
};

export function leftUndoneText(left: LeftUndone): string {
  return SENTENCES[left.purpose](left);
}

function notCompared({ cells }: LeftUndone): string {
  return `Not measured at both ends: ${plural(cells.length, 'cell')}.`;
}

const LIMITS = {
  finished: '',
  environments: 'The limit of environments was reached',
  budget: 'The time was up',
  interrupted: 'The run was interrupted',
} as const;

/** What ended a run early, as the start of a sentence; empty where nothing did. */
export function limitText(stoppedBy: keyof typeof LIMITS): string {
  return LIMITS[stoppedBy];
}
