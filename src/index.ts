/** The action. Three jobs with three trusts, or all of them in one run of a trusted repository. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { announce, begin, cancelled, notPlanned, reply, unlessRefused } from './action/announce.ts';
import { apply } from './action/apply.ts';
import { commandLine, modeInput, runnerOf, tokenInput, withIndex } from './action/inputs.ts';
import { loadPlan } from './action/load-plan.ts';
import { planJob, writePlan } from './action/plan.ts';
import { gather, listedShards, progressOn, publishReports } from './action/publish.ts';
import { begunRun, shardInput, sweepShard, writeShard } from './action/sweep.ts';
import { connect } from './adapters/github/client.ts';
import { readConfiguration } from './adapters/machine/configuration-file.ts';
import { nextStep, writeDefect } from './adapters/machine/defects.ts';
import { writeReport } from './adapters/machine/report-folder.ts';
import { UserError } from './errors.ts';
import { failureOf } from './failure.ts';
import { parseCommandLine } from './inputs.ts';
import type { GitHub, Machine, Surroundings } from './ports.ts';
import type { Published } from './publish/publish.ts';
import { annotations, verdictLine } from './report/annotations.ts';
import { renderComments } from './report/comment.ts';
import { plain } from './report/escape.ts';
import type { Report } from './report/model.ts';
import { recommended, specifiersOf, worse } from './report/summary.ts';

declare const TOOL_VERSION: string;

const interrupted = new AbortController();

async function main(): Promise<void> {
  const mode = modeInput();
  const room = roomOf(process.env);
  switch (mode) {
    case 'plan':
      return runPlan(room);
    case 'sweep':
      return runSweep(room);
    case 'publish':
      return runPublish();
    case 'apply':
      return runApply();
    case 'all':
      return runAll(room);
  }
}

function roomOf(environment: NodeJS.ProcessEnv): Surroundings {
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const say = (text: string) => core.info(text.split('\n').map(logLine).join('\n'));
  return { environment: withIndex(environment), folder: process.cwd(), signal: interrupted.signal, print: say, say };
}

function github(): GitHub | undefined {
  const token = tokenInput();
  const login = core.getInput('login');
  const { apiUrl, repository } = runnerOf(process.env);
  return token === undefined || apiUrl === ''
    ? undefined
    : connect({ token, apiUrl, repository, ...(login && { login }), say: (line) => core.info(logLine(line)) });
}

async function runPlan(room: Surroundings): Promise<void> {
  const client = github();
  const planned = await planJob(runnerOf(process.env), client, room);
  if (planned === undefined) return nothingToDo();
  writePlan(planned);
}

async function runSweep(room: Surroundings): Promise<void> {
  const file = loadPlan();
  const shard = shardInput(file);
  const { out } = optionsOf();
  const sha256 = core.getInput('plan-sha256');
  const begun = (machine: Machine) => writeShard(out, shard, sha256, begunRun(machine));
  const report = await sweepShard(file, shard, out, room, optionsOf(), { begun });
  writeShard(out, shard, sha256, report.run);
  core.setOutput('report', join(out, 'report.json'));
  core.info(verdictLine(report));
}

async function runPublish(): Promise<void> {
  const client = github();
  const runner = runnerOf(process.env);
  const result = core.getInput('result');
  if (result === 'failure' && core.getInput('plan-sha256') === '') return notPlanned(runner, client);
  const file = loadPlan();
  const check = Number(core.getInput('check')) || undefined;
  if (result === 'cancelled') return cancelled(file, check, client);
  const folder = core.getInput('shards');
  if (file.command !== undefined && file.shards.length === 0) return reply(file, client);
  if (folder === '') return begin(file, runner, client);
  const listed = await listedShards(file, runner, client);
  const gathered = await gather(file, core.getInput('plan-sha256'), folder, TOOL_VERSION, listed);
  await show(gathered.reports, await publishReports(file, gathered, runner, client, check), optionsOf().out);
  const asked = file.command?.comment;
  if (client && asked !== undefined) await unlessRefused('No reaction:', () => client.react(asked, 'rocket'));
}

/** Commits the measured pin, because somebody who may write asked for it. */
async function runApply(): Promise<void> {
  const client = github();
  if (client === undefined) throw new UserError('`apply` needs `token`. Pass the `github.token` of the job.');
  core.setOutput('commit', (await apply(runnerOf(process.env), client)) ?? '');
}

