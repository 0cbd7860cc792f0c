/** Several judges look at what a cell left; what each of them finds is folded into one result. */
import { type Cell, parseCellId } from '../domain/cell.ts';
import type { Facts } from '../domain/facts.ts';
import { type Failure, isMeasured, type Result } from '../domain/outcome.ts';
import type { Folder } from '../ports/probes.ts';
import type { CellRecord } from '../result/probe-record.ts';
import { type Circumstances, judge as resultOf, unmeasured } from './judge.ts';

export type Finding =
  /** What the record comes to by itself. */
  | { readonly kind: 'result'; readonly result: Result }
  /** What does not hold besides; `explains` is a sentence for whatever check failed at its stage. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly explains?: string }
  | { readonly kind: 'facts'; readonly facts: Facts };

export interface Judge {
  readonly name: string;
  /** What it is, where the program's version does not say it: part of what a result is known by. */
  readonly version?: string;
  /** Whether a cell has to leave its folder for this judge, which looks at no other; `nothing`: its record is enough. */
  readonly asks: 'nothing' | ((cell: Cell) => boolean);
  /** `left` is absent where the cell did not come so far, or what it left was not in its form. */
  readonly judge: (
    record: CellRecord,
    left: Folder | undefined,
    circumstances: Circumstances,
  ) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** The record by itself: how each stage ended. */
const RECORD: Judge = {
  name: 'record',
  asks: 'nothing',
  judge: (record, _left, circumstances) => [{ kind: 'result', result: resultOf(record, circumstances) }],
};

/** The judges of a sweep, with those that need more than a record. */
export function judgesOf(further: readonly Judge[] = []): readonly Judge[] {
  return [RECORD, ...further];
}

export function asksFor({ asks }: Judge, cell: Cell): boolean {
  return asks !== 'nothing' && asks(cell);
}

/** What all judges together make of a cell. One that fails says nothing about a library: the cell is not measured. */
export async function judged(
  judges: readonly Judge[],
  record: CellRecord,
  left: Folder | undefined,
  circumstances: Circumstances,
): Promise<Result> {
  const cell = parseCellId(record.cell);
  const findings: Finding[] = [];
  for (const judge of judges) {
    const shown = asksFor(judge, cell) ? left : undefined;
    try {
      findings.push(...(await judge.judge(record, shown, circumstances)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return unmeasured(
        record.cell,
        'inconclusive',
        'judging failed',
        `The judge \`${judge.name}\` ended early: ${why}`,
      );
    }
  }
  return folded(record, findings);
}

/** Findings besides a result count where that result says something about the libraries. */
export function folded(record: CellRecord, findings: readonly Finding[]): Result {
  const said = findings.find((finding) => finding.kind === 'result')?.result;
  const start = said ?? unmeasured(record.cell, 'inconclusive', 'not judged', 'No judge looked at the record.');
  return isMeasured(start) ? findings.reduce(withFinding, start) : start;
}

function withFinding(result: Result, finding: Finding): Result {
  if (finding.kind === 'facts') return { ...result, facts: { ...result.facts, ...finding.facts } };
  if (finding.kind !== 'failure') return result;
  return explained(result, finding.failure.stage, finding.explains) ?? withFailure(result, finding.failure);
}

/** A check that failed at a stage, with the sentence that explains it in front: one defect is one failure. */
function explained(result: Result, stage: Failure['stage'], says: string | undefined): Result | undefined {
  const known = result.failures.find((failure) => failure.stage === stage && failure.kind === 'check');
  if (known === undefined || says === undefined) return undefined;
  const told = { ...known, explained: says, message: `${says} ${known.message}` };
  const failures = result.failures.map((failure) => (failure === known ? told : failure));
  return result.failures[0] === known ? { ...result, message: told.message, failures } : { ...result, failures };
}

/** A failure more: what counted before goes on counting, but for a check that stands behind an exception. */
function withFailure(result: Result, failure: Failure): Result {
  const [counted] = result.failures;
  const isFirst = counted === undefined || (failure.kind === 'raised' && counted.kind === 'check');
  const failures = isFirst ? [failure, ...result.failures] : [...result.failures, failure];
  const counts = failures[0] ?? failure;
  const stages = { ...result.stages, [failure.stage]: 'fail' as const };
  const { reason, message } = counts;
  return { ...result, outcome: outcomeWith(result, failure), reason, message, stages, failures };
}

function outcomeWith({ outcome }: Result, { kind }: Failure): Result['outcome'] {
  if (outcome === 'unsupported' || outcome === 'fail') return outcome;
  return kind === 'raised' ? 'fail' : 'wrong';
}
