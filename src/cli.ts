#!/usr/bin/env node
/** The command line. What a command needs is loaded when there is one: help and version are there at once. */
import { HELP } from './help.ts';

declare const TOOL_VERSION: string;

async function main(argv: readonly string[]): Promise<number> {
  if (process.platform === 'win32') {
    process.stderr.write('peft-sweep: Windows is not supported. Run peft-sweep inside WSL.\n');
    return 2;
  }
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) return shown(HELP);
  if (argv.includes('--version')) return shown(`${TOOL_VERSION}\n`);
  const { runCommand } = await import('./commands/run.ts');
  return runCommand(argv);
}

function shown(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
