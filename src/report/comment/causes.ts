/** What broke each cell, between which releases, and how sure that is. */
import type { Markdown } from '../../domain/safe.ts';
import { codes, fence, inline, joined, md } from '../escape.ts';
import type { Report, ReportBoundary } from '../model.ts';
import { type Cause, causes, isAtHead, plural } from '../summary.ts';
import { boundaryWords, cellsText, mendText } from '../words.ts';
import { checkFailures } from './checked.ts';

export function causesText(report: Report): Markdown {
  if (report.changes.length === 0) return checkFailures(report);
  const broken = causes(report).filter(({ boundary }) => boundary.direction !== 'fixed');
  const found = broken.filter((cause) => isAtHead(report, cause));
  const passing = broken.filter((cause) => !found.includes(cause));
  const together =
    report.together.length > 0
      ? [
          md`${inline(plural(report.together.length, 'cell'))} needs several changes together: ${codes(report.together)}.`,
        ]
      : [];
  return joined(
    [
      ...found.map((cause, index) => causeText(cause, nameOf(cause, index, found.length))),
      ...passing.map((cause) => causeText(cause, wayText(report, cause))),
      ...together,
    ],
    '\n\n',
  );
}

function nameOf({ cells }: Cause, index: number, total: number): string {
  return `${total === 1 ? 'Cause' : `Cause ${index + 1}`}, ${plural(cells.length, 'cell')}`;
}

/** What nobody meets who goes from base to head, but who stays in between: no table shows these cells. */
function wayText(report: Report, { cells }: Cause): string {
  return `Between base and head, ${cellsText(report, cells)}`;
}

function causeText({ boundary }: Cause, name: string): Markdown {
  const [before, after] = boundaryWords(boundary);
  const { runs, agree } = boundary.certainty;
  return joined(
    [
      md`**${inline(name)}.** ${inline(boundary.library)} ${inline(boundary.lastGood)} ${inline(before)}, ${inline(boundary.firstBad)} ${inline(after)}; ${betweenText(boundary)}; ${agree} of ${runs} repeats agree.${againText(boundary)}${alsoText(boundary)}`,
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

function againText(boundary: ReportBoundary): Markdown {
  return boundary.firstFixed === undefined ? md`` : md` It ${inline(mendText(boundary))}.`;
}

function alsoText({ alsoChanged, certainty, library }: ReportBoundary): Markdown {
  if (certainty.confounded)
    return md` With ${inline(plural(alsoChanged.length, 'other package'))} held back it does not show: ${inline(library)} alone is not the cause.`;
  return alsoChanged.length > 0
    ? md` ${inline(plural(alsoChanged.length, 'other package'))} moved along (${inline(alsoChanged.slice(0, 3).join(', ').replaceAll('->', '→'))}).`
    : md``;
}