/** Plans, measures and publishes in one job: for a trusted repository. */
async function runAll(room: Surroundings): Promise<void> {
  const client = github();
  const planned = await planJob(runnerOf(process.env), client, room);
  if (planned === undefined) return nothingToDo();
  writePlan(planned);
  const check = client ? await unlessRefused('No check was opened:', () => announce(planned.file, client)) : undefined;
  if (planned.file.command !== undefined && planned.file.shards.length === 0) return reply(planned.file, client);
  if (planned.file.shards.length === 0) return nothingToDo();
  const shards = join(planned.line.options.out, 'shards');
  const sha256 = 'in-one-job';
  for (const shard of planned.file.shards) {
    const out = join(shards, `peft-sweep-shard-${shard.id}`);
    const watch = progressOn(planned.file, runnerOf(process.env), client, TOOL_VERSION);
    const report = await sweepShard(planned.file, shard, out, room, planned.line.options, { watch });
    writeShard(out, shard, sha256, report.run);
  }
  const gathered = await gather(planned.file, sha256, shards, TOOL_VERSION);
  await show(
    gathered.reports,
    await publishReports(planned.file, gathered, runnerOf(process.env), client, check),
    planned.line.options.out,
  );
}

function optionsOf() {
  const problems: string[] = [];
  const { options } = parseCommandLine(commandLine('sweep'), readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  return options;
}

function nothingToDo(): void {
  core.setOutput('has-work', 'false');
  core.setOutput('has-reply', 'false');
  core.setOutput('shards', '[]');
  core.setOutput('status', 0);
  core.setOutput('verdict', 'no watched library changed');
}

/** A line of a log that the runner cannot take for a command, whatever a package printed. */
function logLine(text: string): string {
  return plain(text, 500)
    .replace(/^(\s*)::/, '$1: :')
    .replace(/##\[/g, '# #[');
}

/** The summary of a step is cut off above this; a comment is far below. */
const LONGEST_SUMMARY = 1000 * 1024;

async function show(reports: readonly Report[], published: Published, out: string): Promise<void> {
  for (const [index, report] of reports.entries())
    writeReport(reports.length > 1 ? join(out, String(index + 1)) : out, report);
  for (const report of reports)
    for (const { level, title, message } of annotations(report))
      (level === 'error' && published.conclusion === 'failure' ? core.error : core.warning)(message, { title });
  const status = statusOf(reports, published);
  core.setOutput('status', status);
  core.setOutput('verdict', reports.map(verdictLine).join('; '));
  core.setOutput('report', join(out, 'report.json'));
  core.setOutput('pin', pinOutput(reports));
  core.setOutput('regressed', JSON.stringify(reports.flatMap((report) => worse(report).map(({ cell }) => cell))));
  core.setOutput('comment-id', published.comment?.id ?? '');
  core.setOutput('comment-content', published.comment?.body ?? renderComments(reports));
  if (process.env.GITHUB_STEP_SUMMARY)
    await core.summary.addRaw((published.comment?.body ?? renderComments(reports)).slice(0, LONGEST_SUMMARY)).write();
  process.exitCode = status === 3 ? 0 : status;
  if (status === 3) core.warning('Nothing got worse, but not every cell was compared.');
}

/** The recommended specifier, or all that only help together. */
function pinOutput(reports: readonly Report[]): string {
  const pin = reports.map(recommended).find((one) => one !== undefined);
  return pin === undefined ? '' : specifiersOf(pin).join(' ');
}

function statusOf(reports: readonly Report[], { conclusion }: Published): number {
  if (interrupted.signal.aborted) return 130;
  if (conclusion === 'failure') return 1;
  return reports.some(({ totals }) => totals.cells['not-compared'] > 0) ? 3 : 0;
}

function failed(error: unknown): void {
  const { status, lines, log } = failureOf(error, interrupted.signal.aborted);
  for (const text of lines) core.error(plain(text, 1000));
  if (log !== undefined) core.info(nextStep(writeDefect(TOOL_VERSION, [core.getInput('mode')], log), logLine(log)));
  core.setOutput('status', status);
  process.exitCode = status;
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    failed(error);
    process.exit();
  });
await main().catch(failed);
