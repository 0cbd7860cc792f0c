/** What stands at the end: damage seen without a run, environments, what was not measured. */
import { code, inline } from '../escape.ts';
import type { Report } from '../model.ts';
import { duration, plural, worse } from '../summary.ts';
import { isGuardFinding } from '../verdict.ts';

const SHOWN_FINDINGS = 10;

/** Damage that the manifests show without a run. */
export function damage(report: Report): string {
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

export function details(report: Report): string {
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

export function footer(report: Report): string {
  const built = report.environments.filter(({ status }) => status === 'built').length;
  return `<sub>${report.run.device}, ${plural(built, 'environment')}, ${duration(report.run.ms)}. Isolation: ${inline(report.run.containment.name)}.</sub>`;
}
