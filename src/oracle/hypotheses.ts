/** What can be wrong with a cell, as data: each entry is a change of the graphs' inputs and the sentence it stands for. */
import { ADAPTER_HYPOTHESES } from './hypotheses-adapter.ts';
import { BASE_HYPOTHESES } from './hypotheses-base.ts';
import { PREFIX_HYPOTHESES } from './hypotheses-prefix.ts';
import { VIRTUAL_HYPOTHESES } from './hypotheses-virtual.ts';
import type { Hypotheses, Hypothesis } from './hypothesis.ts';
import type { Model } from './model.ts';

const ALL: readonly Hypotheses[] = [PREFIX_HYPOTHESES, VIRTUAL_HYPOTHESES, ADAPTER_HYPOTHESES, BASE_HYPOTHESES];

export function hypothesesFor(model: Model): readonly Hypothesis[] {
  return ALL.flatMap((some) => some(model));
}
