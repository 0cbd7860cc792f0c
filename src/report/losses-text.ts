import { plain } from './escape.ts';
import { LOSS, LOSS_TITLE, type LossBlock, lossBlocks } from './losses.ts';
import type { Report } from './model.ts';

/** The last losses by method for a terminal, and what is far off; nothing where no two methods were trained. */
export function lossesText(report: Report): string {
  const blocks = lossBlocks(report).map(blockText);
  const found = report.findings.filter(({ kind }) => kind === LOSS).map(({ message }) => `  ${plain(message, 300)}`);
  const title = `${LOSS_TITLE}, before -> after`;
  return [...(blocks.length > 0 ? [title, ...blocks] : []), ...found].join('\n');
}

function blockText({ title, quantizations, rows }: LossBlock): string {
  const width = Math.max(23, title.length + 4);
  const line = (first: string, cells: readonly string[]) =>
    (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join('')).trimEnd();
  return [line(`  ${title}`, quantizations), ...rows.map(({ method, losses }) => line(`    ${method}`, losses))].join(
    '\n',
  );
}
