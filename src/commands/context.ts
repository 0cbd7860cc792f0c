import type { CommandLine } from '../inputs.ts';
import type { Surroundings } from '../ports.ts';

/** What was typed, and what a command may touch of the process that runs it. */
export interface Context extends Surroundings {
  readonly line: CommandLine;
}

/** Returns the exit status. */
export type Command = (context: Context) => Promise<number>;
