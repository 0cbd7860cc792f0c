/** What stands at the end: damage seen without a run, environments, what was not measured. */
import type { Markdown } from '../../domain/safe.ts';
import { code, inline, joined, md } from '../escape.ts';
import type { Report } from '../model.ts';
import { duration, plural, worse } from '../summary.ts';
import { isGuardFinding } from '../verdict.ts';

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
      ({ message, file, line }) => md`- ${file ? md`${code(`${file}:${line ?? 1}`)}: ` : md``}${inline(message, 500)}`,
    );
  const rest = findings.length - SHOWN_FINDINGS;
  return lines.length === 0
    ? []
    : [joined([...lines, ...(rest > 0 ? [md`- and ${rest} more, in the full report`] : [])], '\n')];
}

export function details(report: Report): Markdown {
  const built = report.environments.filter(({ status }) => status === 'built');
  const names = [...new Set(built.flatMap(({ pins }) => Object.keys(pins)))];
  const row = (cells: readonly Markdown[]) => md`| ${joined(cells, ' | ')} |`;
  const [first] = worse(report);
  const environment =
    first &&
    report.results.findLast((result) => result.cell === first.cell && result.outcome === first.after)?.environment;
  return joined(
    [
      md`<details><summary>Environments, replay, what this does not cover</summary>`,
      joined(
        [
          row([...names.map((name) => inline(name)), md`id`]),
          row([...names.map(() => md`---`), md`---`]),
          ...built.map(({ pins, id }) => row([...names.map((name) => inline(pins[name] ?? '')), code(id ?? '')])),
        ],
        '\n',
      ),
      ...(first && environment ? [code(`peft-sweep replay ${first.cell}@${environment}`)] : []),
      ...(first ? [md`Measure it again: ${code(againCommand(report, first.cell))}`] : []),
      ...notCompared(report),
      ...findingLines(report.findings.filter((finding) => !isGuardFinding(finding))),
      md`Tiny checkpoints of each architecture: your own checkpoint, data and loss are not tested.`,
      md`</details>`,
    ],
    '\n\n',
  );
}

/** A run by hand of one cell, on the same runners. */
function againCommand(report: Report, cell: string): string {
  const changes = report.changes.map(({ library, from, to }) => `${library}:${from}..${to}`).join(' ');
  return `gh workflow run peft-sweep.yml -f changes='${changes}' -f cells='${cell}'`;
}

function notCompared(report: Report): readonly Markdown[] {
  const open = report.comparisons.filter(({ comparison }) => comparison === 'not-compared').slice(0, 20);
  return open.length === 0
    ? []
    : [
        joined(
          open.map(({ cell, why }) => md`- ${code(cell)} not measured: ${inline(why ?? '', 160)}`),
          '\n',
        ),
      ];
}

export function footer(report: Report): Markdown {
  const built = report.environments.filter(({ status }) => status === 'built').length;
  return md`<sub>${inline(report.run.device)}, ${inline(plural(built, 'environment'))}, ${inline(duration(report.run.ms))}. Isolation: ${inline(report.run.containment.name)}.</sub>`;
}
