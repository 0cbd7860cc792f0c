import { readConfiguration } from '../adapters/machine/configuration-file.ts';
import { UserError } from '../errors.ts';
import type { CommandName } from '../grammar.ts';
import { parseCommandLine } from '../inputs.ts';
import { columnsOf, wrap } from '../report/width.ts';
import { runClean } from './clean.ts';
import type { Command } from './context.ts';
import { runDemo } from './demo.ts';
import { runDiff } from './diff.ts';
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

/** Runs what was typed; returns the exit status. What is wrong is thrown. */
export async function runCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const problems: string[] = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const isForPrograms = line.options.json || line.options.format !== 'terminal';
  const widths = [process.stdout, process.stderr].map((stream) => columnsOf(stream, process.env));
  const print = (text: string) => process.stdout.write(isForPrograms ? text : wrap(text, widths[0]));
  const say = (text: string) => process.stderr.write(wrap(`${text}\n`, widths[1]));
  const context = { line, environment: process.env, folder: process.cwd(), signal, print, say };
  const status = await COMMANDS[line.command](context);
  return signal.aborted ? 130 : status;
}
