import type { Question } from '../domain/search.ts';
import { CONCERNS } from './concerns.ts';
import type { Evidence } from './evidence.ts';
import { affordable, openOf } from './questions.ts';

export type Step = { readonly kind: 'ask'; readonly questions: readonly Question[] } | { readonly kind: 'done' };

/** What to measure next, given all that has been measured. Pure: the same evidence gives the same step. */
export function next(evidence: Evidence): Step {
  for (const { ask } of CONCERNS) {
    const open = openOf(evidence, ask(evidence));
    const questions = affordable(evidence, open);
    if (questions.length > 0) return { kind: 'ask', questions };
  }
  return { kind: 'done' };
}
