/** The pull request comment: verdict and action first, then the table, the causes, the ways out. */
import { code, fence, inline } from './escape.ts';
import type { Report, ReportBoundary } from './model.ts';
import {
  beforeAfter,
  blocks,
  type Cause,
  causes,
  duration,
  plural,
  recommended,
  totalsText,
  worse,
} from './summary.ts';

import { isGuardFinding } from './verdict.ts';

export const MARKER = '<!-- peft-sweep:v1:default -->';
/** GitHub refuses more characters than this (field limit of an issue comment). */
export const LONGEST_COMMENT = 65_536;
const SHOWN_UNCHANGED = 6;

type Section = (report: Report) => string;

/** Sections from the most to the least needed; a comment that is too long loses the last ones first. */
const SECTIONS: readonly Section[] = [headline, action, tables, causesText, waysOut, damage, details, footer];

/** What stands around the reports: sentences of the run as a whole, and where the full report is. */
export interface Around {
  readonly notes?: readonly string[];
  readonly link?: string;
}

export function renderComment(report: Report): string {
  return renderComments([report]);
}

/** One comment for all requests of a pull request, each with its own headline; shortened until it fits. */
export function renderComments(reports: readonly Report[], { notes = [], link }: Around = {}): string {
  const where = link ? `[the run](${link})` : 'the run’s artifacts';
  for (let count = SECTIONS.length; count > 0; count--) {
    const parts = reports.map((report) =>
      SECTIONS.slice(0, count)
        .map((section) => section(report))
        .filter((section) => section !== '')
        .join('\n\n'),
    );
    const left = count < SECTIONS.length ? [`This comment is shortened; the full report is in ${where}.`] : [];
    const text = `${MARKER}\n${[...notes, ...parts, ...left].join('\n\n')}\n`;
    if (text.length <= LONGEST_COMMENT) return text;
  }
  const headlines = reports.map((report) => headline(report)).join('\n\n');
  return `${MARKER}\n${headlines.slice(0, LONGEST_COMMENT - 1000)}\n\nThe full report is in ${where}.\n`;
}

function headline(report: Report): string {
  const changed = report.changes.map(({ library, to }) => `${inline(library)} ${inline(to)}`).join(' and ');
  const total = report.comparisons.length;
  const counts = `**${totalsText(report, ', ')}, of ${plural(total, 'cell')}.**`;
  const bad = worse(report);
  if (bad.length === 0) {
    const open = report.totals.cells['not-compared'];
    return open > 0
      ? `### ⚠️ ${changed}: nothing broke that was measured, ${plural(open, 'cell')} not measured\n\n${counts}`
      : `### ✅ ${changed} works with your fine-tuning\n\n${counts}`;
  }
  const verb = report.totals.cells.regressed > 0 ? 'breaks' : 'degrades';
  const sentence = harmSentence(report);
  return [`### ❌ ${changed} ${verb} ${whatBreaks(report)}`, sentence, counts]
    .filter((line) => line !== '')
    .join('\n\n');
}

function whatBreaks(report: Report): string {
  const parts = worse(report).map(({ cell }) => cell.split('/'));
  const methods = [...new Set(parts.map(([method = '']) => method))];
  const architectures = [...new Set(parts.map(([, , architecture = '']) => architecture))];
  const list = (names: readonly string[]) => names.map((name) => inline(name)).join(', ');
  const methodText = methods.length <= 3 ? list(methods) : `${methods.length} methods`;
  const architectureText = architectures.length <= 3 ? list(architectures) : `${architectures.length} architectures`;
  return `${methodText} on ${architectureText}`;
}

/** What the failing stage means for somebody who trains. */
const HARM: Readonly<Record<string, string>> = {
  import: 'PEFT cannot be imported: nothing runs.',
  attach: 'The adapter cannot be put on the model: training does not start.',
  forward: 'The first forward pass fails: training does not start.',
  generate: 'Training still passes; the failure shows at `generate`, after the fine-tune.',
  reload: 'Training still passes; the saved adapter does not come back as it was saved.',
  carry: 'Adapters that were saved before the change do not mean the same after it.',
  merge: 'Training still passes; merging changes the model.',
  disable: 'Training still passes; switching the adapter off fails.',
};

function harmSentence(report: Report): string {
  const stages = [
    ...new Set(
      report.boundaries.filter((boundary) => boundary.direction !== 'fixed').map((boundary) => boundary.stage),
    ),
  ];
  const silent = worse(report).every(({ comparison }) => comparison === 'degraded');
  const [stage = ''] = stages;
  if (stages.length === 1 && HARM[stage] && !silent) return HARM[stage];
  return silent ? 'Nothing raises: without this check you would not see it.' : '';
}

