/** What the calls of one file say about cells: methods, quantizations and models, each in its function. */
import type { SyntaxNode } from '@lezer/common';
import { own } from '../../domain/own.ts';
import { type Call, callOf, elementsOf, textOf } from '../../formats/languages/python-tree.ts';
import {
  type Axis,
  type Facts,
  type MethodFact,
  type ModelFact,
  OPEN,
  type Placed,
  type QuantizationFact,
  type TrainerFact,
} from './fact.ts';
import {
  ARCHITECTURE_OF_CLASS,
  architectureOfModel,
  CONFIG_OF_TYPE,
  METHOD_OF_CONFIG,
  quantizationOfModel,
  TASK_OF_CLASS,
  TASK_OF_TRAINER,
  TASK_OF_TYPE,
} from './known-names.ts';
import type { Module, Scope } from './module.ts';
import { QUANTIZATION_OF_CONFIG } from './quantizations.ts';
import { type Elsewhere, isTrue, type Value, Values } from './values.ts';
import { type Variant, variantOf } from './variants.ts';

type ScopedCall = Module['calls'][number];

function argument(call: Call, index: number, keyword: string): SyntaxNode | undefined {
  return call.positional[index] ?? call.keywords.get(keyword);
}

/** Where a name comes from: `peft`, `transformers`; of own modules what they import it from. */
export type Origin = (name: string) => { readonly module: string; readonly name: string } | undefined;

export const LIBRARIES = /^(peft|transformers|torchao|diffusers|trl|unsloth|sentence_transformers|auto_gptq)(\.|$)/;

export function factsOf(module: Module, originOf: Origin, elsewhere: Elsewhere): Facts {
  const reader = new FactReader(module, originOf, elsewhere);
  for (const call of module.calls) reader.read(call);
  reader.readReferences();
  return reader;
}

class FactReader implements Facts {
  readonly trainers: TrainerFact[] = [];
  readonly methods: MethodFact[] = [];
  readonly adapters: MethodFact[] = [];
  readonly quantizations: QuantizationFact[] = [];
  readonly models: ModelFact[] = [];
  readonly unsure: { readonly line: number; readonly value: string }[] = [];
  readonly #values: Values;
  readonly #isDiffusion: boolean;

  constructor(
    private readonly module: Module,
    private readonly originOf: Origin,
    elsewhere: Elsewhere,
  ) {
    this.#values = new Values(module, elsewhere);
    this.#isDiffusion = [...module.imports.values()].some((one) => /^diffusers(\.|$)/.test(one.module));
  }

  read(call: ScopedCall): void {
    for (const name of this.#classesOf(call)) {
      const rule = own(METHOD_OF_CONFIG, name.class);
      if (rule) this.#readMethod(call, name.class, name.isSure);
      const quantization = own(QUANTIZATION_OF_CONFIG, name.class);
      if (quantization) this.#readQuantization(call, quantization);
    }
    const path = call.name.split('.');
    const last = path.at(-1) ?? '';
    const loader = last === 'from_pretrained' ? path : this.#loaderNamed(call);
    if (loader !== undefined)
      this.#readModel(call, loader, this.#nameOf(loader.slice(0, -1).join('.')) ?? loader.at(-2) ?? '');
    else if (last === 'get_peft_model' && /^Fast\w*Model$/.test(path.at(-2) ?? ''))
      this.#note(call, 'lora', OPEN, true);
    else this.#readHelper(call, this.#nameOf(call.name) ?? '');
  }

  /** Classes that are handed on instead of called: `class Mine(LoraConfig)`, `parser((Args, LoraConfig))`, `getattr(peft, name)`. */
  readReferences(): void {
    for (const [name, bases] of this.module.bases)
      for (const base of bases) {
        const rule = own(METHOD_OF_CONFIG, this.#nameOf(base) ?? '');
        if (rule)
          this.methods.push({
            method: rule.name,
            task: OPEN,
            isSure: false,
            scope: name,
            line: this.#lineOfScope(name),
          });
      }
  }

  /** The classes that a call may be of: by import, by an alias, out of a table of classes. */
  #classesOf(call: ScopedCall): readonly { readonly class: string; readonly isSure: boolean }[] {
    const direct = this.#nameOf(call.name);
    if (direct !== undefined) return [{ class: direct, isSure: true }];
    const callee = call.node.firstChild;
    return callee ? this.#classesIn(callee, call.scope, 0) : [];
  }

