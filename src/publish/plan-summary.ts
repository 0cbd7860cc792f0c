/** The plan as a check shows it while the sweep runs. */

import type { Markdown } from '../domain/safe.ts';
import type { PlanFile } from '../plan/plan-file.ts';
import { codes, inline, joined, md } from '../report/escape.ts';
import { plural } from '../report/summary.ts';

const SHOWN_CELLS = 12;

export function planSummary({ requests, shards }: PlanFile): Markdown {
  const parts = requests.map(({ plan, files }, index) => {
    const own = shards.filter(({ request }) => request === index);
    const changes = plan.changes.map(({ library, from, to }) => md`${inline(library)} ${inline(from)} → ${inline(to)}`);
    const held = Object.entries(plan.held).map(([name, version]) => md`${inline(name)} ${inline(version)}`);
    const cells = plan.cells.map(({ method, quantization, architecture, task }) =>
      [method, quantization, architecture, task].join('/'),
    );
    const rest = cells.length - SHOWN_CELLS;
    const places = files.length > 0 ? md` in ${codes(files.slice(0, 4))}` : md``;
    const more = rest > 0 ? md`, and ${rest} more` : md``;
    return joined(
      [
        md`**${joined(changes, ', ')}**${places}`,
        ...(held.length > 0 ? [md`Held: ${joined(held, ', ')}.`] : []),
        md`${inline(plural(cells.length, 'cell'))}: ${codes(cells.slice(0, SHOWN_CELLS))}${more}.`,
        md`${inline(plural(own.length, 'job'))}, at most ${plan.environments} environments and ${plan.minutes} minutes.`,
      ],
      '\n\n',
    );
  });
  return joined([md`Measuring. What was found is written here and into one comment.`, ...parts], '\n\n');
}
