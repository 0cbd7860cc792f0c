/** Which cells a repository's own Python uses: PEFT configurations, quantizations, models and tasks, each with its place. */
import type { SyntaxNode } from '@lezer/common';
import { own } from '../domain/own.ts';
import { isTooDeep } from './depth.ts';
import {
  ARCHITECTURE_OF_CLASS,
  architectureOfModel,
  METHOD_OF_CONFIG,
  type Rule,
  TASK_OF_CLASS,
  TASK_OF_TYPE,
} from './known-names.ts';
import {
  assignmentsOf,
  type Call,
  callOf,
  nodesOf,
  type PythonFile,
  parsePython,
  stringValue,
  textOf,
} from './python-tree.ts';

/** One thing that was seen, and where. */
export interface Seen {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** What one file says. Axes that it does not mention are empty; `unsure` are sentences about what could not be told. */
export interface CodeUse {
  readonly file: string;
  readonly methods: readonly Seen[];
  readonly quantizations: readonly Seen[];
  readonly architectures: readonly Seen[];
  readonly tasks: readonly Seen[];
  readonly unsure: readonly Seen[];
}

/** A file that does not name PEFT, or what re-exports it, uses no cell; most files are passed over by this. */
const WORTH_PARSING = /\bpeft\b|\bunsloth\b|\btrl\b/;

export function readCode(file: string, content: string): CodeUse | undefined {
  if (!WORTH_PARSING.test(content)) return undefined;
  if (isTooDeep(content)) {
    const unsure = [{ file, line: 1, value: 'the file is nested too deeply to be read' }];
    return { file, methods: [], quantizations: [], architectures: [], tasks: [], unsure };
  }
  const source = parsePython(content);
  const reader = new CodeReader(file, source);
  for (const node of nodesOf(source, 'CallExpression')) reader.read(callOf(source, node));
  return reader.found();
}

class CodeReader {
  readonly #assigned: ReadonlyMap<string, SyntaxNode>;
  readonly #imported: ReadonlySet<string>;
  readonly #methods: Seen[] = [];
  readonly #quantizations: Seen[] = [];
  readonly #architectures: Seen[] = [];
  readonly #tasks: Seen[] = [];
  readonly #unsure: Seen[] = [];

  constructor(
    private readonly file: string,
    private readonly source: PythonFile,
  ) {
    this.#assigned = assignmentsOf(source);
    this.#imported = importedFrom(source, /^(peft|transformers|torchao|diffusers|trl|unsloth)(\.|$)/);
  }

  read(call: Call): void {
    const name = call.name.split('.').at(-1) ?? '';
    // A class of the same name that the file defines or imports from elsewhere is another one.
    if (call.name.includes('.') || this.#imported.has(name)) {
      const method = own(METHOD_OF_CONFIG, name);
      if (method) this.#readMethod(call, method);
      const quantization = own(QUANTIZATION_OF_CONFIG, name);
      if (quantization) this.#readQuantization(call, quantization);
    }
    if (/\.from_pretrained$/.test(call.name)) this.#readModel(call);
  }

  found(): CodeUse | undefined {
    const use = {
      file: this.file,
      methods: this.#methods,
      quantizations: this.#quantizations,
      architectures: this.#architectures,
      tasks: this.#tasks,
      unsure: this.#unsure,
    };
    // Without a method of PEFT a file uses no cell, whatever it loads.
    return this.#methods.length > 0 ? use : undefined;
  }

  #readMethod(call: Call, { name, variants }: Rule): void {
    const variant = variants.find(({ keyword, is }) => this.#values(call.keywords.get(keyword)).includes(is));
    this.#note(this.#methods, call.node, variant ? `${name}+${variant.name}` : name);
    for (const text of this.#values(call.keywords.get('task_type'))) {
      const task = own(TASK_OF_TYPE, text.replace(/^.*\./, ''));
      if (task) this.#note(this.#tasks, call.node, task);
      else this.#note(this.#unsure, call.node, `the task type \`${text.slice(0, 60)}\` is not known`);
    }
  }

  #readQuantization(call: Call, read: (values: (keyword: string) => readonly string[]) => string | undefined): void {
    const name = read((keyword) => this.#values(call.keywords.get(keyword)));
    if (name === undefined)
      this.#note(this.#unsure, call.node, `\`${call.name}\` is set by values that are not in the source`);
    else if (name !== '') this.#note(this.#quantizations, call.node, name);
  }

