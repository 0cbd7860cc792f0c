/** What a graph is fed: each input by its name. */

import type { Departure, KeyValue } from './departure.ts';
import { activationShares, layerLinear, layerPath, linear, type Model, norm, prefixes, shapeOf } from './model.ts';
import {
  filled,
  type Integers,
  matmul,
  reshaped,
  ShapeError,
  slice,
  stacked,
  type Tensor,
  tensor,
  turned,
} from './tensor.ts';

export type Feeds = ReadonlyMap<string, Tensor | Integers>;

/** The inputs of every layer that do not depend on the text, one map a layer. */
export function layerFeeds(model: Model, departure: Departure): readonly Feeds[] {
  const shape = shapeOf(model, departure);
  const before = prefixes(model, departure);
  const shared: readonly [string, Tensor | Integers][] = [
    ['epsilon', number(shape.epsilon)],
    ['head.size', integers([shape.headSize])],
    ['groups', integers(shape.groups)],
    ['attention.scale', number(shape.scale)],
    ['attention.cap', number(shape.scoreCap)],
    ['activation', activationShares(shape)],
    ['chosen', integers([shape.chosenExperts])],
  ];
  return Array.from(
    { length: shape.layers },
    (_, layer) =>
      new Map<string, Tensor | Integers>([
        ...shared,
        ...linears(model, layer, departure),
        ...norms(model, layer, departure),
        ...prefixFeeds(before[layer]),
        ...adaptionFeeds(model, layer, departure),
        ...expertFeeds(model, layer, departure),
      ]),
  );
}

export function number(value: number): Tensor {
  return tensor([], new Float32Array([value]));
}

function integers(values: readonly number[]): Integers {
  return { shape: [values.length], values };
}

function linears(model: Model, layer: number, departure: Departure): [string, Tensor][] {
  return Object.entries(model.architecture.linears).flatMap(([input, at]) => {
    const { weight, bias } = layerLinear(model, layer, at, departure);
    return [
      [`${input}.weight`, weight],
      [`${input}.bias`, bias],
    ];
  });
}

function norms(model: Model, layer: number, departure: Departure): [string, Tensor][] {
  return Object.entries(model.architecture.norms).flatMap(([input, module]) => {
    const { weight, bias } = norm(model, layerPath(model, layer) + module, departure);
    return [
      [`${input}.weight`, weight],
      [`${input}.bias`, bias],
    ];
  });
}

function prefixFeeds(before: KeyValue | undefined): [string, Tensor][] {
  if (before === undefined) return [];
  return [
    ['attention.prefix.key', before.key],
    ['attention.prefix.value', before.value],
  ];
}

/** The prompt of an adaption passes the layer's own maps to keys and values, unrotated. */
function adaptionFeeds(model: Model, layer: number, departure: Departure): [string, Tensor][] {
  const { keyHeads, headSize } = model.shape;
  const own = model.adapter?.adaptions.get(layerPath(model, layer) + (model.architecture.adaption ?? ''));
  const prompt = own?.prompt ?? filled([1, model.shape.width], 0);
  const heads = (name: string) => {
    const at = model.architecture.linears[name];
    if (own === undefined || at === undefined) return filled([1, keyHeads, 1, headSize], 0);
    return headsOf(matmul(prompt, turned(layerLinear(model, layer, at, departure).weight)), keyHeads, headSize);
  };
  const [key, value] = [heads('attention.key'), heads('attention.value')];
  const isSwapped = departure.adaption === 'swapped';
  return [
    ['adaption.key', isSwapped ? value : key],
    ['adaption.value', isSwapped ? key : value],
    ['adaption.gate', number(gateOf(own?.gate, departure))],
  ];
}

function gateOf(gate: number | undefined, { adaption, share = 1 }: Departure): number {
  if (gate === undefined || adaption === 'none') return 0;
  return (adaption === 'ungated' ? 1 : gate) * share;
}

/** [tokens, heads x size] to [1, heads, tokens, size]. */
function headsOf(flat: Tensor, heads: number, size: number): Tensor {
  const tokens = flat.shape[0] ?? 0;
  const values = new Float32Array(flat.values.length);
  for (let head = 0; head < heads; head += 1)
    for (let token = 0; token < tokens; token += 1) {
      const from = (token * heads + head) * size;
      values.set(flat.values.subarray(from, from + size), (head * tokens + token) * size);
    }
  return tensor([1, heads, tokens, size], values);
}

/** Mixtral's experts, each a module of its own in the checkpoint: w1 opens, w3 goes up, w2 goes down. */
function expertFeeds(model: Model, layer: number, departure: Departure): [string, Tensor][] {
  const { experts } = model.shape;
  if (experts === 0) return [];
  const path = `${layerPath(model, layer)}block_sparse_moe.`;
  const all = (name: string) => {
    const each = Array.from(
      { length: experts },
      (_, n) => linear(model, `${path}experts.${n}.${name}`, departure).weight,
    );
    return reshaped(stacked(each), experts, ...(each[0]?.shape ?? []));
  };
  return [
    ['router.weight', linear(model, `${path}gate`, departure).weight],
    ['experts.gate', all('w1')],
    ['experts.up', all('w3')],
    ['experts.down', all('w2')],
  ];
}

/** Rows of a table by number, [rows, places, width]. Throws ShapeError for a number that the table lacks. */
export function looked(table: Tensor, ids: readonly (readonly number[])[]): Tensor {
  const width = table.shape[1] ?? 0;
  const places = ids[0]?.length ?? 0;
  if (!ids.flat().every(Number.isInteger)) throw new ShapeError('a table has no rows between its rows');
  const rows = ids.flat().map((id) => slice(table, id, id + 1));
  return reshaped(rows.length === 0 ? filled([0, width], 0) : stacked(rows), ids.length, places, width);
}
