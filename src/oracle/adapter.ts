/** An adapter as PEFT saved it: its configuration and its tensors, sorted by the module that they belong to. */
import { type AdapterConfiguration, NotCovered } from './adapter-configuration.ts';
import type { Formula, LinearChange } from './formula.ts';
import { FORMULAS } from './formulas.ts';
import { expertChanges } from './fused-experts.ts';
import { type Tensor, tensor } from './tensor.ts';
import type { TensorFile } from './tensor-file.ts';

export interface Adaption {
  readonly prompt: Tensor;
  readonly gate: number;
}

/** `values` [rows, width] stand at `places` of a table. */
export interface Rows {
  readonly places: readonly number[];
  readonly values: Tensor;
}

export interface Adapter {
  readonly configuration: AdapterConfiguration;
  /** Module -> what becomes of its weight and bias. */
  readonly changes: ReadonlyMap<string, LinearChange>;
  /** Module of an attention -> its prompt [tokens, width] and gate. */
  readonly adaptions: ReadonlyMap<string, Adaption>;
  /** Tensors that take the place of the base model's, by their name there. */
  readonly replaced: ReadonlyMap<string, Tensor>;
  /** Rows that take the place of some in a table of the base model, by its name there. */
  readonly rows: ReadonlyMap<string, Rows>;
  /** Virtual tokens [tokens, width]. */
  readonly virtual?: Tensor;
  /** Keys and values of all layers, flat: [tokens, layers x 2 x key heads x head size]. */
  readonly prefix?: Tensor;
}

const PREFIX_OF_PEFT = /^base_model\.(model\.)?/;

/** Throws NotCovered for a method, a setting or a tensor without a formula. */
export function readAdapter(configuration: AdapterConfiguration, file: TensorFile): Adapter {
  const formula = FORMULAS.get(configuration.peft_type);
  if (formula === undefined) throw new NotCovered(`there is no formula for ${configuration.peft_type}`);
  const parts = sorted(formula, file);
  const shared = parts.modules.get('') ?? new Map<string, Tensor>();
  const changes = new Map<string, LinearChange>();
  for (const [module, tensors] of parts.modules) {
    if (module === '' || formula.change === undefined) continue;
    const saved = { configuration, tensors, shared, module };
    const changed = expertChanges(saved, formula.change) ?? [[module, formula.change(saved)] as const];
    for (const [name, change] of changed) changes.set(name, change);
  }
  return {
    configuration,
    changes,
    adaptions: adaptionsOf(parts.modules),
    replaced: parts.replaced,
    rows: rowsOf(configuration, parts.rows),
    ...virtualOf(configuration, shared),
  };
}

interface Parts {
  readonly modules: Map<string, Map<string, Tensor>>;
  readonly replaced: Map<string, Tensor>;
  /** Rows of trained tokens, by the table that they belong to. */
  readonly rows: Map<string, Tensor>;
}

/** What PEFT puts around a module whose bias or whole it trains. */
const AROUND = /\.(?:base_layer|modules_to_save)\./;
const TRAINED_ROWS = /^(.*?)(?:\.token_adapter)?\.trainable_tokens_delta$/;
/** Names within a part that tell its tensors apart. */
const WITHIN: readonly string[] = ['bias', 'Xd', 'Xu', 'X', 'zeros'];

/** Tensors by module and by the name of their part; what is no part of the method takes a base tensor's place. */
function sorted(formula: Formula, file: TensorFile): Parts {
  const parts: Parts = { modules: new Map(), replaced: new Map(), rows: new Map() };
  for (const name of file.names) {
    const plain = name.replace(PREFIX_OF_PEFT, '');
    const table = TRAINED_ROWS.exec(plain)?.[1];
    if (table !== undefined) {
      parts.rows.set(`${table}.weight`, file.floats(name));
      continue;
    }
    if (plain.includes('.original_module.')) continue;
    const words = plain.split('.');
    const at = words.findIndex((word) => formula.parts.includes(word));
    if (at < 0) {
      parts.replaced.set(plain.replace(AROUND, '.'), file.floats(name));
      continue;
    }
    const module = words.slice(0, at).join('.');
    const part = [words[at], ...words.slice(at + 1).filter((word) => WITHIN.includes(word))].join('.');
    const tensors = parts.modules.get(module) ?? new Map<string, Tensor>();
    parts.modules.set(module, tensors.set(part, numbersIn(file, name)));
  }
  return parts;
}

/** Which tokens were trained is said once, or for each table by its name. */
function rowsOf(
  { token_indices, trainable_token_indices }: AdapterConfiguration,
  saved: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Rows> {
  const said = token_indices ?? trainable_token_indices ?? [];
  const rows = new Map<string, Rows>();
  for (const [name, values] of saved) {
    const table = name.split('.').at(-2) ?? '';
    const places = Array.isArray(said) ? said : (new Map(Object.entries(said)).get(table) ?? []);
    if (places.length !== values.shape[0]) throw new NotCovered(`the trained tokens of ${name} are not said`);
    rows.set(name, { places, values });
  }
  return rows;
}

/** Some methods save the places of numbers beside the numbers. */
function numbersIn(file: TensorFile, name: string): Tensor {
  if (file.kindOf(name) !== 'integers') return file.floats(name);
  const { shape, values } = file.integers(name);
  return tensor(shape, Float32Array.from(values));
}

function adaptionsOf(modules: ReadonlyMap<string, ReadonlyMap<string, Tensor>>): ReadonlyMap<string, Adaption> {
  const adaptions = new Map<string, Adaption>();
  for (const [module, tensors] of modules) {
    const prompt = tensors.get('adaption_prompt');
    const gate = tensors.get('adaption_gate')?.values[0];
    if (prompt !== undefined && gate !== undefined)
      adaptions.set(module, { prompt: { shape: prompt.shape.slice(-2), values: prompt.values }, gate });
  }
  return adaptions;
}

/** What is saved are keys and values of all layers. */
const PREFIXES: readonly string[] = ['PREFIX_TUNING', 'CARTRIDGE'];

function virtualOf(
  { peft_type }: AdapterConfiguration,
  shared: ReadonlyMap<string, Tensor>,
): Pick<Adapter, 'virtual' | 'prefix'> {
  const tokens = shared.get('prompt_embeddings');
  if (tokens === undefined) return {};
  return PREFIXES.includes(peft_type) ? { prefix: tokens } : { virtual: tokens };
}