  #readModel(call: Call): void {
    const parts = call.name.split('.');
    const loader = parts.at(-2) ?? '';
    if (/Tokenizer|Processor|Config$/.test(loader)) return;
    for (const [keyword, quantization] of [
      ['load_in_8bit', 'bnb-int8'],
      ['load_in_4bit', 'bnb-fp4'],
    ] as const)
      if (this.#values(call.keywords.get(keyword)).includes('True'))
        this.#note(this.#quantizations, call.node, quantization);
    const task = TASK_OF_CLASS.find(([suffix]) => loader.endsWith(suffix))?.[1];
    if (task === undefined && !/^Auto|^Peft|Model$/.test(loader)) return;
    if (task) this.#note(this.#tasks, call.node, task);
    const ofClass = ARCHITECTURE_OF_CLASS.find(([prefix]) => loader.startsWith(prefix))?.[1];
    const ids = this.#values(call.positional[0] ?? call.keywords.get('pretrained_model_name_or_path'));
    const known = ofClass ? [ofClass] : ids.flatMap((id) => architectureOfModel(id) ?? []);
    for (const architecture of known) this.#note(this.#architectures, call.node, architecture);
    if (known.length > 0) return;
    const what =
      ids.length > 0
        ? `the architecture of \`${ids[0]?.slice(0, 80)}\` is not known`
        : 'which model is loaded is not in the source';
    this.#note(this.#unsure, call.node, what);
  }

  #note(list: Seen[], node: SyntaxNode, value: string): void {
    list.push({ value, file: this.file, line: this.source.placeOf(node.from).line });
  }

  /** What an expression can be, as far as the file says: literals, names assigned once, defaults of arguments and fields. */
  #values(node: SyntaxNode | undefined, depth = 0): readonly string[] {
    if (node === undefined || depth > 4) return [];
    const text = stringValue(this.source, node);
    if (text !== undefined) return [text];
    const written = textOf(this.source, node);
    switch (node.name) {
      case 'Boolean':
      case 'None':
      case 'Number':
        return [written];
      case 'VariableName':
        return this.#values(this.#assigned.get(written), depth + 1);
      case 'MemberExpression': {
        if (/^(\w+\.)*(TaskType|PeftType)\.\w+$/.test(written)) return [written];
        const attribute = written.split('.').at(-1) ?? '';
        return this.#defaults.get(attribute) ?? [];
      }
      default:
        return [];
    }
  }

  /** Defaults of command line arguments and of fields, by name: what runs when nobody says otherwise. */
  get #defaults(): ReadonlyMap<string, readonly string[]> {
    this.#known ??= this.#readDefaults();
    return this.#known;
  }
  #known: ReadonlyMap<string, readonly string[]> | undefined;

  #readDefaults(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    for (const node of nodesOf(this.source, 'CallExpression')) {
      const call = callOf(this.source, node);
      const flag = call.positional.map((one) => stringValue(this.source, one)).find((one) => one?.startsWith('--'));
      const fallback = stringValue(this.source, call.keywords.get('default'));
      if (call.name.endsWith('add_argument') && flag && fallback)
        found.set(flag.slice(2).replaceAll('-', '_'), [fallback]);
    }
    for (const node of nodesOf(this.source, 'AssignStatement')) {
      const name = node.getChild('VariableName');
      if (!name || !node.getChild('TypeDef')) continue;
      const call = node.getChild('CallExpression');
      const value = call ? callOf(this.source, call).keywords.get('default') : (node.lastChild ?? undefined);
      const text = stringValue(this.source, value);
      if (text !== undefined) found.set(textOf(this.source, name), [text]);
    }
    return found;
  }
}

type QuantizationReader = (values: (keyword: string) => readonly string[]) => string | undefined;

/** Quantization configuration -> the quantization that it asks for; '' for none, undefined where that cannot be told. */
const QUANTIZATION_OF_CONFIG: Readonly<Record<string, QuantizationReader>> = {
  BitsAndBytesConfig: (values) => {
    if (values('load_in_8bit').includes('True')) return 'bnb-int8';
    if (!values('load_in_4bit').includes('True')) return undefined;
    // transformers' own default is fp4. https://huggingface.co/docs/transformers/main_classes/quantization
    return `bnb-${values('bnb_4bit_quant_type')[0] ?? 'fp4'}`;
  },
  HqqConfig: () => 'hqq-int4',
  GPTQConfig: () => 'gptq-int4',
  AwqConfig: () => 'awq-int4',
  EetqConfig: () => 'eetq-int8',
  AqlmConfig: () => 'aqlm-2bit',
  QuantoConfig: (values) => {
    const [weights] = values('weights');
    return weights === 'int8' || weights === 'int4' ? `quanto-${weights}` : undefined;
  },
  TorchAoConfig: (values) => (values('quant_type')[0] === 'int8_weight_only' ? 'torchao-int8wo' : undefined),
};

/** Names that a file imports from some modules. */
function importedFrom(source: PythonFile, modules: RegExp): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesOf(source, 'ImportStatement')) {
    const found = /^from\s+([\w.]+)\s+import\s+([\s\S]*)$/.exec(textOf(source, node));
    if (!found?.[1] || !modules.test(found[1])) continue;
    for (const one of (found[2] ?? '')
      .replace(/[()\\]/g, ' ')
      .replace(/#.*$/gm, '')
      .split(','))
      names.add(
        one
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '',
      );
  }
  return names;
}
