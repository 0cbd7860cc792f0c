/** Values of a configuration in YAML that Python reads: hydra's with its list of defaults, or a file that is loaded. */

import { isMap, parseDocument } from 'yaml';
import { own } from '../../domain/own.ts';
import { folderOf, joined } from '../../domain/path.ts';
import { type Call, stringValue, textOf } from '../../formats/languages/python-tree.ts';
import type { Module } from './module.ts';
import { NOTHING, sure, type Value } from './values.ts';

/** The parser takes time that grows with the square of some inputs. */
const LONGEST = 32 * 1024;
const MOST_BRACKETS = 200;

export type Table = Readonly<Record<string, unknown>>;

/** A YAML text as a table; undefined where it is none, or too large for a configuration. */
export function yamlTable(text: string): Table | undefined {
  if (text.length > LONGEST || (text.match(/[[{]/g) ?? []).length > MOST_BRACKETS) return undefined;
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  try {
    return document.toJS({ maxAliasCount: 10 }) as Table;
  } catch {
    return undefined;
  }
}

/** The value at a path of the configuration that a call names. */
export function configuredBy(
  module: Module,
  call: Call,
  path: readonly string[],
  yaml: (path: string) => string | undefined,
): Value | undefined {
  const named = configFile(module, call);
  const text = named && yaml(named);
  const table = text === undefined ? undefined : yamlTable(text);
  if (named === undefined || table === undefined) return undefined;
  const direct = at(table, path);
  if (direct !== undefined) return direct;
  const [group = '', ...rest] = path;
  const chosen = own(defaultsIn(table), group);
  const part = chosen && yaml(`${folderOf(named)}/${group}/${chosen.replace(/\.ya?ml$/, '')}.yaml`);
  const partTable = part ? yamlTable(part) : undefined;
  return partTable && at(partTable, rest);
}

/** Where the configuration of a call stands, from the top of the repository. */
function configFile(module: Module, call: Call): string | undefined {
  const said = (keyword: string) => stringValue(module.source, call.keywords.get(keyword));
  const folder = folderOf(module.file);
  if (call.name === '' || said('config_name') !== undefined || /hydra/.test(textOf(module.source, call.node))) {
    const name = (said('config_name') ?? 'config').replace(/\.ya?ml$/, '');
    return joined(folder, `${said('config_path') ?? '.'}/${name}.yaml`);
  }
  const written = /["']([^"']+\.ya?ml)["']/.exec(textOf(module.source, call.node))?.[1];
  return written === undefined ? undefined : joined(folder, written);
}

/** hydra's `defaults:` list, group -> name. */
function defaultsIn(table: Table): Readonly<Record<string, string>> {
  const list = Array.isArray(table.defaults) ? table.defaults : [];
  return Object.fromEntries(
    list.flatMap((entry) =>
      typeof entry === 'object' && entry !== null
        ? Object.entries(entry).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
        : [],
    ),
  );
}

function at(table: Table, path: readonly string[]): Value | undefined {
  let current: unknown = table;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  if (current === null) return sure('None');
  // What is put together when it runs is not known here.
  if (typeof current === 'string' && current.includes('${')) return NOTHING;
  if (typeof current === 'boolean') return sure(current ? 'True' : 'False');
  return typeof current === 'string' || typeof current === 'number' ? sure(String(current)) : undefined;
}
