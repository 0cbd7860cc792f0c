/** The action: the same run as on the command line, from inputs, with summary, outputs and annotations. */

import { join } from 'node:path';
import * as core from '@actions/core';
import type { Context } from './commands/context.ts';
import { readReport } from './commands/files.ts';
import { readConfiguration } from './commands/run.ts';
import { runSweep } from './commands/sweep.ts';
import { UserError, WeatherError } from './errors.ts';
import { parseCommandLine } from './inputs.ts';
import { annotations, verdictLine } from './report/annotations.ts';
import { renderComment } from './report/comment.ts';
import { plain } from './report/escape.ts';
import { recommended } from './report/summary.ts';

/** The inputs as a command line, so that both faces read the same grammar. */
function commandLine(): readonly string[] {
  const words = (name: string) =>
    core
      .getInput(name)
      .split(/\s+/)
      .filter((word) => word !== '');
  const option = (name: string) => (core.getInput(name) === '' ? [] : [`--${name}`, core.getInput(name)]);
  return [
    'sweep',
    ...words('changes'),
    ...words('with').flatMap((held) => ['--with', held]),
    ...words('cells').flatMap((pattern) => ['--cells', pattern]),
    ...['config', 'python', 'max-minutes', 'out'].flatMap(option),
  ];
}

async function main(): Promise<void> {
  const problems: string[] = [];
  const line = parseCommandLine(commandLine(), readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const say = (text: string) => core.info(text.split('\n').map(logLine).join('\n'));
  const context: Context = {
    line,
    environment: process.env,
    folder: process.cwd(),
    signal: interrupted.signal,
    print: say,
    say,
  };
  await show(line.options.out, await runSweep(context));
}

/** A line of a log that the runner cannot take for a command, whatever a package printed. */
function logLine(text: string): string {
  return plain(text, 500)
    .replace(/^(\s*)::/, '$1: :')
    .replace(/##\[/g, '# #[');
}

async function show(out: string, status: number): Promise<void> {
  const report = readReport(out);
  for (const { level, title, message } of annotations(report))
    (level === 'error' ? core.error : core.warning)(message, { title });
  core.setOutput('status', status);
  core.setOutput('verdict', verdictLine(report));
  core.setOutput('report', join(out, 'report.json'));
  core.setOutput('pin', recommended(report)?.specifier ?? '');
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(renderComment(report)).write();
  process.exitCode = status === 3 ? 0 : status;
  if (status === 3) core.warning('Nothing got worse, but not every cell was compared.');
}

try {
  await main();
} catch (error) {
  const status = error instanceof UserError ? 2 : error instanceof WeatherError ? 3 : 70;
  const lines = error instanceof UserError ? error.lines : [error instanceof Error ? error.message : String(error)];
  for (const text of lines) core.error(plain(text, 1000));
  core.setOutput('status', status);
  process.exitCode = status;
}
