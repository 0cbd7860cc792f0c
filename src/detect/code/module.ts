/** One Python file taken apart: what it imports, defines, assigns and calls, each in the function that it stands in. */
import type { SyntaxNode } from '@lezer/common';
import {
  type Call,
  callOf,
  childrenOf,
  elementsOf,
  type PythonFile,
  parsePython,
  textOf,
} from '../../formats/languages/python-tree.ts';

/** A function or class at the top of the file; '' for the file itself. */
export type Scope = string;

export interface Import {
  /** `peft`, `.models.loader`; as written. */
  readonly module: string;
  /** The name there; absent where the module itself is imported. */
  readonly name?: string;
}

export interface Parameter {
  readonly function: string;
  readonly index: number;
  readonly fallback?: SyntaxNode;
}

export interface Module {
  readonly file: string;
  readonly source: PythonFile;
  /** Local name -> where it comes from. */
  readonly imports: ReadonlyMap<string, Import>;
  readonly wildcards: readonly string[];
  readonly scopes: ReadonlySet<Scope>;
  readonly calls: readonly (Call & { readonly scope: Scope })[];
  /** `scope name` -> everything that is assigned to it. `self.x` counts as a name of its class. */
  readonly assigned: ReadonlyMap<string, readonly SyntaxNode[]>;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Class -> its bases, as written. */
  readonly bases: ReadonlyMap<string, readonly string[]>;
  /** Scope -> names that it mentions. */
  readonly mentions: ReadonlyMap<Scope, ReadonlySet<string>>;
  /** Fields of classes with what they are by default. */
  readonly fields: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** Functions that a decorator of hydra gives a configuration: parameter -> where that is. */
  readonly configured: ReadonlyMap<string, Call>;
  scopeOf(node: SyntaxNode): Scope;
}

export function readModule(file: string, text: string): Module {
  const source = parsePython(text);
  const reader = new Reader(file, source);
  source.top.cursor().iterate((node) => reader.read(node.node));
  return reader;
}

class Reader implements Module {
  readonly imports = new Map<string, Import>();
  readonly wildcards: string[] = [];
  readonly scopes = new Set<Scope>(['']);
  readonly calls: (Call & { readonly scope: Scope })[] = [];
  readonly assigned = new Map<string, SyntaxNode[]>();
  readonly parameters = new Map<string, Parameter>();
  readonly bases = new Map<string, readonly string[]>();
  readonly mentions = new Map<Scope, Set<string>>();
  readonly fields = new Map<string, SyntaxNode[]>();
  readonly configured = new Map<string, Call>();
  /** Where each top-level definition ends, in order: what is read stands in the last one that was opened. */
  #open: { readonly name: Scope; readonly from: number; readonly to: number } = { name: '', from: 0, to: 0 };

  constructor(
    readonly file: string,
    readonly source: PythonFile,
  ) {}

  read(node: SyntaxNode): void {
    if (node.name === 'ImportStatement') this.#readImport(node);
    else if (isDefinition(node)) this.#readDefinition(node);
    else if (node.name === 'AssignStatement') this.#readAssignment(node);
    else if (node.name === 'CallExpression')
      this.calls.push({ ...callOf(this.source, node), scope: this.scopeOf(node) });
    else if (node.name === 'VariableName' && node.parent?.name !== 'ImportStatement')
      this.#mention(this.scopeOf(node), textOf(this.source, node));
  }

  #mention(scope: Scope, name: string): void {
    const known = this.mentions.get(scope);
    if (known) known.add(name);
    else this.mentions.set(scope, new Set([name]));
  }

  scopeOf(node: SyntaxNode): Scope {
    if (node.from >= this.#open.from && node.to <= this.#open.to) return this.#open.name;
    for (let at: SyntaxNode | null = node; at; at = at.parent)
      if (isDefinition(at) && isTop(at)) return this.#nameOf(at);
    return '';
  }

  #nameOf(node: SyntaxNode): string {
    const name = node.getChild('VariableName');
    return name ? textOf(this.source, name) : '';
  }

  #readImport(node: SyntaxNode): void {
    const text = textOf(this.source, node)
      .replace(/#.*$/gm, '')
      .replace(/[()\\]/g, ' ');
    const from = /^from\s+([\w.]+)\s+import\s+([\s\S]*)$/.exec(text);
    const listed = (from?.[2] ?? text.replace(/^import\s/, '')).split(',').map((one) => one.trim());
    for (const one of listed) {
      const [name = '', alias] = one.split(/\s+as\s+/);
      if (from?.[1] && name === '*') this.wildcards.push(from[1]);
      else if (from?.[1]) this.imports.set(alias ?? name, { module: from[1], name });
      else if (name !== '')
        this.imports.set(alias ?? name.split('.')[0] ?? '', { module: alias ? name : (name.split('.')[0] ?? '') });
    }
  }

  #readDefinition(node: SyntaxNode): void {
    const name = this.#nameOf(node);
    if (isTop(node)) {
      this.scopes.add(name);
      this.#open = { name, from: node.from, to: node.to };
    }
    if (node.name === 'ClassDefinition') {
      const list = node.getChild('ArgList');
      this.bases.set(name, list ? elementsOf(list).map((one) => textOf(this.source, one)) : []);
    } else this.#readParameters(node, name);
  }

  #readParameters(node: SyntaxNode, name: string): void {
    const list = node.getChild('ParamList');
    const decorator = node.parent
      ?.getChildren('Decorator')
      .find((one) => /^@hydra\.main\b/.test(textOf(this.source, one)));
    const parts = list ? elementsOf(list).filter((part) => part.name !== 'TypeDef') : [];
    let index = 0;
    for (const [at, part] of parts.entries()) {
      if (part.name !== 'VariableName' || parts[at - 1]?.name === 'AssignOp') continue;
      const parameter = textOf(this.source, part);
      const fallback = parts[at + 1]?.name === 'AssignOp' ? parts[at + 2] : undefined;
      const key = `${this.scopeOf(node)} ${parameter}`;
      if (!this.parameters.has(key)) this.parameters.set(key, { function: name, index, ...(fallback && { fallback }) });
      if (decorator && index === 0) this.configured.set(key, callOf(this.source, decorator));
      if (parameter !== 'self' && parameter !== 'cls') index++;
    }
  }

  #readAssignment(node: SyntaxNode): void {
    const [target, ...rest] = childrenOf(node);
    const value = rest.at(-1);
    if (!target || !value || value.name === 'TypeDef') return;
    const name = textOf(this.source, target);
    if (target.name !== 'VariableName' && !/^self\.\w+$/.test(name)) return;
    // `a, b = f()` and `a = b = c` name more than one.
    const isPlain = rest.filter((part) => part.name === 'AssignOp' || part.name === ',').length === 1;
    if (isPlain) push(this.assigned, `${this.scopeOf(node)} ${name}`, value);
    if (isPlain && rest[0]?.name === 'TypeDef' && node.parent?.parent?.name === 'ClassDefinition')
      push(this.fields, name, value);
  }
}

function isDefinition({ name }: SyntaxNode): boolean {
  return name === 'FunctionDefinition' || name === 'ClassDefinition';
}

/** Whether a definition stands in no other one. */
function isTop(node: SyntaxNode): boolean {
  for (let at = node.parent; at; at = at.parent) if (isDefinition(at)) return false;
  return true;
}

function push(map: Map<string, SyntaxNode[]>, key: string, value: SyntaxNode): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
