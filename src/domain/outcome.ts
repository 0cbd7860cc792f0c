import type { CellId } from './cell.ts';

export const STAGES = [
  'import',
  'build',
  'quantize',
  'attach',
  'forward',
  'train',
  'generate',
  'reload',
  'carry',
  'disable',
  'merge',
] as const;
export type Stage = (typeof STAGES)[number];
export type StageState = 'ok' | 'na' | 'fail';

export const OUTCOMES = ['pass', 'wrong', 'fail', 'unsupported', 'unresolved', 'inconclusive', 'skipped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What one stage did wrong: it raised, or an invariant did not hold. */
export interface Failure {
  readonly stage: Stage;
  readonly kind: 'raised' | 'check';
  readonly type: string;
  readonly reason: string;
  /** The message without what differs from run to run, so that equal failures compare equal. */
  readonly signature: string;
  readonly message: string;
}

export interface Facts {
  readonly trainable?: number;
  /** Loss after 25 steps over the loss before, on one fixed batch. */
  readonly lossRatio?: number;
  readonly firstLoss?: number;
  readonly mergeDifference?: number;
  readonly uncachedGenerate?: string;
  readonly peakBytes?: number;
  readonly seconds?: number;
}

/** What one cell did in one environment. The failure that counts, if any, is the first of `failures`. */
export interface Result {
  readonly cell: CellId;
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly message?: string;
  readonly stages: Readonly<Partial<Record<Stage, StageState>>>;
  readonly failures: readonly Failure[];
  readonly facts: Facts;
}

/** Only these say something about the libraries; all else is weather or was never run. */
export function isMeasured(result: Result | undefined): result is Result {
  return result !== undefined && ['pass', 'wrong', 'fail', 'unsupported'].includes(result.outcome);
}

/** Equal results for the search: outcome, failures and named facts agree. */
export function resultKey(result: Result): string {
  const failures = result.failures.map((failure) => `${failure.stage} ${failure.signature}`);
  return JSON.stringify([
    result.outcome,
    failures,
    result.facts.trainable ?? null,
    result.facts.uncachedGenerate ?? null,
  ]);
}
