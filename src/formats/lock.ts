/** uv.lock, poetry.lock, pdm.lock, pylock.toml: `[[package]]` tables with a name and a version. */
import type { Locked, NamedIndex } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import { baseOf } from '../domain/path.ts';
import { type Format, none, type Refresh } from './format.ts';
import { indexAddress, type Reading } from './reading.ts';

const TABLE = /^\[\[(package|packages)\]\]\s*$/;
const STRING = /^(name|version)\s*=\s*["']([^"']*)["']\s*$/;
const REGISTRY = /^(?:source\s*=\s*\{\s*registry\s*=|index\s*=|url\s*=)\s*["']([^"']+)["']/;

export const LOCK: Format = {
  name: 'lock',
  docs: {
    files: '`uv.lock`, `poetry.lock`, `pdm.lock`, also with more in the name (`uv-gpu.lock`), `pylock.toml`',
    read: 'every version of every package; indexes',
  },
  recognize: {
    by: 'path',
    fits: (file) => /^(uv|poetry|pdm)([-_.][^/]*)?\.lock$|^pylock(\.[^.]+)?\.toml$/.test(baseOf(file)),
  },
  named: { endings: /\.lock$/ },
  read: readLock,
  conflict: 'the file',
  pin: none('It is refreshed by its own tool.'),
  suggest: none('It is refreshed by its own tool.'),
  lock: none('It is the lock.'),
  workspace: none('It is what a workspace shares.'),
  refresh: { command: refresh },
  includes: none('A lock names no other manifest.'),
  indexes: { by: 'tool' },
  overrules: none('What overrules stands in the manifest.'),
};

/** Commands by the name that a tool gives its lock: under another name nobody knows how it was made. */
const COMMANDS: readonly (readonly [RegExp, Refresh])[] = [
  [/^uv\.lock$/, (_lock, library) => `uv lock --upgrade-package ${library}`],
  [/^poetry\.lock$/, (_lock, library) => `poetry update ${library}`],
  [/^pdm\.lock$/, (_lock, library) => `pdm update ${library}`],
  [/^pylock/, (lock, library) => `uv pip compile pyproject.toml --upgrade-package ${library} -o ${baseOf(lock)}`],
];

function refresh(lock: string, library: string): string | undefined {
  return COMMANDS.find(([name]) => name.test(baseOf(lock)))?.[1](lock, library);
}

/**
 * Reads line by line instead of parsing the whole file: a lock can be of many megabytes, and only names, versions and
 * indexes count. Keys of nested tables do not: a table header ends the package's own keys.
 */
function readLock(content: string): Reading {
  const locked: Locked[] = [];
  const indexes = new Map<string, NamedIndex>();
  let current: { name?: string; version?: string; line: number } | undefined;
  const finish = () => {
    if (current?.name && current.version)
      locked.push({ name: normalizeName(current.name), version: current.version, line: current.line });
    current = undefined;
  };
  let number = 0;
  for (const raw of content.split('\n')) {
    number++;
    if (raw === '' || raw.startsWith(' ') || raw.startsWith('{')) continue;
    const line = raw.trimEnd();
    if (TABLE.test(line)) {
      finish();
      current = { line: number };
    } else if (line.startsWith('[')) {
      // poetry's `[package.source]` names the index of the package before it.
      if (line !== '[package.source]') finish();
      else if (current?.name && current.version) {
        finish();
        current = { line: number };
      }
    } else if (current) {
      const [, key, value] = STRING.exec(line) ?? [];
      if (key === 'name') current.name = value ?? '';
      if (key === 'version') {
        current.version = value ?? '';
        current.line = number;
      }
      const registry = REGISTRY.exec(line)?.[1];
      if (registry && /^https?:/.test(registry)) noteIndex(indexes, registry, number);
    }
  }
  finish();
  return { locked, indexes: [...indexes.values()] };
}

function noteIndex(indexes: Map<string, NamedIndex>, written: string, line: number): void {
  const address = indexAddress(written);
  if (!indexes.has(address)) indexes.set(address, { address, line });
}
