/** The borders of the core: everything that touches the world stands behind one of these. */
import type { Cell, CellId } from './domain/cell.ts';
import type { Device } from './domain/device.ts';
import type { Environment, EnvironmentRequest, Lock } from './domain/environment.ts';
import type { OracleAnswer } from './domain/oracle-answer.ts';
import type { Result } from './domain/outcome.ts';
import type { OwnOfCell } from './domain/own-configuration.ts';
import type { Markdown, Plain } from './domain/safe.ts';
import type { Measurement } from './domain/search.ts';
import type { Release } from './domain/version.ts';
import type { ResultKey } from './result/key.ts';

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
  /** Names that the metadata of a release asks for, without its extras; none where the index serves no metadata. Never throws. */
  requires(library: string, version: string): Promise<readonly string[]>;
}

/** What the index is asked before a plan is made. */
export interface IndexAccess {
  readonly catalog: Catalog;
  /** Version of the interpreter that packages are chosen for, e.g. `3.11.7`. */
  readonly python: string;
  /** Addresses of the indexes that this machine is set to use, the default one first. Throws where nobody can tell. */
  addresses(): Promise<readonly string[]>;
  /** Whether exact pins can be installed together, from wheels; the resolver's reason where not. Weather is undefined. */
  clash(pins: Readonly<Record<string, string>>): Promise<string | false | undefined>;
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
  /** Begins with one that may be asked for; only time is lost where it is not. Undefined where it cannot be had now. Never throws. */
  foresee(request: EnvironmentRequest, preferences: Preferences): Promise<Environment | undefined>;
}

/**
 * One cell of a job; `leaves`: whether it leaves a folder for a judge, `thorough`: whether checks that are dear are made,
 * `own`: the arguments that it is made with, where they are not the matrix's.
 */
export type ProbeCell = Cell &
  OwnOfCell & {
    readonly id: CellId;
    readonly packages: readonly string[];
    readonly leaves: boolean;
    readonly thorough: boolean;
  };

/** What a cell left for judges. Its contents come from strangers' code: a plain name says nothing of what is in it. */
export interface Folder {
  readonly names: readonly string[];
  read(name: string): Uint8Array | undefined;
}

/** Told each record as it comes, and what a cell left, once. */
export type OnRecord = (line: string, left: (cell: CellId) => Folder | undefined) => void;

export interface ProbeJob {
  readonly cells: readonly ProbeCell[];
  readonly packages: readonly string[];
  /** Where they run. */
  readonly device: Device;
  /** How many cells run at once. */
  readonly width: number;
  /** The environment whose saved adapters are loaded here. */
  readonly carryFrom?: string | undefined;
  /** Whether this one leaves its own behind. */
  readonly saveHandover: boolean;
  /** What is left of the run's time; nothing is measured beyond it. */
  readonly milliseconds?: number;
  /** Whether nothing else may run meanwhile: what is unsure may have been for want of room. */
  readonly isAlone?: boolean;
}

/** A job that may be given to an environment next. */
export interface ExpectedProbe {
  readonly environmentId: string;
  readonly job: ProbeJob;
}

export interface ProbeEnd {
  readonly how: 'exit' | 'signal' | 'timeout' | 'interrupted';
  readonly code: number;
  /** The last lines that the process itself wrote. */
  readonly output: string;
}

/** The program that tries cells, as far as results depend on it. */
export interface ProbeProgram {
  readonly version: string;
  /** How it runs cells and what judges them. */
  readonly configuration: string;
  /** Hash of the checkpoint of an architecture. */
  checkpoint(architecture: string): string;
}

export interface Probes {
  readonly program: ProbeProgram;
  /** The kind of card that cells run on, where they do. */
  readonly accelerator?: string | undefined;
  run(environmentId: string, job: ProbeJob, onRecord: OnRecord): Promise<ProbeEnd>;
  /** Gets ready for the likeliest of these, and for nothing else any more; waits until what was ready for that is gone. */
  expect(expected: readonly ExpectedProbe[]): Promise<void>;
  /** Whether a cell of a base environment has left behind what the others load. */
  hasHandover(environmentId: string, cell: string): boolean;
}

/** What a result answers: one of several repeats of a measurement, asked of an environment by the key of its request. */
export interface Asked {
  readonly request: string;
  readonly key: ResultKey;
  readonly repeat: number;
}

