/** The action. Three jobs with three trusts, or all of them in one run of a trusted repository. */
import * as core from '@actions/core';
import { runAll } from './action/all.ts';
import { runApply } from './action/apply.ts';
import { type Mode, modeInput, runnerOf, tokenInput, withIndex } from './action/inputs.ts';
import type { Job } from './action/job.ts';
import { runPlan } from './action/plan/mode.ts';
import { runPublish } from './action/publish/mode.ts';
import { runSweep } from './action/sweep/mode.ts';
import { connect } from './adapters/github/client.ts';
import { clock } from './adapters/machine/clock.ts';
import { nextStep, writeDefect } from './adapters/machine/defects.ts';
import type { Status } from './domain/status.ts';
import { failureOf } from './failure.ts';
import type { GitHub } from './ports/github.ts';
import { plain } from './report/escape.ts';

declare const TOOL_VERSION: string;

/** A mode does its job and returns the exit status of the step. */
const MODES: Readonly<Record<Mode, (job: Job) => Promise<Status>>> = {
  all: runAll,
  plan: runPlan,
  sweep: runSweep,
  publish: runPublish,
  apply: runApply,
};

const interrupted = new AbortController();

async function main(): Promise<void> {
  process.exitCode = await MODES[modeInput()](jobOf(process.env));
}

function jobOf(environment: NodeJS.ProcessEnv): Job {
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const say = (text: string) => core.info(text.split('\n').map(logLine).join('\n'));
  const { signal } = interrupted;
  return {
    around: { environment: withIndex(environment), folder: process.cwd(), signal, clock, print: say, say },
    runner: () => runnerOf(environment),
    github: () => github(environment),
  };
}

function github(environment: NodeJS.ProcessEnv): GitHub | undefined {
  const token = tokenInput();
  const login = core.getInput('login');
  const { apiUrl, repository } = runnerOf(environment);
  if (token === undefined || apiUrl === '') return undefined;
  const say = (line: string) => core.info(logLine(line));
  return connect({ token, apiUrl, repository, ...(login && { login }), say });
}

/** A line of a log that the runner cannot take for a command, whatever a package printed. */
function logLine(text: string): string {
  return plain(text, 500)
    .replace(/^(\s*)::/, '$1: :')
    .replace(/##\[/g, '# #[');
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
