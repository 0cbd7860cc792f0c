/** What a probe left of one cell, put beside the model that it should be. */
import { z } from 'zod';
import { type Adapter, readAdapter } from './adapter.ts';
import { AdapterConfiguration, NotCovered } from './adapter-configuration.ts';
import { ARCHITECTURES, type Architecture, Configuration, isTurned, TASKS_OF_GRAPHS } from './architectures.ts';
import type { Text } from './forward.ts';
import { layerPath, type Model, modulesOf } from './model.ts';
import { type Integers, ShapeError, type Tensor, turned } from './tensor.ts';
import type { TensorFile } from './tensor-file.ts';

/** The files of one cell. `checkpoint` and `configuration` are the base model's. */
export interface CellFiles {
  readonly task: string;
  readonly configuration: unknown;
  readonly checkpoint: TensorFile;
  readonly adapter?: { readonly configuration: unknown; readonly tensors: TensorFile };
  /** Texts, logits, generated tokens, and base weights where they are not the checkpoint's. */
  readonly judged: TensorFile;
}

export interface Evidence {
  readonly model: Model;
  readonly text: Text;
  /** [real places, vocabulary], or [rows, labels]. */
  readonly logits: Tensor;
  /** Prompts followed by what was generated from them. */
  readonly generated?: { readonly tokens: readonly (readonly number[])[]; readonly prompt: number };
}

const LONGEST_TEXT = 4096;

/** Throws NotFinite where its logits or its saved adapter are; NotCovered, ShapeError or another TensorFileError where nothing can be said. */
export function evidenceOf(files: CellFiles): Evidence {
  const { judged } = files;
  // Before all that may not be covered: logits that are no numbers are wrong, whatever they should be.
  const logits = judged.floats('logits');
  const model = modelOf(files);
  const ids = rowsOf(judged.integers('ids'));
  const mask = rowsOf(judged.integers('mask'));
  const text = { ids: inVocabulary(ids, files.configuration), mask };
  requireText(text, model, logits);
  if (!judged.has('tokens')) return { model, text, logits };
  const tokens = inVocabulary(rowsOf(judged.integers('tokens')), files.configuration);
  const prompt = judged.integers('prompts').shape[1] ?? 0;
  if (prompt < 1 || prompt >= (tokens[0]?.length ?? 0))
    throw new ShapeError(`a prompt of ${prompt} tokens is not the beginning of ${tokens[0]?.length ?? 0}`);
  return { model, text, logits, generated: { tokens, prompt } };
}

/** A mask for each token, and logits for each row or each token that the mask shows. */
function requireText({ ids, mask }: Text, { task }: Model, logits: Tensor): void {
  const [rows, places] = [ids.length, ids[0]?.length ?? 0];
  if (mask.length !== rows || (mask[0]?.length ?? 0) !== places)
    throw new ShapeError(`a mask of [${mask.length}, ${mask[0]?.length ?? 0}] for tokens of [${rows}, ${places}]`);
  if (mask.flat().some((seen) => seen !== 0 && seen !== 1)) throw new ShapeError('a mask is of other than 0 and 1');
  const expected = task === 'seq-cls' ? rows : mask.flat().filter((seen) => seen === 1).length;
  if (logits.shape.length !== 2 || logits.shape[0] !== expected)
    throw new ShapeError(`logits of [${logits.shape.join(', ')}] where ${expected} rows are expected`);
}

function modelOf({ task, configuration, checkpoint, adapter, judged }: CellFiles): Model {
  const read = parsed(Configuration, configuration);
  const architecture = ARCHITECTURES.get(read.model_type);
  if (architecture === undefined) throw new NotCovered(`there is no graph for ${read.model_type}`);
  if (!TASKS_OF_GRAPHS.includes(task)) throw new NotCovered(`there is no graph for ${task}`);
  const known = new Map<string, Tensor | undefined>();
  const base = (name: string) => {
    if (!known.has(name)) known.set(name, baseTensor(name, architecture, checkpoint, judged));
    return known.get(name);
  };
  const model = { architecture, shape: architecture.shape(read), task, base };
  if (adapter === undefined) return model;
  const whole = {
    ...model,
    adapter: readAdapter(parsed(AdapterConfiguration, adapter.configuration), adapter.tensors),
  };
  requireUse(whole);
  return whole;
}

/** What the graphs would pass over in silence must not be judged. */
function requireUse(model: Model & { readonly adapter: Adapter }): void {
  const { changes, adaptions, replaced, rows } = model.adapter;
  const modules = modulesOf(model);
  const { embedding, head } = model.architecture;
  const tables = [`${embedding}.weight`, `${head.matrix}.weight`];
  const attentions = Array.from(
    { length: model.shape.layers },
    (_, n) => layerPath(model, n) + model.architecture.adaption,
  );
  const unused = [
    ...[...changes.keys()].filter((module) => !modules.has(module)),
    ...[...adaptions.keys()].filter((module) => !attentions.includes(module)),
    ...[...rows.keys()].filter((name) => !tables.includes(name)),
    ...[...replaced.keys()].filter((name) => !modules.has(name.replace(/\.(weight|bias)$/, ''))),
  ];
  if (unused.length > 0) throw new NotCovered(`the adapter changes ${unused[0]}, which no graph here has`);
}

/** Quantized weights are left as what they stand for, since no checkpoint has them: as [out, in], whatever it stores. */
function baseTensor(
  name: string,
  architecture: Architecture,
  checkpoint: TensorFile,
  judged: TensorFile,
): Tensor | undefined {
  if (judged.has(`base.${name}`)) {
    const stands = judged.floats(`base.${name}`);
    return isTurned(architecture, name) ? turned(stands) : stands;
  }
  return checkpoint.has(name) ? checkpoint.floats(name) : undefined;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new NotCovered(`a configuration cannot be read: ${z.prettifyError(result.error)}`);
  return result.data;
}

function rowsOf({ shape, values }: Integers): readonly (readonly number[])[] {
  const [rows, places] = shape;
  if (shape.length !== 2 || rows === undefined || places === undefined || !isText(rows * places))
    throw new ShapeError(`[${shape.join(', ')}] are no rows of tokens`);
  return Array.from({ length: rows }, (_, row) => values.slice(row * places, (row + 1) * places));
}

function isText(tokens: number): boolean {
  return tokens > 0 && tokens <= LONGEST_TEXT;
}

function inVocabulary(rows: readonly (readonly number[])[], configuration: unknown): readonly (readonly number[])[] {
  const { vocab_size } = parsed(Configuration, configuration);
  if (rows.flat().some((id) => !Number.isInteger(id) || id < 0 || id >= vocab_size))
    throw new ShapeError('a token is not in the vocabulary');
  return rows;
}
