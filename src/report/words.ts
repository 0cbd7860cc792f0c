/** Cells, stages and outcomes in words: what stands in a sentence says no more than what was measured. */

import { type Cell, CONTROL, parseCellId } from '../domain/cell.ts';
import { entryOf, methodParts, pathWords } from '../domain/code-paths.ts';
import { QUANTIZERS } from '../domain/matrix.ts';
import type { Standing } from '../domain/outcome.ts';
import { STAGES } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import type { Report, ReportBoundary, ReportComparison } from './model.ts';

const CONTROL_WORDS = 'the base model';

const SHOWN_PHRASES = 2;
const SHOWN_NAMES = 4;

interface Row {
  readonly method: string;
  readonly place: string;
  readonly quantizations: readonly string[];
}

function methodWords(method: string, { configurations = {} }: Report): string {
  if (method === CONTROL) return CONTROL_WORDS;
  const { entry, paths, own: ownName } = methodParts(method);
  const words = pathWords(entryOf(method)?.words ?? entry, paths);
  if (ownName === undefined) return words;
  const [place] = own(configurations, ownName)?.at ?? [];
  return `${words} with ${place === undefined ? 'your arguments' : `the arguments of ${place}`}`;
}

/** Some cells of a report by name, without what they share with all planned ones: `8-bit prefix tuning on llama`. */
export function cellsText(report: Report, cells: readonly string[]): string {
  const planned = [...report.comparisons, ...report.controls].map(({ cell }) => cell);
  const tasks = grouped(planned.map(parseCellId), ({ architecture }) => architecture);
  const placeOf = ({ architecture, task }: Cell) =>
    new Set(tasks.get(architecture)?.map((one) => one.task)).size > 1 ? `${architecture} (${task})` : architecture;
  const rowsOf = (some: readonly string[]) => quantizationRows(some.map(parseCellId), placeOf);
  const all = new Map(rowsOf(planned).map((row) => [`${row.method} ${row.place}`, row.quantizations.length]));
  const rows = rowsOf(cells).map(({ method, place, quantizations }) => {
    const isAll = quantizations.length === all.get(`${method} ${place}`) && quantizations.includes('none');
    const words = isAll ? [] : quantizations.map((name) => own(QUANTIZERS, name)?.words ?? name);
    return { method: methodWords(method, report), place, quantization: words.join(' and ') };
  });
  const byMethod = [...grouped(rows, ({ method, quantization }) => JSON.stringify([quantization, method])).values()];
  const lines = byMethod.flatMap((own) =>
    own[0] ? [{ ...own[0], places: named(own.map(({ place }) => place)) }] : [],
  );
  const phrases = [
    ...grouped(lines, ({ quantization, places }) => JSON.stringify([quantization, places])).values(),
  ].map((own) =>
    [own[0]?.quantization, named(own.map(({ method }) => method)), 'on', own[0]?.places].filter(Boolean).join(' '),
  );
  const rest = phrases.length - SHOWN_PHRASES;
  return [...phrases.slice(0, SHOWN_PHRASES), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}

function quantizationRows(cells: readonly Cell[], placeOf: (cell: Cell) => string): readonly Row[] {
  const rows = grouped(cells, (cell) => `${cell.method} ${placeOf(cell)}`);
  return [...rows.values()].flatMap((own) => {
    const [first] = own;
    const quantizations = [...new Set(own.map(({ quantization }) => quantization))];
    return first ? [{ method: first.method, place: placeOf(first), quantizations }] : [];
  });
}

function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => string): ReadonlyMap<string, Value[]> {
  const found = new Map<string, Value[]>();
  for (const value of values) {
    const known = found.get(keyOf(value));
    if (known) known.push(value);
    else found.set(keyOf(value), [value]);
  }
  return found;
}

function named(names: readonly string[]): string {
  const rest = names.length - SHOWN_NAMES;
  const shown = rest > 0 ? [...names.slice(0, SHOWN_NAMES), `${rest} more`] : names;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '');
}

