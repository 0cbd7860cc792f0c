/** The publish job: gathers what the sweep jobs left, and writes it to the pull request. */
import * as core from '@actions/core';
import { STATUS, type Status } from '../../domain/status.ts';
import type { PlanFile } from '../../plan/plan-file.ts';
import { optionsInput } from '../inputs.ts';
import type { Job } from '../job.ts';
import { loadPlan } from '../load-plan.ts';
import { begin, cancelled, notPlanned, reply, unlessRefused } from './announce.ts';
import { gather, listedShards } from './gather.ts';
import { show } from './show.ts';
import { publishReports } from './write.ts';

declare const TOOL_VERSION: string;

export async function runPublish(job: Job): Promise<Status> {
  const client = job.github();
  const runner = job.runner();
  const result = core.getInput('result');
  const check = Number(core.getInput('check')) || undefined;
  if (result === 'failure' && core.getInput('plan-sha256') === '') await notPlanned(runner, client);
  else if (result === 'cancelled') await cancelled(loadPlan(), check, client);
  else return planned(loadPlan(), check, job);
  return STATUS.fine;
}

async function planned(file: PlanFile, check: number | undefined, { github, runner, around }: Job): Promise<Status> {
  const client = github();
  const isReply = file.command !== undefined && file.shards.length === 0;
  const folder = core.getInput('shards');
  if (isReply) await reply(file, client);
  else if (folder === '') await begin(file, runner(), client);
  if (isReply || folder === '') return STATUS.fine;
  const listed = await listedShards(file, runner(), client);
  const facts = { tool: TOOL_VERSION, started: around.clock.date() };
  const gathered = await gather(file, core.getInput('plan-sha256'), folder, facts, listed);
  const published = await publishReports(file, gathered, runner(), client, around.clock, check);
  const status = await show(gathered.reports, published, optionsInput().out, around);
  const asked = file.command?.comment;
  if (client && asked !== undefined) await unlessRefused('No reaction:', () => client.react(asked, 'rocket'));
  return status;
}
