/** Pipfile.lock. https://github.com/pypa/pipfile describes the format: sections of `name: {version: "==1.2"}`. */
import { normalizeName } from '../domain/package.ts';
import { baseOf } from '../domain/path.ts';
import { type Format, none } from './format.ts';
import { indexAddress, type Reading, unreadable } from './reading.ts';

export const PIPFILE_LOCK: Format = {
  name: 'pipfile-lock',
  docs: { files: '`Pipfile.lock`', read: 'every version of every package; indexes' },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'Pipfile.lock' },
  named: none('pipenv reads no other name.'),
  read: readPipfileLock,
  conflict: 'the file',
  pin: none('It is refreshed by its own tool.'),
  suggest: none('It is refreshed by its own tool.'),
  lock: none('It is the lock.'),
  workspace: none('It is what a workspace shares.'),
  refresh: { command: (_lock, library) => `pipenv upgrade ${library}` },
  includes: none('A lock names no other manifest.'),
  // Its sources are those that the author wrote into the Pipfile, each once.
  indexes: { by: 'author' },
  overrules: none('What overrules stands in the manifest.'),
};

function readPipfileLock(content: string): Reading {
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
