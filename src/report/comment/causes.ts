/** What broke each cell, between which releases, and how sure that is. */
import { code, fence, inline } from '../escape.ts';
import type { Report, ReportBoundary } from '../model.ts';
import { type Cause, causes, plural, worse } from '../summary.ts';
import { boundaryWords } from '../words.ts';

export function causesText(report: Report): string {
  const found = causes(report).filter(({ boundary }) => boundary.direction !== 'fixed');
  const together =
    report.together.length > 0
      ? [
          `${plural(report.together.length, 'cell')} needs several changes together: ${report.together.map((cell) => code(cell)).join(', ')}.`,
        ]
      : [];
  const sources = sourcesOf(report);
  const yours = sources.length > 0 ? [`Your code: ${sources.map((source) => code(source)).join(', ')}.`] : [];
  return [...found.map((cause, index) => causeText(cause, index, found.length)), ...together, ...yours].join('\n\n');
}

const SHOWN_SOURCES = 6;

/** Where the user's code uses what got worse. */
function sourcesOf(report: Report): readonly string[] {
  const bad = new Set(worse(report).map(({ cell }) => cell));
  const sources = report.cells.flatMap(({ id, source }) => (source && bad.has(id) ? [source] : []));
  return [...new Set(sources)].slice(0, SHOWN_SOURCES);
}

function causeText({ boundary, cells }: Cause, index: number, total: number): string {
  const name =
    total === 1 ? `Cause, ${plural(cells.length, 'cell')}` : `Cause ${index + 1}, ${plural(cells.length, 'cell')}`;
  const [before, after] = boundaryWords(boundary);
  const { runs, agree } = boundary.certainty;
  return [
    `**${name}.** ${inline(boundary.library)} ${inline(boundary.lastGood)} ${before}, ${inline(boundary.firstBad)} ${after}; ${betweenText(boundary)}; ${agree} of ${runs} repeats agree.${alsoText(boundary)}`,
    fence([`${boundary.stage}: ${boundary.message}`]),
  ].join('\n\n');
}

function betweenText({ certainty }: ReportBoundary): string {
  if (certainty.adjacent) return 'no release lies between';
  return certainty.open > 0
    ? `${plural(certainty.open, 'release')} between not measured`
    : 'what lies between fails in another way or could not be measured';
}

function alsoText({ alsoChanged, certainty, library }: ReportBoundary): string {
  if (certainty.confounded)
    return ` With ${plural(alsoChanged.length, 'other package')} held back it does not show: ${inline(library)} alone is not the cause.`;
  return alsoChanged.length > 0
    ? ` ${plural(alsoChanged.length, 'other package')} moved along (${inline(alsoChanged.slice(0, 3).join(', '))}).`
    : '';
}
