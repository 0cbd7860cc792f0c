import type { Cell } from '../domain/cell.ts';
import type { EnvironmentRequest } from '../domain/environment.ts';
import type { OwnOfCell } from '../domain/own-configuration.ts';
import type { Measurement, Question, Running } from '../domain/search.ts';
import type { Environments, Preferences } from '../ports/environments.ts';
import type { Journal } from '../ports/journal.ts';
import type { Progress } from '../ports/machine.ts';
import type { Probes } from '../ports/probes.ts';
import type { Expect } from './ahead.ts';
import type { Judge } from './judges.ts';

export interface SweepPorts {
  readonly environments: Environments;
  readonly probes: Probes;
  readonly journal: Journal;
  readonly progress: Progress;
  /** Those that look at more than a record. */
  readonly judges?: readonly Judge[];
}

export interface SweepSettings {
  readonly width: number;
  readonly packagesOf: (cell: Cell) => readonly string[];
  /** The user's own arguments of a cell; absent where no cell has some. */
  readonly ownOf?: (cell: Cell) => OwnOfCell;
  /** The base environment of a package set, whose saved adapters the others load. */
  readonly baseOf: (request: EnvironmentRequest) => EnvironmentRequest;
  /** The versions that an environment keeps to where it can. */
  readonly preferencesOf: (request: EnvironmentRequest) => Preferences;
  readonly isStopped: () => boolean;
  /** Told what is measured now and then, so that what may be asked for next can be got ready meanwhile. */
  readonly lookAhead?: (measured: readonly Measurement[], running: readonly Running[], expect: Expect) => void;
  /** How a question is named to the user, where it is not by its purpose. */
  readonly nameOf?: (question: Question) => string;
  /** What is left of the run's time, in milliseconds. */
  readonly left: () => number;
}
