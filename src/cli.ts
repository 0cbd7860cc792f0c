#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { runDiff } from './commands/checkout.ts';
import { runClean } from './commands/clean.ts';
import type { Command } from './commands/context.ts';
import { runDemo } from './commands/demo.ts';
import { runDoctor } from './commands/doctor.ts';
import { runExplain, runReport } from './commands/read.ts';
import { runReplay } from './commands/replay.ts';
import { runCheck, runPlan, runSweep } from './commands/sweep.ts';
import { UserError, WeatherError } from './errors.ts';
import { HELP } from './help.ts';
import { type CommandName, parseCommandLine } from './inputs.ts';

declare const TOOL_VERSION: string;

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  sweep: runSweep,
  plan: runPlan,
  check: runCheck,
  diff: runDiff,
  report: runReport,
  explain: runExplain,
  replay: runReplay,
  demo: runDemo,
  doctor: runDoctor,
  clean: runClean,
};

async function main(argv: readonly string[]): Promise<number> {
  if (process.platform === 'win32') throw new UserError('Windows is not supported. Run peft-sweep inside WSL.');
  const write = (text: string) => process.stdout.write(text);
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) return write(HELP) ? 0 : 0;
  if (argv.includes('--version')) return write(`${TOOL_VERSION}\n`) ? 0 : 0;
  const problems: string[] = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  return COMMANDS[line.command]({
    line,
    environment: process.env,
    folder: process.cwd(),
    signal: interrupted.signal,
    print: write,
    say,
  });
}

function readConfiguration(path: string | undefined): string | undefined {
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

process.exitCode = await main(process.argv.slice(2)).catch(failed);
