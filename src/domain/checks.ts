/** Checks of the probe that cost passes of their own: measured at both ends, and wherever one of them moved a cell. */
import type { CellId } from './cell.ts';
import type { Result } from './outcome.ts';
import type { Purpose, Question } from './search.ts';

export const DEAR_CHECKS = [
  'checkpointing-differs',
  'reentrant-checkpointing-differs',
  'padded-generation-differs',
  'end-ignored',
  'cache-crop-differs',
  'windowed-generation-differs',
  'merged-reload-differs',
] as const;

/** What is asked once about each cell, or stands for one that is: it is looked at as closely as can be. */
const CLOSE: ReadonlySet<Purpose> = new Set<Purpose>(['base', 'head', 'workaround']);

const DEAR: ReadonlySet<string> = new Set(DEAR_CHECKS);

/** Whether the dear checks are made of a cell: at both ends, and between them where one of them moved it. */
export function isThorough({ purpose, thorough }: Question, cell: CellId): boolean {
  return isClose(purpose) || (thorough?.includes(cell) ?? false);
}

export function isClose(purpose: Purpose): boolean {
  return CLOSE.has(purpose);
}

/** Whether a result hangs on a check that is not measured everywhere. */
export function hasDearFailure(result: Result | undefined): boolean {
  return result?.failures.some(({ type }) => DEAR.has(type)) ?? false;
}
