import { factMoves } from './facts.ts';
import { type Failure, isBroken, isMeasured, type Result, type Stage } from './outcome.ts';

export const COMPARISONS = [
  'regressed',
  'degraded',
  'fixed',
  'changed',
  'flaky',
  'still-broken',
  'same',
  'not-compared',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** `what` names the stages or facts that moved, in a user's words. */
export interface Compared {
  readonly comparison: Comparison;
  readonly what: readonly string[];
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
  const worse = worseFacts(before, after);
  const what = [...stagesOf(fresh), ...worse];
  if (fresh.some((failure) => failure.kind === 'raised')) return { comparison: 'regressed', what, fresh };
  if (before.outcome !== 'unsupported' && before.outcome !== 'fail' && after.outcome === 'unsupported')
    return { comparison: 'regressed', what: ['unsupported'], fresh: after.failures };
  if (what.length > 0) return { comparison: 'degraded', what, fresh };
  return { ...better(before, after), fresh: [] };
}

function better(before: Result, after: Result): Omit<Compared, 'fresh'> {
  const mended = stagesOf(before.failures.filter((failure) => isFresh(failure, after)));
  const different = otherFacts(before, after);
  if (isBroken(before) && isBroken(after))
    return { comparison: 'still-broken', what: [...mended.map((stage) => `${stage} mended`), ...different] };
  if (mended.length > 0 && after.outcome !== 'unsupported') return { comparison: 'fixed', what: mended };
  return different.length > 0 ? { comparison: 'changed', what: different } : { comparison: 'same', what: [] };
}

export const NOT_COMPARED: Compared = { comparison: 'not-compared', what: [], fresh: [] };

/** A failure is news where the other side went through that stage, or where its check failed and now it raises. */
function isFresh(failure: Failure, other: Result): boolean {
  const state = other.stages[failure.stage];
  if (state === 'ok' || state === 'na') return true;
  const same = other.failures.find((candidate) => candidate.stage === failure.stage);
  return failure.kind === 'raised' && same?.kind === 'check';
}

/** Facts are compared where both sides ran to their end: a cell that raised has no numbers to hold against. */
function worseFacts(before: Result, after: Result): string[] {
  if (before.outcome === 'fail' || after.outcome === 'fail') return [];
  return factMoves(before.facts, after.facts).flatMap(({ isWorse, said }) => (isWorse ? [said] : []));
}

function otherFacts(before: Result, after: Result): string[] {
  const other: string[] = [];
  if (before.outcome !== after.outcome) other.push(`${before.outcome} -> ${after.outcome}`);
  const signatures = (result: Result) =>
    result.failures.map((failure) => `${failure.stage} ${failure.signature}`).join('\n');
  if (signatures(before) !== signatures(after)) other.push('another failure');
  const moved = factMoves(before.facts, after.facts).filter(({ isWorse }) => !isWorse);
  return [...other, ...moved.map(({ said }) => said)];
}

function stagesOf(failures: readonly Failure[]): Stage[] {
  return [...new Set(failures.map((failure) => failure.stage))];
}

/** Whether the later side is neither worse nor better: what a search takes for standing still. */
export function isStill(comparison: Comparison): boolean {
  return comparison === 'same' || comparison === 'changed' || comparison === 'still-broken';
}

/** Whether the change did something to the cell, or that could not be told. */
export function isNews(comparison: Comparison): boolean {
  return comparison !== 'same' && comparison !== 'still-broken';
}

/** Whether the later side is worse: what a check fails for. */
export function isWorse(comparison: Comparison): boolean {
  return comparison === 'regressed' || comparison === 'degraded';
}
