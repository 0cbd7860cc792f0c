/** What some versions are a way out for, and what stands with them. */
import { type Cell, cellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import type { MeasuredPin } from '../domain/search.ts';
import { isControlSound, isMended, worseCells, worseOrControls } from './compare.ts';
import type { Evidence } from './evidence.ts';
import type { Pins } from './requests.ts';

type Counted = Pick<MeasuredPin, 'unlocks' | 'holds' | 'of' | 'measuredIn'>;

/**
 * The cells that some versions mend but for those in `except`, and how many planned cells stand with them as they did at
 * base; undefined where they mend none.
 */
export function countAt(evidence: Evidence, pins: Pins, except: ReadonlySet<string>): Counted | undefined {
  const mended = worseOrControls(evidence).filter((cell) => isMended(evidence, cell, pins));
  const unlocks = mended.map(cellId).filter((id) => !except.has(id));
  if (unlocks.length === 0) return undefined;
  const { cells } = evidence.problem;
  const measured = cells.filter((cell) => evidence.compared(cell, pins).comparison !== 'not-compared');
  const worse = new Set(worseCells(evidence));
  const stands = (cell: Cell) =>
    worse.has(cell)
      ? isMended(evidence, cell, pins)
      : !isWorse(evidence.compared(cell, pins).comparison) && isControlSound(evidence, cell, pins);
  const [first] = cells;
  return {
    unlocks,
    holds: measured.filter(stands).length,
    of: measured.length,
    measuredIn: (first && evidence.place(first, pins)?.key) ?? '',
  };
}
