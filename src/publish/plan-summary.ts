/** The plan as a check shows it while the sweep runs. */

import type { Markdown } from '../domain/safe.ts';
import type { PlanFile, Shard } from '../plan/plan-file.ts';
import { billedMinutes, usdOfAll } from '../plan/shards.ts';
import { codes, inline, joined, md } from '../report/escape.ts';
import { plural } from '../report/summary.ts';

const SHOWN_CELLS = 12;

export function planSummary({ requests, shards }: PlanFile): Markdown {
  const parts = requests.map(({ plan, files, why }, index) => {
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
        md`${inline(plural(own.length, 'job'))}, at most ${plan.environments} environments of a package set and ${plan.minutes} minutes.`,
        ...(why ? [runnersText(own, Object.values(why))] : []),
      ],
      '\n\n',
    );
  });
  return joined([md`Measuring. What was found is written here and into one comment.`, ...parts], '\n\n');
}

/** Where the cells of a request run, what that takes at most, and why there. */
function runnersText(shards: readonly Shard[], whys: readonly string[]): Markdown {
  const [first] = shards;
  const reasons = [...new Set(whys)].map((why) => md`${inline(why)} (${whys.filter((one) => one === why).length})`);
  const usd = usdOfAll(shards);
  const price = usd > 0 ? md`, at most $${inline(usd.toFixed(2))}` : md``;
  const minutes = inline(plural(billedMinutes(shards), 'minute'));
  return md`On ${inline(first?.class ?? 'no runner')}: ${joined(reasons, '; ')}. About ${minutes} billed${price}.`;
}
