/** TOML with places: every string keeps where it stands. */
import { type AST, parseTOML } from 'toml-eslint-parser';
import { isTooDeep } from './depth.ts';

type Value = AST.TOMLContentNode;

/** A value of the file and the line and column (from 0) where it begins. */
export interface TomlNode {
  readonly value: string | undefined;
  /** The text between the quotes, as written. */
  readonly written: string;
  readonly line: number;
  readonly column: number;
  /** Values of an inline table or a table, in the order in which they stand. */
  readonly entries: ReadonlyMap<string, TomlNode>;
  readonly items: readonly TomlNode[];
  readonly kind: 'string' | 'table' | 'array' | 'other';
}

export type TomlReading = { readonly root: TomlNode } | { readonly error: string; readonly line: number };

export function readToml(content: string): TomlReading {
  if (isTooDeep(content)) return { error: 'It is nested too deeply.', line: 1 };
  try {
    const tree = parseTOML(content, { tomlVersion: '1.0' });
    const root = newTable(1, 0);
    for (const node of tree.body[0].body) {
      if (node.type === 'TOMLKeyValue') assign(root, node.key, node.value, content);
      else addTable(root, node, content);
    }
    return { root };
  } catch (error) {
    const { message, lineNumber } = error as Error & { lineNumber?: number };
    return { error: (message.split('\n')[0] ?? '').slice(0, 200), line: lineNumber ?? 1 };
  }
}

interface MutableTable extends TomlNode {
  readonly entries: Map<string, TomlNode>;
  readonly items: TomlNode[];
}

function newTable(line: number, column: number): MutableTable {
  return { kind: 'table', value: undefined, written: '', line, column, entries: new Map(), items: [] };
}

function addTable(root: MutableTable, node: AST.TOMLTable, content: string): void {
  const path = node.resolvedKey.filter((part) => typeof part === 'string');
  const { line, column } = node.loc.start;
  const isList = node.kind === 'array';
  const parent = tableUnder(root, isList ? path.slice(0, -1) : path, line, column);
  const table = isList ? newTable(line, column) : parent;
  if (isList) listUnder(parent, path.at(-1) ?? '', line, column).items.push(table);
  for (const entry of node.body) assign(table, entry.key, entry.value, content);
}

function tableUnder(root: MutableTable, path: readonly string[], line: number, column: number): MutableTable {
  let current = root;
  for (const key of path) {
    const known = current.entries.get(key) as MutableTable | undefined;
    const next = known?.kind === 'array' ? (known.items.at(-1) as MutableTable | undefined) : known;
    const table = next ?? newTable(line, column);
    if (next === undefined) current.entries.set(key, table);
    current = table;
  }
  return current;
}

function listUnder(parent: MutableTable, key: string, line: number, column: number): MutableTable {
  const known = parent.entries.get(key) as MutableTable | undefined;
  const list = known ?? { ...newTable(line, column), kind: 'array' as const };
  parent.entries.set(key, list);
  return list;
}

function assign(table: MutableTable, key: AST.TOMLKey, value: Value, content: string): void {
  const path = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const { line, column } = key.loc.start;
  tableUnder(table, path.slice(0, -1), line, column).entries.set(path.at(-1) ?? '', toNode(value, content));
}

function toNode(node: Value, content: string): TomlNode {
  const { line, column } = node.loc.start;
  const made = newTable(line, column);
  switch (node.type) {
    case 'TOMLInlineTable':
      for (const entry of node.body) assign(made, entry.key, entry.value, content);
      return made;
    case 'TOMLArray':
      return { ...made, kind: 'array', items: node.elements.map((element) => toNode(element, content)) };
    case 'TOMLValue': {
      if (node.kind !== 'string') return { ...made, kind: 'other', value: content.slice(...node.range) };
      const quotes = node.multiline ? 3 : 1;
      const written = content.slice(node.range[0] + quotes, node.range[1] - quotes);
      return { ...made, kind: 'string', value: node.value, written, column: column + quotes };
    }
  }
}

const NOTHING: TomlNode = newTable(1, 0);

export function at(node: TomlNode, ...path: readonly string[]): TomlNode {
  let current = node;
  for (const key of path) current = current.entries.get(key) ?? NOTHING;
  return current;
}

export function textAt(node: TomlNode, ...path: readonly string[]): string | undefined {
  return at(node, ...path).value;
}
