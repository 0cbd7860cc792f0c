/** The publish job: gathers the shards, judges anew, and writes to the pull request. Installs nothing, checks nothing out. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { z } from 'zod';
import { eachLine, readSmall, shardFolders } from '../adapters/artifacts.ts';
import type { Finding } from '../domain/manifest.ts';
import type { Measurement } from '../domain/search.ts';
import { Refused, WeatherError } from '../errors.ts';
import { readEvent } from '../event/event.ts';
import { reportOf } from '../main.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanFile } from '../plan/plan-file.ts';
import { planOfShard } from '../plan/shards.ts';
import type { GitHub } from '../ports.ts';
import { conclusionOf } from '../publish/check.ts';
import { ForeignResults, mergedHistory } from '../publish/foreign.ts';
import { packedProblems, SHARD_PREFIX } from '../publish/packed.ts';
import { type Published, publish, publishSoFar } from '../publish/publish.ts';
import type { Report } from '../report/model.ts';
import type { Runner } from './inputs.ts';

const Text = z.string().max(300);
const ShardFile = z.strictObject({
  shard: Text,
  plan: Text,
  run: z.strictObject({
    python: Text,
    torch: Text,
    device: Text,
    containment: z.strictObject({ name: Text, enforced: z.array(Text).max(20), missing: z.array(Text).max(20) }),
    ms: z.number().nonnegative(),
    stoppedBy: z.enum(['finished', 'environments', 'budget', 'interrupted']),
    probe: Text,
  }),
});
type ShardFile = z.infer<typeof ShardFile>;

export interface Gathered {
  readonly reports: readonly Report[];
  readonly missing: readonly string[];
}

/** What the folders of the shards come to. Names come from the plan; what the plan does not have is not read. */
export async function gather(
  file: PlanFile,
  sha256: string,
  folder: string,
  tool: string,
  refused: ReadonlyMap<string, string> = new Map(),
): Promise<Gathered> {
  const missing: string[] = [];
  const found = shardFolders(folder);
  for (const { name } of found)
    if (!file.shards.some(({ id }) => `${SHARD_PREFIX}${id}` === name))
      missing.push('An artifact that the plan does not name was not read.');
  const histories = new Map<number, (readonly Measurement[])[]>();
  const machines = new Map<number, ShardFile['run'][]>();
  for (const shard of file.shards) {
    const whole = file.requests[shard.request]?.plan as Plan | undefined;
    const artifact = found.find(({ name }) => name === `${SHARD_PREFIX}${shard.id}`);
    const why = refused.get(shard.id) ?? artifact?.why;
    if (artifact === undefined || why || whole === undefined) {
      missing.push(`Shard ${shard.id} is missing${why ? `: ${why}` : ''}.`);
      continue;
    }
    const parsed = shardFile(join(folder, artifact.name));
    if (parsed?.plan !== sha256 || parsed.shard !== shard.id) {
      missing.push(`Shard ${shard.id} was not made from this plan.`);
      continue;
    }
    const results = new ForeignResults(planOfShard(whole, shard));
    await eachLine(join(folder, artifact.name, 'results.jsonl'), (line) => results.add(line));
    for (const what of results.rejected()) missing.push(`Shard ${shard.id}: turned away ${what}.`);
    histories.set(shard.request, [...(histories.get(shard.request) ?? []), results.measurements()]);
    machines.set(shard.request, [...(machines.get(shard.request) ?? []), parsed.run]);
  }
  const reports = file.requests.map((request, index) => {
    const history = mergedHistory(histories.get(index) ?? []);
    const run = runOf(machines.get(index) ?? [], tool, file.bot);
    const known = {
      findings: request.findings as readonly Finding[],
      patchable: { manifests: request.manifests as never, contents: new Map(Object.entries(request.contents)) },
    };
    return reportOf(request.plan as Plan, history, known, run);
  });
  return { reports, missing: [...new Set(missing)] };
}

/** What GitHub says of the artifacts of the run that measured; a server that does not tell is no reason to stop. */
export async function refusedShards(
  file: PlanFile,
  runner: Runner,
  github: GitHub | undefined,
): Promise<ReadonlyMap<string, string>> {
  const event = readEvent(runner.eventName, runner.payload);
  const runId = event.kind === 'run' ? event.id : Number(runner.runId);
  if (github === undefined || !Number.isInteger(runId) || runId <= 0) return new Map();
  try {
    return packedProblems(file.shards, await github.artifacts(runId));
  } catch (error) {
    if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
    core.info(`Sizes of artifacts are not known: ${error.message}`);
    return new Map();
  }
}

function shardFile(folder: string): ShardFile | undefined {
  try {
    return ShardFile.safeParse(JSON.parse(readSmall(join(folder, 'shard.json')) ?? '')).data;
  } catch {
    return undefined;
  }
}

function runOf(machines: readonly ShardFile['run'][], tool: string, bot: PlanFile['bot']): Report['run'] {
  const [first] = machines;
  const order = ['interrupted', 'budget', 'environments', 'finished'] as const;
  return {
    tool,
    probe: first?.probe ?? '',
    started: new Date().toISOString(),
    ms: Math.max(0, ...machines.map(({ ms }) => ms)),
    python: first?.python ?? '',
    torch: first?.torch ?? '',
    device: first?.device ?? '',
    containment: first?.containment ?? { name: 'not known', enforced: [], missing: [] },
    stoppedBy: order.find((how) => machines.some(({ stoppedBy }) => stoppedBy === how)) ?? 'finished',
    ...(bot && { bot }),
    held: {},
    out: 'peft-sweep-out',
  };
}

const BETWEEN_MS = 30_000;

/** Keeps the comment up to date while a sweep runs in the same job; what GitHub refuses is left for the end. */
export function progressOn(file: PlanFile, runner: Runner, github: GitHub | undefined, tool: string) {
  let last = Number.NEGATIVE_INFINITY;
  return async (history: readonly Measurement[], planned: Plan): Promise<void> => {
    if (file.pull === undefined || github === undefined || performance.now() - last < BETWEEN_MS) return;
    last = performance.now();
    const report = reportOf(planned, history, { findings: [] }, runOf([], tool, file.bot));
    try {
      await publishSoFar(file.pull, [report], linkTo(runner), github);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
      core.info(`The comment was not updated: ${error.message}`);
    }
  };
}

function linkTo(runner: Runner): string {
  return `${runner.serverUrl}/${runner.repository}/actions/runs/${runner.runId}`;
}

/** Writes to the pull request what the reports say; without one, or without a token, only the summary says it. */
export async function publishReports(
  file: PlanFile,
  { reports, missing }: Gathered,
  runner: Runner,
  github: GitHub | undefined,
  check?: number,
): Promise<Published> {
  const today = new Date().toISOString().slice(0, 10);
  const isKnown = (cell: string) => file.known.some((one) => one.cell === cell && one.expires >= today);
  const named = file.requests.every(({ plan }) => plan.chosenBy !== 'default');
  const judged = { reports, missing, failOn: file.failOn, isKnown, counts: () => named };
  const link = linkTo(runner);
  if (file.pull === undefined || github === undefined) {
    return { conclusion: conclusionOf(judged), log: ['no pull request to write to'] };
  }
  const published = await publish(
    { ...judged, pull: file.pull, comment: file.comment, link, ...(check !== undefined && { check }) },
    github,
  );
  for (const line of published.log) core.info(line);
  return published;
}
