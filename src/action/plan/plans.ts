/** The plans that events lead to: of a pull request, of a run by hand, of what a bot will propose next, of an answer. */
import { openIndex } from '../../adapters/index/access.ts';
import { readConfiguration } from '../../adapters/machine/configuration-file.ts';
import { openHost } from '../../adapters/machine/host.ts';
import { recognizeBot } from '../../detect/bots.ts';
import { type Repository, readRepository } from '../../detect/repository.ts';
import { cellId } from '../../domain/cell.ts';
import { isWatched, WATCHED } from '../../domain/environment.ts';
import type { Finding } from '../../domain/manifest.ts';
import { CONFIGURATION } from '../../domain/path.ts';
import { Refused, UserError } from '../../errors.ts';
import { type CommandLine, parseCommandLine } from '../../inputs.ts';
import { type BothEnds, mayMoveWatched, readBoth } from '../../intake/ends.ts';
import { type CheckoutRequest, nothingToMeasure, requestsOf, upcomingRequests } from '../../intake/requests.ts';
import { manifestChoice } from '../../plan/globs.ts';
import { allCells } from '../../plan/matrix.ts';
import { selectCells } from '../../plan/patterns.ts';
import type { SweepRequest } from '../../plan/plan.ts';
import { PlanFile } from '../../plan/plan-file.ts';
import { shardsOf } from '../../plan/shards.ts';
import type { IndexAccess } from '../../ports/catalog.ts';
import type { CommitDiff, GitHub, PullState } from '../../ports/github.ts';
import type { Surroundings } from '../../ports/machine.ts';
import type { Tree } from '../../ports/tree.ts';
import { shownLines } from '../../publish/diff-lines.ts';
import { commandLine, type Runner } from '../inputs.ts';
import { type Part, plannedParts, pricedOf, type Shown, whyNothing } from './parts.ts';

declare const TOOL_VERSION: string;

export interface Planned {
  readonly file: PlanFile;
  readonly line: CommandLine;
  /** Requests that sweep to a release younger than `min-age`: they run on hosted runners only. */
  readonly young: ReadonlySet<number>;
  /** The head is in another repository: what is measured there is measured on machines that are thrown away. */
  readonly isFork: boolean;
}

/** Files that decide where packages come from or how they are built: head's are shown, never obeyed. */
const OBEYED_FROM_BASE = [CONFIGURATION, 'uv.toml', 'pip.conf', '.python-version'];

/** Two commits to compare, and what they belong to. */
export interface Target {
  readonly base: string;
  readonly head: string;
  readonly pull?: PullState;
}

export async function targetPlan(
  target: Target,
  cells: readonly string[],
  runner: Runner,
  github: GitHub,
  around: Surroundings,
): Promise<Planned> {
  const comparison = await github.compare(target.base, target.head);
  const { mergeBase, files } = comparison;
  const [baseTree, headTree] = [github.tree(mergeBase), github.tree(target.head)];
  const about = (named: ReadonlySet<string>) => whereToWrite(target, comparison, named);
  const watched = async () => lineFor(await configurationIn(baseTree), []).request.watch ?? WATCHED;
  if (!(await mayMoveWatched(comparison, baseTree, headTree, watched))) return quietPlan(runner, about(new Set()));
  const line = lineFor(
    await configurationIn(baseTree),
    cells.flatMap((cell) => ['--cells', cell]),
  );
  const { manifests } = line.options;
  const ends = await readBoth(comparison, baseTree, headTree, manifestChoice(manifests));
  const index = await indexFor(line, around);
  const asked = await requestsOf(line.request, ends, index);
  const requests = asked.filter(({ request }) => request.changes.length > 0);
  const fromBase = files.filter(({ path }) => OBEYED_FROM_BASE.includes(path)).map(({ path }) => obeyedFromBase(path));
  const { pull } = target;
  const isFork = pull !== undefined && pull.head.repository !== runner.repository;
  const written = requests.map((one) => ({ request: one.request, ...shownWith(one, fromBase, ends) }));
  const parts = await plannedParts(written, line, index, around.clock, isFork);
  const named = new Set(parts.flatMap(({ request }) => request.manifests.map(({ file }) => file)));
  const nothing = requests.length === 0 && asked[0] ? { nothing: nothingToMeasure(asked[0].standing) } : {};
  return { ...finish(runner, line, parts, { ...about(named), ...nothing }), isFork };
}

/** `named` are the files that a pin may go into: of those the diff is kept. */
function whereToWrite(
  { pull, head }: Target,
  { mergeBase, files }: CommitDiff,
  named: ReadonlySet<string>,
): Pick<PlanFile, 'pull' | 'queued' | 'bot'> {
  if (pull === undefined) return { queued: head };
  const bot = recognizeBot({ branch: pull.head.ref, title: pull.title, body: pull.body, author: pull.author })?.bot;
  const shown = files.filter(({ path }) => named.has(path)).map(({ path, patch }) => [path, shownLines(patch ?? '')]);
  return {
    pull: { number: pull.number, head: pull.head.sha, base: mergeBase, diffLines: Object.fromEntries(shown) },
    ...(bot && { bot }),
  };
}

