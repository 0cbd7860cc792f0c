/** The check run: what it concludes, and its annotations in batches. */
import { cellId, controlOf, parseCellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import type { Markdown, Plain } from '../domain/safe.ts';
import type { CheckAnnotation, CheckState } from '../ports/github.ts';
import { isOnCpuOnly } from '../report/devices.ts';
import { cut, plain } from '../report/escape.ts';
import type { Report, ReportComparison } from '../report/model.ts';
import { causes, isAtHead, totalsText } from '../report/summary.ts';
import { type FailOn, isGuardFinding } from '../report/verdict.ts';
import { factsText } from './facts.ts';

/** Limits of the checks API: annotations of one request, and characters of a summary. */
const BATCH = 50;
const LONGEST_SUMMARY = 65_535;

export interface Judged {
  readonly reports: readonly Report[];
  readonly failOn: readonly FailOn[];
  /** Cells that may fail the check: those that the code surely uses or the configuration names. */
  readonly counts: (cell: string) => boolean;
  /** Cells that are known to be broken, by the configuration of base. */
  readonly isKnown: (cell: string) => boolean;
  /** Sentences about what is missing: a shard, rejected lines. */
  readonly missing: readonly Plain[];
  /** Whose run measured: a fork's author can write every result of theirs. */
  readonly measuredBy?: 'us' | 'fork';
}

export type Conclusion = 'success' | 'failure' | 'neutral';

/**
 * Failure for what `fail-on` names, in cells that count, where a repeat agreed. Neutral for what is flaky, not confirmed,
 * incomplete, only in cells that nobody named, worse on a CPU and fine on a card, or measured where a stranger decides
 * what comes out.
 */
export function conclusionOf({ reports, failOn, counts, isKnown, missing, measuredBy }: Judged): Conclusion {
  const fails = reports.some((report) =>
    failOn.some((kind) => isFailure(report, kind, (cell) => counts(cell) && !isKnown(cell))),
  );
  if (fails || (failOn.includes('incomplete') && missing.length > 0)) return 'failure';
  const isOpen = reports.some(
    ({ comparisons, controls }) =>
      [...comparisons, ...controls].some(
        ({ cell, comparison }) => !isKnown(cell) && (isWorse(comparison) || comparison === 'flaky'),
      ) || comparisons.some(({ comparison }) => comparison === 'not-compared'),
  );
  return isOpen || missing.length > 0 || measuredBy === 'fork' ? 'neutral' : 'success';
}

function isFailure(report: Report, kind: FailOn, counts: (cell: string) => boolean): boolean {
  if (kind === 'guard') return report.findings.some(isGuardFinding);
  if (kind === 'incomplete')
    return report.comparisons.some(({ cell, comparison }) => comparison === 'not-compared' && counts(cell));
  const counted = report.comparisons.map(({ cell }) => cell).filter(counts);
  const all = new Set([...counted, ...counted.map(controlIdOf)]);
  return [...report.comparisons, ...report.controls].some(
    (one) => one.comparison === kind && all.has(one.cell) && isConfirmed(report, one) && !isOnCpuOnly(report, one.cell),
  );
}

function controlIdOf(cell: string): string {
  return cellId(controlOf(parseCellId(cell)));
}

/** A repeat at the boundary agreed, or the cell is worse together with others and was measured at both ends twice. */
function isConfirmed(report: Report, { cell, cause }: ReportComparison): boolean {
  const moved = cause === undefined ? cell : controlIdOf(cell);
  const own = report.boundaries.filter(
    ({ cell: other, direction, firstFixed }) => other === moved && direction !== 'fixed' && firstFixed === undefined,
  );
  if (own.length === 0) return report.together.includes(cell);
  return own.some(({ certainty }) => certainty.runs > 0 && certainty.agree === certainty.runs);
}

function checkTitle(reports: readonly Report[]): Plain {
  return plain(reports.map((report) => totalsText(report, ', ')).join('; ') || 'no watched library changed', 200);
}

/** The states to send one after another: the first concludes, the others add the annotations that did not fit. */
export function checkStates(judged: Judged, summary: Markdown): readonly CheckState[] {
  const annotations = judged.reports.flatMap(annotationsOf);
  const batches = Array.from({ length: Math.max(1, Math.ceil(annotations.length / BATCH)) }, (_, index) =>
    annotations.slice(index * BATCH, (index + 1) * BATCH),
  );
  const text = cut(summary, LONGEST_SUMMARY);
  return batches.map((batch) => ({
    title: checkTitle(judged.reports),
    summary: text,
    conclusion: conclusionOf(judged),
    text: factsText(judged.reports),
    annotations: batch,
  }));
}

/** On the manifest line of a change: its causes; on the line of a finding: the finding. */
function annotationsOf(report: Report): readonly CheckAnnotation[] {
  const placed = causes(report)
    .filter((cause) => isAtHead(report, cause))
    .flatMap(({ boundary, cells }): readonly CheckAnnotation[] => {
      const change = report.changes.find(({ library }) => library === boundary.library);
      if (!change?.file || !change.line) return [];
      const verb = boundary.direction === 'degraded' ? 'degrades' : 'breaks';
      return [
        at(
          change.file,
          change.line,
          'failure',
          `${boundary.library} ${boundary.firstBad} ${verb} ${cells.length === 1 ? cells[0] : `${cells.length} cells`}`,
          `${boundary.stage}: ${boundary.message}`,
        ),
      ];
    });
  const found = report.findings.flatMap(({ kind, message, file, line }) =>
    file && line ? [at(file, line, 'warning', kind, message)] : [],
  );
  return [...placed, ...found];
}

function at(
  path: string,
  line: number,
  level: CheckAnnotation['annotation_level'],
  title: string,
  message: string,
): CheckAnnotation {
  return {
    path,
    start_line: line,
    end_line: line,
    annotation_level: level,
    title: plain(title, 200),
    message: plain(message, 1000),
  };
}