function action(report: Report): string {
  if (worse(report).length === 0) return '';
  const pin = recommended(report);
  if (pin === undefined) return '**No pin that was measured mends this.** See the ways out below before merging.';
  const measured = `Measured: ${pin.holds} of ${pin.of} not worse than before.`;
  return pin.keepsBump
    ? `**Do this:** merge together with ${code(pin.specifier)}. ${measured}`
    : `**Do this:** hold the bump with ${code(pin.specifier)}. ${measured}`;
}

function tables(report: Report): string {
  return blocks(report.comparisons)
    .map((block) => {
      const moved = block.rows.filter((row) => row.cells.some((cell) => cell && cell.comparison !== 'same'));
      const same = block.rows.filter((row) => !moved.includes(row));
      const shown = [...moved, ...same.slice(0, SHOWN_UNCHANGED)];
      const rest = same.length - Math.min(same.length, SHOWN_UNCHANGED);
      const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
      return [
        row([code(block.title), ...block.quantizations.map((name) => (name === 'none' ? 'unquantized' : code(name)))]),
        row(['---', ...block.quantizations.map(() => '---')]),
        ...shown.map((one) =>
          row([inline(one.method), ...one.cells.map((cell) => (cell ? tableCell(beforeAfter(cell, '→')) : ''))]),
        ),
        ...(rest > 0 ? [row([`${rest} more unchanged`, ...block.quantizations.map(() => '')])] : []),
      ].join('\n');
    })
    .join('\n\n');
}

function tableCell(text: string): string {
  return text.replace(/(FAIL|WRONG|UNSUPPORTED|DEGRADED)/, '**$1**');
}

function causesText(report: Report): string {
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
  const verb = boundary.direction === 'degraded' ? 'is worse' : 'fails';
  const between = boundary.certainty.adjacent
    ? 'no release lies between'
    : 'what lies between fails in another way or could not be measured';
  const { runs, agree } = boundary.certainty;
  return [
    `**${name}.** ${inline(boundary.library)} ${inline(boundary.lastGood)} passes, ${inline(boundary.firstBad)} ${verb}; ${between}; ${agree} of ${runs} repeats agree.${alsoText(boundary)}`,
    fence([`${boundary.stage}: ${boundary.message}`]),
  ].join('\n\n');
}

function alsoText({ alsoChanged, certainty, library }: ReportBoundary): string {
  if (certainty.confounded)
    return ` With ${plural(alsoChanged.length, 'other package')} held back it does not show: ${inline(library)} alone is not the cause.`;
  return alsoChanged.length > 0
    ? ` ${plural(alsoChanged.length, 'other package')} moved along (${inline(alsoChanged.slice(0, 3).join(', '))}).`
    : '';
}

function waysOut(report: Report): string {
  if (worse(report).length === 0) return '';
  const pins = report.pins.map((pin) => {
    const how = pin.keepsBump ? '**Keep the bump.**' : '**Hold the bump.**';
    const best = pin === recommended(report) ? ' (recommended)' : '';
    return [
      `${how} ${code(pin.specifier)}: ${pin.holds} of ${pin.of} cells are not worse than before${best}.`,
      ...patchSentences(report, pin.specifier),
      ...(pin.kind === 'hold' ? holdSentences(report) : []),
    ].join(' ');
  });
  const methods = uniqueUses(report, true).filter(({ kind }) => kind === 'method');
  const helping = [
    ...(methods.length > 0
      ? [
          `**Change the method.** With the bump ${plural(methods.length, 'other')} pass: ${methods.map(({ use }) => code(use)).join(', ')}.`,
        ]
      : []),
    ...uniqueUses(report, true)
      .filter(({ kind }) => kind === 'quantization')
      .map(
        ({ use, cost }) => `**Drop the quantization.** ${code(use)} passes with the bump${cost ? `; ${cost}` : ''}.`,
      ),
  ];
  const useless = uniqueUses(report, false).map(({ use, outcome }) => `${code(use)} (${outcome})`);
  const numbered = [...pins, ...helping].map((line, index) => `${index + 1}. ${line}`);
  return [
    '#### Ways out, each measured',
    numbered.join('\n'),
    ...(useless.length > 0 ? [`Does not help: ${useless.join(', ')}.`] : []),
  ].join('\n\n');
}

