/** What broke each cell, between which releases, and how sure that is. */
import type { Markdown } from '../../domain/safe.ts';
import { codes, fence, inline, joined, md } from '../escape.ts';
import type { Report, ReportBoundary } from '../model.ts';
import { type Cause, causes, plural } from '../summary.ts';
import { boundaryWords } from '../words.ts';

export function causesText(report: Report): Markdown {
  const found = causes(report).filter(({ boundary }) => boundary.direction !== 'fixed');
  const together =
    report.together.length > 0
      ? [
          md`${inline(plural(report.together.length, 'cell'))} needs several changes together: ${codes(report.together)}.`,
        ]
      : [];
  return joined([...found.map((cause, index) => causeText(cause, index, found.length)), ...together], '\n\n');
}

function causeText({ boundary, cells }: Cause, index: number, total: number): Markdown {
  const name =
    total === 1
      ? md`Cause, ${inline(plural(cells.length, 'cell'))}`
      : md`Cause ${index + 1}, ${inline(plural(cells.length, 'cell'))}`;
  const [before, after] = boundaryWords(boundary);
  const { runs, agree } = boundary.certainty;
  return joined(
    [
      md`**${name}.** ${inline(boundary.library)} ${inline(boundary.lastGood)} ${inline(before)}, ${inline(boundary.firstBad)} ${inline(after)}; ${betweenText(boundary)}; ${agree} of ${runs} repeats agree.${alsoText(boundary)}`,
      fence([`${boundary.stage}: ${boundary.message}`]),
    ],
    '\n\n',
  );
}

function betweenText({ certainty }: ReportBoundary): Markdown {
  if (certainty.adjacent) return md`no release lies between`;
  return certainty.open > 0
    ? md`${inline(plural(certainty.open, 'release'))} between not measured`
    : md`what lies between fails in another way or could not be measured`;
}

function alsoText({ alsoChanged, certainty, library }: ReportBoundary): Markdown {
  if (certainty.confounded)
    return md` With ${inline(plural(alsoChanged.length, 'other package'))} held back it does not show: ${inline(library)} alone is not the cause.`;
  return alsoChanged.length > 0
    ? md` ${inline(plural(alsoChanged.length, 'other package'))} moved along (${inline(alsoChanged.slice(0, 3).join(', '))}).`
    : md``;
}
