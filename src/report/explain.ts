import { savesSound } from '../domain/outcome.ts';
import { plain } from './escape.ts';
import type { Report, ReportBoundary, ReportComparison } from './model.ts';
import { checkedLibraries, isCheck, offered, plural, specifiersOf } from './summary.ts';
import { beforeAfter, boundaryWords, mendText, standsAs } from './words.ts';

/** All that a report knows about one cell, for a terminal. */
export function renderExplain(report: Report, cell: string): string {
  const comparison = [...report.comparisons, ...report.controls].find((one) => one.cell === cell);
  const results = report.results.filter((result) => result.cell === cell);
  const isSound = savesSound((comparison?.failedBefore ?? []).map(({ stage }) => stage));
  const notJudged = isSound ? '' : ' (not judged: the adapter that the base saved is not sound)';
  const pins = new Map(report.environments.map(({ id, request, pins: held }) => [id ?? request, held]));
  const changed = [
    ...new Set([
      ...(isCheck(report) ? checkedLibraries(report) : report.changes.map(({ library }) => library)),
      ...report.pins.map(({ specifier }) => specifier.split(/[<>=!]/)[0] ?? ''),
    ]),
  ];
  const lines = results.map((result) => {
    const versions = changed.map((name) => `${name} ${pins.get(result.environment)?.[name] ?? '?'}`).join(', ');
    const failures = result.failures.map(
      (failure) => `\n      ${failure.stage}: ${plain(failure.message)}${failure.stage === 'carry' ? notJudged : ''}`,
    );
    const facts = Object.entries(result.facts).map(
      ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : plain(value)}`,
    );
    return [
      `  ${result.outcome.padEnd(12)} ${versions}   ${result.environment}${result.repeat > 1 ? `   repeat ${result.repeat}` : ''}`,
      `      stages ${
        Object.entries(result.stages)
          .map(([stage, state]) => `${stage} ${state}`)
          .join(', ') ||
        result.reason ||
        'none'
      }`,
      `      ${facts.join(', ')}${failures.join('')}`,
    ].join('\n');
  });
  const boundaries = report.boundaries
    .filter((boundary) => boundary.cell === cell)
    .map((boundary) => {
      const { library, lastGood, firstBad, direction, certainty, measured, alsoChanged } = boundary;
      return [
        `  ${library} ${lastGood} | ${firstBad} (${direction}): ${[boundaryWords(boundary).join(', then '), mendText(boundary)].filter(Boolean).join('; ')}`,
        `      ${certainty.agree} of ${certainty.runs} repeats agree, ${gapText(certainty)}`,
        `      measured ${measured.join(', ')}`,
        ...(alsoChanged.length > 0 ? [`      moved along: ${alsoChanged.join(', ')}`] : []),
      ].join('\n');
    });
  const tried = report.workarounds
    .filter((one) => one.cell === cell)
    .map(
      (one) =>
        `  ${one.helps ? 'helps  ' : 'no help'} ${one.use} (${plain([one.outcome, one.why].filter(Boolean).join(', '))})`,
    );
  const mending = offered(report)
    .filter((pin) => pin.unlocks.includes(cell))
    .map((pin) => `  ${specifiersOf(pin).join(' and ')}   ${pin.holds} of ${pin.of} cells not worse`);
  const section = (title: string, body: readonly string[]) => (body.length > 0 ? [`${title}\n${body.join('\n')}`] : []);
  return `${[
    `${cell}     ${standing(report, comparison)}`,
    ...section(
      isCheck(report) ? 'why' : 'why it was not compared',
      comparison?.why ? [`  ${plain(comparison.why)}`] : [],
    ),
    ...section('still broken', comparison && !isCheck(report) ? stillBroken(comparison) : []),
    ...section('measured', lines),
    ...section('boundary', boundaries),
    ...section('pins that mend it', mending),
    ...section('workarounds tried', tried),
  ].join('\n\n')}\n`;
}

/** What the cell does: before and after a change, or alone where nothing is compared. */
function standing(report: Report, comparison: ReportComparison | undefined): string {
  if (comparison === undefined) return 'not planned; measured as a way out';
  if (isCheck(report)) return standsAs(comparison);
  const how = [comparison.comparison, comparison.cause, ...comparison.what].filter(Boolean).join('; ');
  return `${beforeAfter(comparison, '->')} (${how})`;
}

/** What fails before and after, where the change neither broke nor mended the cell. */
function stillBroken({ comparison, failedBefore, failedAfter, what }: ReportComparison): readonly string[] {
  if (comparison !== 'still-broken') return [];
  const stages = (failed: ReportComparison['failedAfter']) =>
    failed.map(({ stage, kind }) => `${stage} (${kind === 'raised' ? 'raises' : 'wrong'})`).join(', ');
  return [
    `  before  ${stages(failedBefore)}`,
    `  after   ${stages(failedAfter)}`,
    ...(what.length > 0 ? [`  moved   ${plain(what.join('; '))}`] : []),
  ];
}

function gapText({ adjacent, open }: ReportBoundary['certainty']): string {
  if (adjacent) return 'adjacent';
  return open > 0 ? `${plural(open, 'release')} between not measured` : 'not adjacent';
}
