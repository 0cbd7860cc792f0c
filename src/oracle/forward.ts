/** One pass through the graphs of a model: token ids to logits. */
import type { Shape } from './architectures.ts';
import type { Departure } from './departure.ts';
import { type Feeds, layerFeeds, looked, number } from './feeds.ts';
import { headLinear, linear, type Model, norm, shapeOf, tensorOf, virtualTokens } from './model.ts';
import { added, type Integers, matrixOf, reshaped, room, scaled, stacked, type Tensor, tensor } from './tensor.ts';

/** Runs one graph. Inputs that the graph does not have are left out. */
export interface Runtime {
  run(graph: string, feeds: Feeds): Promise<Tensor>;
}

/** Rows of token ids of one length, and where they are real (1) or padding (0). */
export interface Text {
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
}

/** A model made ready to be run, as its definition says or with a departure from it. */
export interface Prepared {
  readonly model: Model;
  readonly departure: Departure;
  readonly shape: Shape;
  readonly layers: readonly Feeds[];
  readonly virtual: Tensor;
}

const UNSEEN = -1e9;

export function prepared(model: Model, departure: Departure = {}): Prepared {
  return {
    model,
    departure,
    shape: shapeOf(model, departure),
    layers: layerFeeds(model, departure),
    virtual: virtualTokens(model, departure),
  };
}

/**
 * Logits [rows, places, vocabulary] of the text's own places, or [rows, labels] of a classifier of sequences.
 * Virtual tokens and prefixes stand before the text.
 */
export async function forward(runtime: Runtime, ready: Prepared, text: Text): Promise<Tensor> {
  const { model, departure } = ready;
  const virtualPlaces = ready.virtual.shape[0] ?? 0;
  const extra = Array<number>(virtualPlaces).fill(departure.mask === 'virtual-unseen' ? 0 : 1);
  const isBehind = departure.virtualPlace === 'behind';
  const mask = text.mask.map((row) => (isBehind ? [...row, ...extra] : [...extra, ...row]));
  let hidden = await embedded(runtime, ready, text, mask);
  const positions = positionsBy('place', mask, model.adapter?.prefix?.shape[0] ?? 0, departure);
  const turns = rotations(ready, positions);
  const still = rotations(
    ready,
    positions.map((row) => row.map(() => 0)),
  );
  for (const [layer, feeds] of ready.layers.entries()) {
    const window = ready.shape.windows[layer];
    const prefix = feeds.get('attention.prefix.key')?.shape[1] ?? 0;
    const seen = maskOf(mask, prefix, { window, isCausal: model.architecture.isCausal }, departure);
    const rows = repeated(feeds, text.ids.length);
    hidden = await runtime.run(
      model.architecture.layer,
      new Map([
        ...rows,
        ...(ready.shape.unrotated?.includes(layer) ? still : turns),
        ['hidden', hidden],
        ['attention.mask', seen],
      ]),
    );
  }
  if (model.task === 'seq-cls') hidden = pooled(hidden, mask, ready);
  const logits = await headed(runtime, ready, hidden);
  if (model.task === 'seq-cls') return reshaped(logits, text.ids.length, logits.shape[2] ?? 0);
  return isBehind ? withoutLast(logits, virtualPlaces) : withoutFirst(logits, virtualPlaces);
}

async function embedded(
  runtime: Runtime,
  { model, virtual, departure, shape }: Prepared,
  text: Text,
  mask: Text['mask'],
): Promise<Tensor> {
  const { architecture } = model;
  const tokens = scaled(virtual, shape.virtualScale);
  const table = scaled(tensorOf(model, `${architecture.embedding}.weight`), shape.embeddingScale);
  let hidden = joined(tokens, lookedUp(table, tokens, text.ids), departure);
  if (architecture.positions !== undefined) {
    const { table, offset, countedBy } = architecture.positions;
    const counted = positionsBy(countedBy, mask, model.adapter?.prefix?.shape[0] ?? 0, departure);
    const rows = counted.map((row) => row.map((position) => position + offset));
    hidden = added(hidden, looked(tensorOf(model, `${table}.weight`), rows));
  }
  if (architecture.embedded === undefined) return hidden;
  return normed(runtime, model, hidden, shape, departure);
}

