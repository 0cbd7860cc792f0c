/** What can be known of a cell from one place of the code. */
import type { Written } from '../../domain/own-configuration.ts';
import type { Scope } from './module.ts';
import type { Quantized } from './quantizations.ts';

/** What an axis of a cell can be; no values: nobody can tell. */
export interface Axis {
  readonly values: readonly string[];
  readonly isSure: boolean;
}

export const OPEN: Axis = { values: [], isSure: false };

export interface Placed {
  readonly scope: Scope;
  readonly line: number;
}

export interface MethodFact extends Placed {
  readonly method: string;
  readonly task: Axis;
  readonly isSure: boolean;
  /** Arguments of its configuration. */
  readonly written?: readonly Written[];
}

export interface QuantizationFact extends Placed, Quantized {
  /** Whether it is set whatever happens. */
  readonly always: boolean;
  /** Arguments of its configuration, and where they stand. */
  readonly written?: readonly Written[];
  readonly at?: string;
}

export interface ModelFact extends Placed {
  readonly architecture: Axis;
  readonly task: Axis;
  /** What the call itself says of a quantization; `none` where it says nothing and takes nothing else. */
  readonly quantization: Axis | 'named elsewhere' | 'none';
  readonly model?: string;
  /** What it is loaded with, and where. */
  readonly written?: readonly Written[];
  readonly at?: string;
}

export interface TrainerFact extends Placed {
  readonly task: string;
}

/** A code path that is taken here, by its name in the matrix. */
export interface PathFact extends Placed {
  readonly path: string;
}

export interface Facts {
  readonly paths: readonly PathFact[];
  readonly trainers: readonly TrainerFact[];
  readonly methods: readonly MethodFact[];
  /** Saved adapters that are loaded: of any method. */
  readonly adapters: readonly MethodFact[];
  readonly quantizations: readonly QuantizationFact[];
  readonly models: readonly ModelFact[];
  readonly unsure: readonly { readonly line: number; readonly value: string }[];
}
