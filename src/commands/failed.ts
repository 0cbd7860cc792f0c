import { nextStep, writeDefect } from '../adapters/machine/defects.ts';
import { failureOf } from '../failure.ts';
import { plain } from '../report/escape.ts';
import { columnsOf, wrap } from '../report/width.ts';
import type { Terminal } from './context.ts';

declare const TOOL_VERSION: string;

/** Says what went wrong; returns the exit status that it stands for. */
export function failed(
  error: unknown,
  argv: readonly string[],
  isInterrupted: boolean,
  { stderr, env }: Terminal,
): number {
  const { status, lines, log } = failureOf(error, isInterrupted);
  const say = (text: string) => stderr.write(wrap(`${text}\n`, columnsOf(stderr, env)));
  for (const line of lines) say(`peft-sweep: ${plain(line, 1000)}`);
  if (log !== undefined) say(`peft-sweep: ${nextStep(writeDefect(TOOL_VERSION, argv, log), log)}`);
  return status;
}