/** Words from the table of the embedding; the id -1 - n stands for the n-th virtual token. */
function lookedUp(table: Tensor, virtual: Tensor, ids: Text['ids']): Tensor {
  if (!ids.flat().some((id) => id < 0)) return looked(table, ids);
  const before = virtual.shape[0] ?? 0;
  return looked(
    stacked([virtual, table]),
    ids.map((row) => row.map((id) => (id < 0 ? -1 - id : id + before))),
  );
}

/** BERT adds the embedding of the type of tokens, here always the first, and norms the sum. */
async function normed(
  runtime: Runtime,
  model: Model,
  hidden: Tensor,
  shape: Shape,
  departure: Departure,
): Promise<Tensor> {
  const { embedded: at } = model.architecture;
  if (at === undefined) return hidden;
  const [rows = 0, places = 0] = hidden.shape;
  const zeros = Array.from({ length: rows }, () => Array<number>(places).fill(0));
  const types = looked(tensorOf(model, `${at.types}.weight`), zeros);
  const feeds: [string, Tensor][] = [
    ['hidden', added(hidden, types)],
    ['epsilon', number(shape.epsilon)],
  ];
  return runtime.run('norm-embedded', new Map([...named('norm', norm(model, at.norm, departure)), ...feeds]));
}

/** Virtual tokens before each row, or behind it. */
function joined(virtual: Tensor, words: Tensor, { virtualPlace }: Departure): Tensor {
  const [rows = 0, places = 0, width = 0] = words.shape;
  const tokens = virtual.shape[0] ?? 0;
  if (tokens === 0) return words;
  const size = places * width;
  const parts = Array.from({ length: rows }, (_, row) => {
    const own = tensor([places, width], words.values.subarray(row * size, (row + 1) * size));
    return virtualPlace === 'behind' ? [own, virtual] : [virtual, own];
  });
  return reshaped(stacked(parts.flat()), rows, tokens + places, width);
}

/** The position of each place: counted over all places, or over real ones alone. */
function positionsBy(
  counted: 'place' | 'mask',
  mask: Text['mask'],
  prefix: number,
  { positions }: Departure,
): readonly (readonly number[])[] {
  return mask.map((row) => {
    const defined = counted === 'mask' ? countedReal(row, prefix) : row.map((_, place) => prefix + place);
    return positions === undefined ? defined : positions(defined, row, prefix);
  });
}

/** A padded place has the position before the first. */
export function countedReal(row: readonly number[], start: number): readonly number[] {
  let real = start;
  return row.map((here) => {
    real += here;
    return here === 1 ? real - 1 : -1;
  });
}

/** cos and sin [rows, 1, places, head size]: the angle of pair i at position p is p theta^(-2i / size). */
function rotations({ shape }: Prepared, positions: readonly (readonly number[])[]): [string, Tensor][] {
  const { theta, headSize } = shape;
  if (theta === undefined) return [];
  const half = headSize / 2;
  const rates = Array.from({ length: headSize }, (_, place) => Math.fround(theta ** (-(place % half) / half)));
  const size = [positions.length, 1, positions[0]?.length ?? 0, headSize];
  const [cos, sin] = [room(size), room(size)];
  for (const [at, position] of positions.flat().entries())
    for (const [place, rate] of rates.entries()) {
      const angle = Math.fround(position * rate);
      cos[at * headSize + place] = Math.cos(angle);
      sin[at * headSize + place] = Math.sin(angle);
    }
  return [
    ['cos', tensor(size, cos)],
    ['sin', tensor(size, sin)],
  ];
}

interface Sight {
  readonly window: number | undefined;
  readonly isCausal: boolean;
}

/** What is added to scores [rows, 1, places, prefix + places]: nothing where a place is seen, a large negative number elsewhere. */
function maskOf(mask: Text['mask'], prefix: number, sight: Sight, departure: Departure): Tensor {
  const places = mask[0]?.length ?? 0;
  const values = room([mask.length, places, prefix + places]);
  let at = 0;
  for (const row of mask)
    for (let place = 0; place < places; place += 1)
      for (let key = -prefix; key < places; key += 1) {
        if (!isSeen(row, place, key, sight, departure)) values[at] = UNSEEN;
        at += 1;
      }
  return tensor([mask.length, 1, places, prefix + places], values);
}

