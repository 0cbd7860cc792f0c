/** Where the stack of a defect goes, so that the terminal has one line and the report of it has everything. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of the log, or undefined where none can be written. In a folder of its own: a known name could be a trap. */
export function writeDefect(version: string, argv: readonly string[], log: string): string | undefined {
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'peft-sweep-defect-')), 'defect.log');
    const facts = [`peft-sweep ${version}`, `node ${process.version}, ${process.platform} ${process.arch}`];
    writeFileSync(file, `${[...facts, `typed: ${JSON.stringify(argv)}`, '', log].join('\n')}\n`);
    return file;
  } catch {
    return undefined;
  }
}

/** What to do about a defect, last line of all. */
export function nextStep(file: string | undefined, log: string): string {
  const rest = 'What was measured is kept; the same command goes on from there.';
  return file === undefined
    ? `Please report it with what stands below. ${rest}\n${log}`
    : `Please report it with ${file}. ${rest}`;
}
