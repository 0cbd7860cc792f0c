/** The plans that events lead to: of a pull request, of a run by hand, of what a bot will propose next, of an answer. */
import * as core from '@actions/core';
import { openIndex } from '../../adapters/index/access.ts';
import { readConfiguration } from '../../adapters/machine/configuration-file.ts';
import { openHost } from '../../adapters/machine/host.ts';
import { recognizeBot } from '../../detect/bots.ts';
import { type Repository, readRepository } from '../../detect/repository.ts';
import { cellId } from '../../domain/cell.ts';
import { DEFAULT_DEVICE } from '../../domain/device.ts';
import { isWatched, WATCHED } from '../../domain/environment.ts';
import type { Finding } from '../../domain/manifest.ts';
import { CONFIGURATION } from '../../domain/path.ts';
import { UserError } from '../../errors.ts';
import { type CommandLine, parseCommandLine } from '../../inputs.ts';
import { type BothEnds, mayMoveWatched, readBoth } from '../../intake/ends.ts';
import { type CheckoutRequest, nothingToMeasure, requestsOf, upcomingRequests } from '../../intake/requests.ts';
import { plan } from '../../main.ts';
import { manifestChoice } from '../../plan/globs.ts';
import { allCells } from '../../plan/matrix.ts';
import { selectCells } from '../../plan/patterns.ts';
import type { SweepRequest } from '../../plan/plan.ts';
import { PlanFile, PlannedRequest } from '../../plan/plan-file.ts';
import { shardsOf } from '../../plan/shards.ts';
import type { Clock, CommitDiff, GitHub, IndexAccess, PullState, Surroundings, Tree } from '../../ports.ts';
import { shownLines } from '../../publish/diff-lines.ts';
import { commandLine, type Runner } from '../inputs.ts';

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
const DAY_MS = 24 * 3600_000;

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
  const planned = await Promise.all(requests.map((request) => plannedRequest(request, line, fromBase, ends, index)));
  const named = new Set(planned.flatMap((request) => request.manifests.map(({ file }) => file)));
  const { pull } = target;
  return {
    ...finish(runner, line, planned, await youngOnes(planned, index, around.clock), {
      ...about(named),
      ...(requests.length === 0 && asked[0] && { nothing: nothingToMeasure(asked[0].standing) }),
    }),
    isFork: pull !== undefined && pull.head.repository !== runner.repository,
  };
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
  const planned = await plan(onDevice(line.request, line), index.catalog, index.python);
  const request = asFile({ plan: planned, files: [], findings: [], manifests: [], contents: {} });
  return finish(runner, line, [request], new Set(), {});
}

/** What a bot will propose next: each watched library of the commit, from where it is to its newest release. */
export async function upcomingPlan(runner: Runner, github: GitHub, around: Surroundings): Promise<Planned> {
  const tree = github.tree(runner.sha);
  const line = lineFor(await configurationIn(tree), []);
  const repository = await read(tree, line);
  const index = await indexFor(line, around);
  const requests = await upcomingRequests(line.request, repository, index);
  const ends = { base: repository, head: repository };
  const planned = await Promise.all(requests.map((request) => plannedRequest(request, line, [], ends, index)));
  return finish(runner, line, planned, await youngOnes(planned, index, around.clock), {});
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
    new Set(),
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

function lineFor(readConfig: (path: string | undefined) => string | undefined, more: readonly string[]): CommandLine {
  const problems: string[] = [];
  const line = parseCommandLine(commandLine('plan', more), readConfig, problems);
  if (problems.length > 0) throw new UserError(problems);
  return line;
}

async function plannedRequest(
  { request, known, files }: CheckoutRequest,
  line: CommandLine,
  findings: readonly Finding[],
  ends: BothEnds,
  index: IndexAccess,
): Promise<PlannedRequest> {
  const kept = (known.patchable?.manifests ?? []).filter(
    ({ requirements, locked }) =>
      locked.length > 0 || requirements.some(({ name }) => isWatched(name) || isWatched(name, request.watch)),
  );
  // Of a lock only its being there counts.
  const manifests = kept.map((manifest) => ({ ...manifest, locked: manifest.locked.slice(0, 1) }));
  const texts = manifests.filter(({ locked }) => locked.length === 0);
  const contents = Object.fromEntries(texts.map(({ file }) => [file, ends.head.contents.get(file) ?? '']));
  const planned = await plan(onDevice(request, line), index.catalog, index.python);
  return asFile({ plan: planned, files, findings: [...findings, ...known.findings], manifests, contents });
}

/** The default device stays unsaid. The job that plans has no card: what is there is seen by the one that measures. */
function onDevice(request: SweepRequest, { options: { device } }: CommandLine): SweepRequest {
  if (device === 'auto')
    throw new UserError('Device `auto` cannot be planned: this job has no card. Write `cpu` or `cuda`.');
  return device === undefined || device === DEFAULT_DEVICE ? request : { ...request, device };
}

/** Through JSON, as the other jobs will see it. */
function asFile(request: unknown): PlannedRequest {
  return PlannedRequest.parse(JSON.parse(JSON.stringify(request)));
}

/** Requests whose newest release is younger than `min-age` days, or of an unknown age. */
async function youngOnes(
  requests: readonly PlannedRequest[],
  { catalog }: IndexAccess,
  clock: Clock,
): Promise<ReadonlySet<number>> {
  const typed = core.getInput('min-age') || '3';
  const days = Number(typed);
  if (!Number.isFinite(days) || days < 0)
    throw new UserError(`\`min-age\` cannot be \`${typed}\`. Write a number of days, e.g. 3.`);
  const young = new Set<number>();
  for (const [index, { plan: planned }] of requests.entries())
    for (const { library, to } of planned.changes) {
      const release = (await catalog.releases(library)).find(({ version }) => version === to);
      const age = release?.uploaded === undefined ? 0 : Date.parse(clock.date()) - Date.parse(release.uploaded);
      if (age < days * DAY_MS) young.add(index);
    }
  return young;
}

function finish(
  runner: Runner,
  line: CommandLine,
  requests: readonly PlannedRequest[],
  young: ReadonlySet<number>,
  more: Pick<PlanFile, 'pull' | 'queued' | 'bot' | 'command' | 'nothing'>,
): Planned {
  const known = line.options.known.flatMap(({ cell, reason, expires }) =>
    selectCells([cell], allCells(), []).map((found) => ({ cell: cellId(found), reason, expires })),
  );
  const file = PlanFile.parse({
    schemaVersion: 1,
    tool: TOOL_VERSION,
    repository: runner.repository,
    ...more,
    comment: line.options.comment,
    failOn: [...line.options.failOn],
    known,
    requests,
    shards: shardsOf(requests.map((request) => request.plan)),
  });
  return { file, line, young, isFork: false };
}
