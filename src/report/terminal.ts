import { DEFAULT_OUT } from '../domain/path.ts';
import { devicesText, unaskedText } from './devices.ts';
import { plain } from './escape.ts';
import { harmText } from './harm.ts';
import { limitText } from './left-undone.ts';
import { LOSS } from './losses.ts';
import { checkpointsText, lossesText } from './losses-text.ts';
import type { Report, ReportComparison } from './model.ts';
import { ownSection } from './own.ts';
import {
  blocks,
  type Cause,
  causes,
  duration,
  movedModels,
  offered,
  pinText,
  plural,
  recommended,
  specifiersOf,
  totalsText,
  whyAtHead,
  worse,
} from './summary.ts';
import { beforeAfter, boundaryWords, mendText } from './words.ts';

/** The report for a terminal: what changed, the table, the causes, the ways out, the totals. */
export function renderTerminal(report: Report): string {
  return `${[
    header(report),
    baseModel(report),
    ...table(report.comparisons),
    devicesText(report).join('\n'),
    harmText(report),
    unaskedText(report),
    causesText(report),
    waysOut(report),
    ownSection(report),
    notMeasured(report),
    limits(report),
    lossesText(report),
    checkpointsText(report),
    findingsText(report),
    footer(report),
  ]
    .filter((section) => section !== '')
    .join('\n\n')}\n`;
}

function header(report: Report): string {
  const changes = report.changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(', ');
  const held = heldVersions(report).map(([name, version]) => `${name} ${version}`);
  return `${changes}     held: ${held.join(', ')}     ${report.run.device}`;
}

/** Watched libraries that stay where they are, as the base environment has them. */
function heldVersions(report: Report): readonly (readonly [string, string])[] {
  const base = report.environments[0];
  const moving = report.changes.map(({ library }) => library);
  return Object.entries(base?.pins ?? {}).filter(([name]) => !moving.includes(name));
}

function table(comparisons: readonly ReportComparison[]): readonly string[] {
  return blocks(comparisons).map((block) => {
    const columns = block.quantizations.map((_, index) =>
      Math.max(17, ...block.rows.map((row) => textOf(row.cells[index]).length + 2)),
    );
    const first = Math.max(21, ...block.rows.map(({ method }) => method.length + 4));
    const line = (name: string, cells: readonly string[]) =>
      (name.padEnd(first) + cells.map((cell, index) => cell.padEnd(columns[index] ?? 17)).join('')).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map((row) => line(`  ${row.method}`, row.cells.map(textOf))),
    ].join('\n');
  });
}

function textOf(comparison: ReportComparison | undefined): string {
  return comparison ? beforeAfter(comparison, '->') : '';
}

function baseModel(report: Report): string {
  const moved = movedModels(report);
  if (moved.length === 0) return '';
  return [
    'the base model, without PEFT',
    ...moved.map(
      (control) =>
        `  ${control.cell.padEnd(34)} ${beforeAfter(control, '->')}  ${plain(whyAtHead(report, control), 90)}`,
    ),
  ].join('\n');
}

function causesText(report: Report): string {
  const found = causes(report);
  if (found.length === 0) return '';
  const cells = new Set(found.flatMap((cause) => cause.cells));
  return [`${plural(found.length, 'cause')}, ${plural(cells.size, 'cell')}`, ...found.map(causeText)].join('\n');
}

function causeText({ boundary, cells }: Cause): string {
  const [before, after] = boundaryWords(boundary);
  const { certainty } = boundary;
  const mend = boundary.firstFixed === undefined ? '' : `; ${mendText(boundary)}`;
  const together = certainty.confounded ? '; other packages moved too and hide the cause' : '';
  return [
    `  ${boundary.stage.padEnd(9)} ${plain(boundary.message, 100)}`,
    `            ${boundary.library} ${boundary.lastGood} ${before}, ${boundary.firstBad} ${after}; ${gapText(certainty)}; ${certainty.agree} of ${certainty.runs} repeats${mend}${together}`,
    ...cells.slice(0, 6).map((cell) => `            ${cell}`),
    ...(cells.length > 6 ? [`            and ${cells.length - 6} more`] : []),
  ].join('\n');
}

function gapText({ adjacent, open }: Cause['boundary']['certainty']): string {
  if (adjacent) return 'adjacent releases';
  return open > 0
    ? `${plural(open, 'release')} between not measured`
    : 'what lies between fails otherwise or was not measurable';
}

