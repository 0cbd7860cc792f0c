/** The sweep job: one shard of a plan that another job made. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { STATUS, type Status } from '../../domain/status.ts';
import type { Machine } from '../../ports/machine.ts';
import { verdictLine } from '../../report/annotations.ts';
import { optionsInput } from '../inputs.ts';
import type { Job } from '../job.ts';
import { loadPlan } from '../load-plan.ts';
import { begunRun, shardInput, sweepShard, writeShard } from './shard.ts';

export async function runSweep({ around }: Job): Promise<Status> {
  const file = loadPlan();
  const shard = shardInput(file);
  const options = optionsInput();
  const { out } = options;
  const sha256 = core.getInput('plan-sha256');
  const begun = (machine: Machine) => writeShard(out, shard, sha256, begunRun(machine));
  const { report, why } = await sweepShard(file, shard, out, around, options, { begun });
  writeShard(out, shard, sha256, report.run, { why, findings: report.findings });
  core.setOutput('report', join(out, 'report.json'));
  core.info(verdictLine(report));
  return STATUS.fine;
}
