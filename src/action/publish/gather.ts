/** The publish job: gathers the shards, judges anew, and writes to the pull request. Installs nothing, checks nothing out. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { z } from 'zod';
import { eachLine, isFlat, readSmall, type ShardFolder, shardFolders } from '../../adapters/github/artifacts.ts';
import type { Plain } from '../../domain/safe.ts';
import type { Measurement } from '../../domain/search.ts';
import { Refused, WeatherError } from '../../errors.ts';
import { readEvent } from '../../event/event.ts';
import { reportOf } from '../../main.ts';
import type { PlanFile } from '../../plan/plan-file.ts';
import { planOfShard } from '../../plan/shards.ts';
import type { GitHub } from '../../ports/github.ts';
import { ForeignResults } from '../../publish/foreign.ts';
import { differingLocks, mergedHistory, resultsOfOtherTorch } from '../../publish/history.ts';
import { type Packed, packed, SHARD_PREFIX } from '../../publish/packed.ts';
import { withElsewhere } from '../../report/devices.ts';
import { plain } from '../../report/escape.ts';
import type { Report } from '../../report/model.ts';
import { plural } from '../../report/summary.ts';
import { withWhy } from '../../sweep/torch-era.ts';
import type { Runner } from '../inputs.ts';

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
  /** Why cells were not measured with the torch of their time. */
  torchOfItsTime: Text.exactOptional(),
  /** Checkpoints of the user's own that it could not measure, and why. */
  unfit: z.array(z.string().max(1000)).max(20).exactOptional(),
});
type ShardFile = z.infer<typeof ShardFile>;

export interface Gathered {
  readonly reports: readonly Report[];
  readonly missing: readonly Plain[];
}

/** What the folders of the shards come to. Names come from the plan; what the plan does not have is not read. */
export async function gather(
  file: PlanFile,
  sha256: string,
  folder: string,
  job: Pick<Report['run'], 'tool' | 'started'>,
  listed?: Packed,
): Promise<Gathered> {
  const missing: string[] = [];
  const found = unpacked(file, folder, listed);
  for (const { name } of found)
    if (!file.shards.some(({ id }) => `${SHARD_PREFIX}${id}` === name))
      missing.push('An artifact that the plan does not name was not read.');
  const histories = new Map<number, (readonly Measurement[])[]>();
  const machines = new Map<number, ShardFile['run'][]>();
  const whys = new Map<number, string>();
  for (const shard of file.shards) {
    const whole = file.requests[shard.request]?.plan;
    const artifact = found.find(({ name }) => name === `${SHARD_PREFIX}${shard.id}`);
    const why = listed?.refused.get(shard.id) ?? artifact?.why;
    if (artifact === undefined || why || whole === undefined) {
      missing.push(`Shard ${shard.id} is missing${why ? `: ${why}` : ''}.`);
      continue;
    }
    const parsed = shardFile(artifact.path);
    if (parsed?.plan !== sha256 || parsed.shard !== shard.id) {
      missing.push(`Shard ${shard.id} was not made from this plan.`);
      continue;
    }
    const results = new ForeignResults(planOfShard(whole, shard));
    await eachLine(join(artifact.path, 'results.jsonl'), (line) => results.add(line));
    for (const what of results.rejected()) missing.push(`Shard ${shard.id}: turned away ${what}.`);
    histories.set(shard.request, [...(histories.get(shard.request) ?? []), results.measurements()]);
    machines.set(shard.request, [...(machines.get(shard.request) ?? []), parsed.run]);
    for (const what of parsed.unfit ?? []) missing.push(`A checkpoint was not measured: ${what}`);
    if (parsed.torchOfItsTime !== undefined) whys.set(shard.request, parsed.torchOfItsTime);
  }
  const reports = file.requests.map((request, index) => {
    const shards = histories.get(index) ?? [];
    const history = mergedHistory(shards);
    missing.push(...differingLocks(history));
    const left = resultsOfOtherTorch(shards);
    if (left > 0) missing.push(`${plural(left, 'result')} with another torch than its package set: left out.`);
    const run = runOf(machines.get(index) ?? [], job, file.bot);
    const known = {
      findings: request.findings,
      patchable: { manifests: request.manifests, contents: new Map(Object.entries(request.contents)) },
    };
    const report = reportOf(request.plan, history, known, run);
    const why = whys.get(index);
    return why === undefined ? report : withWhy(report, why);
  });
  return { reports: withElsewhere(reports), missing: [...new Set(missing)].map((sentence) => plain(sentence)) };
}

/** A server that does not list its artifacts leaves one case in which a flat folder has one meaning: a plan of one shard. */
function unpacked(file: PlanFile, folder: string, listed: Packed | undefined): readonly ShardFolder[] {
  // Another download than ours may give one artifact a folder too: that one is its own in any case.
  if (listed?.alone !== undefined && !isFlat(folder))
    return shardFolders(folder).filter(({ name }) => name === listed.alone);
  if (listed) return shardFolders(folder, listed.alone);
  const [only, ...more] = file.shards;
  const isAlone = only !== undefined && more.length === 0 && isFlat(folder);
  return shardFolders(folder, isAlone ? `${SHARD_PREFIX}${only.id}` : undefined);
}

/** What GitHub says of the artifacts of the run that measured; a server that does not tell is no reason to stop. */
export async function listedShards(
  file: PlanFile,
  runner: Runner,
  github: GitHub | undefined,
): Promise<Packed | undefined> {
  const event = readEvent(runner.eventName, runner.payload);
  const runId = event.kind === 'run' ? event.id : Number(runner.runId);
  if (github === undefined || !Number.isInteger(runId) || runId <= 0) return undefined;
  try {
    return packed(file.shards, await github.artifacts(runId));
  } catch (error) {
    if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
    core.info(`What artifacts the run has is not known: ${error.message}`);
    return undefined;
  }
}

function shardFile(folder: string): ShardFile | undefined {
  try {
    return ShardFile.safeParse(JSON.parse(readSmall(join(folder, 'shard.json')) ?? '')).data;
  } catch {
    return undefined;
  }
}

/** The run that several machines made together; what is not known of one of them is empty. */
export function runOf(
  machines: readonly ShardFile['run'][],
  { tool, started }: Pick<Report['run'], 'tool' | 'started'>,
  bot: PlanFile['bot'],
): Report['run'] {
  const [first] = machines;
  const order = ['interrupted', 'budget', 'environments', 'finished'] as const;
  return {
    tool,
    probe: first?.probe ?? '',
    started,
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
