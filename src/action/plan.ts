/** The plan job: reads the event and both ends of the manifests through the API, and hands on what is to be measured. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { openWorld } from '../adapters/world.ts';
import { type BothEnds, type CheckoutRequest, requestsOf } from '../commands/checkout.ts';
import type { Context } from '../commands/context.ts';
import { readConfiguration } from '../commands/run.ts';
import { recognizeBot } from '../detect/bots.ts';
import { isWatched } from '../detect/projects.ts';
import { readRepository } from '../detect/repository.ts';
import { cellId } from '../domain/cell.ts';
import type { Finding } from '../domain/manifest.ts';
import { UserError } from '../errors.ts';
import { type Event, readEvent } from '../event/event.ts';
import { SLASH_HELP } from '../event/slash.ts';
import { type CommandLine, parseCommandLine } from '../inputs.ts';
import { plan } from '../main.ts';
import { globMatcher } from '../plan/globs.ts';
import { allCells } from '../plan/matrix.ts';
import { selectCells } from '../plan/patterns.ts';
import { PlanFile, type PlannedRequest } from '../plan/plan-file.ts';
import { priceOf, shardsOf } from '../plan/shards.ts';
import type { GitHub, PullState, Tree } from '../ports.ts';
import { shownLines } from '../publish/diff-lines.ts';
import { CHECK } from '../publish/publish.ts';
import { commandLine, type Runner, words } from './inputs.ts';

declare const TOOL_VERSION: string;

/** Where the configuration of a repository stands; on a pull request that of base counts. */
const CONFIGURATION = '.github/peft-sweep.yml';
/** Files that decide where packages come from or how they are built: head's are shown, never obeyed. */
const OBEYED_FROM_BASE = [CONFIGURATION, 'uv.toml', 'pip.conf', '.python-version'];

export interface Planned {
  readonly file: PlanFile;
  readonly line: CommandLine;
}

/** undefined where the event asks for nothing. */
export async function planJob(
  runner: Runner,
  github: GitHub | undefined,
  context: Omit<Context, 'line'>,
): Promise<Planned | undefined> {
  // Who names a change asks for that, whatever the event.
  const isNamed = words('changes').length > 0;
  const event: Event = isNamed ? { kind: 'manual' } : readEvent(runner.eventName, runner.payload);
  if (event.kind === 'nothing') {
    core.notice(event.why);
    return undefined;
  }
  if (event.kind === 'manual') return manualPlan(runner, context);
  if (github === undefined)
    throw new UserError('Reading a pull request needs `token`. Pass the `github.token` of the job.');
  const asked = await pullOf(event, github);
  return asked === undefined ? undefined : pullPlan(asked, runner, github, context);
}

interface AskedPull {
  readonly pull: PullState;
  readonly cells: readonly string[];
}

/** The pull request that an event is about, if whoever asked may ask. */
async function pullOf(event: Event, github: GitHub): Promise<AskedPull | undefined> {
  if (event.kind === 'pull') return { pull: await github.pull(event.number), cells: [] };
  if (event.kind === 'run') {
    const found = (await github.pullsFrom(event.repository, event.branch)).filter(({ head }) => head.sha === event.sha);
    const [only] = found;
    if (found.length === 1 && only) return { pull: only, cells: [] };
    core.notice(`No single open pull request has its head at ${event.sha.slice(0, 12)}; it moved on or was closed.`);
    return undefined;
  }
  if (event.kind !== 'slash') return undefined;
  const permission = await github.permission(event.by);
  if (permission !== 'admin' && permission !== 'write') {
    core.notice(`${event.by} may not start a sweep: that takes write permission.`);
    return undefined;
  }
  if (event.slash.command !== 'run') {
    if (event.slash.command === 'unknown') core.notice(`The command is not known. There are: ${SLASH_HELP}.`);
    return undefined;
  }
  const pull = await github.pull(event.number);
  const newest = (await github.pushes(pull.head.ref)).find(({ at }) => Date.parse(at) <= Date.parse(event.at));
  if (newest?.after === pull.head.sha) return { pull, cells: event.slash.cells };
  core.notice('The branch was pushed to after the comment, so it may hold what nobody looked at. Comment again.');
  return undefined;
}

async function pullPlan(
  { pull, cells }: AskedPull,
  runner: Runner,
  github: GitHub,
  context: Omit<Context, 'line'>,
): Promise<Planned> {
  const { mergeBase, files } = await github.compare(pull.base.sha, pull.head.sha);
  const [baseTree, headTree] = [github.tree(mergeBase), github.tree(pull.head.sha)];
  await baseTree.files();
  const configuration = (await baseTree.read([CONFIGURATION])).get(CONFIGURATION);
  const line = lineFor(
    () => configuration,
    cells.flatMap((cell) => ['--cells', cell]),
  );
  const ends = await readBoth(baseTree, headTree, line);
  const findings = files
    .filter(({ path }) => OBEYED_FROM_BASE.includes(path))
    .map(
      ({ path }): Finding => ({
        kind: 'obeyed-from-base',
        message: 'This file changes here. Until it is merged, that of the base counts.',
        file: path,
        line: 1,
      }),
    );
  const world = await openWorld({ ...context, python: line.options.python, offline: false, mayInstall: false });
  const requests = (await requestsOf(line.request, ends, world)).filter(({ request }) => request.changes.length > 0);
  const planned = await Promise.all(requests.map((request) => plannedRequest(request, findings, ends, world)));
  const text = { branch: pull.head.ref, title: pull.title, body: pull.body, author: pull.author };
  const bot = recognizeBot(text)?.bot;
  const diffLines = Object.fromEntries(files.map(({ path, patch }) => [path, [...shownLines(patch ?? '')]]));
  return finish(runner, line, planned, {
    pull: { number: pull.number, head: pull.head.sha, base: mergeBase, diffLines: onlyManifests(diffLines, planned) },
    ...(bot && { bot }),
  });
}

