/** What a report comes to, in terms that every renderer shares. */

import { bestFirst } from '../domain/best-pin.ts';
import { isControl, parseCellId } from '../domain/cell.ts';
import { COMPARISONS, type Comparison, isStill, isWorse } from '../domain/comparison.ts';
import { STAGES } from '../domain/outcome.ts';
import type { Pin } from '../domain/ways-out.ts';
import type { Report, ReportBoundary, ReportComparison } from './model.ts';
import { isBrokenHere, isMeasuredHere } from './words.ts';

/** Boundaries with the same library, releases and signature: one cause. */
export interface Cause {
  readonly boundary: ReportBoundary;
  readonly cells: readonly string[];
}

export function causes(report: Report): readonly Cause[] {
  const found = new Map<string, { boundary: ReportBoundary; cells: string[] }>();
  for (const boundary of report.boundaries) {
    const key = [
      boundary.library,
      boundary.lastGood,
      boundary.firstBad,
      boundary.firstFixed,
      boundary.direction,
      boundary.stage,
      boundary.signature,
      JSON.stringify([boundary.before, boundary.after]),
    ].join('\n');
    const cause = found.get(key) ?? { boundary, cells: [] };
    cause.cells.push(boundary.cell);
    found.set(key, cause);
  }
  return [...found.values()].toSorted(
    (left, right) => Number(left.boundary.direction === 'fixed') - Number(right.boundary.direction === 'fixed'),
  );
}

/** Whether a cause is why cells are worse at head: what works again before, or was broken at base too, is none. */
export function isAtHead(report: Report, { boundary, cells }: Cause): boolean {
  if (boundary.direction === 'fixed' || boundary.firstFixed !== undefined) return false;
  const all = [...report.comparisons, ...report.controls];
  const still = new Set(all.filter(({ comparison }) => isStill(comparison)).map(({ cell }) => cell));
  return cells.some((cell) => !still.has(cell));
}

/** Whether one environment was measured, and nothing to compare it with. */
export function isCheck({ changes }: Report): boolean {
  return changes.length === 0;
}

/** The libraries that name what a check measured: what was asked for, and always the two that decide most. */
export function checkedLibraries({ run }: Report): readonly string[] {
  return [...new Set(['transformers', 'peft', ...Object.keys(run.held)])];
}

/** Planned cells of which the report cannot say what was asked. */
export function notMeasured(report: Report): readonly ReportComparison[] {
  return report.comparisons.filter((cell) =>
    isCheck(report) ? !isMeasuredHere(cell) : cell.comparison === 'not-compared',
  );
}

/** What got worse: planned cells, then controls, which are in no total. */
export function worse(report: Report): readonly ReportComparison[] {
  return [...report.comparisons, ...report.controls].filter(({ comparison }) => isWorse(comparison));
}

/** The base model where it moved or is broken: said before anything of PEFT. */
export function movedModels(report: Report): readonly ReportComparison[] {
  const planned = report.comparisons.filter(({ cell }) => isControl(parseCellId(cell)));
  return [...report.controls, ...planned].filter(({ comparison, after }) =>
    comparison === 'alone' ? isBrokenHere({ after }) : comparison !== 'same' && comparison !== 'not-compared',
  );
}

/** What a cell says at head: its first failure, else the numbers that moved. */
export function whyAtHead(report: Report, { cell, after, what }: ReportComparison): string {
  const result = report.results.findLast((one) => one.cell === cell && one.outcome === after);
  const [failure] = result?.failures ?? [];
  const facts = what.filter((one) => !(STAGES as readonly string[]).includes(one));
  return failure ? `${failure.stage}: ${failure.message}` : facts.join('; ');
}

/** Planned cells that could be compared at head and were not measured with a pin. */
function unmeasuredWith(report: Report, pin: Pin): number {
  return report.comparisons.filter(({ comparison }) => comparison !== 'not-compared').length - pin.of;
}

/** `4 of 4`, and how many cells a limit left out. */
export function pinText(report: Report, pin: Pin): string {
  const open = unmeasuredWith(report, pin);
  return `${pin.holds} of ${pin.of}${open > 0 ? ` (${open} not measured with it)` : ''}`;
}

/** A pin with all that it was measured with. */
export function specifiersOf(pin: Pin): readonly string[] {
  return [pin.specifier, ...(pin.together ?? [])];
}

/** The pins to offer: those that only help together are one way out. */
export function offered(report: Report): readonly Pin[] {
  const found: Pin[] = [];
  for (const pin of report.pins)
    if (!found.some((other) => other.together?.includes(pin.specifier) && other.measuredIn === pin.measuredIn))
      found.push(pin);
  return found;
}

/** The pin to follow: one that mends every worse cell and breaks no other, else the one that helps most. */
export function recommended(report: Report): Pin | undefined {
  const compared = report.comparisons.filter(({ comparison }) => comparison !== 'not-compared').length;
  return bestFirst(report.pins, { worse: worse(report).length, compared })[0];
}

const WORDS: Readonly<Record<Comparison, string>> = {
  regressed: 'regressed',
  degraded: 'degraded',
  fixed: 'fixed',
  changed: 'changed',
  flaky: 'flaky',
  'still-broken': 'still broken',
  same: 'unchanged',
  alone: 'measured alone',
  'not-compared': 'not measured',
};

/** `2 regressed + 2 unchanged + 0 not measured`: those that are not zero, and always the last two. */
export function totalsText(report: Report, joiner: string): string {
  const always: readonly Comparison[] = ['same', 'not-compared'];
  return COMPARISONS.filter((comparison) => report.totals.cells[comparison] > 0 || always.includes(comparison))
    .map((comparison) => `${report.totals.cells[comparison]} ${WORDS[comparison]}`)
    .join(joiner);
}

/** Rows of one architecture and task: a method each, with a cell for each quantization. */
export interface Block {
  readonly title: string;
  readonly quantizations: readonly string[];
  readonly rows: readonly { readonly method: string; readonly cells: readonly (ReportComparison | undefined)[] }[];
}

export function blocks(comparisons: readonly ReportComparison[]): readonly Block[] {
  const parsed = comparisons.map((comparison) => ({ comparison, ...parseCellId(comparison.cell) }));
  const titles = [...new Set(parsed.map((one) => `${one.architecture}/${one.task}`))];
  return titles.map((title) => {
    const own = parsed.filter((one) => `${one.architecture}/${one.task}` === title);
    const quantizations = [...new Set(own.map((one) => one.quantization))];
    const rows = [...new Set(own.map((one) => one.method))].map((method) => ({
      method,
      cells: quantizations.map(
        (quantization) => own.find((one) => one.method === method && one.quantization === quantization)?.comparison,
      ),
    }));
    return { title, quantizations, rows };
  });
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
