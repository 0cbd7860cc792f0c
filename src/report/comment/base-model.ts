/** The base model, where it moved or is broken: no news about PEFT, and the first thing to know. */
import { code, inline } from '../escape.ts';
import type { Report } from '../model.ts';
import { movedModels } from '../summary.ts';
import { beforeAfter } from '../words.ts';

const SHOWN = 6;

export function baseModelText(report: Report): string {
  const moved = movedModels(report);
  if (moved.length === 0) return '';
  const lines = moved.slice(0, SHOWN).map((control) => {
    const why = reasonAt(report, control.cell);
    return `- ${code(control.cell)}: ${inline(beforeAfter(control, '→'))}${why ? `. ${inline(why, 160)}` : ''}`;
  });
  const rest = moved.length - SHOWN;
  return [
    '**The base model**, without an adapter, is no doing of PEFT’s:',
    [...lines, ...(rest > 0 ? [`- and ${rest} more, in the full report`] : [])].join('\n'),
  ].join('\n\n');
}

/** The first failure of a control at head. */
function reasonAt(report: Report, cell: string): string | undefined {
  const control = [...report.controls, ...report.comparisons].find((one) => one.cell === cell);
  const result = report.results.findLast((one) => one.cell === cell && one.outcome === control?.after);
  const [failure] = result?.failures ?? [];
  return failure && `${failure.stage}: ${failure.message}`;
}
