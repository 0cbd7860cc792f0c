import type { GitHub } from '../ports/github.ts';
import type { Surroundings } from '../ports/machine.ts';
import type { Runner } from './inputs.ts';

/** What a job of a workflow has. What a mode does not use is not read. */
export interface Job {
  readonly around: Surroundings;
  readonly runner: () => Runner;
  /** Absent where the job has no token. */
  readonly github: () => GitHub | undefined;
}
