import { type FactMove, factMoves } from './facts.ts';
import { usualLoss } from './losses.ts';
import { type Move, stageMove } from './moves.ts';
import { type Failure, isBroken, isMeasured, type Result } from './outcome.ts';

/** `alone` is a cell of an environment that was measured and compared with nothing. */
export const COMPARISONS = [
  'regressed',
  'degraded',
  'fixed',
  'changed',
  'flaky',
  'still-broken',
  'same',
  'alone',
  'not-compared',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Compared {
  readonly comparison: Comparison;
  /** The stages, facts or outcomes that moved, and nothing else. */
  readonly moves: readonly Move[];
  /** The failures of the later result that the earlier one did not have. */
  readonly fresh: readonly Failure[];
}

/**
 * Compares one cell before and after. Stages are compared one by one, so that a cell which fails at one stage on
 * both sides still regresses where another stage breaks.
 */
export function compareResults(before: Result | undefined, after: Result | undefined): Compared {
  if (!isMeasured(before) || !isMeasured(after)) return NOT_COMPARED;
  const fresh = after.failures.filter((failure) => isFresh(failure, before));
  const moves = [...stageMoves(fresh, before, after), ...worseFacts(before, after)];
  if (fresh.some((failure) => failure.kind === 'raised')) return { comparison: 'regressed', moves, fresh };
  if (before.outcome !== 'unsupported' && before.outcome !== 'fail' && after.outcome === 'unsupported')
    return { comparison: 'regressed', moves: [outcomeMove(before, after)], fresh: after.failures };
  if (moves.length > 0) return { comparison: 'degraded', moves, fresh };
  return { ...better(before, after), fresh: [] };
}

function better(before: Result, after: Result): Omit<Compared, 'fresh'> {
  const gone = before.failures.filter((failure) => isFresh(failure, after));
  const mended = stageMoves(gone, before, after);
  const different = otherMoves(before, after);
  if (isBroken(before) && isBroken(after)) return { comparison: 'still-broken', moves: [...mended, ...different] };
  if (mended.length > 0 && after.outcome !== 'unsupported') return { comparison: 'fixed', moves: mended };
  return { comparison: different.length > 0 ? 'changed' : 'same', moves: different };
}

export const NOT_COMPARED: Compared = { comparison: 'not-compared', moves: [], fresh: [] };

/** A failure is news where the other side went through that stage, or where its check failed and now it raises. */
function isFresh(failure: Failure, other: Result): boolean {
  const state = other.stages[failure.stage];
  if (state === 'ok' || state === 'na') return true;
  const same = other.failures.find((candidate) => candidate.stage === failure.stage);
  return failure.kind === 'raised' && same?.kind === 'check';
}

/** Facts are compared where both sides ran to their end: a cell that raised has no numbers to hold against. */
function worseFacts(before: Result, after: Result): readonly Move[] {
  if (before.outcome === 'fail' || after.outcome === 'fail') return [];
  return movedFacts(before, after)
    .filter(({ isWorse }) => isWorse)
    .map(toMove);
}

function movedFacts(before: Result, after: Result): readonly FactMove[] {
  return factMoves(before.facts, after.facts, usualLoss(after.cell) !== undefined);
}

/** What differs and is neither worse nor mended. */
function otherMoves(before: Result, after: Result): readonly Move[] {
  const other: Move[] = [];
  if (before.outcome !== after.outcome) other.push(outcomeMove(before, after));
  const [earlier, later] = [signaturesOf(before), signaturesOf(after)];
  if (earlier.join('\n') !== later.join('\n')) other.push({ kind: 'failures', before: earlier, after: later });
  const moved = movedFacts(before, after).filter(({ isWorse }) => !isWorse);
  return [...other, ...moved.map(toMove)];
}

function signaturesOf({ failures }: Result): readonly string[] {
  return failures.map(({ stage, signature }) => `${stage} ${signature}`);
}

function outcomeMove(before: Result, after: Result): Move {
  return { kind: 'outcome', before: before.outcome, after: after.outcome };
}

function toMove({ fact, before, after }: FactMove): Move {
  return { kind: 'fact', fact, before, after };
}

/** One move for each stage among some failures, in their order. */
function stageMoves(failures: readonly Failure[], before: Result, after: Result): readonly Move[] {
  return [...new Set(failures.map(({ stage }) => stage))].map((stage) => stageMove(stage, before, after));
}

/** Whether the later side is neither worse nor better: what a search takes for standing still. */
export function isStill(comparison: Comparison): boolean {
  return comparison === 'same' || comparison === 'changed' || comparison === 'still-broken';
}

/** Whether the change did something to the cell, or that could not be told. */
export function isNews(comparison: Comparison): boolean {
  return comparison !== 'same' && comparison !== 'still-broken' && comparison !== 'alone';
}

/** Whether the later side is worse: what a check fails for. */
export function isWorse(comparison: Comparison): boolean {
  return comparison === 'regressed' || comparison === 'degraded';
}
