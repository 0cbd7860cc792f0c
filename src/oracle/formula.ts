/** What every formula of a method is made of: a base map, what was saved for it, and what becomes of it. */
import { type AdapterConfiguration, NotCovered } from './adapter-configuration.ts';
import type { Departure } from './departure.ts';
import { added, scaled, type Tensor } from './tensor.ts';

export interface Linear {
  /** [out, in]; of a norm [width]. */
  readonly weight: Tensor;
  /** [out] */
  readonly bias: Tensor;
}

export type LinearChange = (base: Linear, departure: Departure) => Linear;

/** What an adapter saved for one module, and what it saved once for all (`shared`). */
export interface Saved {
  readonly configuration: AdapterConfiguration;
  readonly module: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly shared: ReadonlyMap<string, Tensor>;
}

export interface Formula {
  /** Words in the names of its tensors. */
  readonly parts: readonly string[];
  readonly change?: (saved: Saved) => LinearChange;
}

/** A change that is a sum. */
export function moved(delta: Tensor): LinearChange {
  return (base, { share = 1 }) => ({ ...base, weight: added(base.weight, scaled(delta, share)) });
}

/** A sum that depends on the weight that it is added to. */
export function movedBy(deltaOf: (base: Linear) => Tensor): LinearChange {
  const delta = once(deltaOf);
  return (base, departure) => moved(delta(base))(base, departure);
}

/** The same change, and a sum for the bias. */
export function withBias(change: LinearChange, bias: Tensor | undefined): LinearChange {
  if (bias === undefined) return change;
  return (base, departure) => {
    const made = change(base, departure);
    return { ...made, bias: added(made.bias, scaled(bias, departure.share ?? 1)) };
  };
}

/** A change that is a whole: all of it, or nothing where a departure takes no share. */
export function replacedBy(change: (base: Linear) => Linear): LinearChange {
  const made = once(change);
  return (base, { share }) => (share === 0 ? base : made(base));
}

/** What a formula makes of one weight is made once, however many departures are tried with it. */
function once<T>(make: (base: Linear) => T): (base: Linear) => T {
  const known = new WeakMap<Tensor, T>();
  return (base) => {
    const made = known.get(base.weight) ?? make(base);
    known.set(base.weight, made);
    return made;
  };
}

/** Throws NotCovered where it was not saved. */
export function part({ tensors, module }: Saved, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new NotCovered(`the adapter has no ${name} for ${module}`);
  return found;
}

/** Throws NotCovered unless the configuration is of the one form that a formula is written for. */
export function requireForm(isKnown: boolean, what: string): void {
  if (!isKnown) throw new NotCovered(`there is no formula for ${what}`);
}
