import { STATUS, type Status } from '../domain/status.ts';
import { assertNever } from '../errors.ts';
import type { Report } from './model.ts';

export type FailOn = 'regressed' | 'degraded' | 'incomplete' | 'guard';

/** Findings that are damage, not remarks. */
const GUARD: readonly string[] = [
  ...['exclusion-dropped', 'local-version', 'drift', 'against-lock', 'downgrade', 'index-changed', 'lookalike'],
  ...['yanked', 'no-release', 'no-effect', 'python-range', 'floors-clash', 'unreadable', 'conflict-marker'],
];

export function isGuardFinding({ kind }: { readonly kind: string }): boolean {
  return GUARD.includes(kind);
}

/** The exit status of a sweep: 130 interrupted, 1 a finding, 3 no finding but something not compared, else 0. */
export function exitStatus(
  report: Report,
  failOn: readonly FailOn[],
  isKnown: (cell: string) => boolean = () => false,
): Status {
  if (report.run.stoppedBy === 'interrupted') return STATUS.interrupted;
  if (failOn.some((kind) => isFound(report, kind, isKnown))) return STATUS.found;
  return report.totals.cells['not-compared'] > 0 ? STATUS['not-compared'] : STATUS.fine;
}

function isFound(report: Report, kind: FailOn, isKnown: (cell: string) => boolean): boolean {
  switch (kind) {
    case 'regressed':
    case 'degraded':
      return [...report.comparisons, ...report.controls].some(
        ({ cell, comparison }) => comparison === kind && !isKnown(cell),
      );
    case 'incomplete':
      return report.totals.cells['not-compared'] > 0;
    case 'guard':
      return report.findings.some(isGuardFinding);
    default:
      return assertNever(kind);
  }
}

/** The exit status of `check`: 1 where a cell fails or is wrong, 3 where one was not measured. */
export function checkStatus(report: Report): Status {
  if (report.run.stoppedBy === 'interrupted') return STATUS.interrupted;
  const outcomes = report.comparisons.map(({ after }) => after);
  if (outcomes.some((outcome) => outcome === 'fail' || outcome === 'wrong')) return STATUS.found;
  const isDone = outcomes.every((outcome) => outcome === 'pass' || outcome === 'unsupported');
  return isDone ? STATUS.fine : STATUS['not-compared'];
}
