import type { Conclusions, MeasuredPin } from '../domain/search.ts';
import { CONCERNS } from './concerns.ts';
import type { Evidence } from './evidence.ts';
import { leftUndone } from './left-undone.ts';

/** All that the measurements allow to say. */
export function conclude(evidence: Evidence): Conclusions {
  const parts = CONCERNS.map((concern) => concern.conclude?.(evidence) ?? {});
  return {
    comparisons: parts.flatMap(({ comparisons }) => comparisons ?? []),
    controls: parts.flatMap(({ controls }) => controls ?? []),
    boundaries: parts.flatMap(({ boundaries }) => boundaries ?? []),
    together: parts.flatMap(({ together }) => together ?? []),
    measuredPins: parts.flatMap(({ measuredPins }) => measuredPins ?? []).toSorted(keepingFirst),
    workarounds: parts.flatMap(({ workarounds }) => workarounds ?? []),
    left: leftUndone(evidence),
  };
}

/** What keeps the change comes before what goes back on it. */
function keepingFirst(left: MeasuredPin, right: MeasuredPin): number {
  return Number(left.kind === 'hold') - Number(right.kind === 'hold');
}
