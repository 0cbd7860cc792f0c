/** The Python program that tries cells, and what results owe to it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StartMethod } from '../../domain/device.ts';
import type { ProbeProgram } from '../../ports/probes.ts';

declare const TOOL_VERSION: string;

/** What of that folder measures; checkpoints are known by a hash of their own. */
export const PROGRAM = ['matrix', 'goldens', 'peft_probe'] as const;

/** The folder of the Python probe: beside dist/ (a chunk lies one deeper) in the action, beside src/ in a checkout. */
export function programFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ['..', '../..', '../../..']
    .map((up) => join(here, up, 'probe'))
    .find((folder) => existsSync(join(folder, 'peft_probe')));
  if (found === undefined) throw new Error(`the folder \`probe\` is not beside ${here}`);
  return found;
}

/** The version that the program says of itself. */
function probeVersion(folder: string): string {
  const text = readFileSync(join(folder, 'peft_probe', '__init__.py'), 'utf8');
  const version = /^VERSION = "(\w+)"$/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${folder} does not say its version`);
  return version;
}

/** `start`: how cells are started, where not as their device says. */
export function probeProgram(folder: string, start: StartMethod | undefined): ProbeProgram {
  const hashes = new Map<string, string>();
  return {
    version: probeVersion(folder),
    configuration: [`peft-sweep ${TOOL_VERSION}`, `probe of ${contentOf(folder)}`, ...(start ? [start] : [])].join(
      ', ',
    ),
    checkpoint: (architecture) => {
      const known = hashes.get(architecture) ?? hashOf(join(folder, 'checkpoints', architecture));
      hashes.set(architecture, known);
      return known;
    },
  };
}

/** What measures: two programs of one version that differ in a line may measure differently. */
function contentOf(folder: string): string {
  return hashOf(...PROGRAM.map((part) => join(folder, part)));
}

/** The first 12 digits of the SHA-256 of all files below some folders, with their places. */
export function hashOf(...folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders)
    for (const place of filesBelow(folder)) hash.update(`${place}\0`).update(readFileSync(join(folder, place)));
  return hash.digest('hex').slice(0, 12);
}

/** Bytecode is left by whoever runs the program in a checkout. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((place) => !place.includes('__pycache__') && statSync(join(folder, place)).isFile())
    .toSorted();
}
