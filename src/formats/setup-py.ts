/** setup.py, read without running it: literals, lists, names, and a table behind a helper. The rest is a finding. */
import type { SyntaxNode } from '@lezer/common';
import type { Finding, Requirement } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { parsePep508 } from '../domain/pep508.ts';
import { type Format, none } from './format.ts';
import { isTooDeep } from './languages/depth.ts';
import {
  assignmentsOf,
  callOf,
  childrenOf,
  elementsOf,
  nodesOf,
  type PythonFile,
  parsePython,
  stringParts,
  stringValue,
  textOf,
} from './languages/python-tree.ts';
import { SETUPTOOLS } from './languages/setuptools.ts';
import { type Reading, requirementAt, shown, sorted, unreadable } from './reading.ts';

/** Names are followed so far: a table behind a helper behind a name takes four. */
const DEEPEST = 12;
const LONGEST = 256 * 1024;

export const SETUP_PY: Format = {
  name: 'setup-py',
  docs: {
    files: '`setup.py`',
    read: 'literals, names, sums, dictionaries, and a table behind a helper, from the syntax tree',
  },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'setup.py' },
  named: none('Another Python file is code.'),
  read: readSetupPy,
  ...SETUPTOOLS,
  includes: none('Files that it opens are known when it runs, which it does not.'),
};

function readSetupPy(content: string): Reading {
  if (content.length > LONGEST || isTooDeep(content))
    return unreadable('It is too large or nested too deeply for a setup.py; it is not read.', 1);
  const file = parsePython(content);
  const evaluator = new Evaluator(file);
  const setup = nodesOf(file, 'CallExpression')
    .map((node) => callOf(file, node))
    .find(({ name }) => /^(setuptools\.)?setup$/.test(name));
  if (setup === undefined) return {};
  const groups: (readonly [string, SyntaxNode])[] = [];
  const required = setup.keywords.get('install_requires');
  if (required) groups.push(['', required]);
  for (const [name, list] of evaluator.table(setup.keywords.get('extras_require')))
    groups.push([`extra:${name}`, list]);
  const read = groups.flatMap(([group, node]) => evaluator.list(node).map((one) => toRequirement(file, one, group)));
  const python = stringValue(file, setup.keywords.get('python_requires'));
  return { ...sorted(unique(read)), ...(python !== undefined && { python }) };
}

function toRequirement(file: PythonFile, node: SyntaxNode, group: string): Requirement | Finding {
  const literal = stringParts(file, node);
  const { line } = file.placeOf(node.from);
  if (literal === undefined)
    return {
      kind: 'dynamic',
      message: `\`${shown(textOf(file, node).split('\n')[0] ?? '')}\` is computed when setup.py runs; it is not read.`,
      line,
    };
  const place = { ...file.placeOf(literal.from), written: literal.written };
  return requirementAt(literal.value, place, group);
}

/** A table entry that several lists name is one requirement in each group, and one finding. */
function unique(read: readonly (Requirement | Finding)[]): readonly (Requirement | Finding)[] {
  const key = (one: Requirement | Finding) =>
    'written' in one ? JSON.stringify([one.group, one.line, one.columns]) : JSON.stringify([one.line, one.message]);
  return [...new Map(read.map((one) => [key(one), one])).values()];
}

/** What expressions come to, as far as that can be seen in the source: literals, and nodes that stay dynamic. */
class Evaluator {
  readonly #assigned: ReadonlyMap<string, SyntaxNode>;
  readonly #appended = new Map<string, SyntaxNode[]>();
  readonly #keyed = new Map<string, (readonly [string, SyntaxNode])[]>();
  readonly #helpers = new Map<string, SyntaxNode>();

