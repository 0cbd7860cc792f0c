/** What an expression can be, as far as the source says: what runs when nobody says otherwise. */
import type { SyntaxNode } from '@lezer/common';
import { type Call, callOf, childrenOf, elementsOf, stringValue, textOf } from '../../formats/languages/python-tree.ts';
import type { Module, Scope } from './module.ts';

/** Possible texts, and whether there is no other: `True`, `nf4`, `4`, `None`. */
export interface Value {
  readonly texts: readonly string[];
  readonly isSure: boolean;
}

/** Values by name that stand in another file: defaults of arguments, a configuration in YAML. */
export interface Elsewhere {
  defaultOf(name: string): Value | undefined;
  configured(module: Module, call: Call, path: readonly string[]): Value | undefined;
}

export const NOTHING: Value = { texts: [], isSure: false };
const DEEPEST = 8;

export class Values {
  readonly #known = new Map<string, Value>();

  constructor(
    private readonly module: Module,
    private readonly elsewhere: Elsewhere,
  ) {}

  of(node: SyntaxNode | undefined, scope: Scope, depth = 0): Value {
    if (node === undefined || depth > DEEPEST) return NOTHING;
    const { source } = this.module;
    const literal = stringValue(source, node);
    if (literal !== undefined) return sure(literal);
    switch (node.name) {
      case 'Boolean':
      case 'None':
      case 'Number':
        return sure(textOf(source, node));
      case 'FormatString':
        return {
          texts: [
            textOf(source, node)
              .replace(/^\w*["']+|["']+$/g, '')
              .replace(/\{[^}]*\}/g, '?'),
          ],
          isSure: false,
        };
      case 'ParenthesizedExpression':
        return this.of(elementsOf(node)[0], scope, depth + 1);
      case 'VariableName':
        return this.#variable(textOf(source, node), scope, depth);
      case 'MemberExpression':
        return this.#member(node, scope, depth);
      case 'ConditionalExpression':
        return this.#either(node, scope, depth);
      case 'BinaryExpression':
        return this.#binary(node, scope, depth);
      case 'UnaryExpression':
        return negated(this.of(node.lastChild ?? undefined, scope, depth + 1));
      case 'CallExpression':
        return this.#call(callOf(source, node), scope, depth);
      default:
        return NOTHING;
    }
  }

  /** What is assigned to a name, in its function or else at the top of the file. */
  assigned(name: string, scope: Scope): readonly SyntaxNode[] {
    return this.module.assigned.get(`${scope} ${name}`) ?? this.module.assigned.get(` ${name}`) ?? [];
  }

  /** Whether what stands here runs by default: no condition around it, or one that is known to hold. */
  runs(node: SyntaxNode, scope: Scope): boolean {
    for (let [at, up] = [node, node.parent]; up; [at, up] = [up, up.parent]) {
      if (up.name === 'FunctionDefinition' || up.name === 'ClassDefinition') return true;
      if (up.name === 'IfStatement' || up.name === 'ConditionalExpression') {
        const test = testBefore(up, at);
        if (test === undefined || /__name__|TYPE_CHECKING/.test(textOf(this.module.source, test))) continue;
        const { texts, isSure } = this.of(test, scope);
        if (at.from !== test.from && !(isSure && texts.every(isTrue))) return false;
      }
      if (up.name === 'TryStatement' && at.prevSibling?.name === 'except') return false;
    }
    return true;
  }

  /** Each name is followed once: what leads back to itself says nothing of itself. */
  #variable(name: string, scope: Scope, depth: number): Value {
    const key = `${scope} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, NOTHING);
    const value = this.#followed(name, scope, depth);
    this.#known.set(key, value);
    return value;
  }

  #followed(name: string, scope: Scope, depth: number): Value {
    const nodes = this.assigned(name, scope);
    if (nodes.length > 0) {
      const values = union(nodes.map((one) => this.of(one, scope, depth + 1)));
      const [only] = nodes;
      return { ...values, isSure: values.isSure && nodes.length === 1 && only !== undefined && this.runs(only, scope) };
    }
    const parameter = this.module.parameters.get(`${scope} ${name}`);
    if (parameter === undefined)
      return this.module.imports.has(name) ? (this.elsewhere.defaultOf(name) ?? NOTHING) : NOTHING;
    const given = this.module.calls
      .filter((call) => call.name.split('.').at(-1) === parameter.function)
      .map((call) => ({
        call,
        node: call.keywords.get(name) ?? call.positional[parameter.index] ?? parameter.fallback,
      }));
    // A command line made of the function itself takes its defaults from there.
    const isCommand = /\b(fire\.Fire|typer|click)\b/.test(this.module.source.text);
    const values = given.map(({ call, node }) => this.of(node, call.scope, depth + 1));
    if (values.length > 0) return union(values);
    const fallback = this.of(parameter.fallback, scope, depth + 1);
    return { ...fallback, isSure: fallback.isSure && isCommand };
  }

  #member(node: SyntaxNode, scope: Scope, depth: number): Value {
    const written = textOf(this.module.source, node);
    if (/^(\w+\.)*(TaskType|PeftType)\.\w+$/.test(written)) return sure(written);
    const path = pathOf(this.module, node);
    if (path === undefined) return NOTHING;
    const [root = '', ...rest] = path;
    const hydra = this.module.configured.get(`${scope} ${root}`) ?? loadedBy(this.assigned(root, scope), this.module);
    const configured = hydra && this.elsewhere.configured(this.module, hydra, rest);
    if (configured) return configured;
    const key = rest.at(-1) ?? '';
    if (root === 'self' && rest.length === 1) {
      const own = this.module.assigned.get(`${scope} self.${key}`);
      if (own) return union(own.map((one) => this.of(one, scope, depth + 1)));
    }
    const table = rest.length === 1 ? this.#entry(root, node, scope, depth) : undefined;
    return table ?? this.elsewhere.defaultOf(key) ?? NOTHING;
  }

  /** `TABLE["key"]`: that entry; any of them where the key is not known. */
  #entry(root: string, node: SyntaxNode, scope: Scope, depth: number): Value | undefined {
    const entries = this.entries(root, scope);
    if (entries.length === 0) return undefined;
    const key = this.of(node.getChild('[')?.nextSibling ?? undefined, scope, depth + 1);
    const chosen = entries.filter(([name]) => key.texts.includes(name));
    if (chosen.length > 0) return union(chosen.map(([, one]) => this.of(one, scope, depth + 1)));
    return { ...union(entries.map(([, one]) => this.of(one, scope, depth + 1))), isSure: false };
  }

  /** Entries of a dictionary by a name that is assigned once. */
  entries(name: string, scope: Scope): readonly (readonly [string, SyntaxNode])[] {
    const [only, ...more] = this.assigned(name, scope);
    return only && more.length === 0 ? this.dictionary(only) : [];
  }

  dictionary(node: SyntaxNode): readonly (readonly [string, SyntaxNode])[] {
    const { source } = this.module;
    if (node.name === 'CallExpression') {
      const call = callOf(source, node);
      return call.name === 'dict' ? [...call.keywords] : [];
    }
    // A list is a table by number.
    if (node.name === 'TupleExpression' || node.name === 'ArrayExpression')
      return elementsOf(node).map((one, index) => [String(index), one] as const);
    if (node.name !== 'DictionaryExpression') return [];
    const parts = elementsOf(node).filter(({ name }) => name !== ':');
    return parts.flatMap((part, index) => {
      const key = index % 2 === 0 ? (stringValue(source, part) ?? textOf(source, part)) : undefined;
      const value = parts[index + 1];
      return key !== undefined && value ? [[key, value] as const] : [];
    });
  }

  #either(node: SyntaxNode, scope: Scope, depth: number): Value {
    const [yes, , test, , no] = childrenOf(node);
    const known = this.of(test, scope, depth + 1);
    if (known.isSure && known.texts.length === 1)
      return this.of(isTrue(known.texts[0] ?? '') ? yes : no, scope, depth + 1);
    return { ...union([yes, no].map((one) => this.of(one, scope, depth + 1))), isSure: false };
  }

  #binary(node: SyntaxNode, scope: Scope, depth: number): Value {
    const [left, operator, right] = childrenOf(node);
    const [one, other] = [left, right].map((side) => this.of(side, scope, depth + 1));
    const written = operator ? textOf(this.module.source, operator) : '';
    if (one === undefined || other === undefined) return NOTHING;
    if (written === 'or')
      return one.isSure && !one.texts.every(isTrue) ? other : { ...union([one, other]), isSure: false };
    const isKnown = one.isSure && other.isSure && one.texts.length === 1 && other.texts.length === 1;
    if (!isKnown) return NOTHING;
    if (written === '==' || written === 'is') return sure(one.texts[0] === other.texts[0] ? 'True' : 'False');
    if (written === '!=') return sure(one.texts[0] !== other.texts[0] ? 'True' : 'False');
    if (written === 'and') return sure(isTrue(one.texts[0] ?? '') && isTrue(other.texts[0] ?? '') ? 'True' : 'False');
    return NOTHING;
  }

  /** `table.get(key)`, `os.environ.get(name, default)`, `str(x)`. */
  #call({ name, positional, node }: Call, scope: Scope, depth: number): Value {
    if (/^(os\.environ\.get|os\.getenv)$/.test(name)) return this.of(positional[1], scope, depth + 1);
    if (/^(str|bool|int)$/.test(name)) return this.of(positional[0], scope, depth + 1);
    const table = /^(\w+)\.get$/.exec(name)?.[1];
    const entries = table ? this.entries(table, scope) : [];
    if (entries.length === 0) return NOTHING;
    const key = this.of(positional[0], scope, depth + 1);
    const chosen = entries.filter(([entry]) => key.texts.includes(entry));
    const values = union((chosen.length > 0 ? chosen : entries).map(([, one]) => this.of(one, scope, depth + 1)));
    return { ...values, isSure: values.isSure && chosen.length === 1 && node.parent !== null };
  }
}

export function sure(text: string): Value {
  return { texts: [text], isSure: true };
}

function union(values: readonly Value[]): Value {
  const texts = [...new Set(values.flatMap((value) => value.texts))];
  return { texts, isSure: values.every((value) => value.isSure) && texts.length === 1 };
}

function negated({ texts, isSure }: Value): Value {
  return { texts: texts.map((text) => (isTrue(text) ? 'False' : 'True')), isSure };
}

export function isTrue(text: string): boolean {
  return !['False', 'None', '', '0', 'false', 'null'].includes(text);
}

/** The condition that a part of an `if` stands under; undefined for the condition itself. */
function testBefore(statement: SyntaxNode, part: SyntaxNode): SyntaxNode | undefined {
  if (statement.name === 'ConditionalExpression') return childrenOf(statement)[2];
  let before = part.prevSibling;
  while (before && ['Comment', ':'].includes(before.name)) before = before.prevSibling;
  if (before?.name === 'else') return statement;
  return before && !['if', 'elif'].includes(before.name) ? before : undefined;
}

/** `a.b["c"]` as its names; undefined where a part is computed. */
function pathOf(module: Module, node: SyntaxNode): readonly string[] | undefined {
  if (node.name === 'VariableName') return [textOf(module.source, node)];
  if (node.name !== 'MemberExpression') return undefined;
  const [object, , key] = childrenOf(node);
  const before = object && pathOf(module, object);
  if (before === undefined || key === undefined) return undefined;
  const isName = key.name === 'PropertyName';
  const text = isName ? textOf(module.source, key) : (stringValue(module.source, key) ?? '');
  return [...before, text];
}

/** The call that reads a configuration file into a name: `OmegaConf.load("a.yaml")`, `yaml.safe_load(open("a.yaml"))`. */
function loadedBy(nodes: readonly SyntaxNode[], module: Module): Call | undefined {
  const [only] = nodes;
  if (nodes.length !== 1 || only?.name !== 'CallExpression') return undefined;
  const call = callOf(module.source, only);
  return /^(OmegaConf\.load|yaml\.(safe_|full_)?load)$/.test(call.name) ? call : undefined;
}