function obeyedFromBase(file: string): Finding {
  const message = 'This file changes here. Until it is merged, that of the base counts.';
  return { kind: 'obeyed-from-base', message, file, line: 1 };
}

export async function manualPlan(runner: Runner, around: Surroundings): Promise<Planned> {
  const line = lineFor(readConfiguration, []);
  if (line.request.changes.length === 0)
    throw new UserError('A run by hand needs `changes`, e.g. `transformers:4.55.4..4.57.6`.');
  const index = await indexFor(line, around);
  const beside = { files: [], findings: [], manifests: [], contents: {} };
  // Somebody who may start it named the releases: they are vouched for, however young.
  const parts = await plannedParts([{ request: line.request, ...beside, isNamed: true }], line, index, around.clock);
  return finish(runner, line, parts, {});
}

/** What a bot will propose next: each watched library of the commit, from where it is to its newest release. */
export async function upcomingPlan(runner: Runner, github: GitHub, around: Surroundings): Promise<Planned> {
  const tree = github.tree(runner.sha);
  const line = lineFor(await configurationIn(tree), []);
  const repository = await read(tree, line);
  const index = await indexFor(line, around);
  const requests = await upcomingRequests(line.request, repository, index);
  const ends = { base: repository, head: repository };
  const written = requests.map((one) => ({ request: one.request, ...shownWith(one, [], ends) }));
  return finish(runner, line, await plannedParts(written, line, index, around.clock), {});
}

/** The index, from a job that installs nothing. */
async function indexFor({ options }: CommandLine, around: Surroundings): Promise<IndexAccess> {
  return openIndex(await openHost({ ...around, python: options.python, offline: false }), 'no-uv');
}

/** A plan without work: the check is green, or a command is answered. */
export function quietPlan(runner: Runner, more: Pick<PlanFile, 'pull' | 'queued' | 'command'>): Planned {
  return finish(
    runner,
    lineFor(() => undefined, []),
    [],
    more,
  );
}

function read(tree: Tree, line: CommandLine, what?: 'manifests'): Promise<Repository> {
  const { manifests } = line.options;
  return readRepository(tree, manifestChoice(manifests), what);
}

async function configurationIn(tree: Tree): Promise<() => string | undefined> {
  await tree.files();
  const text = (await tree.read([CONFIGURATION])).get(CONFIGURATION);
  return () => text;
}

/** The checkpoints that the configuration of a commit declares; none where it cannot be read. */
export async function checkpointsAt(sha: string, github: GitHub): Promise<SweepRequest['checkpoints']> {
  try {
    return lineFor(await configurationIn(github.tree(sha)), []).request.checkpoints;
  } catch (error) {
    if (error instanceof UserError || error instanceof Refused) return undefined;
    throw error;
  }
}

function lineFor(readConfig: (path: string | undefined) => string | undefined, more: readonly string[]): CommandLine {
  const problems: string[] = [];
  const line = parseCommandLine(commandLine('plan', more), readConfig, problems);
  if (problems.length > 0) throw new UserError(problems);
  return line;
}

/** What is handed on beside a plan: where pins can be put, and what was found without a run. */
function shownWith({ request, known, files }: CheckoutRequest, findings: readonly Finding[], ends: BothEnds): Shown {
  const kept = (known.patchable?.manifests ?? []).filter(
    ({ requirements, locked }) =>
      locked.length > 0 || requirements.some(({ name }) => isWatched(name) || isWatched(name, request.watch)),
  );
  // Of a lock only its being there counts.
  const manifests = kept.map((manifest) => ({ ...manifest, locked: manifest.locked.slice(0, 1) }));
  const texts = manifests.filter(({ locked }) => locked.length === 0);
  const contents = Object.fromEntries(texts.map(({ file }) => [file, ends.head.contents.get(file) ?? '']));
  return { files, findings: [...findings, ...known.findings], manifests, contents };
}

function finish(
  runner: Runner,
  line: CommandLine,
  parts: readonly Part[],
  more: Pick<PlanFile, 'pull' | 'queued' | 'bot' | 'command' | 'nothing'>,
): Planned {
  const known = line.options.known.flatMap(({ cell, reason, expires }) =>
    selectCells([cell], allCells(line.request.checkpoints), []).map((found) => ({
      cell: cellId(found),
      reason,
      expires,
    })),
  );
  const shards = shardsOf(parts.map(pricedOf));
  const nothing = parts.length > 0 && shards.length === 0 ? { nothing: whyNothing(parts) } : {};
  const file = PlanFile.parse({
    schemaVersion: 1,
    tool: TOOL_VERSION,
    repository: runner.repository,
    ...nothing,
    ...more,
    comment: line.options.comment,
    failOn: [...line.options.failOn],
    known,
    requests: parts.map(({ request }) => request),
    shards,
  });
  const young = new Set(parts.flatMap(({ isYoung }, index) => (isYoung ? [index] : [])));
  return { file, line, young, isFork: false };
}
