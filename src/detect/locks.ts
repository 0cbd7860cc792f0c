/** uv.lock, poetry.lock, pdm.lock, pylock.toml: `[[package]]` tables with a name and a version. */
import type { Locked } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import type { Reading } from './formats.ts';

const TABLE = /^\s*\[\[(package|packages)\]\]\s*$/;
const STRING = /^\s*(name|version)\s*=\s*["']([^"']*)["']\s*$/;

/**
 * Reads line by line instead of parsing the whole file: a lock can be of many megabytes, and only names and versions
 * count. Keys of nested tables do not: a table header ends the package's own keys.
 */
export function readLock(content: string): Reading {
  const locked: Locked[] = [];
  let current: { name?: string; version?: string; line: number } | undefined;
  const finish = () => {
    if (current?.name && current.version)
      locked.push({ name: normalizeName(current.name), version: current.version, line: current.line });
    current = undefined;
  };
  for (const [index, line] of content.split('\n').entries()) {
    if (TABLE.test(line)) {
      finish();
      current = { line: index + 1 };
    } else if (line.startsWith('[')) finish();
    else if (current) {
      const [, key, value] = STRING.exec(line.replace(/\r$/, '')) ?? [];
      if (key === 'name') current.name = value ?? '';
      if (key === 'version') {
        current.version = value ?? '';
        current.line = index + 1;
      }
    }
  }
  finish();
  return { requirements: [], locked, findings: [] };
}
