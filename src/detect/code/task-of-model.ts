/** What a task is called for the model that it is named of: one that takes pictures is loaded and trained by other words. */
import { ARCHITECTURES } from '../../domain/matrix.ts';
import { own } from '../../domain/own.ts';
import type { Axis } from './fact.ts';

/** By the class that loads it without its pictures, or without a head. */
const BY_ANOTHER_WORD: Readonly<Record<string, string>> = { 'causal-lm': 'text-only', feature: 'image-text-pairs' };

/** `said` as the matrix calls it for an architecture; `ofClass` is what the class of the model says. */
export function taskOn(architecture: Axis, said: Axis, ofClass: Axis): Axis {
  const [name = '', ...others] = architecture.values;
  const [word = '', ...more] = said.values;
  const tasks = own(ARCHITECTURES, name)?.tasks ?? [];
  if (others.length > 0 || more.length > 0 || tasks.length === 0 || tasks.includes(word)) return said;
  const named = [...ofClass.values, own(BY_ANOTHER_WORD, word)].find((one) => one !== undefined && tasks.includes(one));
  return named === undefined ? said : { ...said, values: [named] };
}
