import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { run } from './process.ts';

export interface Python {
  readonly path: string;
  /** Full version, e.g. `3.11.7`. */
  readonly version: string;
  /** Where it is installed, with its standard library. */
  readonly prefix: string;
  /** What its compiled files are called by, e.g. `cpython-311` (PEP 3147). */
  readonly tag: string;
}

const OLDEST = [3, 10] as const;
const SHOW =
  'import sys; print(sys.executable); print(".".join(map(str, sys.version_info[:3]))); print(sys.base_prefix); print(sys.implementation.cache_tag)';

/** The interpreter to measure with: as asked for, else `.python-version`, else `python3`. */
export async function findPython(wanted: string | undefined, folder: string): Promise<Python> {
  const asked = wanted ?? pinnedVersion(folder);
  if (asked !== undefined && isTooOld(asked))
    throw new UserError(
      `Python ${asked} is older than 3.10, the oldest that is measured. Name a newer one, e.g. \`--python 3.11\`.`,
    );
  const candidates = asked === undefined ? ['python3', 'python'] : candidatesFor(asked);
  for (const candidate of candidates) {
    const shown = await run(candidate, ['-I', '-c', SHOW], { timeoutMs: 20_000 });
    const [path = '', version = '', prefix = '', tag = ''] = shown.stdout.trim().split('\n');
    if (shown.status === 0 && version !== '' && isWanted(version, asked))
      return checked({ path, version, prefix, tag });
  }
  const what = asked === undefined ? 'No Python was found' : `Python ${asked} was not found`;
  throw new UserError(
    `${what} (tried ${candidates.join(', ')}). Install Python 3.10 or newer, or name one with --python PATH.`,
  );
}

/** `3` alone says nothing of its age. */
function isTooOld(version: string): boolean {
  if (!/^\d+(\.\d+)*$/.test(version)) return false;
  const [major = 0, minor = OLDEST[1]] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function checked(python: Python): Python {
  if (isTooOld(python.version))
    throw new UserError(
      `Python ${python.version} at ${python.path} is older than 3.10. Name a newer one with --python.`,
    );
  return python;
}

function pinnedVersion(folder: string): string | undefined {
  const file = join(folder, '.python-version');
  if (!existsSync(file)) return undefined;
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .map((text) => text.trim())
    .find((text) => text !== '' && !text.startsWith('#'));
  return line && /^\d+(\.\d+)*$/.test(line) ? line : undefined;
}

function candidatesFor(asked: string): readonly string[] {
  if (!/^\d+(\.\d+)*$/.test(asked)) return [asked];
  const [major = '3', minor] = asked.split('.');
  return [...(minor === undefined ? [] : [`python${major}.${minor}`]), `python${major}`, 'python'];
}

function isWanted(version: string, asked: string | undefined): boolean {
  if (asked === undefined || !/^\d+(\.\d+)*$/.test(asked)) return true;
  return version === asked || version.startsWith(`${asked}.`);
}
