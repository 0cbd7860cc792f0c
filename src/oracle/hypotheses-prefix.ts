/** What can be wrong with the keys and values of prefix tuning. Their order is nothing: no position is in them. */
import type { Departure, KeyValue, Positions } from './departure.ts';
import type { Hypotheses, Hypothesis } from './hypothesis.ts';
import { placesOf, roundedToBrain } from './places.ts';
import { filled, type Tensor, tensor } from './tensor.ts';

export const PREFIX_HYPOTHESES: Hypotheses = (model) => {
  if (model.adapter?.prefix === undefined) return [];
  const layers = Array.from({ length: model.shape.layers }, (_, layer) => layer);
  return [
    ...WHOLE,
    ...layers.map((layer) => ({
      says: `Layer ${layer} does not see the prefix.`,
      departure: { prefix: onLayer(layer, hidden) },
    })),
    ...layers.map((layer) => ({
      says: `Only layer ${layer} sees the prefix.`,
      departure: { prefix: (all: readonly KeyValue[]) => all.map((own, at) => (at === layer ? own : hidden(own))) },
    })),
    ...layers.map((layer) => ({
      says: `The prefix of layer ${layer} is zero.`,
      departure: { prefix: onLayer(layer, (own) => everyPart(own, zeros)) },
    })),
    ...layers.map((layer) => ({
      says: `Keys and values of the prefix are swapped in layer ${layer}.`,
      departure: { prefix: onLayer(layer, swapped) },
    })),
  ];
};

const fromZero: Positions = (positions, _row, prefix) => positions.map((position) => position - prefix);

const WHOLE: readonly Hypothesis[] = [
  {
    says: 'The prefix is ignored.',
    departure: { prefix: (all) => all.map((own) => everyPart(own, none)), positions: fromZero },
  },
  {
    says: 'The prefix is ignored, and positions are counted as if it were there.',
    departure: { mask: 'prefix-unseen' },
  },
  { says: 'Positions begin at 0 behind the prefix, not after it.', departure: { positions: fromZero } },
  { says: 'Keys and values of the prefix are swapped.', departure: each(swapped) },
  { says: 'The prefix of each layer is given to another layer.', departure: { prefix: (all) => [...all].reverse() } },
  {
    says: 'Keys, values and layers of the prefix are mixed: a layer gets keys and values of others.',
    departure: { prefix: mixed },
  },
  {
    says: 'Every layer gets the prefix of the first.',
    departure: { prefix: (all) => all.flatMap(() => all[0] ?? []) },
  },
  { says: 'Heads and places of the prefix are mixed.', departure: each((own) => everyPart(own, misread)) },
  { says: 'The prefix is rounded to bfloat16.', departure: each((own) => everyPart(own, roundedToBrain)) },
  {
    says: 'The first place of the prefix is lost.',
    departure: each((own) => everyPart(own, (part) => placesOf(part, 1))),
  },
  {
    says: 'The last place of the prefix is lost.',
    departure: each((own) => everyPart(own, (part) => placesOf(part, 0, -1))),
  },
  { says: 'The keys of the prefix are zero.', departure: each(({ key, value }) => ({ key: zeros(key), value })) },
  { says: 'The values of the prefix are zero.', departure: each(({ key, value }) => ({ key, value: zeros(value) })) },
];

function each(change: (own: KeyValue) => KeyValue): Departure {
  return { prefix: (all) => all.map(change) };
}

function onLayer(
  layer: number,
  change: (own: KeyValue) => KeyValue,
): (all: readonly KeyValue[]) => readonly KeyValue[] {
  return (all) => all.map((own, at) => (at === layer ? change(own) : own));
}

function everyPart({ key, value }: KeyValue, change: (part: Tensor) => Tensor): KeyValue {
  return { key: change(key), value: change(value) };
}

function swapped({ key, value }: KeyValue): KeyValue {
  return { key: value, value: key };
}

function hidden(own: KeyValue): KeyValue {
  return everyPart(own, none);
}

/** The list of keys and values by layer, read as a list of layers by keys and values. */
function mixed(all: readonly KeyValue[]): readonly KeyValue[] {
  const flat = all.flatMap(({ key, value }) => [key, value]);
  return all.map((own, layer) => ({ key: flat[layer] ?? own.key, value: flat[all.length + layer] ?? own.value }));
}

function none({ shape: [heads = 0, , size = 0] }: Tensor): Tensor {
  return filled([heads, 0, size], 0);
}

function zeros({ shape }: Tensor): Tensor {
  return filled(shape, 0);
}

/** [places, heads, size] taken for [heads, places, size]. */
function misread({ shape: [heads = 0, places = 0, size = 0], values }: Tensor): Tensor {
  const asStored = new Float32Array(values.length);
  for (let head = 0; head < heads; head += 1)
    for (let place = 0; place < places; place += 1) {
      const from = (head * places + place) * size;
      asStored.set(values.subarray(from, from + size), (place * heads + head) * size);
    }
  return tensor([heads, places, size], asStored);
}