  #classesIn(
    node: SyntaxNode,
    scope: Scope,
    depth: number,
  ): readonly { readonly class: string; readonly isSure: boolean }[] {
    if (depth > 4) return [];
    const text = textOf(this.module.source, node);
    const name = this.#nameOf(text);
    if (name !== undefined) return [{ class: name, isSure: true }];
    const among = (nodes: readonly SyntaxNode[], isSure: boolean) =>
      nodes
        .flatMap((one) => this.#classesIn(one, scope, depth + 1))
        .map((one) => ({ ...one, isSure: one.isSure && isSure && nodes.length === 1 }));
    if (node.name === 'VariableName') return among(this.#values.assigned(text, scope), true);
    if (node.name === 'ConditionalExpression')
      return among(
        [node.firstChild, node.lastChild].flatMap((one) => one ?? []),
        false,
      );
    const table = node.name === 'CallExpression' ? node.firstChild?.firstChild : node.firstChild;
    if (!table || !['MemberExpression', 'CallExpression'].includes(node.name)) return [];
    const key =
      node.name === 'CallExpression' ? callOf(this.module.source, node).positional[0] : node.getChild('[')?.nextSibling;
    const entries =
      table.name === 'DictionaryExpression'
        ? this.#values.dictionary(table)
        : this.#values.entries(textOf(this.module.source, table), scope);
    const wanted = this.#values.of(key ?? undefined, scope);
    const chosen = entries.filter(([entry]) => wanted.texts.includes(entry));
    return among(
      (chosen.length > 0 ? chosen : entries).map(([, one]) => one),
      chosen.length === 1 && wanted.isSure,
    );
  }

  /** The name in its library of what a file calls by its own name for it; undefined for everything of others. */
  #nameOf(written: string): string | undefined {
    const parts = written.split('.');
    const origin = this.originOf(parts[0] ?? '');
    if (origin === undefined || !LIBRARIES.test(origin.module)) return undefined;
    return parts.length > 1 ? parts.at(-1) : origin.name;
  }

  #readMethod(call: ScopedCall, name: string, isSure: boolean): void {
    const rule = own(METHOD_OF_CONFIG, name);
    if (rule === undefined) return;
    const { given, isWhole } = this.#keywordsOf(call);
    const valueGiven = (keyword: string) => given.get(keyword) && this.#values.of(given.get(keyword), call.scope);
    const task = this.#task(call);
    const variant = variantOf(rule, valueGiven, isWhole && !this.#isTargetedLater(call));
    this.#note(call, variant.method, task, isSure && variant.isSure);
  }

  /** The keywords of a call and of the tables that are spread in it; `isWhole` where no other can be among them. */
  #keywordsOf(call: ScopedCall): { readonly given: ReadonlyMap<string, SyntaxNode>; readonly isWhole: boolean } {
    const tables = call.positional.flatMap((one, at) => (one.name === '**' ? [call.positional[at + 1]] : []));
    const spread = tables.map((table) => table && this.#spread(table, call.scope));
    const given = new Map([...spread.flatMap((table) => [...(table ?? [])]), ...call.keywords]);
    return { given, isWhole: spread.every((table) => table !== undefined) };
  }

  /** `config = LoraConfig(...)`, and afterwards `config.target_modules = ...`. */
  #isTargetedLater({ node }: ScopedCall): boolean {
    const assigned = node.parent?.name === 'AssignStatement' ? node.parent.firstChild : null;
    const name = assigned ? textOf(this.module.source, assigned) : '';
    const { text } = this.module.source;
    return name !== '' && ['target_modules', 'target_parameters'].some((key) => text.includes(`${name}.${key} =`));
  }

  #task(call: ScopedCall): Axis {
    const value = this.#values.of(call.keywords.get('task_type'), call.scope);
    const known = value.texts.filter((text) => text !== 'None').map((text) => text.replace(/^.*\./, ''));
    for (const text of known)
      if (own(TASK_OF_TYPE, text) === undefined)
        this.#doubt(call, `the task type \`${text.slice(0, 60)}\` is not known`);
    return { values: known.flatMap((text) => own(TASK_OF_TYPE, text) ?? []), isSure: value.isSure };
  }

  #note(call: ScopedCall, method: string, task: Axis, isSure: boolean): void {
    const runs = this.#values.runs(call.node, call.scope);
    this.methods.push({ method, task, isSure: isSure && runs, ...this.#placeOf(call) });
    // A program that imports diffusers trains a diffusion model, unless it says otherwise.
    if (this.#isDiffusion && task.values.length === 0) this.trainers.push({ task: 'denoise', ...this.#placeOf(call) });
  }

  #readQuantization(call: ScopedCall, read: (typeof QUANTIZATION_OF_CONFIG)[string]): void {
    const quantized = read((keyword) =>
      call.keywords.has(keyword) ? this.#values.of(call.keywords.get(keyword), call.scope) : undefined,
    );
    if (quantized.isUnread) this.#doubt(call, `\`${call.name}\` is set by values that are not in the source`);
    const always = this.#values.runs(call.node, call.scope);
    this.quantizations.push({ ...quantized, always, ...this.#placeOf(call) });
  }

  /** `load = AutoModelForCausalLM.from_pretrained`, called by that name: what it was taken from. */
  #loaderNamed(call: ScopedCall): readonly string[] | undefined {
    const assigned = call.name.includes('.') ? [] : this.#values.assigned(call.name, call.scope);
    const written = assigned.map((one) => textOf(this.module.source, one));
    return written.find((one) => /^[\w.]+\.from_pretrained$/.test(one))?.split('.');
  }

  #readModel(call: ScopedCall, path: readonly string[], loader: string): void {
    if (/^(Auto)?PeftModel/.test(loader) && this.#nameOf(path[0] ?? '') !== undefined)
      this.adapters.push({ method: '*', task: OPEN, isSure: false, ...this.#placeOf(call) });
    if (/Tokenizer|Processor|FeatureExtractor|Config$|Scheduler|^PeftModel|Autoencoder|^VAE/.test(loader)) return;
    const isOfLibrary = /^Auto|^Fast/.test(loader) || this.#nameOf(path[0] ?? '') !== undefined;
    const task = TASK_OF_CLASS.find(([pattern]) => pattern.test(loader))?.[1];
    if (!isOfLibrary || task === undefined) return;
    const id =
      call.positional[0] ?? call.keywords.get('pretrained_model_name_or_path') ?? call.keywords.get('model_name');
    const ofClass = ARCHITECTURE_OF_CLASS.find(([pattern]) => pattern.test(loader))?.[1];
    this.#noteModel(call, this.#values.of(id, call.scope), ofClass, task, this.#quantizationIn(call, loader));
  }

  #noteModel(
    call: ScopedCall,
    ids: Value,
    ofClass: string | undefined,
    task: string,
    said: ModelFact['quantization'],
  ): void {
    const names = ids.texts.filter((text) => text !== 'None' && text !== '');
    const found = names.map(architectureOfModel);
    const known = found.flatMap((one) => one ?? []);
    const architecture = ofClass
      ? { values: [ofClass], isSure: true }
      : { values: found.length === known.length ? [...new Set(known)] : [], isSure: ids.isSure && known.length > 0 };
    const byName = names.flatMap((text) => quantizationOfModel(text) ?? []);
    const quantization = byName.length > 0 ? { values: [...new Set(byName)], isSure: ids.isSure } : said;
    const [model] = names;
    this.models.push({
      architecture,
      quantization,
      ...this.#placeOf(call),
      ...(model && { model }),
      task: { values: [task], isSure: true },
    });
    if (architecture.values.length > 0) return;
    const what = model
      ? `the architecture of \`${model.slice(0, 80)}\` is not known`
      : 'which model is loaded is not in the source';
    this.#doubt(call, what);
  }

  /** What a call that loads a model says of its quantization. */
  #quantizationIn(call: ScopedCall, loader: string): ModelFact['quantization'] {
    const spread = call.positional.findIndex((one) => one.name === '**');
    const table = spread < 0 ? undefined : call.positional[spread + 1];
    const more = table ? this.#spread(table, call.scope) : new Map<string, SyntaxNode>();
    const given = (keyword: string) => call.keywords.get(keyword) ?? more?.get(keyword);
    const isUnsloth = /^Fast/.test(loader);
    const named = given('quantization_config');
    // A configuration goes before keywords that say the same once more.
    if (named !== undefined) {
      const value = this.#values.of(named, call.scope);
      const isNone = value.isSure && value.texts.every((text) => text === 'None');
      if (!isNone) return 'named elsewhere';
    }
    for (const [keyword, name] of [
      ['load_in_8bit', 'bnb-int8'],
      ['load_in_4bit', isUnsloth ? 'bnb-nf4' : 'bnb-fp4'],
    ] as const) {
      const node = given(keyword);
      if (node === undefined) continue;
      const value = this.#values.of(node, call.scope);
      if (!value.isSure) return { values: [name], isSure: false };
      if (value.texts.every(isTrue)) return { values: [name], isSure: true };
      if (isUnsloth && keyword === 'load_in_4bit') return 'none';
    }
    // unsloth loads in 4 bits unless it is told otherwise.
    if (isUnsloth && !given('load_in_4bit')) return { values: ['bnb-nf4'], isSure: more !== undefined };
    return more === undefined ? OPEN : 'none';
  }

  /** Keywords that come from a table; undefined where they cannot be seen. */
  #spread(node: SyntaxNode, scope: Scope): ReadonlyMap<string, SyntaxNode> | undefined {
    const name = textOf(this.module.source, node);
    const entries = node.name === 'VariableName' ? this.#values.entries(name, scope) : this.#values.dictionary(node);
    const isFilledLater =
      this.module.source.text.includes(`${name}[`) || this.module.source.text.includes(`${name}.update(`);
    return entries.length > 0 && !isFilledLater ? new Map(entries) : undefined;
  }

  /** Helpers that make configurations or load models: trl's, PEFT's own, a trainer that is given the name of a model. */
  #readHelper(call: ScopedCall, name: string): void {
    if (name === 'get_peft_config') this.#readPeftTable(call);
    else if (name === 'get_quantization_config' && this.#isOfTrl(call)) this.#readTrlQuantization(call);
    else if (name === 'ModelConfig') this.#readModelConfig(call);
    else if (name === 'SentenceTransformer') {
      const id = this.#values.of(argument(call, 0, 'model_name_or_path'), call.scope);
      this.#noteModel(call, id, undefined, 'feature', 'none');
    } else if (own(TASK_OF_TRAINER, name) !== undefined) this.#readTrainer(call, TASK_OF_TRAINER[name] ?? '');
  }

  #readTrlQuantization(call: ScopedCall): void {
    const values = ['bnb-nf4', 'bnb-int8'];
    this.quantizations.push({ values, isSure: false, isUnread: false, always: false, ...this.#placeOf(call) });
  }

  #readTrainer(call: ScopedCall, task: string): void {
    this.trainers.push({ task, ...this.#placeOf(call) });
    const model = this.#values.of(argument(call, 0, 'model'), call.scope);
    if (model.texts.length > 0) this.#noteModel(call, model, undefined, task, this.#quantizationOfTrainer(call));
  }

  /** A trainer loads the model by the `model_init_kwargs` of its arguments. */
  #quantizationOfTrainer(call: ScopedCall): ModelFact['quantization'] {
    const given = call.keywords.get('args');
    if (given === undefined) return 'none';
    const named =
      given.name === 'VariableName' ? this.#values.assigned(textOf(this.module.source, given), call.scope) : [given];
    const [only] = named;
    if (named.length !== 1 || only?.name !== 'CallExpression') return OPEN;
    const made = callOf(this.module.source, only);
    if (made.positional.some(({ name }) => name === '**')) return OPEN;
    return made.keywords.has('model_init_kwargs') ? 'named elsewhere' : 'none';
  }

  /** PEFT's takes a table with `peft_type`; trl's takes its ModelConfig, which makes LoRA or nothing. */
  #readPeftTable(call: ScopedCall): void {
    const [first] = call.positional;
    if (this.#isOfTrl(call)) {
      if (!this.#isModelConfig(first, call.scope)) this.#note(call, 'lora+defaults', OPEN, false);
      return;
    }
    const table =
      first?.name === 'VariableName' ? this.#values.entries(textOf(this.module.source, first), call.scope) : [];
    const entries = new Map(first && table.length === 0 ? this.#values.dictionary(first) : table);
    const type = this.#values.of(entries.get('peft_type'), call.scope);
    const task = this.#values.of(entries.get('task_type'), call.scope);
    for (const text of type.texts) {
      const rule = own(METHOD_OF_CONFIG, own(CONFIG_OF_TYPE, text.replace(/^.*\./, '')) ?? '');
      const tasks = task.texts.flatMap((one) => own(TASK_OF_TYPE, one.replace(/^.*\./, '')) ?? []);
      const valueGiven = (keyword: string) => entries.get(keyword) && this.#values.of(entries.get(keyword), call.scope);
      if (rule === undefined) continue;
      const variant = variantOf(rule, valueGiven, true);
      this.#note(call, variant.method, { values: tasks, isSure: task.isSure }, type.isSure && variant.isSure);
    }
  }

  #readModelConfig(call: ScopedCall): void {
    const is = (keyword: string) => {
      const value = this.#values.of(call.keywords.get(keyword), call.scope);
      return value.isSure && value.texts.every(isTrue);
    };
    if (!is('use_peft')) return;
    const { method, isSure } = this.#methodOfTrl(call);
    this.#note(call, method, OPEN, isSure);
    const type = this.#values.of(call.keywords.get('bnb_4bit_quant_type'), call.scope).texts[0] ?? 'nf4';
    const kinds = [['load_in_4bit', `bnb-${type}`] as const, ['load_in_8bit', 'bnb-int8'] as const];
    const sure = kinds.filter(([keyword]) => is(keyword));
    const open = kinds.filter(([keyword]) => call.keywords.has(keyword) && !this.#isKnown(call, keyword));
    const values = (sure.length > 0 ? sure : open).map(([, name]) => name);
    const quantization = values.length > 0 ? { values, isSure: sure.length > 0 } : ('none' as const);
    this.#noteModel(
      call,
      this.#values.of(call.keywords.get('model_name_or_path'), call.scope),
      undefined,
      'causal-lm',
      quantization,
    );
  }

  /** Whether a name is one that a ModelConfig was made into: it is read where it was made. */
  #isModelConfig(node: SyntaxNode | undefined, scope: Scope): boolean {
    const made = node?.name === 'VariableName' ? this.#values.assigned(textOf(this.module.source, node), scope) : [];
    return made.some(
      (one) => one.name === 'CallExpression' && this.#nameOf(callOf(this.module.source, one).name) === 'ModelConfig',
    );
  }

  /** trl's ModelConfig hands its `lora_target_modules` on as they are, `None` too. */
  #methodOfTrl(call: ScopedCall): Variant {
    const { given, isWhole } = this.#keywordsOf(call);
    const valueGiven = (keyword: string) => {
      const node = given.get(keyword === 'target_modules' ? 'lora_target_modules' : keyword);
      return node && this.#values.of(elementsOf(node).length === 1 ? elementsOf(node)[0] : node, call.scope);
    };
    const rule = METHOD_OF_CONFIG.LoraConfig;
    return rule ? variantOf(rule, valueGiven, isWhole) : { method: 'lora', isSure: false };
  }

  #isKnown(call: ScopedCall, keyword: string): boolean {
    return this.#values.of(call.keywords.get(keyword), call.scope).isSure;
  }

  #isOfTrl(call: Call): boolean {
    return /^trl(\.|$)/.test(this.originOf(call.name.split('.')[0] ?? '')?.module ?? '');
  }

  #doubt(call: Call, value: string): void {
    this.unsure.push({ line: this.module.source.placeOf(call.node.from).line, value });
  }

  #placeOf(call: ScopedCall): Placed {
    return { scope: call.scope, line: this.module.source.placeOf(call.node.from).line };
  }

  #lineOfScope(name: string): number {
    const at = this.module.source.text.search(new RegExp(`^\\s*class ${name.replace(/\W/g, '')}\\b`, 'm'));
    return this.module.source.placeOf(Math.max(0, at)).line;
  }
}
