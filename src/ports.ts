/** The borders of the core: everything that touches the world stands behind one of these. */
import type { Cell } from './domain/cell.ts';
import type { Environment, EnvironmentRequest, Lock } from './domain/environment.ts';
import type { Result } from './domain/outcome.ts';
import type { Release } from './domain/version.ts';

/** A file of a repository; `link` for a symbolic one, which is never followed. */
export interface TreeFile {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'file' | 'link';
}

/** The files of one commit or of a working tree. */
export interface Tree {
  /** Paths from the top of the repository. Submodules are left out. */
  files(): Promise<readonly TreeFile[]>;
  /** Texts by path; what cannot be read is absent. Bytes that are no UTF-8 become U+FFFD. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface Catalog {
  /** All releases of a library on the configured index. Throws UserError for an unknown name, WeatherError without an answer. */
  releases(library: string): Promise<readonly Release[]>;
}

/** Versions that an environment keeps to where it can. */
export interface Preferences {
  readonly versions: Lock;
  /** Names whose preferred version counts whatever its date: the user's own lock has it. */
  readonly ofAnyDate: readonly string[];
}

export interface Environments {
  /** Resolves and builds, keeping to the preferred versions where it can. What goes wrong is in the answer, never thrown. */
  prepare(request: EnvironmentRequest, preferences: Preferences): Promise<Environment>;
}

export interface ProbeJob {
  readonly cells: readonly (Cell & { readonly id: string; readonly packages: readonly string[] })[];
  readonly packages: readonly string[];
  /** How many cells run at once. */
  readonly width: number;
  /** Environment whose saved adapters are loaded here, and whether this one leaves its own behind. */
  readonly carryFrom?: string;
  readonly saveHandover: boolean;
}

export interface ProbeEnd {
  readonly how: 'exit' | 'signal' | 'timeout' | 'interrupted';
  readonly code: number;
  /** The last lines that the process itself wrote. */
  readonly output: string;
}

export interface Probes {
  run(environmentId: string, job: ProbeJob, onLine: (line: string) => void): Promise<ProbeEnd>;
}

/** Finished work, on disk at once: what a run that died had measured. */
export interface Journal {
  environment(key: string): Environment | undefined;
  result(key: string, cell: string, repeat: number): Result | undefined;
  addEnvironment(key: string, environment: Environment): void;
  addResult(key: string, environmentId: string, repeat: number, result: Result): void;
}

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