/** What a cell does at the two releases of a boundary: `passes` only of what passes every check. */
export function boundaryWords({ before, after, direction }: ReportBoundary): readonly [string, string] {
  if (before.outcome === 'pass' || after.outcome === 'pass')
    return [
      standingText(before),
      direction === 'degraded' && after.outcome === 'pass' ? 'does less' : standingText(after),
    ];
  if (direction === 'fixed' || !isEarlier(after, before)) return [standingText(before), standingText(after)];
  return [standingText(before), `${VERBS[after.outcome] ?? after.outcome} earlier, at ${named(after.failed)}`];
}

/** Where what broke works again before the head is reached; empty where it does not. */
export function mendText({ firstFixed }: ReportBoundary): string {
  return firstFixed === undefined ? '' : `works again in ${firstFixed}`;
}

function isEarlier(one: Standing, other: Standing): boolean {
  const [first, second] = [one.failed[0], other.failed[0]];
  return first !== undefined && second !== undefined && STAGES.indexOf(first) < STAGES.indexOf(second);
}

const VERBS: Readonly<Record<string, string>> = { fail: 'fails', wrong: 'is wrong' };

function standingText({ outcome, failed }: Standing): string {
  if (outcome === 'pass') return 'passes';
  if (outcome === 'unsupported') return 'does not support it';
  const verb = VERBS[outcome] ?? outcome;
  return failed.length > 0 ? `${verb} at ${named(failed)}` : verb;
}

/** `pass -> FAIL at forward`: what got worse is in capitals, with the first stage that did. */
export function beforeAfter(comparison: ReportComparison, arrow: string): string {
  const { comparison: kind, cause, before, after, failedBefore, failedAfter } = comparison;
  if (kind === 'not-compared') {
    if (cause) return 'base model broken';
    return after === 'unknown' ? before : `${before} ${arrow} ${after}`;
  }
  if (kind === 'alone') return standsAs(comparison);
  const first = sideText(before, failedBefore[0]?.stage);
  const ofModel = cause ? ' (base model)' : '';
  if (kind === 'still-broken') {
    const second = sideText(after, failedAfter[0]?.stage);
    return first === second ? `${first}, still` : `${first} ${arrow} ${second}`;
  }
  return `${first} ${arrow} ${afterText(comparison)}${ofModel}`;
}

function afterText({ comparison, before, after, what, failedAfter }: ReportComparison): string {
  const [first] = failedAfter;
  switch (comparison) {
    case 'flaky':
      return 'flaky';
    case 'changed':
      return before === after ? `${after} (changed)` : sideText(after, first?.stage);
    case 'regressed':
    case 'degraded': {
      const fresh = failedAfter.find(({ stage }) => what.includes(stage));
      if (fresh) return sideText(fresh.kind === 'check' ? 'WRONG' : after.toUpperCase(), fresh.stage);
      return after === 'unsupported' ? 'UNSUPPORTED' : 'DEGRADED';
    }
    default:
      return sideText(after, first?.stage);
  }
}

/** A cell that is compared with nothing: `pass`, or what breaks it in capitals, `FAIL at forward`. */
export function standsAs({ after, failedAfter }: ReportComparison): string {
  return sideText(isBrokenHere({ after }) ? after.toUpperCase() : after, failedAfter[0]?.stage);
}

/** Whether a cell fails or is wrong, whatever it did before. */
export function isBrokenHere({ after }: Pick<ReportComparison, 'after'>): boolean {
  return after === 'fail' || after === 'wrong';
}

/** Whether it is known what a cell does, whatever became of its base model. */
export function isMeasuredHere(cell: Pick<ReportComparison, 'after'>): boolean {
  return cell.after === 'pass' || cell.after === 'unsupported' || isBrokenHere(cell);
}

function sideText(outcome: string, stage: string | undefined): string {
  return stage === undefined || outcome === 'UNSUPPORTED' || outcome === 'unsupported'
    ? outcome
    : `${outcome} at ${stage}`;
}