/** Keys of a prefix have negative places. */
function isSeen(row: readonly number[], place: number, key: number, sight: Sight, { mask }: Departure): boolean {
  if (key < 0 && mask === 'prefix-unseen') return false;
  if (key >= 0 && row[key] === 0 && mask !== 'padding-seen') return false;
  if (sight.isCausal && key > place && mask !== 'future-seen') return false;
  return sight.window === undefined || place - key < sight.window;
}

/** Prefixes are the same in every row of the text. */
function repeated(feeds: Feeds, rows: number): Feeds {
  const wide = new Map<string, Tensor | Integers>(feeds);
  for (const name of ['attention.prefix.key', 'attention.prefix.value']) {
    const one = feeds.get(name);
    if (one === undefined || !(one.values instanceof Float32Array)) continue;
    const whole = tensor(one.shape, one.values);
    wide.set(name, reshaped(stacked(Array.from({ length: rows }, () => whole)), rows, ...one.shape));
  }
  return wide;
}

/** The hidden state that a classifier of sequences reads, [rows, 1, width]: the first, or the last real one. */
function pooled(hidden: Tensor, mask: Text['mask'], { model, departure }: Prepared): Tensor {
  const [rows = 0, places = 0, width = 0] = hidden.shape;
  const isFirst = departure.pooled === 'first' || (departure.pooled === undefined && !model.architecture.isCausal);
  const picked = mask.map((row, index) => {
    const last = departure.pooled === 'last-place' ? places - 1 : row.lastIndexOf(1);
    const read = departure.pooled === 'before-last' ? last - 1 : last;
    const from = (index * places + (isFirst ? 0 : read)) * width;
    return tensor([1, width], hidden.values.slice(from, from + width));
  });
  return reshaped(stacked(picked), rows, 1, width);
}

async function headed(runtime: Runtime, { model, departure, shape }: Prepared, hidden: Tensor): Promise<Tensor> {
  const { head, classifier } = model.architecture;
  const feeds = new Map<string, Tensor | Integers>([
    ...named('head', headLinear(model, departure)),
    ['hidden', hidden],
    ['epsilon', number(shape.epsilon)],
    ['scale', number(1)],
    ['cap', number(model.task === 'causal-lm' ? shape.logitCap : 0)],
  ]);
  if (head.norm !== undefined)
    for (const [name, value] of named('norm', norm(model, head.norm, departure))) feeds.set(name, value);
  if (model.task !== 'seq-cls' || classifier?.pooler === undefined) return runtime.run(head.graph, feeds);
  for (const [name, value] of named('pooler', linear(model, classifier.pooler, departure))) feeds.set(name, value);
  return runtime.run('head-pooled', feeds);
}

function named(
  input: string,
  { weight, bias }: { readonly weight: Tensor; readonly bias: Tensor },
): [string, Tensor][] {
  return [
    [`${input}.weight`, weight],
    [`${input}.bias`, bias],
  ];
}

/** [rows, places, width] without the first places of each row. */
function withoutFirst(value: Tensor, count: number): Tensor {
  return placesFrom(value, count, (value.shape[1] ?? 0) - count);
}

function withoutLast(value: Tensor, count: number): Tensor {
  return placesFrom(value, 0, (value.shape[1] ?? 0) - count);
}

function placesFrom(value: Tensor, first: number, count: number): Tensor {
  const [rows = 0, places = 0, width = 0] = value.shape;
  if (count === places) return value;
  const kept = Array.from({ length: rows }, (_, row) => {
    const from = (row * places + first) * width;
    return tensor([count, width], value.values.subarray(from, from + count * width));
  });
  return reshaped(stacked(kept), rows, count, width);
}

/** Logits of the real places alone, [real places, vocabulary], as they are compared. */
export function realPlaces(logits: Tensor, mask: Text['mask']): Tensor {
  const width = logits.shape.at(-1) ?? 0;
  const kept = mask.flat().flatMap((real, place) => (real === 1 ? [place] : []));
  const flat = reshaped(logits, mask.flat().length, width);
  const values = new Float32Array(kept.length * width);
  for (const [row, place] of kept.entries())
    values.set(flat.values.subarray(place * width, (place + 1) * width), row * width);
  return tensor([kept.length, matrixOf(flat)[1]], values);
}
