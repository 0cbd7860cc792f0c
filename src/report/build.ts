import { diff } from 'semver';
import { type Cell, cellId, parseCellId } from '../domain/cell.ts';
import type { Place } from '../domain/change.ts';
import { COMPARISONS, isStill } from '../domain/comparison.ts';
import { requestKey, WATCHED } from '../domain/environment.ts';
import { withLoadedAtBase } from '../domain/loaded-at-base.ts';
import { moveWords } from '../domain/moves.ts';
import { isMeasured, OUTCOMES, type Result, STAGES } from '../domain/outcome.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';
import type { Boundary, CellComparison, Conclusions, Measurement, Pin, Workaround } from '../domain/search.ts';
import { leftUndoneText } from './left-undone.ts';
import { lossFindings } from './losses.ts';
import type { Report, ReportBoundary, ReportComparison, ReportEnvironment, ReportResult } from './model.ts';
import { isRefused, refusalReason, refusalText } from './refusal.ts';

export interface ReportInput {
  readonly run: Report['run'];
  readonly changes: readonly {
    readonly library: string;
    readonly from: string;
    readonly to: string;
    readonly place?: Place;
  }[];
  readonly cells: readonly Cell[];
  /** Where the user's own code uses a cell: `train.py:42`. */
  readonly sources: Readonly<Record<string, string>>;
  /** The user's own arguments of cells. */
  readonly configurations?: OwnConfigurations | undefined;
  readonly conclusions: Conclusions;
  readonly pins: readonly Pin[];
  readonly patches: Pick<Report, 'patches' | 'notPatched' | 'botHolds'>;
  readonly history: readonly Measurement[];
  readonly findings: Report['findings'];
  readonly bytesPerWeight: Readonly<Record<string, number>>;
}

/** The report of a sweep. Every planned cell is in `comparisons` once, so that the totals add up. */
export function buildReport(input: ReportInput): Report {
  const comparisons = input.conclusions.comparisons.map((comparison) => toComparison(comparison, input));
  const atBase = new Map(
    input.history.flatMap(({ question, results }) => (question.purpose === 'base' ? [...results] : [])),
  );
  const results = input.history.flatMap((measurement) => toResults(measurement, atBase));
  const environments = toEnvironments(input);
  return {
    schemaVersion: 5,
    run: input.run,
    changes: input.changes.map(({ library, from, to, place }) => ({
      library,
      from,
      to,
      kind: bumpOf(from, to),
      ...place,
    })),
    environments,
    cells: input.cells.map((cell) => {
      const source = input.sources[cellId(cell)];
      return { id: cellId(cell), planned: true, ...(source && { source }) };
    }),
    ...(input.configurations && { configurations: input.configurations }),
    results,
    comparisons,
    controls: input.conclusions.controls.map((comparison) => toComparison(comparison, input)),
    boundaries: input.conclusions.boundaries.map(toBoundary),
    together: input.conclusions.together,
    pins: input.pins,
    ...input.patches,
    workarounds: input.conclusions.workarounds.map((workaround) => withCost(workaround, input.bytesPerWeight)),
    leftUndone: input.run.stoppedBy === 'finished' ? [] : input.conclusions.left.map(leftUndoneText),
    findings: [...input.findings, ...lossFindings({ changes: input.changes, environments, results })],
    totals: {
      cells: count(
        COMPARISONS,
        comparisons.map(({ comparison }) => comparison),
      ),
      measurements: count(
        OUTCOMES,
        results.map(({ outcome }) => outcome),
      ),
    },
  };
}

function count<Key extends string>(keys: readonly Key[], values: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, values.filter((value) => value === key).length])) as Record<
    Key,
    number
  >;
}

function toComparison(comparison: CellComparison, input: ReportInput): ReportComparison {
  if (input.changes.length === 0) return standing(comparison, input);
  const { cell, comparison: kind, moves, before, after, brokenControl } = comparison;
  const cause = brokenControl ? 'base model' : comparison.cause;
  return {
    cell,
    comparison: kind,
    what: moves.map((move) => moveWords(move, isStill(kind))),
    ...(cause && { cause }),
    before: before?.outcome ?? 'unknown',
    after: after?.outcome ?? 'unknown',
    failedBefore: failedIn(before),
    failedAfter: failedIn(after),
    ...(kind === 'not-compared' && { why: whyNot(comparison, input) }),
  };
}

/** A cell of one environment: there is no before, and nothing moved. */
function standing(comparison: CellComparison, input: ReportInput): ReportComparison {
  const { cell, after, brokenControl } = comparison;
  const isKnown = isMeasured(after);
  return {
    cell,
    comparison: isKnown ? 'alone' : 'not-compared',
    what: [],
    ...(brokenControl && { cause: 'base model' as const }),
    before: 'unknown',
    after: after?.outcome ?? 'unknown',
    failedBefore: [],
    failedAfter: failedIn(after),
    ...((!isKnown || brokenControl) && { why: whyNot(comparison, input) }),
  };
}

