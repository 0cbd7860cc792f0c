/** How one argument of the user's own fits a tiny model, and what that is judged by. */
import type { Method } from '../../domain/matrix.ts';
import type { OwnArguments, OwnValue } from '../../domain/own-configuration.ts';
import type { Shape } from '../../domain/shapes.ts';

export type Fitted =
  | { readonly kind: 'kept'; readonly value: OwnValue }
  | { readonly kind: 'scaled'; readonly value: OwnValue; readonly why: string }
  | { readonly kind: 'left'; readonly why: string }
  /** Nothing of its own: what a cell has anyway. */
  | { readonly kind: 'usual' };

export interface Fit {
  readonly architecture: string;
  readonly shape: Shape;
  readonly method: Method;
  /** What the entry of the matrix gives, as far as that is plain data. */
  readonly usual: OwnArguments;
  /** Names of heads that the task makes. */
  readonly heads: readonly string[];
  /** The two sides of the matrices that are adapted. */
  readonly sides: readonly number[];
  /** By what the rank was made smaller: 0.5 where it was halved. */
  readonly factor: number;
  /** Whether the scale of the adapter goes by the square root of the rank. */
  readonly isRooted: boolean;
}

export type Rule = (value: OwnValue, fit: Fit) => Fitted;

export const USUAL: Fitted = { kind: 'usual' };

export function kept(value: OwnValue): Fitted {
  return { kind: 'kept', value };
}

export function scaled(value: OwnValue, why: string): Fitted {
  return { kind: 'scaled', value, why };
}

export function left(why: string): Fitted {
  return { kind: 'left', why };
}
