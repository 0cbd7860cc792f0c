import type { Clock } from '../../ports/machine.ts';

/** The clock of this machine. */
export const clock: Clock = { now: () => performance.now(), date: () => new Date().toISOString() };
