/** A model of one architecture with its adapter: every weight that a graph is fed, with or without a departure. */

import type { Adapter, Rows } from './adapter.ts';
import { NotCovered } from './adapter-configuration.ts';
import { ACTIVATIONS, type Architecture, isTurned, type LinearAt, type Shape } from './architectures.ts';
import type { Departure, KeyValue } from './departure.ts';
import type { Linear } from './formula.ts';
import { filled, mapped, matrixOf, reshaped, ShapeError, slice, type Tensor, tensor, turned } from './tensor.ts';

export interface Model {
  readonly architecture: Architecture;
  readonly shape: Shape;
  readonly task: string;
  readonly adapter?: Adapter;
  /** A tensor of the base model by its name in the checkpoint; undefined where it has none. */
  readonly base: (name: string) => Tensor | undefined;
}

export function layerPath({ architecture }: Model, layer: number): string {
  return architecture.path.replace('{n}', String(layer));
}

/** Every module that an adapter may change. */
export function modulesOf(model: Model): ReadonlySet<string> {
  const { architecture, shape } = model;
  const layers = Array.from({ length: shape.layers }, (_, layer) => layerPath(model, layer));
  const experts = Array.from({ length: shape.experts }, (_, n) =>
    ['w1', 'w2', 'w3'].map((name) => `block_sparse_moe.experts.${n}.${name}`),
  ).flat();
  const router = shape.experts > 0 ? ['block_sparse_moe.gate'] : [];
  const linears = Object.values(architecture.linears).map(({ module }) => module);
  const inLayer = [...linears, ...Object.values(architecture.norms), ...experts, ...router];
  const { classifier, head, embedded } = architecture;
  const outside = [head.matrix, head.norm, embedded?.norm, classifier?.module, classifier?.pooler].flatMap(
    (module) => module ?? [],
  );
  return new Set([...layers.flatMap((path) => inLayer.map((module) => path + module)), ...outside]);
}

/** A checkpoint is read by many cells: its matrices are turned once. */
const TURNED = new WeakMap<Tensor, Tensor>();

function turnedOnce(stored: Tensor): Tensor {
  const known = TURNED.get(stored) ?? turned(stored);
  TURNED.set(stored, known);
  return known;
}

/** A linear map of the base model, [out, in] whatever way the checkpoint stores it. */
function baseLinear(model: Model, module: string): Linear {
  const stored = tensorOf(model, `${module}.weight`);
  const weight = isTurned(model.architecture, module) ? turnedOnce(stored) : stored;
  return { weight, bias: optional(model, `${module}.bias`) ?? filled([weight.shape[0] ?? 0], 0) };
}

/** One module can be several maps of a layer, and is changed once for all of them. */
const CHANGED = new WeakMap<Model, WeakMap<Departure, Map<string, Linear>>>();

/** The same with what the adapter makes of it. */
export function linear(model: Model, module: string, departure: Departure): Linear {
  const ofModel = CHANGED.get(model) ?? new WeakMap<Departure, Map<string, Linear>>();
  const known = ofModel.get(departure) ?? new Map<string, Linear>();
  CHANGED.set(model, ofModel.set(departure, known));
  const found = known.get(module) ?? changed(model, module, baseLinear(model, module), departure);
  known.set(module, found);
  return found;
}

function changed(model: Model, module: string, base: Linear, departure: Departure): Linear {
  const source = departure.changeOf === undefined ? module : departure.changeOf(module);
  const change = source === undefined ? undefined : model.adapter?.changes.get(source);
  return change === undefined ? base : change(base, departure);
}

/** A map inside a layer; where one module makes three, its part. */
export function layerLinear(model: Model, layer: number, at: LinearAt, departure: Departure): Linear {
  const whole = linear(model, layerPath(model, layer) + at.module, departure);
  if (at.part === undefined) return whole;
  const [from, to] = rowsOf(at.part, model.shape, whole.weight.shape[0] ?? 0);
  return { weight: slice(whole.weight, from, to), bias: slice(whole.bias, from, to) };
}

/** Where the part of a map lies that makes several things together. */
function rowsOf(part: NonNullable<LinearAt['part']>, shape: Shape, rows: number): readonly [number, number] {
  const [query, key] = [shape.heads * shape.headSize, shape.keyHeads * shape.headSize];
  const places = {
    query: [0, query],
    key: [query, query + key],
    value: [query + key, query + 2 * key],
    'first-half': [0, rows / 2],
    'second-half': [rows / 2, rows],
  } as const;
  return places[part];
}

/** A norm as a map of each place by itself, with what the adapter makes of it. */
export function norm(model: Model, module: string, departure: Departure): Linear {
  const weight = tensorOf(model, `${module}.weight`);
  const stored = { weight, bias: optional(model, `${module}.bias`) ?? filled(weight.shape, 0) };
  const made = changed(model, module, stored, departure);
  if (model.architecture.normsFromOne !== true) return made;
  return { ...made, weight: mapped(made.weight, (number) => number + 1) };
}

