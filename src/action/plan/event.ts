/** The plan job: reads the event and both ends of the manifests through the API, and hands on what is to be measured. */
import * as core from '@actions/core';
import { Refused, UserError } from '../../errors.ts';
import { type Event, readEvent } from '../../event/event.ts';
import { allCells } from '../../plan/matrix.ts';
import { selectCells } from '../../plan/patterns.ts';
import type { GitHub, PullState, Push } from '../../ports/github.ts';
import type { Surroundings } from '../../ports/machine.ts';
import { plain } from '../../report/escape.ts';
import { type Runner, words } from '../inputs.ts';
import { checkpointsAt, manualPlan, type Planned, quietPlan, type Target, targetPlan, upcomingPlan } from './plans.ts';

/** undefined where the event asks for nothing. */
export async function planJob(
  runner: Runner,
  github: GitHub | undefined,
  around: Surroundings,
): Promise<Planned | undefined> {
  // Who names a change asks for that, whatever the event.
  const isNamed = words('changes').length > 0;
  const event: Event = isNamed ? { kind: 'manual' } : readEvent(runner.eventName, runner.payload);
  if (event.kind === 'nothing') return noted(event.why);
  if (event.kind === 'manual' && (isNamed || runner.eventName !== 'schedule')) return manualPlan(runner, around);
  if (github === undefined)
    throw new UserError('Reading the repository needs `token`. Pass the `github.token` of the job.');
  switch (event.kind) {
    case 'manual':
      return upcomingPlan(runner, github, around);
    case 'pull':
      return targetPlan(targetOf(await github.pull(event.number)), [], runner, github, around);
    case 'queue':
      return targetPlan(event, [], runner, github, around);
    case 'run':
      return planOfRun(event, runner, github, around);
    case 'slash':
      return planOfCommand(event, runner, github, around);
  }
}

function targetOf(pull: PullState): Target {
  return { base: pull.base.sha, head: pull.head.sha, pull };
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
  around: Surroundings,
): Promise<Planned | undefined> {
  const found = (await github.pullsFrom(repository, branch)).filter(({ head }) => head.sha === sha);
  const [only] = found;
  if (found.length === 1 && only) return targetPlan(targetOf(only), [], runner, github, around);
  return noted(`No single open pull request has its head at ${sha.slice(0, 12)}; it moved on or was closed.`);
}

type Given = Extract<Event, { kind: 'slash' }>;

/** Only for somebody who may write, and only for what stood there when they wrote it. Whoever asked is answered. */
async function planOfCommand(given: Given, runner: Runner, github: GitHub, around: Surroundings): Promise<Planned> {
  const pull = await github.pull(given.number);
  const command = { ...(given.comment && { comment: given.comment }), slash: given.slash };
  const about = { number: pull.number, head: pull.head.sha, base: pull.base.sha, diffLines: {} };
  const refused = await whyRefused(given, pull, github);
  const answered = (why: readonly string[] = []) => {
    for (const line of why) core.notice(plain(line, 1000));
    return quietPlan(runner, {
      pull: about,
      command: { ...command, ...(why.length > 0 && { refused: shortened(why) }) },
    });
  };
  if (refused.length > 0) return answered(refused);
  if (given.slash.command !== 'run') return answered();
  try {
    const planned = await targetPlan(targetOf(pull), given.slash.cells, runner, github, around);
    return { ...planned, file: { ...planned.file, command } };
  } catch (error) {
    if (error instanceof UserError) return answered(error.lines);
    throw error;
  }
}

/** As many lines as an answer has room for. */
function shortened(lines: readonly string[]): string[] {
  return lines.slice(0, 20).map((line) => line.slice(0, 1000));
}

async function whyRefused({ by, at, slash }: Given, pull: PullState, github: GitHub): Promise<readonly string[]> {
  const permission = await github.permission(by);
  if (permission !== 'admin' && permission !== 'write')
    return [`${by} may not give commands: that takes write permission to this repository.`];
  if (pull.state === 'closed') return ['The pull request is closed.'];
  const problems: string[] = [];
  selectCells(cellsOf(slash), allCells(), problems);
  if (problems.length > 0) {
    // The base's configuration may declare checkpoints, whose cells are none of the matrix.
    const declared = await checkpointsAt(pull.base.sha, github);
    problems.length = 0;
    selectCells(cellsOf(slash), allCells(declared), problems);
  }
  if (problems.length > 0 || slash.command !== 'run') return problems;
  const pushes = await pushesTo(pull, github);
  if (pushes === undefined)
    return ['GitHub does not tell when the branch was pushed to. Start the sweep by hand, with workflow_dispatch.'];
  const newest = pushes.find((push) => Date.parse(push.at) <= Date.parse(at));
  return newest?.after === pull.head.sha
    ? []
    : ['The branch was pushed to after the comment, so it may hold what nobody looked at. Comment again.'];
}

function cellsOf(slash: Given['slash']): readonly string[] {
  if (slash.command === 'run') return slash.cells;
  return slash.command === 'explain' || slash.command === 'accept' ? [slash.cell] : [];
}

async function pushesTo({ head }: PullState, github: GitHub): Promise<readonly Push[] | undefined> {
  try {
    return await github.pushes(head.repository, head.ref);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
