/** The last losses of training by method, and training that ends far off. */
import type { Markdown } from '../../domain/safe.ts';
import { inline, joined, md } from '../escape.ts';
import { LOSS, LOSS_TITLE, type LossBlock, lossBlocks } from '../losses.ts';
import type { Report } from '../model.ts';

const SHOWN = 6;

/** Nothing raised, and training did not come to what it should. */
export function farOff({ findings }: Report): Markdown {
  const found = findings.filter(({ kind }) => kind === LOSS);
  if (found.length === 0) return md``;
  const lines = found.slice(0, SHOWN).map(({ message }) => md`- ${inline(message, 300)}`);
  const rest = found.length - SHOWN;
  const more = rest > 0 ? [md`- and ${rest} more, in the full report`] : [];
  return joined([md`#### Training that ends far off, without an error`, joined([...lines, ...more], '\n')], '\n\n');
}

/** One table for each architecture and task. */
export function lossTables(report: Report): readonly Markdown[] {
  const blocks = lossBlocks(report);
  return blocks.length === 0 ? [] : [md`${inline(sentence(LOSS_TITLE))}, before → after:`, ...blocks.map(table)];
}

function table({ title, quantizations, rows }: LossBlock): Markdown {
  const row = (cells: readonly Markdown[]) => md`| ${joined(cells, ' | ')} |`;
  return joined(
    [
      row([inline(title), ...quantizations.map((name) => inline(name))]),
      row([md`---`, ...quantizations.map(() => md`---:`)]),
      ...rows.map(({ method, losses }) =>
        row([inline(method), ...losses.map((text) => inline(text.replace('->', '→')))]),
      ),
    ],
    '\n',
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
