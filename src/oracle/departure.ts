/** What a run of the graphs can leave out or do otherwise. An empty one is the definition. */
import type { Shape } from './architectures.ts';
import type { Tensor } from './tensor.ts';

/** Keys and values [key heads, places, head size] that stand before a layer's own. */
export interface KeyValue {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Positions of one row, from those of the definition; `prefix` places of keys and values stand before it. */
export type Positions = (positions: readonly number[], row: readonly number[], prefix: number) => readonly number[];

export interface Departure {
  /** How much of each change of a weight is applied: 1 for all, 0 for none. */
  readonly share?: number;
  /** Whether a decomposition of a weight is one that rounding may lead to. */
  readonly rounded?: boolean;
  /** The length that DoRA divides by: of the base weight instead of the changed one; or no length and no magnitude. */
  readonly doraNorm?: 'of-base' | 'none';
  /** The module whose change a module gets; undefined for none. */
  readonly changeOf?: (module: string) => string | undefined;
  readonly prefix?: (layers: readonly KeyValue[]) => readonly KeyValue[];
  /** Virtual tokens [tokens, width], as they are put before the others. */
  readonly virtual?: (tokens: Tensor) => Tensor;
  /** Virtual tokens behind the text instead of before it. */
  readonly virtualPlace?: 'behind';
  readonly adaption?: 'none' | 'swapped' | 'ungated';
  /** Which places are seen although they must not be, or not seen although they must. */
  readonly mask?: 'padding-seen' | 'future-seen' | 'prefix-unseen' | 'virtual-unseen';
  readonly positions?: Positions;
  readonly shape?: (shape: Shape) => Partial<Shape>;
  /** The place that a classifier of sequences reads. */
  readonly pooled?: 'first' | 'last-place' | 'before-last';
  /** The head as it was before training. */
  readonly head?: 'new';
}

/** Both: what `second` says about one thing stands, shapes are changed one after the other. */
export function both(first: Departure, second: Departure): Departure {
  const { shape: one } = first;
  const { shape: other } = second;
  if (one === undefined || other === undefined) return { ...first, ...second };
  return { ...first, ...second, shape: (shape) => ({ ...one(shape), ...other({ ...shape, ...one(shape) }) }) };
}