  constructor(private readonly file: PythonFile) {
    this.#assigned = assignmentsOf(file);
    for (const node of nodesOf(file, 'UpdateStatement')) {
      const [target, operator, value] = childrenOf(node);
      if (target && value && operator && textOf(file, operator) === '+=')
        push(this.#appended, textOf(file, target), value);
    }
    for (const node of nodesOf(file, 'AssignStatement')) {
      const [target, , value] = childrenOf(node);
      const named = target?.name === 'MemberExpression' ? this.#subscript(target) : undefined;
      if (named && value) push(this.#keyed, named.name, [named.key, value] as const);
    }
    for (const node of nodesOf(file, 'FunctionDefinition')) {
      const name = node.getChild('VariableName');
      if (name) this.#helpers.set(textOf(file, name), node);
    }
  }

  /** String literals of a list expression; what cannot be seen stays as the node itself. */
  list(node: SyntaxNode, depth = 0): readonly SyntaxNode[] {
    if (depth > DEEPEST) return [node];
    const inside = (nodes: readonly SyntaxNode[]) => nodes.flatMap((one) => this.list(one, depth + 1));
    switch (node.name) {
      case 'String':
        return [node];
      case 'ArrayExpression':
      case 'TupleExpression':
      case 'SetExpression':
      case 'ParenthesizedExpression':
        return inside(elementsOf(node).filter(({ name }) => name !== '*'));
      case 'BinaryExpression': {
        const operator = node.getChild('ArithOp');
        const isSum = operator && textOf(this.file, operator) === '+';
        return isSum ? inside(childrenOf(node).filter(({ name }) => name !== 'ArithOp')) : [node];
      }
      case 'VariableName': {
        const name = textOf(this.file, node);
        const value = this.#assigned.get(name);
        return value ? inside([value, ...(this.#appended.get(name) ?? [])]) : [node];
      }
      case 'MemberExpression':
        return this.#member(node, depth);
      case 'CallExpression':
        return this.#call(node, depth);
      default:
        return [node];
    }
  }

  /** Entries of a dictionary: a literal, a name, and what is assigned to it by key. */
  table(node: SyntaxNode | undefined): readonly (readonly [string, SyntaxNode])[] {
    if (node?.name === 'VariableName') {
      const name = textOf(this.file, node);
      return [...this.table(this.#assigned.get(name)), ...(this.#keyed.get(name) ?? [])];
    }
    if (node?.name !== 'DictionaryExpression') return [];
    const parts = elementsOf(node).filter(({ name }) => name !== ':');
    return parts.flatMap((part, index) => {
      const key = index % 2 === 0 ? stringValue(this.file, part) : undefined;
      const value = parts[index + 1];
      return key !== undefined && value ? [[key, value] as const] : [];
    });
  }

  #member(node: SyntaxNode, depth: number): readonly SyntaxNode[] {
    const named = this.#subscript(node);
    const found = named && this.#lookUp(named.name, named.key);
    return found ? this.list(found, depth + 1) : [node];
  }

  #subscript(node: SyntaxNode): { readonly name: string; readonly key: string } | undefined {
    const [object, open, key] = childrenOf(node);
    const text = open?.name === '[' ? stringValue(this.file, key) : undefined;
    return object?.name === 'VariableName' && text !== undefined
      ? { name: textOf(this.file, object), key: text }
      : undefined;
  }

  /** `list(x)`, `sorted(x)`, or a helper of the file that is given names of a table. */
  #call(node: SyntaxNode, depth: number): readonly SyntaxNode[] {
    const { name, positional } = callOf(this.file, node);
    const [first] = positional;
    if (/^(list|sorted|set|tuple)$/.test(name) && positional.length === 1 && first) return this.list(first, depth + 1);
    const helper = this.#helpers.get(name);
    if (helper === undefined) return [node];
    const names = namesIn(this.file, helper);
    const entries = positional.map((argument) => {
      const key = stringValue(this.file, argument);
      return key === undefined ? undefined : firstOf(names, (table) => this.#lookUp(table, key));
    });
    return entries.every((entry) => entry !== undefined)
      ? entries.flatMap((entry) => this.list(entry, depth + 1))
      : [node];
  }

  /** An entry of a table: of a dictionary by its key, of a list of requirements by the name that each begins with. */
  #lookUp(name: string, key: string): SyntaxNode | undefined {
    const entries = [...this.table(this.#assigned.get(name)), ...(this.#keyed.get(name) ?? [])];
    const own = entries.find(([entry]) => entry === key)?.[1];
    if (own) return own;
    const value = this.#assigned.get(name);
    const lists = value ? namesIn(this.file, value).filter((other) => other !== name) : [];
    return firstOf([name, ...lists], (other) => {
      const list = this.#assigned.get(other);
      return list?.name === 'ArrayExpression'
        ? this.list(list).find((entry) => nameOf(stringValue(this.file, entry)) === key.toLowerCase())
        : undefined;
    });
  }
}

/** What tables are keyed by: all before the version, extras included. */
function nameOf(text: string | undefined): string | undefined {
  const parsed = text === undefined ? undefined : parsePep508(text);
  return parsed && 'name' in parsed ? text?.split(/[!=<>~;\s]/)[0]?.toLowerCase() : undefined;
}

function namesIn(file: PythonFile, node: SyntaxNode): readonly string[] {
  const names = new Set<string>();
  node.cursor().iterate((child) => {
    if (child.name === 'VariableName') names.add(file.text.slice(child.from, child.to));
  });
  return [...names];
}

function firstOf<Input, Output>(
  inputs: readonly Input[],
  find: (input: Input) => Output | undefined,
): Output | undefined {
  for (const input of inputs) {
    const found = find(input);
    if (found !== undefined) return found;
  }
  return undefined;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
