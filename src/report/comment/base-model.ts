/** The base model, where it moved or is broken: no news about PEFT, and the first thing to know. */
import type { Markdown } from '../../domain/safe.ts';
import { code, inline, joined, md, prose } from '../escape.ts';
import type { Report } from '../model.ts';
import { isCheck, movedModels, whyAtHead } from '../summary.ts';
import { beforeAfter, standsAs } from '../words.ts';

const SHOWN = 6;

export function baseModelText(report: Report): Markdown {
  const moved = movedModels(report);
  if (moved.length === 0) return md``;
  const lines = moved.slice(0, SHOWN).map((control) => {
    const why = whyAtHead(report, control);
    const stands = isCheck(report) ? standsAs(control) : beforeAfter(control, '→');
    return md`- ${code(control.cell)}: ${inline(stands)}${why ? md`. ${prose(why, 160)}` : md``}`;
  });
  const rest = moved.length - SHOWN;
  return joined(
    [
      md`**The base model**, measured without an adapter:`,
      joined([...lines, ...(rest > 0 ? [md`- and ${rest} more, in the full report`] : [])], '\n'),
    ],
    '\n\n',
  );
}
