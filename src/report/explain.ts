import { parseCellId } from '../domain/cell.ts';
import { ownOf } from '../domain/code-paths.ts';
import { savesSound } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import { plain } from './escape.ts';
import { explainChecks, TOLD_APART } from './explain-checks.ts';
import type { Report, ReportBoundary, ReportComparison, ReportResult } from './model.ts';
import { ownLines } from './own.ts';
import { checkedLibraries, isCheck, offered, plural, specifiersOf } from './summary.ts';
import { beforeAfter, boundaryWords, mendText, standsAs } from './words.ts';

/** All that a report knows about one cell, for a terminal. */
export function renderExplain(report: Report, cell: string): string {
  const comparison = [...report.comparisons, ...report.controls].find((one) => one.cell === cell);
  const results = report.results.filter((result) => result.cell === cell);
  const isSound = savesSound(results.find((result) => isOfBase(report, result))?.failures ?? []);
  const lines = results.map((result) => resultText(report, result, isSound));
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
    ...section('your arguments', argumentLines(report, cell)),
    ...section('measured', lines),
    ...section('boundary', boundaries),
    ...section('pins that mend it', mending),
    ...section('workarounds tried', tried),
  ].join('\n\n')}\n`;
}

/** The user's own arguments of a cell. */
function argumentLines({ configurations = {} }: Report, cell: string): readonly string[] {
  const name = ownOf(parseCellId(cell));
  const found = name === undefined ? undefined : own(configurations, name);
  return name === undefined || found === undefined ? [] : ownLines({ [name]: found }, '  ');
}

/** Whether something was measured first at the releases that all changes come from. */
export function isOfBase({ environments, changes }: Report, { environment, repeat }: ReportResult): boolean {
  const where = environments.find(({ id, request }) => (id ?? request) === environment);
  return repeat === 1 && changes.every(({ library, from }) => where?.pins[library] === from);
}

const NOT_SOUND = ' (not judged: the adapter that the base saved is not sound)';
const INDENT = ' '.repeat(6);

/** One measurement: versions, stages, facts, failures, each on lines of their own. */
function resultText(report: Report, result: ReportResult, isSound: boolean): string {
  const { outcome, repeat, reason, message } = result;
  const where = report.environments.find(({ id, request }) => (id ?? request) === result.environment);
  const versions = shownLibraries(report).map((name) => `${name} ${where?.pins[name] ?? '?'}`);
  const stages = Object.entries(result.stages).map(([stage, state]) => `${stage} ${state}`);
  const why = plain([reason, where?.why ?? message].filter(Boolean).join(': '));
  const failures = result.failures.map(
    ({ stage, message: said }) => `${INDENT}${stage}: ${plain(said)}${stage === 'carry' && !isSound ? NOT_SOUND : ''}`,
  );
  const place = where?.id ?? 'not built';
  return [
    `  ${outcome.padEnd(12)} ${versions.join(', ')}   ${place}${repeat > 1 ? `   repeat ${repeat}` : ''}`,
    ...(stages.length > 0 ? filled(['stages', ...stages.map(withComma)]) : [`${INDENT}${why || 'no stage was begun'}`]),
    ...filled(factWords(result.facts).map(withComma)),
    ...failures,
    ...explainChecks(result),
  ].join('\n');
}

/** What changed or was held, and what a pin is about. */
function shownLibraries(report: Report): readonly string[] {
  const asked = isCheck(report) ? checkedLibraries(report) : report.changes.map(({ library }) => library);
  const pinned = report.pins.map(({ specifier }) => specifier.split(/[<>=!]/)[0] ?? '');
  return [...new Set([...asked, ...pinned])];
}

/** Each fact that has no lines of its own, as a word that is not broken. */
function factWords(facts: ReportResult['facts']): readonly string[] {
  return Object.entries(facts)
    .filter(([name]) => !TOLD_APART.has(name))
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : plain(value)}`);
}

const withComma = (word: string, index: number, all: readonly string[]) => (index < all.length - 1 ? `${word},` : word);

const WIDTH = 100;

/** Words on lines of at most WIDTH columns, where no word is longer. */
function filled(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${INDENT}${word}`);
  }
  return lines;
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
