/** The machine that a command runs on. */

export interface Clock {
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** Wall clock, ISO 8601. */
  date(): string;
}

/** Told what happens while it happens. Receives text that is safe to show. */
export interface Progress {
  say(line: string): void;
}

/** Facts about the machine that a report states. */
export interface Machine {
  readonly python: string;
  readonly torch: string;
  readonly device: string;
  readonly containment: { readonly name: string; readonly enforced: string[]; readonly missing: string[] };
  readonly tool: string;
  readonly probe: string;
  readonly out: string;
  /** Cells at once. */
  readonly width: number;
}

/** What a command may touch of the process that runs it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Results. */
  readonly print: (text: string) => void;
  /** Progress and explanations. */
  readonly say: (line: string) => void;
}
