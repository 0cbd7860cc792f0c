/** All that a sweep touches of the world. */
import type { Measurement } from '../domain/search.ts';
import type { Catalog } from './catalog.ts';
import type { Environments } from './environments.ts';
import type { Journal } from './journal.ts';
import type { Clock, Progress } from './machine.ts';
import type { Oracle } from './oracle.ts';
import type { Probes } from './probes.ts';

/** What a sweep touches of the world. */
export interface Ports {
  readonly catalog: Catalog;
  readonly environments: Environments;
  readonly probes: Probes;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Absent where its runtime is not installed or cannot be loaded. */
  readonly oracle?: Oracle;
  readonly isInterrupted: () => boolean;
  /** Told what is known so far, after each batch from the head on. */
  readonly watch?: (history: readonly Measurement[]) => Promise<void>;
}
