/** What moved in a cell from one side to another: values that programs compare, and the words for them. */
import { type FactName, factWords } from './facts.ts';
import type { Outcome, Result, Stage } from './outcome.ts';

/** How a stage ended on one side; of one that raised and failed a check too, that it raised. */
type StageEnd = 'ok' | 'na' | 'raised' | 'check' | 'not run';

export type Move =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly before: StageEnd; readonly after: StageEnd }
  | {
      readonly kind: 'fact';
      readonly fact: FactName;
      readonly before: number | string;
      readonly after: number | string;
    }
  | { readonly kind: 'outcome'; readonly before: Outcome; readonly after: Outcome }
  /** Both sides fail, with other signatures. */
  | { readonly kind: 'failures'; readonly before: readonly string[]; readonly after: readonly string[] };

export function stageMove(stage: Stage, before: Result, after: Result): Move {
  return { kind: 'stage', stage, before: endOf(before, stage), after: endOf(after, stage) };
}

function endOf({ stages, failures }: Result, stage: Stage): StageEnd {
  const own = failures.filter((failure) => failure.stage === stage);
  if (own.some(({ kind }) => kind === 'raised')) return 'raised';
  if (own.length > 0 || stages[stage] === 'fail') return 'check';
  return stages[stage] ?? 'not run';
}

/** A text that is equal for moves of the same thing to the same side, whatever the numbers in them. */
export function moveKey(move: Move): string {
  switch (move.kind) {
    case 'stage':
      return move.stage;
    case 'fact':
      return typeof move.after === 'number' ? move.fact : `${move.fact} ${move.before} ${move.after}`;
    case 'outcome':
      return move.after;
    case 'failures':
      return move.kind;
  }
}

/** Whether the same moved in two cells: a stage whatever it ended with, anything else by its values. */
export function isSameMove(one: Move, other: Move): boolean {
  if (moveKey(one) !== moveKey(other)) return false;
  if (one.kind !== 'fact' || other.kind !== 'fact') return true;
  return one.before === other.before && one.after === other.after;
}

/** A move in a reader's words: `forward`, `loss ratio 0.30 -> 0.90`, and of two broken sides `forward mended`. */
export function moveWords(move: Move, isStill = false): string {
  switch (move.kind) {
    case 'stage':
      return isStill ? `${move.stage} mended` : move.stage;
    case 'fact':
      return factWords(move.fact, move.before, move.after);
    case 'outcome':
      return isStill ? `${move.before} -> ${move.after}` : move.after;
    case 'failures':
      return 'another failure';
  }
}
