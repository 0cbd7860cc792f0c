/** plan.json as another job wrote it: its hash comes by another way than the file. */
import { createHash } from 'node:crypto';
import * as core from '@actions/core';
import { readSmall } from '../adapters/github/artifacts.ts';
import { UserError } from '../errors.ts';
import { PlanFile } from '../plan/plan-file.ts';

const LARGEST = 64 * 1024 * 1024;

export function loadPlan(): PlanFile {
  const path = core.getInput('plan', { required: true });
  const expected = core.getInput('plan-sha256', { required: true });
  const text = readSmall(path, LARGEST);
  if (text === undefined)
    throw new UserError(`The plan \`${path}\` cannot be read. Download the artifact of the plan job.`);
  const actual = createHash('sha256').update(text).digest('hex');
  if (actual !== expected)
    throw new UserError(
      `The plan \`${path}\` is not the one that the plan job wrote: its SHA-256 differs. Nothing was done.`,
    );
  const parsed = PlanFile.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new UserError('The plan is of another version of peft-sweep. Use one version in all jobs.');
  return parsed.data;
}
