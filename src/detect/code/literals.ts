/** Arguments that stand in the code as literals, or lead back to one: their values with their types, never evaluated. */
import type { SyntaxNode } from '@lezer/common';
import { NUMBER_TYPES, OwnValue, type Written } from '../../domain/own-configuration.ts';
import { callOf, childrenOf, elementsOf, stringValue } from '../../formats/languages/python-tree.ts';
import type { CodeFile } from './code-file.ts';
import type { Scope } from './module.ts';

const DEEPEST = 6;
/** Expressions that are read of one call: names that lead to lists of names could ask for any number. */
const MOST_STEPS = 2000;

/** What is left to be read of one call. */
interface Steps {
  left: number;
}

/** What keywords are given, in their order. */
export function writtenIn(file: CodeFile, keywords: ReadonlyMap<string, SyntaxNode>, scope: Scope): readonly Written[] {
  const steps = { left: MOST_STEPS };
  return [...keywords].map(([argument, node]) => writtenAs(argument, literalOf(file, node, scope, steps, 0)));
}

/** An argument with a value of our form, or without one where it is none. */
export function writtenAs(argument: string, found: unknown): Written {
  const { data } = OwnValue.safeParse(found);
  return data === undefined ? { argument } : { argument, value: data };
}

/** A value as JSON has it; undefined where it cannot be told. */
function literalOf(file: CodeFile, node: SyntaxNode, scope: Scope, steps: Steps, depth: number): unknown {
  if (depth > DEEPEST || steps.left <= 0) return undefined;
  steps.left--;
  const inner = (one: SyntaxNode | undefined) => (one ? literalOf(file, one, scope, steps, depth + 1) : undefined);
  switch (node.name) {
    case 'String':
      return stringValue(file.module.source, node);
    case 'ArrayExpression':
    case 'TupleExpression':
    case 'SetExpression':
      return whole(elementsOf(node), inner);
    case 'DictionaryExpression':
      return tableOf(file, node, inner);
    case 'ParenthesizedExpression':
      return inner(elementsOf(node)[0]);
    case 'UnaryExpression':
      return negative(file, node, inner);
    case 'BinaryExpression':
      return computed(file, node, inner);
    case 'VariableName':
      return assignedTo(file, node, scope, steps, depth);
    case 'MemberExpression':
      return numberType(file, node) ?? plain(file, node, scope);
    case 'CallExpression':
      return called(file, node, scope, inner);
    default:
      return plain(file, node, scope);
  }
}

/** What the rest of the reader knows of an expression: one value, whatever happens. */
function plain(file: CodeFile, node: SyntaxNode, scope: Scope): unknown {
  const { texts, isSure } = file.values.of(node, scope);
  const [only] = texts;
  return isSure && texts.length === 1 && only !== undefined ? fromText(only) : undefined;
}

const NUMBER = /^-?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value whose text is all that is known: `True`, `8`, `nf4`. */
export function fromText(text: string): string | number | boolean | null {
  if (text === 'True' || text === 'False') return text === 'True';
  if (text === 'None') return null;
  return NUMBER.test(text) ? Number(text.replaceAll('_', '')) : text;
}

/** `torch.bfloat16`. */
function numberType(file: CodeFile, node: SyntaxNode): unknown {
  const [, name = ''] = /^torch\.(\w+)$/.exec(file.textOf(node)) ?? [];
  const type = { half: 'float16', float: 'float32' }[name] ?? name;
  return NUMBER_TYPES.some((one) => one === type) ? { torch: type } : undefined;
}

function assignedTo(file: CodeFile, node: SyntaxNode, scope: Scope, steps: Steps, depth: number): unknown {
  const name = file.textOf(node);
  const [only, ...more] = file.values.assigned(name, scope);
  if (only === undefined) return plain(file, node, scope);
  if (more.length > 0 || !file.values.runs(only, scope) || isChangedLater(file, name)) return undefined;
  return literalOf(file, only, scope, steps, depth + 1);
}

/** A list or a table that grows, or loses something, after it was made. */
function isChangedLater(file: CodeFile, name: string): boolean {
  const { source } = file.module;
  const known = CHANGED.get(source) ?? changedIn(source.text);
  CHANGED.set(source, known);
  return known.has(name);
}

/** By source, read once: each name that is followed asks. */
const CHANGED = new WeakMap<object, ReadonlySet<string>>();

function changedIn(text: string): ReadonlySet<string> {
  const changes = text.matchAll(/\.(?:append|extend|remove|update)\(| \+=|\[/g);
  return new Set([...changes].map(({ index }) => nameBefore(text, index)));
}

function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && /[\p{L}\p{N}_]/u.test(text.charAt(start - 1))) start--;
  return text.slice(start, end);
}

const LONGEST_NAME = 200;

function tableOf(file: CodeFile, node: SyntaxNode, inner: (one: SyntaxNode) => unknown): unknown {
  const entries = file.values.dictionary(node);
  const values = whole(
    entries.map(([, one]) => one),
    inner,
  );
  return values && Object.fromEntries(entries.map(([key], index) => [key, values[index]]));
}

/** `dict(a=1)`, `list(x)`, `"a,b".split(",")`. */
function called(file: CodeFile, node: SyntaxNode, scope: Scope, inner: (one: SyntaxNode | undefined) => unknown) {
  const call = callOf(file.module.source, node);
  if (call.name === 'dict') return tableOf(file, node, inner);
  if (/^(list|tuple|set|sorted)$/.test(call.name)) {
    const of = inner(call.positional[0]);
    return Array.isArray(of) ? of : undefined;
  }
  const text = /\.split$/.test(call.name) ? inner(node.firstChild?.firstChild ?? undefined) : undefined;
  if (typeof text !== 'string') return plain(file, node, scope);
  const by = inner(call.positional[0]);
  return text.split(typeof by === 'string' ? by : /\s+/).map((part) => part.trim());
}

function negative(file: CodeFile, node: SyntaxNode, inner: (one: SyntaxNode | undefined) => unknown): unknown {
  const value = inner(node.lastChild ?? undefined);
  if (/^-/.test(file.textOf(node))) return typeof value === 'number' ? -value : undefined;
  return /^not\b/.test(file.textOf(node)) && typeof value === 'boolean' ? !value : undefined;
}

/** `2 * r`, `a or b`: arithmetic of numbers that are known. */
function computed(file: CodeFile, node: SyntaxNode, inner: (one: SyntaxNode | undefined) => unknown): unknown {
  const [left, operator, right] = childrenOf(node);
  const [one, other] = [inner(left), inner(right)];
  if (typeof one !== 'number' || typeof other !== 'number') return undefined;
  switch (operator ? file.textOf(operator) : '') {
    case '*':
      return one * other;
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '/':
      return other === 0 ? undefined : one / other;
    case '//':
      return other === 0 ? undefined : Math.floor(one / other);
    default:
      return undefined;
  }
}

/** A list of which every part is known; what follows one that is not is not read. */
function whole(nodes: readonly SyntaxNode[], inner: (one: SyntaxNode) => unknown): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const node of nodes) {
    const value = inner(node);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
