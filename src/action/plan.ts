/** The plan job: reads the event and both ends of the manifests through the API, and hands on what is to be measured. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { Refused, UserError } from '../errors.ts';
import { type Event, readEvent } from '../event/event.ts';
import type { PlanFile } from '../plan/plan-file.ts';
import { priceOf } from '../plan/shards.ts';
import type { GitHub, Push } from '../ports.ts';
import { planSummary } from '../publish/plan-summary.ts';
import { CHECK } from '../publish/publish.ts';
import { replyTo } from '../publish/replies.ts';
import { inline } from '../report/escape.ts';
import { type Runner, words } from './inputs.ts';
import { manualPlan, type Planned, pullPlan, type Room, replyPlan, upcomingPlan } from './plans.ts';

/** The image that GitHub's own hosted runners have; releases that are too young run nowhere else. */
const HOSTED = 'ubuntu-24.04';

/** undefined where the event asks for nothing. */
export async function planJob(runner: Runner, github: GitHub | undefined, room: Room): Promise<Planned | undefined> {
  // Who names a change asks for that, whatever the event.
  const isNamed = words('changes').length > 0;
  const event: Event = isNamed ? { kind: 'manual' } : readEvent(runner.eventName, runner.payload);
  if (event.kind === 'nothing') return noted(event.why);
  if (event.kind === 'manual' && (isNamed || runner.eventName !== 'schedule')) return manualPlan(runner, room);
  if (github === undefined)
    throw new UserError('Reading the repository needs `token`. Pass the `github.token` of the job.');
  switch (event.kind) {
    case 'manual':
      return upcomingPlan(runner, github, room);
    case 'pull':
      return pullPlan(await github.pull(event.number), [], runner, github, room);
    case 'run':
      return planOfRun(event, runner, github, room);
    case 'slash':
      return planOfCommand(event, runner, github, room);
  }
}

function noted(why: string): undefined {
  core.notice(why);
  return undefined;
}

/** The pull request of a fork is found from the run's own head, through the API. */
async function planOfRun(
  { repository, branch, sha }: Extract<Event, { kind: 'run' }>,
  runner: Runner,
  github: GitHub,
  room: Room,
): Promise<Planned | undefined> {
  const found = (await github.pullsFrom(repository, branch)).filter(({ head }) => head.sha === sha);
  const [only] = found;
  if (found.length === 1 && only) return pullPlan(only, [], runner, github, room);
  return noted(`No single open pull request has its head at ${sha.slice(0, 12)}; it moved on or was closed.`);
}

/** Only for somebody who may write, and only for what stood there when they wrote it. */
async function planOfCommand(
  { number, by, at, slash }: Extract<Event, { kind: 'slash' }>,
  runner: Runner,
  github: GitHub,
  room: Room,
): Promise<Planned | undefined> {
  const permission = await github.permission(by);
  if (permission !== 'admin' && permission !== 'write')
    return noted(`${by} may not give commands: that takes write permission.`);
  const pull = await github.pull(number);
  const reply = replyTo(slash);
  if (reply !== undefined) return replyPlan(pull, reply, runner);
  const pushes = await pushesTo(pull.head.ref, github);
  if (pushes === undefined)
    return noted(
      'This server does not tell when the branch was pushed to. Start the sweep by hand, with workflow_dispatch.',
    );
  const newest = pushes.find((push) => Date.parse(push.at) <= Date.parse(at));
  if (newest?.after !== pull.head.sha)
    return noted('The branch was pushed to after the comment, so it may hold what nobody looked at. Comment again.');
  return pullPlan(pull, slash.command === 'run' ? slash.cells : [], runner, github, room);
}

async function pushesTo(branch: string, github: GitHub): Promise<readonly Push[] | undefined> {
  try {
    return await github.pushes(branch);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** Writes plan.json and the outputs that the other jobs go by. */
export function writePlan({ file, line, young }: Planned): void {
  const text = `${JSON.stringify(file, null, 1)}\n`;
  const { out, runners } = line.options;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'plan.json'), text);
  const shards = file.shards.map(({ id, device, minutes, request }) => {
    const labels = young.has(request) ? HOSTED : (runners[device]?.['runs-on'] ?? null);
    return { id, device, minutes, 'runs-on': labels };
  });
  core.setOutput('plan', join(out, 'plan.json'));
  core.setOutput('plan-sha256', createHash('sha256').update(text).digest('hex'));
  core.setOutput('shards', JSON.stringify(shards));
  core.setOutput('has-work', String(file.shards.length > 0));
  core.setOutput('has-reply', String(file.reply !== undefined));
  core.info(planLine({ file, line, young }));
}

function planLine({ file, line }: Planned): string {
  if (file.shards.length === 0) return file.nothing ?? 'Nothing to measure.';
  const usd = Math.max(0, ...file.shards.map(({ device }) => line.options.runners[device]?.['usd-per-minute'] ?? 0));
  const price = usd > 0 ? `, at most $${priceOf(file.shards, usd).toFixed(2)}` : '';
  return `${file.requests.length} requests in ${file.shards.length} jobs${price}`;
}

/** Shows on the pull request that a sweep has begun; the check that was opened is concluded later. */
export async function announce(file: PlanFile, github: GitHub): Promise<number | undefined> {
  if (file.pull === undefined || file.reply !== undefined) return undefined;
  const isOver = file.shards.length === 0;
  return github.createCheck(file.pull.head, CHECK, {
    title: isOver ? 'nothing to measure' : 'measuring',
    summary: isOver ? inline(file.nothing ?? 'Nothing to measure.', 4000) : planSummary(file),
    annotations: [],
    ...(isOver && { conclusion: 'success' as const }),
  });
}
