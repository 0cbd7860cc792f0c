import { z } from 'zod';
import { CellId } from './cell.ts';
import { Facts } from './facts.ts';
import type { Immutable } from './immutable.ts';

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
export const Stage = z.enum(STAGES);
export type Stage = z.infer<typeof Stage>;
export const StageState = z.enum(['ok', 'na', 'fail']);
export type StageState = z.infer<typeof StageState>;

export const OUTCOMES = ['pass', 'wrong', 'fail', 'unsupported', 'unresolved', 'inconclusive', 'skipped'] as const;
export const Outcome = z.enum(OUTCOMES);
export type Outcome = z.infer<typeof Outcome>;

const Reason = z.string().max(200);
const Message = z.string().max(5000);

/** What one stage did wrong: it raised, or an invariant did not hold. */
export const Failure = z.strictObject({
  stage: Stage,
  kind: z.enum(['raised', 'check']),
  type: z.string().max(200),
  reason: Reason,
  signature: z.string().max(400).describe('the message without what differs from run to run: equal for equal failures'),
  message: Message,
  explained: z.string().max(1000).exactOptional().describe('what explains a check that failed, where something does'),
  frames: z
    .array(z.string().max(300))
    .max(10)
    .exactOptional()
    .describe('where it was raised, outermost first: peft/import_utils.py:12 <module>'),
});
export type Failure = Immutable<z.infer<typeof Failure>>;

/** What one cell did in one environment. The failure that counts, if any, is the first of `failures`. */
export const Result = z.strictObject({
  cell: CellId,
  outcome: Outcome,
  reason: Reason.exactOptional(),
  message: Message.exactOptional(),
  stages: z.partialRecord(Stage, StageState),
  failures: z.array(Failure).max(STAGES.length),
  facts: Facts,
});
export type Result = Immutable<z.infer<typeof Result>>;

/** What a cell does on one side: its outcome, and the stages that failed there, in their order. */
export const Standing = z.strictObject({ outcome: Outcome, failed: z.array(Stage) });
export type Standing = Immutable<z.infer<typeof Standing>>;

/** Only these say something about the libraries; all else is weather or was never run. */
export function isMeasured(result: Result | undefined): result is Result {
  return result !== undefined && ['pass', 'wrong', 'fail', 'unsupported'].includes(result.outcome);
}

export function isBroken(result: Result | undefined): boolean {
  return result?.outcome === 'fail' || result?.outcome === 'wrong';
}

/** What a saved adapter stands on: where one of these failed, what was saved means nothing. After `forward` it was trained. */
const SAVED: readonly Stage[] = ['attach', 'train', 'reload'];

/** Checks of a pass that show the model to compute its own text otherwise than its weights say. Those of padded rows do not. */
const COMPUTES_OTHERWISE: readonly string[] = ['transplant-differs', 'oracle-disagrees', 'not-finite'];

/** Whether an adapter that was saved beside these failures, and its logits, mean anything. */
export function savesSound(failures: readonly Pick<Failure, 'stage' | 'type'>[]): boolean {
  return !failures.some(
    ({ stage, type }) => SAVED.includes(stage) || (stage === 'forward' && COMPUTES_OTHERWISE.includes(type)),
  );
}

/** A result without its verdict on `carry` where the adapter that the base saved is not sound. */
export function withSoundCarry(result: Result, base: Result | undefined): Result {
  if (result.stages.carry !== 'fail' || savesSound(base?.failures ?? [])) return result;
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
