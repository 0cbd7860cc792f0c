/** The plan as a check shows it while the sweep runs. */
import type { PlanFile } from '../plan/plan-file.ts';
import { code, inline } from '../report/escape.ts';
import { plural } from '../report/summary.ts';

const SHOWN_CELLS = 12;

export function planSummary({ requests, shards }: PlanFile): string {
  const parts = requests.map(({ plan, files }, index) => {
    const own = shards.filter(({ request }) => request === index);
    const changes = plan.changes.map(({ library, from, to }) => `${inline(library)} ${inline(from)} → ${inline(to)}`);
    const held = Object.entries(plan.held).map(([name, version]) => `${inline(name)} ${inline(version)}`);
    const cells = plan.cells.map(({ method, quantization, architecture, task }) =>
      [method, quantization, architecture, task].join('/'),
    );
    const rest = cells.length - SHOWN_CELLS;
    return [
      `**${changes.join(', ')}**${
        files.length > 0
          ? ` in ${files
              .slice(0, 4)
              .map((file) => code(file))
              .join(', ')}`
          : ''
      }`,
      ...(held.length > 0 ? [`Held: ${held.join(', ')}.`] : []),
      `${plural(cells.length, 'cell')}: ${cells
        .slice(0, SHOWN_CELLS)
        .map((cell) => code(cell))
        .join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`,
      `${plural(own.length, 'job')}, at most ${plan.environments} environments and ${plan.minutes} minutes.`,
    ].join('\n\n');
  });
  return ['Measuring. What was found is written here and into one comment.', ...parts].join('\n\n');
}