const SHOWN_PATCHES = 4;

/** Where a pin goes: the line as it will be, and what refreshes the lock beside it. */
function patchSentences(report: Report, specifier: string): readonly string[] {
  const own = report.patches.filter((patch) => patch.specifier === specifier);
  const shown = own
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, after }) => `At ${code(`${file}:${line}`)}: ${code(after.trim())}.`);
  const rest = own.length > SHOWN_PATCHES ? [`And in ${plural(own.length - SHOWN_PATCHES, 'more place')}.`] : [];
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  const refreshed = commands.length > 0 ? [`Then ${commands.map((command) => code(command)).join(', ')}.`] : [];
  const not = report.notPatched
    .filter((one) => one.specifier === specifier)
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, why }) => `Not at ${code(`${file}:${line}`)}: ${inline(why)}`);
  return [...shown, ...rest, ...refreshed, ...not];
}

/** A hold in the language of the bot that proposed the bump; of both where that is not known. */
function holdSentences(report: Report): readonly string[] {
  const files: Readonly<Record<string, string>> = { renovate: 'renovate.json', dependabot: '.github/dependabot.yml' };
  const { bot } = report.run;
  return report.botHolds
    .filter(({ file }) => bot === undefined || files[bot] === file)
    .map(({ file, text, how }) => `In ${code(file)}: ${code(text)}. ${how}`);
}

function uniqueUses(report: Report, helps: boolean) {
  return [...new Map(report.workarounds.filter((one) => one.helps === helps).map((one) => [one.use, one])).values()];
}

const SHOWN_FINDINGS = 10;

/** Damage that the manifests show without a run. */
function damage(report: Report): string {
  const found = findingLines(report.findings.filter(isGuardFinding));
  return found.length === 0 ? '' : ['#### Seen in the manifests, without a run', ...found].join('\n\n');
}

function findingLines(findings: Report['findings']): readonly string[] {
  const lines = findings
    .slice(0, SHOWN_FINDINGS)
    .map(({ message, file, line }) => `- ${file ? `${code(`${file}:${line ?? 1}`)}: ` : ''}${inline(message, 500)}`);
  const rest = findings.length - SHOWN_FINDINGS;
  return lines.length === 0
    ? []
    : [[...lines, ...(rest > 0 ? [`- and ${rest} more, in the full report`] : [])].join('\n')];
}

function details(report: Report): string {
  const built = report.environments.filter(({ status }) => status === 'built');
  const names = [...new Set(built.flatMap(({ pins }) => Object.keys(pins)))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [first] = worse(report);
  const environment =
    first &&
    report.results.findLast((result) => result.cell === first.cell && result.outcome === first.after)?.environment;
  return [
    '<details><summary>Environments, replay, what this does not cover</summary>',
    [
      row([...names.map((name) => inline(name)), 'id']),
      row(names.map(() => '---').concat('---')),
      ...built.map(({ pins, id }) => row([...names.map((name) => inline(pins[name] ?? '')), code(id ?? '')])),
    ].join('\n'),
    ...(first && environment ? [`${code(`peft-sweep replay ${first.cell}@${environment}`)}`] : []),
    ...(first ? [`Measure it again: ${code(againCommand(report, first.cell))}`] : []),
    ...notCompared(report),
    ...findingLines(report.findings.filter((finding) => !isGuardFinding(finding))),
    'Tiny checkpoints of each architecture: your own checkpoint, data and loss are not tested.',
    '</details>',
  ].join('\n\n');
}

/** A run by hand of one cell, on the same runners. */
function againCommand(report: Report, cell: string): string {
  const changes = report.changes.map(({ library, from, to }) => `${library}:${from}..${to}`).join(' ');
  return `gh workflow run peft-sweep.yml -f changes='${changes}' -f cells='${cell}'`;
}

function notCompared(report: Report): readonly string[] {
  const open = report.comparisons.filter(({ comparison }) => comparison === 'not-compared').slice(0, 20);
  return open.length === 0
    ? []
    : [open.map(({ cell, why }) => `- ${code(cell)} not measured: ${inline(why ?? '', 160)}`).join('\n')];
}

function footer(report: Report): string {
  const built = report.environments.filter(({ status }) => status === 'built').length;
  return `<sub>${report.run.device}, ${plural(built, 'environment')}, ${duration(report.run.ms)}. Isolation: ${inline(report.run.containment.name)}.</sub>`;
}
