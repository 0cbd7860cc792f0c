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
  /** Where it was raised, outermost first: `peft/import_utils.py:12 <module>`. */
  readonly frames?: readonly string[];
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

export function isBroken(result: Result | undefined): boolean {
  return result?.outcome === 'fail' || result?.outcome === 'wrong';
}

/** What a saved adapter stands on: where one of these failed, what was saved means nothing. */
const SAVED: readonly Stage[] = ['attach', 'forward', 'train', 'reload'];

/** Whether an adapter that was saved beside these failures means anything. */
export function savesSound(failed: readonly Stage[]): boolean {
  return !SAVED.some((stage) => failed.includes(stage));
}

/** A result without its verdict on `carry` where the adapter that the base saved is not sound. */
export function withSoundCarry(result: Result, base: Result | undefined): Result {
  if (result.stages.carry !== 'fail' || savesSound(failedStages(base))) return result;
  const failures = result.failures.filter(({ stage }) => stage !== 'carry');
  const [counts] = failures;
  const { reason: _reason, message: _message, ...rest } = result;
  return {
    ...rest,
    outcome: counts === undefined ? 'pass' : result.outcome === 'unsupported' ? 'unsupported' : outcomeOf(failures),
    ...(counts && { reason: counts.reason, message: counts.message }),
    stages: { ...result.stages, carry: 'na' },
    failures,
  };
}

function outcomeOf(failures: readonly Failure[]): Outcome {
  return failures.some(({ kind }) => kind === 'raised') ? 'fail' : 'wrong';
}

/** The stages that failed, in their order, each once. */
export function failedStages(result: Result | undefined): readonly Stage[] {
  return STAGES.filter((stage) => result?.failures.some((failure) => failure.stage === stage));
}
