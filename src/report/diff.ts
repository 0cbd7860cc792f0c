import type { Finding, ManifestChange } from '../domain/manifest.ts';
import { plain } from './escape.ts';

/** Changes and findings of two commits, for a terminal. */
export function renderDiff(changes: readonly ManifestChange[], findings: readonly Finding[]): string {
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
  const found = findings.map(
    ({ kind, message, file, line }) => `${plain(`${file}:${line}`, 100)}  ${kind}: ${plain(message)}`,
  );
  return `${[
    lines.length > 0 ? lines.join('\n') : 'no requirement changed',
    ...(found.length > 0 ? [`findings\n${found.map((line) => `  ${line}`).join('\n')}`] : []),
  ].join('\n\n')}\n`;
}
