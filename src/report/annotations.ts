import { parseCellId } from '../domain/cell.ts';
import type { Plain } from '../domain/safe.ts';
import { checkTally, versionsText } from './comment/checked.ts';
import { plain } from './escape.ts';
import type { Report } from './model.ts';
import { causes, isAtHead, isCheck, recommended, specifiersOf, totalsText, worse } from './summary.ts';

export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: Plain;
  readonly message: Plain;
}

/** GitHub shows ten annotations of a step (limits of workflow commands). */
const MOST = 10;

/** One annotation for each cause; a warning where cells were not measured. */
export function annotations(report: Report): readonly Annotation[] {
  const found = causes(report)
    .filter((cause) => isAtHead(report, cause))
    .map(({ boundary, cells }): Annotation => {
      const methods = [...new Set(cells.map((cell) => parseCellId(cell).method))].join(', ');
      const title = plain(
        `${boundary.library} ${boundary.firstBad} ${boundary.direction === 'degraded' ? 'degrades' : 'breaks'} ${methods}`,
      );
      return { level: 'error', title, message: plain(`${boundary.stage}: ${boundary.message}`) };
    });
  const open = report.totals.cells['not-compared'];
  const incomplete: Annotation[] =
    open > 0
      ? [
          {
            level: 'warning',
            title: plain('Not every cell was measured'),
            message: plain(`${open} of ${report.comparisons.length} cells were not compared.`),
          },
        ]
      : [];
  return [...found, ...incomplete].slice(0, MOST);
}

/** The verdict on one line. */
export function verdictLine(report: Report): Plain {
  if (isCheck(report)) return plain(`${versionsText(report)}: ${checkTally(report)}`);
  const changes = report.changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(', ');
  const pin = recommended(report);
  const advice =
    worse(report).length > 0 && pin ? `; ${specifiersOf(pin).join(' and ')} mends ${pin.unlocks.length}` : '';
  return plain(`${changes}: ${totalsText(report, ', ')}${advice}`);
}