function onlyManifests(lines: Readonly<Record<string, number[]>>, requests: readonly PlannedRequest[]) {
  const known = new Set(requests.flatMap(({ manifests }) => manifests.map(({ file }) => file)));
  return Object.fromEntries(Object.entries(lines).filter(([file]) => known.has(file)));
}

async function readBoth(baseTree: Tree, headTree: Tree, line: CommandLine): Promise<BothEnds> {
  const chosen = line.options.manifests.length > 0 ? globMatcher(line.options.manifests) : undefined;
  const [base, head] = await Promise.all([readRepository(baseTree, chosen), readRepository(headTree, chosen)]);
  return { base, head };
}

async function manualPlan(runner: Runner, context: Omit<Context, 'line'>): Promise<Planned | undefined> {
  const line = lineFor(readConfiguration, []);
  if (line.request.changes.length === 0)
    throw new UserError('A run by hand needs `changes`, e.g. `transformers:4.55.4..4.57.6`.');
  const world = await openWorld({ ...context, python: line.options.python, offline: false, mayInstall: false });
  const planned = {
    plan: await plan(line.request, world.catalog, world.python.version),
    files: [],
    findings: [],
    manifests: [],
    contents: {},
  };
  return finish(runner, line, [asFile(planned)], {});
}

function lineFor(readConfig: (path: string | undefined) => string | undefined, more: readonly string[]): CommandLine {
  const problems: string[] = [];
  const line = parseCommandLine(commandLine('plan', more), readConfig, problems);
  if (problems.length > 0) throw new UserError(problems);
  return line;
}

async function plannedRequest(
  { request, known, files }: CheckoutRequest,
  findings: readonly Finding[],
  ends: BothEnds,
  world: Awaited<ReturnType<typeof openWorld>>,
): Promise<PlannedRequest> {
  const patchable = known.patchable?.manifests ?? [];
  const kept = patchable.filter(
    ({ requirements, locked }) => locked.length > 0 || requirements.some(({ name }) => isWatched(name)),
  );
  // Of a lock only its being there counts.
  const manifests = kept.map((manifest) => ({ ...manifest, locked: manifest.locked.slice(0, 1) }));
  const contents = Object.fromEntries(
    manifests.filter(({ locked }) => locked.length === 0).map(({ file }) => [file, ends.head.contents.get(file) ?? '']),
  );
  const planned = await plan(request, world.catalog, world.python.version);
  return asFile({ plan: planned, files, findings: [...findings, ...known.findings], manifests, contents });
}

/** Through JSON, as the other jobs will see it. */
function asFile(request: unknown): PlannedRequest {
  return JSON.parse(JSON.stringify(request)) as PlannedRequest;
}

function finish(
  runner: Runner,
  line: CommandLine,
  requests: readonly PlannedRequest[],
  more: Pick<PlanFile, 'pull' | 'bot'>,
): Planned {
  const plans = requests.map((request) => request.plan as Parameters<typeof shardsOf>[0][number]);
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
    shards: shardsOf(plans),
  });
  return { file, line };
}

/** Writes plan.json and the outputs that the other jobs go by. */
export function writePlan({ file, line }: Planned): void {
  const text = `${JSON.stringify(file, null, 1)}\n`;
  const { out, runners } = line.options;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'plan.json'), text);
  core.setOutput('plan', join(out, 'plan.json'));
  core.setOutput('plan-sha256', createHash('sha256').update(text).digest('hex'));
  core.setOutput(
    'shards',
    JSON.stringify(
      file.shards.map(({ id, device, minutes }) => ({
        id,
        device,
        minutes,
        'runs-on': runners[device]?.['runs-on'] ?? null,
      })),
    ),
  );
  core.setOutput('has-work', String(file.shards.length > 0));
  const usd = Math.max(0, ...file.shards.map(({ device }) => runners[device]?.['usd-per-minute'] ?? 0));
  const price = usd > 0 ? `, at most $${priceOf(file.shards, usd).toFixed(2)}` : '';
  core.info(
    file.shards.length === 0
      ? 'No watched library changed: nothing to measure.'
      : `${file.shards.length} jobs, ${file.requests.length} requests${price}`,
  );
}

/** Shows on the pull request that a sweep has begun; a token that may not is no error. */
export async function announce({ file }: Planned, github: GitHub): Promise<void> {
  if (file.pull === undefined) return;
  const summary =
    file.shards.length === 0
      ? 'No watched library changed.'
      : `Measures ${file.requests.flatMap(({ plan: { cells } }) => cells).length} cells in ${file.shards.length} jobs.`;
  const isOver = file.shards.length === 0;
  await github.createCheck(file.pull.head, CHECK, {
    title: isOver ? 'no watched library changed' : 'measuring',
    summary,
    annotations: [],
    ...(isOver && { conclusion: 'success' as const }),
  });
}
