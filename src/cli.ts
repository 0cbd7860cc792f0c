#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorld, sweepWorld } from './adapters/world.ts';
import { UserError, WeatherError } from './errors.ts';
import { type CommandLine, parseCommandLine } from './inputs.ts';
import { plan, sweep } from './main.ts';
import { renderTerminal } from './report/terminal.ts';

async function runSweep(line: CommandLine): Promise<number> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const world = await openWorld({ environment: process.env, folder: process.cwd(), python: line.options.python, offline: line.options.offline, say });
  const planned = await plan(line.request, world.catalog, world.python.version);
  const torch = await world.torch(line.request.held.torch);
  const { ports, machine } = await sweepWorld(world, planned, torch, { ...line.options, jobs: line.options.jobs, signal: controller.signal, say });
  const report = await sweep(planned, ports, machine);
  writeFileSync(join(line.options.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  process.stdout.write(renderTerminal(report));
  return 0;
}

async function main(): Promise<number> {
  const problems: string[] = [];
  const line = parseCommandLine(process.argv.slice(2), (path) => {
    const file = path ?? '.github/peft-sweep.yml';
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }, problems);
  if (problems.length > 0) throw new UserError(problems);
  return runSweep(line);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UserError) {
    for (const text of error.lines) process.stderr.write(`peft-sweep: ${text}\n`);
    process.exitCode = 2;
  } else if (error instanceof WeatherError) {
    process.stderr.write(`peft-sweep: ${error.message}\n`);
    process.exitCode = 3;
  } else throw error;
}
