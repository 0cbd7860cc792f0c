import { type CheckpointBlock, checkpointBlocks } from './checkpoint-losses.ts';
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
  const width = Math.max(23, title.length + 4, ...rows.map(({ method }) => method.length + 6));
  const line = (first: string, cells: readonly string[]) =>
    (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join('')).trimEnd();
  return [line(`  ${title}`, quantizations), ...rows.map(({ method, losses }) => line(`    ${method}`, losses))].join(
    '\n',
  );
}

/** What each method came to on checkpoints of the user's own, with a sentence for each; nothing where there are none. */
export function checkpointsText(report: Report): string {
  return checkpointBlocks(report).map(checkpointText).join('\n\n');
}

function checkpointText({ title, without, rows }: CheckpointBlock): string {
  const width = Math.max(8, ...rows.map(({ method }) => method.length + 2));
  const line = (method: string, untrained: string, rates: readonly string[]) =>
    `  ${method.padEnd(width)}${untrained.padEnd(11)}${rates.map((rate) => rate.padEnd(15)).join('')}`.trimEnd();
  return [
    `${title}: loss on a small text, ${without} without an adapter`,
    line('method', 'untrained', ['rate: loss after 25 steps']),
    ...rows.map(({ method, untrained, rates }) => line(method, untrained, rates)),
    ...rows.map(({ method, verdict, says }) => `  ${method}, ${verdict}: ${plain(says, 400)}`),
  ].join('\n');
}
