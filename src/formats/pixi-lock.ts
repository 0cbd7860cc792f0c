/** pixi.lock: a list of packages of PyPI and of conda, after the environments that they are in. */
import { WATCHED } from '../domain/environment.ts';
import type { Locked, NamedIndex } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import { baseOf } from '../domain/path.ts';
import { type Format, none } from './format.ts';
import { indexAddress, type Reading } from './reading.ts';

export const PIXI_LOCK: Format = {
  name: 'pixi-lock',
  docs: {
    files: '`pixi.lock`',
    read: 'every version of every package of PyPI, and of the watched libraries among those of conda; indexes',
  },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'pixi.lock' },
  named: none('pixi reads no other name.'),
  read: readPixiLock,
  conflict: 'the file',
  pin: none('It is refreshed by its own tool.'),
  suggest: none('It is refreshed by its own tool.'),
  lock: none('It is the lock.'),
  workspace: none('It is what a workspace shares.'),
  refresh: { command: (_lock, library) => `pixi update ${library}` },
  includes: none('A lock names no other manifest.'),
  indexes: { by: 'tool' },
  overrules: none('What overrules stands in the manifest.'),
};

/** A key of a package, or of the list item that begins one; strings are quoted where YAML needs it. */
const KEY = /^(?:- | {2})(pypi|conda|kind|name|version):\s*["']?([^"'\s]+)/;
/** An item of a list of indexes inside an environment. */
const INDEX = /^\s+- (https?:\S+)/;
/** `transformers-4.57.1-pyhd8ed1ab_0.conda`: newer locks say no more than that of a package of conda. */
const CONDA_FILE = /\/([a-z0-9._-]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)$/;

/** What stands under one item of the list, by its key; and the line of the item. */
interface Item {
  readonly line: number;
  readonly keys: Map<string, string>;
}

/** Reads line by line: a lock can be of many megabytes, and a YAML parser's time grows with the square of some inputs. */
function readPixiLock(content: string): Reading {
  const lines = content.split('\n');
  const locked = new Map<string, Locked>();
  for (const item of itemsOf(lines)) {
    const found = lockedBy(item);
    // One release has a file for each platform.
    const key = `${found?.name} ${found?.version}`;
    if (found && !locked.has(key)) locked.set(key, found);
  }
  return { locked: [...locked.values()], indexes: indexesOf(lines) };
}

function itemsOf(lines: readonly string[]): readonly Item[] {
  const items: Item[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('- ')) items.push({ line: index + 1, keys: new Map() });
    const [, key, value] = KEY.exec(line) ?? [];
    if (key && value) items.at(-1)?.keys.set(key, value);
  }
  return items;
}

function indexesOf(lines: readonly string[]): readonly NamedIndex[] {
  const indexes = new Map<string, NamedIndex>();
  let isListed = false;
  for (const [index, line] of lines.entries()) {
    const written: string | undefined = isListed ? INDEX.exec(line)?.[1] : undefined;
    isListed = written !== undefined || /^\s+indexes:\s*$/.test(line);
    if (written && !indexes.has(written)) indexes.set(written, { address: indexAddress(written), line: index + 1 });
  }
  return [...indexes.values()];
}

/** Packages of conda have names of their own: only those of the watched libraries are the same there as on PyPI. */
function lockedBy({ keys, line }: Item): Locked | undefined {
  const isConda = keys.has('conda') || keys.get('kind') === 'conda';
  const [, fileName, fileVersion] = CONDA_FILE.exec(keys.get('conda') ?? '') ?? [];
  const name = normalizeName(keys.get('name') ?? fileName ?? '');
  const version = keys.get('version') ?? fileVersion;
  if (name === '' || version === undefined) return undefined;
  if (isConda && !WATCHED.some((watched) => watched === name)) return undefined;
  const isOwn = keys.has('pypi') && !/^https?:/.test(keys.get('pypi') ?? '');
  return isOwn ? undefined : { name, version, line };
}
