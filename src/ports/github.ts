/** The part of GitHub that is used. */
import type { Markdown, Plain } from '../domain/safe.ts';
import type { Tree } from './tree.ts';

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