/** Finished work, on disk at once: what a run that died had measured. */
export interface Journal {
  /** By the key of its request. */
  environment(request: string): Environment | undefined;
  /** By what was measured, for whatever request and in whatever run. */
  result(asked: Asked): Result | undefined;
  addEnvironment(request: EnvironmentRequest, environment: Environment): void;
  addResult(asked: Asked, result: Result): void;
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

/** Another judge of a cell's numbers, which shares no code with what computed them. */
export interface Oracle {
  /** Changes with its graphs and its program. */
  readonly version: string;
  /** Whether it has graphs for a cell, so that the cell must leave what it needs. */
  covers(cell: Cell): boolean;
  /**
   * Never throws: what it cannot look at is `not checked`. `checkpoint` is the folder that the cell started from, where
   * that is none of ours.
   */
  examine(cell: Cell, left: Folder, checkpoint?: string): Promise<OracleAnswer>;
}

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

/** A build of torch, as far as a sweep chooses between them. */
export interface TorchChoice {
  readonly version: string;
  /** Where it comes from, in words for the plan. */
  readonly source: string;
  /** What is to be fetched for it, where the index tells. */
  readonly bytes?: number | undefined;
  /** Whether nothing is to be fetched. */
  readonly stored: boolean;
}

/** The builds of torch that one output folder was measured with, and those that it could be. */
export interface TorchBuilds {
  /** The one that the plan asks for. */
  readonly chosen: TorchChoice;
  /** Throws WeatherError where no build of a release can be had. */
  of(version: string): Promise<TorchChoice>;
  /** The release that an earlier run of the same plan had gone over to. */
  goneOver(): string | undefined;
  /** Written down before anything is measured with it: a run that dies in the second sweep goes on with it. */
  goOver(version: string): void;
  /** Lets what is written down stand for the sweep that was made with one of them. */
  standFor(version: string): void;
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

/** What GitHub says of a pull request now. */
export interface PullState {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly head: { readonly sha: string; readonly ref: string; readonly repository: string };
  readonly base: { readonly sha: string; readonly ref: string };
}

export interface IssueComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

/** A review comment on one line of the new side of the diff. */
export interface LineComment extends IssueComment {
  readonly path: string;
  readonly line: number | undefined;
  readonly url: string;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: Plain;
  readonly message: Plain;
}

export interface CheckState {
  readonly title: Plain;
  readonly summary: Markdown;
  /** Absent while running. */
  readonly conclusion?: 'success' | 'failure' | 'neutral' | 'cancelled';
  /** What stands below the summary: the facts, cell by cell. */
  readonly text?: Markdown;
  /** At most 50: a limit of one request. */
  readonly annotations: readonly CheckAnnotation[];
}

/** A file that differs between two commits; `patch` is absent where GitHub leaves it out for its size. */
export interface ChangedFile {
  readonly path: string;
  /** Its path before, where it was renamed. */
  readonly previous?: string;
  readonly patch: string | undefined;
}

export interface CommitDiff {
  readonly mergeBase: string;
  readonly files: readonly ChangedFile[];
}

/** A push to a branch, as the activity of the repository has it. */
export interface Push {
  readonly after: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Signs that GitHub knows: seen, done, refused. */
export type Sign = 'eyes' | 'rocket' | 'confused';

/** An artifact of a workflow run; `bytes` is its packed size, and of two the one with the larger `id` is newer. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
}

/** The part of GitHub that is used. Everything throws WeatherError where GitHub does not answer, Refused where it will not. */
export interface GitHub {
  tree(sha: string): Tree;
  compare(base: string, head: string): Promise<CommitDiff>;
  pull(number: number): Promise<PullState>;
  /** Open pull requests from a branch of a repository (`owner/name`), for events that do not name one. */
  pullsFrom(repository: string, branch: string): Promise<readonly PullState[]>;
  /** Our own login, as comments show it. */
  login(): Promise<string>;
  comments(number: number): Promise<readonly IssueComment[]>;
  /** Its number, to be found again by. */
  createComment(number: number, body: Markdown): Promise<number>;
  updateComment(id: number, body: Markdown): Promise<void>;
  lineComments(number: number): Promise<readonly LineComment[]>;
  /** Its address. */
  createLineComment(number: number, sha: string, path: string, line: number, body: Markdown): Promise<string>;
  updateLineComment(id: number, body: Markdown): Promise<void>;
  createCheck(sha: string, name: string, state: CheckState): Promise<number>;
  updateCheck(id: number, state: CheckState): Promise<void>;
  /** The text below the summary of our newest finished check on a commit. */
  checkText(sha: string, name: string): Promise<string | undefined>;
  /** A small sign on a comment, for whoever wrote it. */
  react(comment: number, sign: Sign): Promise<void>;
  /** One commit on top of `head` of a branch of this repository; Refused where the branch has moved on. */
  commit(branch: string, head: string, message: string, files: ReadonlyMap<string, string>): Promise<string>;
  permission(login: string): Promise<'admin' | 'write' | 'read' | 'none'>;
  artifacts(runId: number): Promise<readonly Artifact[]>;
  /** To a branch of a repository (`owner/name`), newest first. */
  pushes(repository: string, branch: string): Promise<readonly Push[]>;
}
