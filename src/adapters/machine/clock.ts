import type { Clock } from '../../ports.ts';

/** The clock of this machine. */
export const clock: Clock = { now: () => performance.now(), date: () => new Date().toISOString() };
