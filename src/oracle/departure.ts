/** What a run of the graphs can leave out or do otherwise. An empty one is the definition. */
import type { Shape } from './architectures.ts';
import type { Tensor } from './tensor.ts';

/** Keys and values [key heads, places, head size] that stand before a layer's own. */
export interface KeyValue {
  readonly key: Tensor;
  readonly value: Tensor;
}

export interface Departure {
  /** How much of each change of a weight is applied: 1 for all, 0 for none. */
  readonly share?: number;
  /** The length that DoRA divides by: of the base weight instead of the changed one. */
  readonly doraNorm?: 'of-base';
  /** The module whose change a module gets; undefined for none. */
  readonly changeOf?: (module: string) => string | undefined;
  readonly prefix?: (layers: readonly KeyValue[]) => readonly KeyValue[];
  /** Virtual tokens [tokens, width], as they are put before the others. */
  readonly virtual?: (tokens: Tensor) => Tensor;
  readonly virtualScale?: number;
  readonly adaption?: 'none' | 'swapped' | 'ungated';
  /** Which places are seen although they must not be, or not seen although they must. */
  readonly mask?: 'padding-seen' | 'future-seen' | 'prefix-unseen';
  readonly positions?: 'from-zero' | 'by-mask' | 'by-place' | 'same';
  readonly shape?: (shape: Shape) => Partial<Shape>;
  /** The row of the sequence that a classifier reads. */
  readonly pooled?: 'first' | 'last-place' | 'first-token';
  /** The head as it was before training. */
  readonly head?: 'new';
}
