import { nextStep, writeDefect } from '../adapters/machine/defects.ts';
import { failureOf } from '../failure.ts';
import { plain } from '../report/escape.ts';
import { columnsOf, wrap } from '../report/width.ts';

declare const TOOL_VERSION: string;

/** Says what went wrong; returns the exit status that it stands for. */
export function failed(error: unknown, isInterrupted: boolean): number {
  const { status, lines, log } = failureOf(error, isInterrupted);
  const say = (text: string) => process.stderr.write(wrap(`${text}\n`, columnsOf(process.stderr, process.env)));
  for (const line of lines) say(`peft-sweep: ${plain(line, 1000)}`);
  if (log !== undefined) say(`peft-sweep: ${nextStep(writeDefect(TOOL_VERSION, process.argv.slice(2), log), log)}`);
  return status;
}