function waysOut(report: Report): string {
  if (worse(report).length === 0) return '';
  const best = recommended(report);
  const pins = offered(report).map((pin) => {
    const words = pin.kind === 'hold' ? 'hold' : 'keep bump';
    const first = way(
      words,
      specifiersOf(pin).join(' and '),
      `${pinText(report, pin)} not worse${pin.newestPatch ? `, ${plain(pin.newestPatch)} measured too` : ''}${pin === best ? '   recommended' : ''}`,
    );
    return [first, ...specifiersOf(pin).flatMap((specifier) => patchLines(report, specifier))].join('\n');
  });
  const tried = report.workarounds.map((workaround) => {
    const words = workaround.helps ? workaround.kind : 'no help';
    const cost = workaround.helps && workaround.cost ? `   ${workaround.cost}` : '';
    const outcome = [workaround.outcome, workaround.why].filter(Boolean).join(', ');
    return way(words, `${workaround.use.split('/').slice(0, 3).join('/')}`, `${plain(outcome)}${cost}`);
  });
  const lines = [...new Set([...pins, ...tried])];
  const none = report.pins.length === 0 ? ['  no pin that was measured mends this'] : [];
  return ['ways out, each measured', ...none, ...lines].join('\n');
}

/** Where a pin goes, in the words of the file. */
function patchLines(report: Report, specifier: string): readonly string[] {
  const indent = ' '.repeat(15);
  const own = report.patches.filter((patch) => patch.specifier === specifier);
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  return [
    ...own
      .slice(0, 6)
      .map(({ file, line, after }) => `${indent}${plain(`${file}:${line}`, 60)}  ${plain(after.trim(), 100)}`),
    ...(own.length > 6 ? [`${indent}and in ${own.length - 6} more places`] : []),
    ...commands.map((command) => `${indent}then ${plain(command, 120)}`),
  ];
}

function way(kind: string, use: string, outcome: string): string {
  return `  ${kind.padEnd(13)}${plain(use).padEnd(38)} ${outcome}`;
}

function notMeasured(report: Report): string {
  const open = report.comparisons.filter(({ comparison }) => comparison === 'not-compared');
  if (open.length === 0) return '';
  const reasons = new Map<string, string[]>();
  for (const { cell, why } of open) reasons.set(why ?? '', [...(reasons.get(why ?? '') ?? []), cell]);
  const lines = [...reasons].map(
    ([why, cells]) =>
      `  ${plural(cells.length, 'cell')}: ${plain(why, 160)}\n    ${cells.slice(0, 4).join(', ')}${cells.length > 4 ? ', ...' : ''}`,
  );
  return ['not measured', ...lines].join('\n');
}

function limits({ run, leftUndone }: Report): string {
  if (leftUndone.length === 0) return '';
  return [limitText(run.stoppedBy).toLowerCase(), ...leftUndone.map((text) => `  ${plain(text)}`)].join('\n');
}

const SHOWN_FINDINGS = 20;

function findingsText(report: Report): string {
  const findings = report.findings.filter(({ kind }) => kind !== LOSS);
  const lines = findings
    .slice(0, SHOWN_FINDINGS)
    .map(
      ({ message, file, line }) => `  ${file ? `${plain(`${file}:${line ?? 1}`, 100)}  ` : ''}${plain(message, 400)}`,
    );
  const rest = findings.length - SHOWN_FINDINGS;
  if (lines.length === 0) return '';
  return ['found without a run', ...lines, ...(rest > 0 ? [`  and ${rest} more in report.json`] : [])].join('\n');
}

/** The option that finds this report again, where it is not where reports are by default. */
function outOption(out: string): string {
  return out === DEFAULT_OUT ? '' : ` --out ${out}`;
}

function footer(report: Report): string {
  const planned = report.comparisons.length;
  const environments = report.environments.filter(({ status }) => status === 'built').length;
  const [first] = worse(report);
  return [
    `${planned} planned = ${totalsText(report, ' + ')}`,
    `${plural(environments, 'environment')}, ${duration(report.run.ms)}        ${report.run.out}/report.json`,
    ...(first ? [`next: peft-sweep explain ${first.cell}${outOption(report.run.out)}`] : []),
  ].join('\n');
}
