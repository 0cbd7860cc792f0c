/** The Python program that tries cells: which one it is, and where it lies. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Raised with every change of what a probe does: results of another one are not taken over. */
export const PROBE_VERSION = '4';

/** The folder of the Python probe: beside dist/ (a chunk lies one deeper) in the action, beside src/ in a checkout. */
export function programFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ['..', '../..', '../../..']
    .map((up) => join(here, up, 'probe'))
    .find((folder) => existsSync(join(folder, 'peft_probe')));
  if (found === undefined) throw new Error(`the folder \`probe\` is not beside ${here}`);
  return found;
}
