import { clock } from '../adapters/machine/clock.ts';
import { readConfiguration } from '../adapters/machine/configuration-file.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { UserError } from '../errors.ts';
import type { CommandName } from '../grammar.ts';
import { parseCommandLine } from '../inputs.ts';
import { columnsOf, wrap } from '../report/width.ts';
import { runClean } from './clean.ts';
import type { Command, Terminal } from './context.ts';
import { runDemo } from './demo.ts';
import { runDiff } from './diff.ts';
import { runDoctor } from './doctor.ts';
import { runInit } from './init.ts';
import { runPlan } from './plan.ts';
import { runExplain, runReport } from './read.ts';
import { runReplay } from './replay.ts';
import { runCheck, runSweep } from './sweep.ts';

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

/** Runs what was typed; returns the exit status. What is wrong is thrown. */
export async function runCommand(argv: readonly string[], signal: AbortSignal, terminal: Terminal): Promise<Status> {
  const problems: string[] = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const { stdout, stderr, env: environment } = terminal;
  const isForPrograms = line.options.json || line.options.format !== 'terminal';
  const print = (text: string) => stdout.write(isForPrograms ? text : wrap(text, columnsOf(stdout, environment)));
  const say = (text: string) => stderr.write(wrap(`${text}\n`, columnsOf(stderr, environment)));
  const context = { line, environment, folder: terminal.cwd(), signal, clock, print, say };
  const status = await COMMANDS[line.command](context);
  return signal.aborted ? STATUS.interrupted : status;
}
