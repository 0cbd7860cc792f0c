/** The classes of libraries that a call may be of: by import, by an alias, out of a table of classes. */
import type { SyntaxNode } from '@lezer/common';
import { callOf } from '../../formats/languages/python-tree.ts';
import type { CodeFile, ScopedCall } from './code-file.ts';
import type { Scope } from './module.ts';

export interface CalledClass {
  readonly class: string;
  readonly isSure: boolean;
}

const DEEPEST = 4;

export function classesOf(file: CodeFile, call: ScopedCall): readonly CalledClass[] {
  const direct = file.nameOf(call.name);
  if (direct !== undefined) return [{ class: direct, isSure: true }];
  const callee = call.node.firstChild;
  return callee ? classesIn(file, callee, call.scope, 0) : [];
}

function classesIn(file: CodeFile, node: SyntaxNode, scope: Scope, depth: number): readonly CalledClass[] {
  if (depth > DEEPEST) return [];
  const text = file.textOf(node);
  const name = file.nameOf(text);
  if (name !== undefined) return [{ class: name, isSure: true }];
  const { nodes, isSure } = meant(file, node, scope);
  return nodes
    .flatMap((other) => classesIn(file, other, scope, depth + 1))
    .map((called) => ({ ...called, isSure: called.isSure && isSure && nodes.length === 1 }));
}

interface Meant {
  readonly nodes: readonly SyntaxNode[];
  readonly isSure: boolean;
}

/** The expressions that an expression stands for. */
function meant(file: CodeFile, node: SyntaxNode, scope: Scope): Meant {
  switch (node.name) {
    case 'VariableName':
      return { nodes: file.values.assigned(file.textOf(node), scope), isSure: true };
    case 'ConditionalExpression':
      return { nodes: [node.firstChild, node.lastChild].flatMap((end) => end ?? []), isSure: false };
    case 'MemberExpression':
      return entryOf(file, node.firstChild, node.getChild('[')?.nextSibling, scope);
    case 'CallExpression':
      return entryOf(file, node.firstChild?.firstChild, callOf(file.module.source, node).positional[0], scope);
    default:
      return { nodes: [], isSure: false };
  }
}

/** `TABLE[key]`, `TABLE.get(key)`: the entry, or all of them where nobody can tell which. */
function entryOf(
  file: CodeFile,
  table: SyntaxNode | null | undefined,
  key: SyntaxNode | null | undefined,
  scope: Scope,
): Meant {
  if (!table) return { nodes: [], isSure: false };
  const entries =
    table.name === 'DictionaryExpression'
      ? file.values.dictionary(table)
      : file.values.entries(file.textOf(table), scope);
  const wanted = file.values.of(key ?? undefined, scope);
  const chosen = entries.filter(([entry]) => wanted.texts.includes(entry));
  return {
    nodes: (chosen.length > 0 ? chosen : entries).map(([, value]) => value),
    isSure: chosen.length === 1 && wanted.isSure,
  };
}
