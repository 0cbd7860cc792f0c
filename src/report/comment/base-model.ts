/** The base model, where it moved or is broken: no news about PEFT, and the first thing to know. */
import { code, inline } from '../escape.ts';
import type { Report } from '../model.ts';
import { movedModels, whyAtHead } from '../summary.ts';
import { beforeAfter } from '../words.ts';

const SHOWN = 6;

export function baseModelText(report: Report): string {
  const moved = movedModels(report);
  if (moved.length === 0) return '';
  const lines = moved.slice(0, SHOWN).map((control) => {
    const why = whyAtHead(report, control);
    return `- ${code(control.cell)}: ${inline(beforeAfter(control, '→'))}${why ? `. ${inline(why, 160)}` : ''}`;
  });
  const rest = moved.length - SHOWN;
  return [
    '**The base model**, measured without an adapter:',
    [...lines, ...(rest > 0 ? [`- and ${rest} more, in the full report`] : [])].join('\n'),
  ].join('\n\n');
}
