import type { CommandLine } from '../inputs.ts';

/** What a command may touch of the process that runs it. */
export interface Context {
  readonly line: CommandLine;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Results. */
  readonly print: (text: string) => void;
  /** Progress and explanations. */
  readonly say: (line: string) => void;
}

/** Returns the exit status. */
export type Command = (context: Context) => Promise<number>;
