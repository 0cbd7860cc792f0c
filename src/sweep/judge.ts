import { type CellId, parseCellId } from '../domain/cell.ts';
import type { Device } from '../domain/device.ts';
import type { Facts } from '../domain/facts.ts';
import { ARCHITECTURES } from '../domain/matrix.ts';
import { type Failure, type Outcome, type Result, STAGES, type Stage } from '../domain/outcome.ts';
import { HOLD_A_TORCH } from '../domain/torch-era.ts';
import type { CellRecord } from '../result/probe-record.ts';
import { classify, type ReasonClass, signatureOf } from './reasons.ts';
import { isRefusal } from './refusals.ts';
import { exhaustion } from './weather.ts';

/** Signals by which a native library says that it is broken, not that the machine is. */
const CRASHES: Readonly<Record<string, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  8: 'SIGFPE',
  11: 'SIGSEGV',
};
const SETTING_UP: readonly Stage[] = ['build', 'quantize', 'attach'];

/** Where a cell ran. */
export interface Circumstances {
  readonly device: Device;
  /** The release of torch where the sweep chose it: what a package of another time misses in it says nothing about it. */
  readonly ownTorch?: string | undefined;
}

/** What a probe's record of one cell comes to. */
export function judge(record: CellRecord, { device, ownTorch }: Circumstances): Result {
  if (record.ended !== 'exit') return endedEarly(record);
  const unfit = notMeasurable(record);
  if (unfit !== undefined) return unfit;
  const judged = record.failures.map((failure) => ({
    failure: toFailure(failure, device),
    means: meaningOf(record, failure, device),
  }));
  const facts = factsOf(record);
  const another = judged.find(({ means }) => means === 'needs-torch');
  if (another && ownTorch !== undefined) {
    const why = `the sweep chose torch ${ownTorch}, and something here was made for another. ${HOLD_A_TORCH}`;
    return unmeasured(record.cell, 'skipped', another.failure.reason, `${another.failure.message}: ${why}`);
  }
  const weather = judged.find(({ means }) => means === 'weather' || means === 'needs-device');
  if (weather) {
    const outcome = weather.means === 'weather' ? 'inconclusive' : 'skipped';
    return unmeasured(record.cell, outcome, weather.failure.reason, weather.failure.message);
  }
  const failures = judged.map(({ failure }) => failure);
  const counts = failures.find((failure) => failure.kind === 'raised') ?? failures[0];
  if (counts === undefined && !reachedTheEnd(record))
    return unmeasured(record.cell, 'inconclusive', 'incomplete record', 'The probe left out stages without a failure.');
  return {
    cell: record.cell,
    outcome: outcomeOf(judged),
    ...(counts && { reason: counts.reason, message: counts.message }),
    stages: record.stages,
    failures: counts ? [counts, ...failures.filter((failure) => failure !== counts)] : [],
    facts,
  };
}

/** A checkpoint of the user's own that is not what can be measured: `reason: sentence`. */
function notMeasurable({ cell, failures }: CellRecord): Result | undefined {
  if (Object.hasOwn(ARCHITECTURES, parseCellId(cell).architecture)) return undefined;
  const said = failures.find(({ type, kind }) => type === 'NotMeasurable' && kind === 'raised')?.message;
  if (said === undefined) return undefined;
  const [reason = '', ...rest] = said.split(': ');
  return unmeasured(cell, 'skipped', reason.slice(0, 60), rest.join(': '));
}

function outcomeOf(judged: readonly { readonly failure: Failure; readonly means: ReasonClass }[]): Outcome {
  if (judged.some(({ means }) => means === 'refused')) return 'unsupported';
  if (judged.some(({ failure }) => failure.kind === 'raised')) return 'fail';
  return judged.length > 0 ? 'wrong' : 'pass';
}

function meaningOf(record: CellRecord, failure: CellRecord['failures'][number], device: Device): ReasonClass {
  if (failure.kind === 'check') return 'defect';
  const { means, needs } = classify(failure.type, failure.message, failure.causes, device);
  if (means === 'refused' && !SETTING_UP.includes(failure.stage) && !isRefusal(failure.message)) return 'defect';
  if (means !== 'needs-device') return means;
  const isLacking = needs !== undefined && device.lacks.includes(needs);
  const mayLack = needs !== 'gpu' || parseCellId(record.cell).quantization !== 'none';
  return isLacking && mayLack ? means : 'defect';
}

function toFailure(failure: CellRecord['failures'][number], device: Device): Failure {
  const { stage, kind, type, message, frames } = failure;
  if (kind === 'check') return { stage, kind, type, reason: type, signature: type, message };
  return {
    stage,
    kind,
    type,
    reason: classify(type, message, [], device).reason,
    signature: signatureOf(type, message),
    message: `${type}: ${message}`,
    ...(frames.length > 0 && { frames }),
  };
}

function factsOf({ facts, seconds }: CellRecord): Facts {
  return seconds === undefined ? facts : { ...facts, seconds };
}

function reachedTheEnd(record: CellRecord): boolean {
  return STAGES.every((stage) => record.stages[stage] !== undefined && record.stages[stage] !== 'fail');
}

function endedEarly(record: CellRecord): Result {
  const stage = record.stage ?? 'import';
  const [how, code = ''] = record.ended.split(':');
  const signal = how === 'signal' ? crashSignal(code, record.output ?? '') : undefined;
  if (signal !== undefined) return crashed(record.cell, stage, signal);
  const what =
    how === 'signal' ? `killed by signal ${code}` : how === 'status' ? `exited with status ${code}` : record.ended;
  return unmeasured(
    record.cell,
    'inconclusive',
    how === 'timeout' ? 'timeout' : 'ended early',
    `The probe of this cell was ${what} in stage ${stage}.`,
  );
}

/** A native crash: the process died by a signal that a defect raises. */
export function crashed(cell: CellId, stage: Stage, signal: string): Result {
  const message = `The process died with ${signal} in stage ${stage}.`;
  const failure: Failure = { stage, kind: 'raised', type: signal, reason: 'crash', signature: signal, message };
  const before = STAGES.slice(0, STAGES.indexOf(stage)).map((name) => [name, 'ok'] as const);
  const stages = { ...Object.fromEntries(before), [stage]: 'fail' as const };
  return { cell, outcome: 'fail', reason: 'crash', message, stages, failures: [failure], facts: {} };
}

export function unmeasured(
  cell: CellId,
  outcome: 'inconclusive' | 'skipped' | 'unresolved',
  reason: string,
  message: string,
): Result {
  return { cell, outcome, reason, message: message.slice(0, 2000), stages: {}, failures: [], facts: {} };
}

/** The name of a signal that a defect raises; none where the last words of the process tell of the machine. */
export function crashSignal(code: string | number, output: string): string | undefined {
  return exhaustion(output.slice(-2000)) === undefined ? CRASHES[String(code)] : undefined;
}
