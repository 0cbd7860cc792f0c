/** What training comes to where all is well, as three healthy environments agree on it (`npm run losses`). */
import { z } from 'zod';
import losses from '../../probe/matrix/losses.json' with { type: 'json' };
import { own } from './own.ts';

const LOSSES = z.record(z.string(), z.number().nonnegative()).parse(losses);

/** The loss that a cell ends at after 25 steps on its batch; undefined where environments do not agree on one. */
export function usualLoss(cell: string): number | undefined {
  return own(LOSSES, cell);
}
