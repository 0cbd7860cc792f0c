/** uv.lock, poetry.lock, pdm.lock, pylock.toml: `[[package]]` tables with a name and a version. Pipfile.lock: JSON. */
import type { Locked, NamedIndex } from '../../domain/manifest.ts';
import { normalizeName } from '../../domain/package.ts';
import { indexAddress, type Reading, unreadable } from './reading.ts';

const TABLE = /^\[\[(package|packages)\]\]\s*$/;
const STRING = /^(name|version)\s*=\s*["']([^"']*)["']\s*$/;
const REGISTRY = /^(?:source\s*=\s*\{\s*registry\s*=|index\s*=|url\s*=)\s*["']([^"']+)["']/;

/**
 * Reads line by line instead of parsing the whole file: a lock can be of many megabytes, and only names, versions and
 * indexes count. Keys of nested tables do not: a table header ends the package's own keys.
 */
export function readLock(content: string): Reading {
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

/** Pipfile.lock. https://github.com/pypa/pipfile describes the format: sections of `name: {version: "==1.2"}`. */
export function readPipfileLock(content: string): Reading {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    return unreadable(`It is not JSON: ${(error as Error).message.slice(0, 100)}.`, lineOfJsonError(content, error));
  }
  const lines = new Map<string, number>();
  for (const [index, line] of content.split('\n').entries()) {
    const name = /^\s*"([^"]+)":\s*\{/.exec(line)?.[1];
    if (name && !lines.has(name)) lines.set(name, index + 1);
  }
  const locked = ['default', 'develop'].flatMap((section) =>
    Object.entries(record(record(parsed)[section])).flatMap(([name, entry]) => {
      const version = /^==([^=]+)$/.exec(String(record(entry).version ?? ''))?.[1];
      return version ? [{ name: normalizeName(name), version, line: lines.get(name) ?? 1 }] : [];
    }),
  );
  const sources = record(record(parsed)._meta).sources;
  const indexes = (Array.isArray(sources) ? sources : []).flatMap((source) => {
    const { url } = record(source);
    return typeof url === 'string' ? [{ address: indexAddress(url), line: 1 }] : [];
  });
  return { locked, indexes };
}

function lineOfJsonError(content: string, error: unknown): number {
  const position = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? 0);
  return content.slice(0, position).split('\n').length;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
