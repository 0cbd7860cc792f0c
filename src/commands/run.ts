import { existsSync, readFileSync } from 'node:fs';
import { UserError, WeatherError } from '../errors.ts';
import { type CommandName, parseCommandLine } from '../inputs.ts';
import { runDiff } from './checkout.ts';
import { runClean } from './clean.ts';
import type { Command } from './context.ts';
import { runDemo } from './demo.ts';
import { runDoctor } from './doctor.ts';
import { runInit } from './init.ts';
import { runExplain, runReport } from './read.ts';
import { runReplay } from './replay.ts';
import { runCheck, runPlan, runSweep } from './sweep.ts';

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  sweep: runSweep,
  plan: runPlan,
  check: runCheck,
  diff: runDiff,
  report: runReport,
  explain: runExplain,
  replay: runReplay,
  demo: runDemo,
  init: runInit,
  doctor: runDoctor,
  clean: runClean,
};

/** Runs what was typed; returns the exit status, whatever happens. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return failed(error);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const problems: string[] = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  // Who pipes into `head` has seen enough; what is being measured goes on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const print = (text: string) => process.stdout.write(text);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const { signal } = interrupted;
  return COMMANDS[line.command]({ line, environment: process.env, folder: process.cwd(), signal, print, say });
}

export function readConfiguration(path: string | undefined): string | undefined {
  const file = path ?? '.github/peft-sweep.yml';
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The exit status that an error stands for, after it has been said. */
function failed(error: unknown): number {
  const say = (text: string) => process.stderr.write(`peft-sweep: ${text}\n`);
  if (error instanceof UserError) {
    for (const text of error.lines) say(text);
    return 2;
  }
  if (error instanceof WeatherError) {
    say(error.message);
    return 3;
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
    say('The disk is full. Free some space, or run `peft-sweep clean`; what was measured is kept.');
    return 3;
  }
  say(
    `This is a defect of peft-sweep, please report it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 70;
}
