/** What each method came to on checkpoints of the user's own: a table, and a sentence for each method. */
import type { Markdown } from '../../domain/safe.ts';
import { type CheckpointBlock, type CheckpointRow, checkpointBlocks } from '../checkpoint-losses.ts';
import { code, inline, joined, md } from '../escape.ts';
import type { Report } from '../model.ts';

const SHOWN = 4;

/** One for each checkpoint, task and quantization; the rest is in the full report. */
export function checkpointTables(report: Report): readonly Markdown[] {
  return checkpointBlocks(report).slice(0, SHOWN).flatMap(blockOf);
}

function blockOf({ title, without, rows }: CheckpointBlock): readonly Markdown[] {
  const table = [
    md`| method | untrained | loss after 25 steps, by learning rate |`,
    md`| --- | ---: | --- |`,
    ...rows.map(
      ({ method, untrained, rates }) => md`| ${code(method)} | ${inline(untrained)} | ${inline(rates.join(', '))} |`,
    ),
  ];
  return [
    md`${code(title)}: loss on a small text, ${inline(without)} without an adapter.`,
    joined(table, '\n'),
    joined(rows.map(sentence), '\n'),
  ];
}

function sentence({ method, verdict, says }: CheckpointRow): Markdown {
  return md`- ${code(method)}, ${inline(verdict)}: ${inline(says, 400)}`;
}
