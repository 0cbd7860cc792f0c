/** What stands at the end: damage seen without a run, environments, what was not measured. */
import { parseCellId } from '../../domain/cell.ts';
import { ownOf } from '../../domain/code-paths.ts';
import { own } from '../../domain/own.ts';
import { CONFIGURATION } from '../../domain/path.ts';
import type { Markdown } from '../../domain/safe.ts';
import { code, inline, joined, link, md, prose } from '../escape.ts';
import { LOSS } from '../losses.ts';
import type { Report } from '../model.ts';
import { duration, notMeasured, plural, worse } from '../summary.ts';
import { isGuardFinding } from '../verdict.ts';
import { checkpointTables } from './checkpoints.ts';
import { commitText, type Links, placeText } from './links.ts';
import { lossTables } from './losses.ts';

const SHOWN_FINDINGS = 10;

/** Damage that the manifests show without a run. */
export function damage(report: Report): Markdown {
  const found = findingLines(report.findings.filter(isGuardFinding));
  return found.length === 0 ? md`` : joined([md`#### Seen in the manifests, without a run`, ...found], '\n\n');
}

function findingLines(findings: Report['findings']): readonly Markdown[] {
  const lines = findings
    .slice(0, SHOWN_FINDINGS)
    .map(
      ({ message, file, line }) => md`- ${file ? md`${code(`${file}:${line ?? 1}`)}: ` : md``}${prose(message, 500)}`,
    );
  const rest = findings.length - SHOWN_FINDINGS;
  return lines.length === 0
    ? []
    : [joined([...lines, ...(rest > 0 ? [md`- and ${rest} more, in the full report`] : [])], '\n')];
}

const SHOWN_SOURCES = 6;

/** Where the user's code uses what got worse. */
export function yourCode(report: Report, links: Links): Markdown {
  const bad = new Set(worse(report).map(({ cell }) => cell));
  const sources = report.cells.flatMap(({ id, source }) => (source && bad.has(id) ? [source] : []));
  const shown = [...new Set(sources)].slice(0, SHOWN_SOURCES).map((source) => placeText(source, links));
  return shown.length === 0 ? md`` : md`Your code: ${joined(shown, ', ')}.`;
}

export function details(report: Report): Markdown {
  const built = report.environments.filter(({ status }) => status === 'built');
  const names = [...new Set(built.flatMap(({ pins }) => Object.keys(pins)))];
  const row = (cells: readonly Markdown[]) => md`| ${joined(cells, ' | ')} |`;
  const checkpoints = checkpointTables(report);
  const [first] = worse(report);
  const environment =
    first &&
    report.results.findLast((result) => result.cell === first.cell && result.outcome === first.after)?.environment;
  return joined(
    [
      md`<details><summary>Environments, replay, what this does not cover</summary>`,
      ...(built.length === 0
        ? []
        : [
            joined(
              [
                row([...names.map((name) => inline(name)), md`id`]),
                row([...names.map(() => md`---`), md`---`]),
                ...built.map(({ pins, id }) => row([...names.map((name) => inline(pins[name] ?? '')), code(id ?? '')])),
              ],
              '\n',
            ),
          ]),
      ...(first && environment ? [code(`peft-sweep replay ${first.cell}@${environment}`)] : []),
      ...(first && isOfRunsByHand(report, first.cell)
        ? [md`Measure it again: ${code(againCommand(report, first.cell))}`]
        : []),
      ...notCompared(report),
      ...findingLines(report.findings.filter((finding) => !isGuardFinding(finding) && finding.kind !== LOSS)),
      ...lossTables(report),
      ...(checkpoints.length > 0
        ? checkpoints
        : [md`Tiny checkpoints of each architecture: your own checkpoint, data and loss are not tested.`]),
      md`</details>`,
    ],
    '\n\n',
  );
}

/** A run by hand reads no code: it knows arguments of the user's own from the configuration only. */
function isOfRunsByHand({ configurations = {} }: Report, cell: string): boolean {
  const name = ownOf(parseCellId(cell));
  return name === undefined || own(configurations, name)?.at.includes(CONFIGURATION) === true;
}

/** A run by hand of one cell, on the same runners, with the same versions held. */
function againCommand(report: Report, cell: string): string {
  const changes = report.changes.map(({ library, from, to }) => `${library}:${from}..${to}`).join(' ');
  const held = Object.entries(report.run.held).map(([name, version]) => `${name}==${version}`);
  const given = { changes, cells: cell, ...(held.length > 0 && { with: held.join(' ') }) };
  const options = Object.entries(given).map(([name, value]) => `-f ${name}='${value.replaceAll("'", '')}'`);
  return ['gh workflow run peft-sweep.yml', ...options].join(' ');
}

function notCompared(report: Report): readonly Markdown[] {
  const open = notMeasured(report).slice(0, 20);
  return open.length === 0
    ? []
    : [
        joined(
          open.map(({ cell, why }) => md`- ${code(cell)} not measured: ${prose(why ?? '', 160)}`),
          '\n',
        ),
      ];
}

/** Where it was measured and how, with what leads to the rest of it. */
export function footer(report: Report, links: Links): Markdown {
  const built = report.environments.filter(({ status }) => status === 'built').length;
  const commit = commitText(links);
  const parts = [
    ...(built > 0
      ? [
          md`${inline(report.run.device)}, ${inline(plural(built, 'environment'))}, ${inline(duration(report.run.ms))}`,
          md`isolation: ${inline(report.run.containment.name)}`,
        ]
      : [md`nothing was measured`]),
    ...(commit ? [md`commit ${commit}`] : []),
    ...(links.run ? [link(md`run`, links.run), link(md`report and logs`, `${links.run}#artifacts`)] : []),
  ];
  return md`<sub>${joined(parts, ' · ')}</sub>`;
}
