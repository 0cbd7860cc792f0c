/** The plan job: hands on what is to be measured, and what the other jobs go by. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as core from '@actions/core';
import { z } from 'zod';
import { writeText } from '../../adapters/machine/files.ts';
import { STATUS, type Status } from '../../domain/status.ts';
import { UserError } from '../../errors.ts';
import { nothingText, type PlanFile } from '../../plan/plan-file.ts';
import { HOSTED, labelsFor } from '../../plan/runners.ts';
import { usdOfAll } from '../../plan/shards.ts';
import { plural } from '../../report/summary.ts';
import type { Job } from '../job.ts';
import { nothingToDo } from '../outputs.ts';
import { planJob } from './event.ts';
import type { Planned } from './plans.ts';

export async function runPlan({ runner, github, around }: Job): Promise<Status> {
  const client = github();
  const planned = await planJob(runner(), client, around);
  if (planned === undefined) return nothingToDo();
  writePlan(planned);
  return STATUS.fine;
}

/** Writes plan.json and the outputs that the other jobs go by. */
export function writePlan({ file, line, young, isFork }: Planned): void {
  const text = `${JSON.stringify(file, null, 1)}\n`;
  const { out, runners } = line.options;
  writeText(join(out, 'plan.json'), text);
  const choice = { isFork, isApproved: core.getInput('environment') !== '', hosted: hostedLabels(), runners };
  const shards = file.shards.map(({ id, device, class: of, minutes, request }) => {
    return { id, device, class: of, minutes, 'runs-on': labelsFor(of, young.has(request), choice) };
  });
  core.setOutput('plan', join(out, 'plan.json'));
  core.setOutput('plan-sha256', createHash('sha256').update(text).digest('hex'));
  core.setOutput('shards', JSON.stringify(shards));
  core.setOutput('has-work', String(file.shards.length > 0));
  // Native code does not read what a stranger's packages left.
  core.setOutput('oracle', String(!isFork));
  core.setOutput('has-reply', String(file.command !== undefined && file.shards.length === 0));
  core.info(planLine(file));
}

const Labels = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

function hostedLabels(): z.infer<typeof Labels> {
  const typed = core.getInput('hosted-runs-on');
  if (typed === '') return HOSTED;
  try {
    return Labels.parse(JSON.parse(typed));
  } catch {
    throw new UserError(
      `\`hosted-runs-on\` cannot be \`${typed}\`. Write labels as JSON, e.g. \`"ubuntu-24.04"\` or \`["self-hosted", "ephemeral"]\`.`,
    );
  }
}

function planLine(file: PlanFile): string {
  if (file.shards.length === 0) return file.command ? 'The command is answered.' : nothingText(file);
  const usd = usdOfAll(file.shards);
  const price = usd > 0 ? `, at most $${usd.toFixed(2)}` : '';
  return `${plural(file.requests.length, 'request')} in ${plural(file.shards.length, 'job')}${price}`;
}
