/** Plans, measures and publishes in one job: for a trusted repository. */
import { join } from 'node:path';
import { STATUS, type Status } from '../domain/status.ts';
import { SHARD_PREFIX } from '../publish/packed.ts';
import type { Job } from './job.ts';
import { nothingToDo } from './outputs.ts';
import { planJob } from './plan/event.ts';
import { writePlan } from './plan/mode.ts';
import type { Planned } from './plan/plans.ts';
import { announce, reply, unlessRefused } from './publish/announce.ts';
import { gather } from './publish/gather.ts';
import { show } from './publish/show.ts';
import { progressOn, publishReports } from './publish/write.ts';
import { sweepShard, writeShard } from './sweep/shard.ts';

declare const TOOL_VERSION: string;

/** Stands for the hash of a plan that no other job reads. */
const IN_ONE_JOB = 'in-one-job';

export async function runAll({ github, runner, around }: Job): Promise<Status> {
  const client = github();
  const planned = await planJob(runner(), client, around);
  if (planned === undefined) return nothingToDo();
  writePlan(planned);
  const { file } = planned;
  const check = client && (await unlessRefused('No check was opened:', () => announce(file, client)));
  if (file.shards.length > 0) return measured(planned, check, { github, runner, around });
  if (file.command === undefined) return nothingToDo();
  await reply(file, client);
  return STATUS.fine;
}

async function measured(
  { file, line }: Planned,
  check: number | undefined,
  { github, runner, around }: Job,
): Promise<Status> {
  const client = github();
  const shards = join(line.options.out, 'shards');
  for (const shard of file.shards) {
    const out = join(shards, `${SHARD_PREFIX}${shard.id}`);
    const watch = progressOn(file, runner(), client, { clock: around.clock, tool: TOOL_VERSION });
    const { report, why } = await sweepShard(file, shard, out, around, line.options, { watch });
    writeShard(out, shard, IN_ONE_JOB, report.run, { why, findings: report.findings });
  }
  const facts = { tool: TOOL_VERSION, started: around.clock.date() };
  const gathered = await gather(file, IN_ONE_JOB, shards, facts);
  const published = await publishReports(file, gathered, runner(), client, around.clock, check);
  return show(gathered.reports, published, line.options.out, around);
}
