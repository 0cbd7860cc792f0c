/** One file of code while it is read: what its names and expressions are, and the facts noted so far. */
import type { SyntaxNode } from '@lezer/common';
import { type Call, callOf, textOf } from '../../formats/languages/python-tree.ts';
import type { Facts, MethodFact, ModelFact, PathFact, Placed, QuantizationFact, TrainerFact } from './fact.ts';
import type { Module, Scope } from './module.ts';
import { type Elsewhere, isTrue, type Value, Values } from './values.ts';
import type { Given } from './variants.ts';

export type ScopedCall = Module['calls'][number];

/** Where a name comes from: `peft`, `transformers`; of own modules what they import it from. */
export type Origin = (name: string) => { readonly module: string; readonly name: string } | undefined;

export const LIBRARIES = /^(peft|transformers|torchao|diffusers|trl|unsloth|sentence_transformers|auto_gptq)(\.|$)/;

export class CodeFile implements Facts {
  readonly paths: PathFact[] = [];
  readonly trainers: TrainerFact[] = [];
  readonly methods: MethodFact[] = [];
  readonly adapters: MethodFact[] = [];
  readonly quantizations: QuantizationFact[] = [];
  readonly models: ModelFact[] = [];
  readonly unsure: { readonly line: number; readonly value: string }[] = [];
  readonly values: Values;

  constructor(
    readonly module: Module,
    readonly originOf: Origin,
    elsewhere: Elsewhere,
  ) {
    this.values = new Values(module, elsewhere);
  }

  /** A program that imports diffusers trains a diffusion model, unless it says otherwise. */
  get isDiffusion(): boolean {
    return [...this.module.imports.values()].some(({ module }) => /^diffusers(\.|$)/.test(module));
  }

  textOf(node: SyntaxNode): string {
    return textOf(this.module.source, node);
  }

  /** The name in its library of what a file calls by its own name for it; undefined for everything of others. */
  nameOf(written: string): string | undefined {
    const parts = written.split('.');
    const origin = this.originOf(parts[0] ?? '');
    if (origin === undefined || !LIBRARIES.test(origin.module)) return undefined;
    return parts.length > 1 ? parts.at(-1) : origin.name;
  }

  isOfTrl(call: Call): boolean {
    return /^trl(\.|$)/.test(this.originOf(call.name.split('.')[0] ?? '')?.module ?? '');
  }

  /** What a keyword of a call can be; nothing where it is not written. */
  keyword(call: ScopedCall, name: string): Value {
    return this.values.of(call.keywords.get(name), call.scope);
  }

  /** What a keyword can be, by nodes; undefined where it is not written. */
  given(nodes: ReadonlyMap<string, SyntaxNode>, scope: Scope): Given {
    return (name) => (nodes.has(name) ? this.values.of(nodes.get(name), scope) : undefined);
  }

  /** What an expression can be; where it makes an object, the class of that: `Int8WeightOnlyConfig(...)`. */
  textOrClass(node: SyntaxNode, scope: Scope): Value {
    const value = this.values.of(node, scope);
    if (value.texts.length > 0) return value;
    const made = node.name === 'VariableName' ? this.values.assigned(this.textOf(node), scope) : [node];
    const calls = made.filter(({ name }) => name === 'CallExpression');
    const texts = calls.map((one) => callOf(this.module.source, one).name.replace(/^.*\./, ''));
    return { texts, isSure: calls.length === 1 && made.length === 1 };
  }

  /** Whether a keyword is given a value that is true whatever happens, or nothing at all. */
  isSet(call: ScopedCall, name: string): boolean {
    const { isSure, texts } = this.keyword(call, name);
    return isSure && texts.every(isTrue);
  }

  /** The keywords of a call and of the tables that are spread in it; `isWhole` where no other can be among them. */
  keywordsOf(call: ScopedCall): { readonly given: ReadonlyMap<string, SyntaxNode>; readonly isWhole: boolean } {
    const tables = call.positional.flatMap((node, at) => (node.name === '**' ? [call.positional[at + 1]] : []));
    const spread = tables.map((table) => table && this.spread(table, call.scope));
    const given = new Map([...spread.flatMap((table) => [...(table ?? [])]), ...call.keywords]);
    return { given, isWhole: spread.every((table) => table !== undefined) };
  }

  /** Keywords that come from a table; undefined where they cannot be seen. */
  spread(node: SyntaxNode, scope: Scope): ReadonlyMap<string, SyntaxNode> | undefined {
    const name = this.textOf(node);
    const entries = this.entries(node, scope);
    const { text } = this.module.source;
    const isFilledLater = text.includes(`${name}[`) || text.includes(`${name}.update(`);
    return entries.length > 0 && !isFilledLater ? new Map(entries) : undefined;
  }

  /** The entries of a table that is written here, or of one that a name was given. */
  entries(node: SyntaxNode, scope: Scope): ReturnType<Values['entries']> {
    return node.name === 'VariableName' ? this.values.entries(this.textOf(node), scope) : this.values.dictionary(node);
  }

  doubt(call: Call, value: string): void {
    this.unsure.push({ line: this.module.source.placeOf(call.node.from).line, value });
  }

  placeOf(call: ScopedCall): Placed {
    return { scope: call.scope, line: this.module.source.placeOf(call.node.from).line };
  }

  /** `train.py:31`. */
  placeText(call: ScopedCall): string {
    return `${this.module.file}:${this.placeOf(call).line}`;
  }

  lineOfClass(name: string): number {
    const at = this.module.source.text.search(new RegExp(`^\\s*class ${name.replace(/\W/g, '')}\\b`, 'm'));
    return this.module.source.placeOf(Math.max(0, at)).line;
  }
}