/** A tensor that the adapter replaced, else the base model's. Throws NotCovered where there is none. */
export function tensorOf(model: Model, name: string): Tensor {
  const found = optional(model, name);
  if (found === undefined) throw new NotCovered(`the base model has no ${name}`);
  return found;
}

function optional(model: Model, name: string): Tensor | undefined {
  const found = model.adapter?.replaced.get(name) ?? model.base(name);
  const rows = model.adapter?.rows.get(name);
  return found === undefined || rows === undefined ? found : withRows(found, rows);
}

/** A table with some of its rows replaced. Throws ShapeError where it has no such row. */
function withRows(table: Tensor, { places, values }: Rows): Tensor {
  const [rows, width] = matrixOf(table);
  if (matrixOf(values)[1] !== width || places.some((place) => place >= rows))
    throw new ShapeError('trained tokens do not fit into their table');
  const made = table.values.slice();
  for (const [at, place] of places.entries())
    made.set(values.values.subarray(at * width, (at + 1) * width), place * width);
  return tensor(table.shape, made);
}

/** The map to the vocabulary, which may be the embedding again, or to the labels. */
export function headLinear(model: Model, departure: Departure): Linear {
  const { architecture, task } = model;
  if (task !== 'causal-lm') return classifierLinear(model, departure);
  const { matrix } = architecture.head;
  if (model.base(`${matrix}.weight`) !== undefined) return linear(model, matrix, departure);
  const trained = model.adapter?.rows.get(`${matrix}.weight`);
  const own = tensorOf(model, `${architecture.embedding}.weight`);
  const weight = trained === undefined ? own : withRows(own, trained);
  return { weight, bias: filled([weight.shape[0] ?? 0], 0) };
}

function classifierLinear(model: Model, departure: Departure): Linear {
  const { classifier } = model.architecture;
  if (classifier === undefined) throw new NotCovered(`there is no graph for ${model.task} here`);
  const hasBias = model.architecture.head.matrix === classifier.module;
  const fresh = freshHead(model.shape.width, hasBias);
  if (departure.head === 'new') return fresh;
  const saved = model.adapter?.replaced.get(`${classifier.module}.weight`);
  if (saved === undefined) return fresh;
  return { weight: saved, bias: model.adapter?.replaced.get(`${classifier.module}.bias`) ?? fresh.bias };
}

const LABELS = 2;

/** What the probe puts into a head that the checkpoint lacks: sines of 0, 1, 2, ... at a fifth of their size. */
function freshHead(width: number, hasBias: boolean): Linear {
  const sines = (length: number) => Float32Array.from({ length }, (_, place) => Math.fround(Math.sin(place)) * 0.2);
  return {
    weight: tensor([LABELS, width], sines(LABELS * width)),
    bias: tensor([LABELS], hasBias ? sines(LABELS) : new Float32Array(LABELS)),
  };
}

/** Prefix keys and values [key heads, places, head size] by layer; of no places where there is no prefix. */
export function prefixes(model: Model, departure: Departure): readonly KeyValue[] {
  const flat = model.adapter?.prefix;
  const { layers, keyHeads, headSize } = model.shape;
  const empty = tensor([keyHeads, 0, headSize], new Float32Array());
  if (flat === undefined) return Array.from({ length: layers }, () => ({ key: empty, value: empty }));
  const made = Array.from({ length: layers }, (_, layer) => ({
    key: prefixPart(flat, 2 * layer, model.shape),
    value: prefixPart(flat, 2 * layer + 1, model.shape),
  }));
  return departure.prefix === undefined ? made : departure.prefix(made);
}

/** The `place`-th of [tokens, 2 layers, key heads, head size], turned to [key heads, tokens, head size]. */
function prefixPart(flat: Tensor, place: number, { layers, keyHeads, headSize }: Shape): Tensor {
  const tokens = flat.shape[0] ?? 0;
  const parts = reshaped(flat, tokens, 2 * layers, keyHeads, headSize).values;
  const values = new Float32Array(keyHeads * tokens * headSize);
  for (let head = 0; head < keyHeads; head += 1)
    for (let token = 0; token < tokens; token += 1) {
      const from = ((token * 2 * layers + place) * keyHeads + head) * headSize;
      values.set(parts.subarray(from, from + headSize), (head * tokens + token) * headSize);
    }
  return tensor([keyHeads, tokens, headSize], values);
}

/** Virtual tokens [tokens, width]; none where there are none. */
export function virtualTokens(model: Model, departure: Departure): Tensor {
  const tokens = model.adapter?.virtual ?? filled([0, model.shape.width], 0);
  return departure.virtual === undefined ? tokens : departure.virtual(tokens);
}

export function activationShares({ activation }: Shape): Tensor {
  return tensor(
    [ACTIVATIONS.length],
    Float32Array.from(ACTIVATIONS, (name) => (name === activation ? 1 : 0)),
  );
}

/** The shape of a model as a departure has it. */
export function shapeOf(model: Model, departure: Departure): Shape {
  return departure.shape === undefined ? model.shape : { ...model.shape, ...departure.shape(model.shape) };
}