/** Where only facts moved, they stand for the signature. */
function toBoundary(found: Boundary): ReportBoundary {
  const { failure, moves, measured, alsoChanged, certainty, ...boundary } = found;
  const facts = moves.map((move) => moveWords(move));
  const refused = isRefused(found);
  const said = refused ? [refusalText(found)] : [failure?.message ?? []].flat();
  return {
    ...boundary,
    stage: failure?.stage ?? 'train',
    reason: refused ? refusalReason(found) : (failure?.reason ?? 'fact'),
    signature: signatureOf(failure) ?? facts.join('; '),
    message: [...said, ...facts].join('; '),
    measured,
    alsoChanged,
    certainty,
  };
}

/** Failures of one check with two explanations are two: what is told of one cell is not true of the other. */
function signatureOf(failure: Boundary['failure']): string | undefined {
  if (failure?.explained === undefined) return failure?.signature;
  return `${failure.signature}: ${failure.explained}`;
}

/** The stages that failed, in their order; one that raised and failed a check counts as raised. */
function failedIn(result: Result | undefined): ReportComparison['failedAfter'] {
  return STAGES.flatMap((stage) => {
    const own = (result?.failures ?? []).filter((failure) => failure.stage === stage);
    if (own.length === 0) return [];
    return [{ stage, kind: own.some(({ kind }) => kind === 'raised') ? ('raised' as const) : ('check' as const) }];
  });
}

function whyNot({ before, after, brokenControl }: CellComparison, { run, changes }: ReportInput): string {
  const { stoppedBy } = run;
  const where = changes.length > 0 ? ' on both sides' : '';
  if (brokenControl) return `the base model is broken${where}: ${firstFailure(brokenControl)}`;
  const unmeasured = [before, after].find((result) => result && !isMeasured(result));
  if (unmeasured) return [unmeasured.outcome, unmeasured.reason, unmeasured.message].filter(Boolean).join(': ');
  return stoppedBy === 'finished' ? 'not reached' : `not reached before the run was stopped (${stoppedBy})`;
}

function firstFailure({ failures, outcome }: Result): string {
  const [failure] = failures;
  return failure ? `${failure.stage}: ${failure.message}` : outcome;
}

function toResults({ question, environment, results }: Measurement, atBase: Measurement['results']): ReportResult[] {
  const where = environment.status === 'built' ? environment.id : requestKey(question.environment);
  return [...results.values()].map((result) => {
    const { cell, outcome, ...rest } = withLoadedAtBase(result, atBase.get(result.cell));
    const [counts] = rest.failures;
    const named = { id: `${cell}@${where}`, cell, environment: where, repeat: question.repeat, outcome };
    return counts ? { ...named, stage: counts.stage, signature: counts.signature, ...rest } : { ...named, ...rest };
  });
}

function toEnvironments(input: ReportInput): ReportEnvironment[] {
  const found = new Map<string, ReportEnvironment>();
  for (const { question, environment } of input.history) {
    const request = requestKey(question.environment);
    if (found.has(request)) continue;
    const built = environment.status === 'built';
    found.set(request, {
      request,
      ...(built && { id: environment.id, lock: `locks/${environment.id}.txt` }),
      python: input.run.python,
      device: input.run.device,
      pins: built ? watchedOf(environment.lock, question.environment.pins) : question.environment.pins,
      optional: question.environment.packages,
      status: environment.status,
      ...(!built && { why: environment.why }),
      containment: input.run.containment.name,
    });
  }
  return [...found.values()];
}

function watchedOf(
  lock: Readonly<Record<string, string>>,
  pins: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = [...WATCHED, ...Object.keys(pins)];
  return Object.fromEntries([...new Set(names)].filter((name) => lock[name]).map((name) => [name, lock[name] ?? '']));
}

function withCost(workaround: Workaround, bytesPerWeight: Readonly<Record<string, number>>): Workaround {
  if (workaround.kind !== 'quantization') return workaround;
  const [from, to] = [workaround.cell, workaround.use].map((id) => bytesPerWeight[parseCellId(id).quantization]);
  return from && to ? { ...workaround, cost: `weights take ${to} instead of ${from} bytes each` } : workaround;
}

/** `major`, `minor` or `patch`, as far as a Python version can be read so. */
function bumpOf(from: string, to: string): string {
  const [left, right] = [from, to].map((version) =>
    (version.split(/[^0-9.]/)[0] ?? '').split('.').concat('0', '0').slice(0, 3).join('.'),
  );
  try {
    return diff(left ?? '', right ?? '') ?? 'other';
  } catch {
    return 'other';
  }
}
