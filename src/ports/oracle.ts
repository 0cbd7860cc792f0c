/** Another judge of numbers. */
import type { Cell } from '../domain/cell.ts';
import type { OracleAnswer } from '../domain/oracle-answer.ts';
import type { Folder } from './probes.ts';

/** Another judge of a cell's numbers, which shares no code with what computed them. */
export interface Oracle {
  /** Changes with its graphs and its program. */
  readonly version: string;
  /** Whether it has graphs for a cell, so that the cell must leave what it needs. */
  covers(cell: Cell): boolean;
  /**
   * Never throws: what it cannot look at is `not checked`. `checkpoint` is the folder that the cell started from, where
   * that is none of ours.
   */
  examine(cell: Cell, left: Folder, checkpoint?: string): Promise<OracleAnswer>;
}
