import { type Cell, cellId } from '../domain/cell.ts';
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import { plain } from './escape.ts';

/** Changes and findings of two commits, for a terminal. */
export interface FoundCells {
  readonly cells: readonly { readonly cell: Cell; readonly source: string }[];
  readonly unsure: readonly { readonly value: string; readonly file: string; readonly line: number }[];
}

export function renderFindings(findings: readonly Finding[]): string {
  const shown = findings.map(
    ({ kind, message, file, line }) =>
      `  ${file ? `${plain(`${file}:${line}`, 100)}  ` : ''}${kind}: ${plain(message, 600)}`,
  );
  return `findings\n${shown.join('\n')}\n`;
}

export function renderDiff(
  changes: readonly ManifestChange[],
  findings: readonly Finding[],
  found: FoundCells = { cells: [], unsure: [] },
): string {
  const rows = changes.map(({ library, kind, from, to, file, line, group, locked }) =>
    [library, kind, `${from || '-'} -> ${to || '-'}`, `${file}:${line}`, locked ? 'locked' : group].map((text) =>
      plain(text, 100),
    ),
  );
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const cells = [
    ...found.cells.map(({ cell, source }) => `${cellId(cell)}  ${plain(source, 100)}`),
    ...found.unsure.map(({ value, file, line }) => `not sure: ${plain(`${file}:${line}`, 100)}  ${plain(value)}`),
  ];
  return `${[
    lines.length > 0 ? lines.join('\n') : 'no requirement changed',
    ...(findings.length > 0 ? [renderFindings(findings).trimEnd()] : []),
    ...(cells.length > 0 ? [`cells that the code uses\n${cells.map((line) => `  ${line}`).join('\n')}`] : []),
  ].join('\n\n')}\n`;
}
