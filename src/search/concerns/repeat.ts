/** Both neighbours of a boundary once more: a boundary counts only where the second run agrees. */
import type { Concern } from '../concern.ts';
import { settled } from '../intervals.ts';
import { pinsAt } from '../releases.ts';
import { remembered } from '../remembered.ts';

export const repeat: Concern = {
  ask: remembered('lines', (evidence) =>
    settled(evidence).flatMap(({ cell, change, low, high }) =>
      [low, high].flatMap((index) => evidence.ask('repeat', pinsAt(evidence, change, index), [cell], 2)),
    ),
  ),
};
