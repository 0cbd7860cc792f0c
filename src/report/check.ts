import type { Outcome } from '../domain/outcome.ts';
import { devicesText } from './devices.ts';
import { plain } from './escape.ts';
import { checkpointsText, lossesText } from './losses-text.ts';
import type { Report } from './model.ts';
import { ownSection } from './own.ts';
import { blocks, duration } from './summary.ts';

/** What is known of a cell; weather is nothing known. */
const MEASURED = ['pass', 'wrong', 'fail', 'unsupported'] as const satisfies readonly Outcome[];

/** Cells that nothing was built for: the reason once, with the cells that it stands for. */
function notRun({ comparisons, results }: Report): readonly string[] {
  const ran = new Set(results.map(({ cell }) => cell));
  const reasons = new Map<string, string[]>();
  for (const { cell, after, why = '' } of comparisons)
    if (after !== 'unknown' && !ran.has(cell)) reasons.set(why, [...(reasons.get(why) ?? []), cell]);
  return [...reasons].map(([why, [first = '', ...more]]) => {
    const others = more.length > 0 ? ` and ${more.length} more` : '';
    return `  ${'skipped'.padEnd(12)} ${first}${others}\n               ${plain(why.replace(/^skipped: /, ''), 400)}`;
  });
}

/** One environment without a comparison: what each cell does there. */
export function renderCheck(report: Report): string {
  const [environment] = report.environments;
  const pins = Object.entries(environment?.pins ?? {}).map(([name, version]) => `${name} ${version}`);
  const tables = blocks(report.comparisons).map((block) => {
    const width = Math.max(21, block.title.length + 2, ...block.rows.map(({ method }) => method.length + 4));
    const line = (first: string, cells: readonly string[]) =>
      (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join('')).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map((row) =>
        line(
          `  ${row.method}`,
          row.cells.map((cell) => cell?.after ?? ''),
        ),
      ),
    ].join('\n');
  });
  const failures = report.results
    .filter(({ outcome }) => outcome !== 'pass')
    .map(
      ({ cell, outcome, stage, message, reason }) =>
        `  ${outcome.padEnd(12)} ${cell}\n               ${[stage, plain(message ?? reason ?? '', 160)].filter(Boolean).join('  ')}`,
    );
  failures.push(...notRun(report));
  const counts = Object.entries(report.totals.measurements).filter(([, count]) => count > 0);
  const measured = report.comparisons.filter(({ after }) => MEASURED.some((outcome) => outcome === after)).length;
  return `${[
    `${plain(pins.join(', '))}     ${plain(report.run.device)}`,
    ...tables,
    ...[devicesText(report).join('\n')].filter((text) => text !== ''),
    ...(failures.length > 0 ? [failures.join('\n')] : []),
    ...[ownSection(report), lossesText(report), checkpointsText(report)].filter((text) => text !== ''),
    `${measured} of ${report.comparisons.length} cells measured, with controls: ${counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}     ${duration(report.run.ms)}`,
  ].join('\n\n')}\n`;
}
