/** Calls that load a model: its architecture, its task, and what they say of its quantization. */
import type { SyntaxNode } from '@lezer/common';
import { own } from '../../domain/own.ts';
import type { Written } from '../../domain/own-configuration.ts';
import type { CodeFile, ScopedCall } from './code-file.ts';
import { type Axis, type ModelFact, OPEN } from './fact.ts';
import { ARCHITECTURE_OF_CLASS, architectureOfModel, quantizationOfModel, TASK_OF_CLASS } from './known-names.ts';
import { writtenIn } from './literals.ts';
import { isTrue, type Value } from './values.ts';

/** What is loaded by a `from_pretrained` that loads no model that can be trained. */
const NO_MODEL = /Tokenizer|Processor|FeatureExtractor|Config$|Scheduler|^PeftModel|Autoencoder|^VAE/;

/** The path of the loader that is called, `AutoModelForCausalLM.from_pretrained`; undefined where it is none. */
export function loaderOf(file: CodeFile, call: ScopedCall): readonly string[] | undefined {
  const path = call.name.split('.');
  if (path.at(-1) === 'from_pretrained') return path;
  // `load = AutoModelForCausalLM.from_pretrained`, called by that name.
  const assigned = path.length > 1 ? [] : file.values.assigned(call.name, call.scope);
  const written = assigned.map((node) => file.textOf(node));
  return written.find((text) => /^[\w.]+\.from_pretrained$/.test(text))?.split('.');
}

/** `path` is that of the loader. */
export function readModel(file: CodeFile, call: ScopedCall, path: readonly string[]): void {
  const loader = file.nameOf(path.slice(0, -1).join('.')) ?? path.at(-2) ?? '';
  const isOurs = file.nameOf(path[0] ?? '') !== undefined;
  if (/^(Auto)?PeftModel/.test(loader) && isOurs)
    file.adapters.push({ method: '*', task: OPEN, isSure: false, ...file.placeOf(call) });
  if (NO_MODEL.test(loader)) return;
  const task = TASK_OF_CLASS.find(([pattern]) => pattern.test(loader))?.[1];
  if ((!/^Auto|^Fast/.test(loader) && !isOurs) || task === undefined) return;
  const id =
    call.positional[0] ?? call.keywords.get('pretrained_model_name_or_path') ?? call.keywords.get('model_name');
  const ofClass = ARCHITECTURE_OF_CLASS.find(([pattern]) => pattern.test(loader))?.[1];
  noteModel(file, call, {
    ids: file.values.of(id, call.scope),
    ofClass,
    task,
    said: quantizationIn(file, call, loader),
    written: loadedWith(file, call),
  });
}

/** Keywords of `from_pretrained` that change what is computed, by their older names where there are two. */
const LOADING: Readonly<Record<string, string>> = {
  torch_dtype: 'torch_dtype',
  dtype: 'torch_dtype',
  attn_implementation: 'attn_implementation',
  use_cache: 'use_cache',
};

function loadedWith(file: CodeFile, call: ScopedCall): readonly Written[] {
  const named = [...file.keywordsOf(call).given].flatMap(([keyword, node]) => {
    const argument = own(LOADING, keyword);
    return argument === undefined ? [] : [[argument, node] as const];
  });
  return writtenIn(file, new Map(named), call.scope);
}

/** What a call says of the model that it loads. */
interface Loaded {
  /** Names of the model. */
  readonly ids: Value;
  readonly task: string;
  /** The architecture that the class itself names. */
  readonly ofClass?: string | undefined;
  readonly said: ModelFact['quantization'];
  readonly written?: readonly Written[];
}

export function noteModel(file: CodeFile, call: ScopedCall, loaded: Loaded): void {
  const { ids, ofClass, task, said, written = [] } = loaded;
  const names = ids.texts.filter((text) => text !== 'None' && text !== '');
  const architecture = ofClass ? { values: [ofClass], isSure: true } : architectureOf(names, ids.isSure);
  const byName = names.flatMap((text) => quantizationOfModel(text) ?? []);
  const quantization = byName.length > 0 ? { values: [...new Set(byName)], isSure: ids.isSure } : said;
  const [model] = names;
  file.models.push({
    architecture,
    quantization,
    ...file.placeOf(call),
    ...(model && { model }),
    ...(written.length > 0 && { written, at: file.placeText(call) }),
    task: { values: [task], isSure: true },
  });
  if (architecture.values.length > 0) return;
  const isNamed = model !== undefined && model !== '';
  file.doubt(call, isNamed ? `the architecture of \`${model.slice(0, 80)}\` is not known` : UNNAMED);
}

const UNNAMED = 'which model is loaded is not in the source';

/** The architecture of the models that are named, where that of each is known. */
function architectureOf(names: readonly string[], isSure: boolean): Axis {
  const known = names.flatMap((name) => architectureOfModel(name) ?? []);
  const values = known.length === names.length ? [...new Set(known)] : [];
  return { values, isSure: isSure && known.length > 0 };
}

/** What a call that loads a model says of its quantization. A configuration goes before keywords that say the same once more. */
function quantizationIn(file: CodeFile, call: ScopedCall, loader: string): ModelFact['quantization'] {
  const spread = call.positional.findIndex(({ name }) => name === '**');
  const table = spread < 0 ? undefined : call.positional[spread + 1];
  const more = table ? file.spread(table, call.scope) : new Map<string, SyntaxNode>();
  const given = (keyword: string) => call.keywords.get(keyword) ?? more?.get(keyword);
  const value = (keyword: string) => file.values.of(given(keyword), call.scope);
  const isUnsloth = /^Fast/.test(loader);
  if (given('quantization_config') !== undefined) {
    const { isSure, texts } = value('quantization_config');
    if (!isSure || texts.some((text) => text !== 'None')) return 'named elsewhere';
  }
  for (const [keyword, name] of [
    ['load_in_8bit', 'bnb-int8'],
    ['load_in_4bit', isUnsloth ? 'bnb-nf4' : 'bnb-fp4'],
  ] as const) {
    if (given(keyword) === undefined) continue;
    const { isSure, texts } = value(keyword);
    if (!isSure) return { values: [name], isSure: false };
    if (texts.every(isTrue)) return { values: [name], isSure: true };
    if (isUnsloth && keyword === 'load_in_4bit') return 'none';
  }
  // unsloth loads in 4 bits unless it is told otherwise.
  if (isUnsloth && !given('load_in_4bit')) return { values: ['bnb-nf4'], isSure: more !== undefined };
  return more === undefined ? OPEN : 'none';
}
