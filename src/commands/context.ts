import type { Status } from '../domain/status.ts';
import type { CommandLine } from '../inputs.ts';
import type { Surroundings } from '../ports/machine.ts';

/** What was typed, and what a command may touch of the process that runs it. */
export interface Context extends Surroundings {
  readonly line: CommandLine;
}

/** Returns the exit status. */
export type Command = (context: Context) => Promise<Status>;

interface Screen {
  readonly columns?: number;
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The process of a command line, as far as commands know it. */
export interface Terminal {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}
