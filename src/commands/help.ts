import { readArguments } from '../arguments.ts';
import { UserError } from '../errors.ts';
import { isCommand } from '../grammar.ts';
import { help, helpOf } from '../help.ts';
import { columnsOf, wrap } from '../report/width.ts';
import type { Terminal } from './context.ts';

/** `help`, `help sweep`, `--help`, `sweep --help`. */
export function showHelp(argv: readonly string[], { stdout, env }: Terminal): number {
  const words = argv.filter((word) => !word.startsWith('-'));
  const [topic] = words[0] === 'help' ? words.slice(1) : words;
  if (words[0] === 'help' && topic !== undefined && !isCommand(topic)) throw new UserError(problemsOf(topic));
  const named = words.find(isCommand);
  const text = named === undefined ? help() : helpOf(named);
  stdout.write(wrap(text, columnsOf(stdout, env)));
  return 0;
}

function problemsOf(topic: string): readonly string[] {
  const problems: string[] = [];
  readArguments([topic], problems);
  return problems;
}
