/** What an initialization of LoRA leaves of the base weight. */
import type { AdapterConfiguration } from './adapter-configuration.ts';
import { type Nearest, nearestOfRank } from './algebra.ts';
import type { Departure } from './departure.ts';
import { type Linear, requireForm } from './formula.ts';
import { added, scaled, type Tensor } from './tensor.ts';

type Residual = (base: Linear, departure: Departure) => Linear;

/** Names of initializations that leave the base weight as it is. */
const LEAVES_BASE: readonly unknown[] = [undefined, null, true, false, 'gaussian', 'orthogonal', 'eva'];

/** PiSSA (Meng and others 2024) takes the first singular values of a weight out. */
export function residualOf({ init_lora_weights: how }: AdapterConfiguration, rank: number): Residual {
  if (LEAVES_BASE.includes(how)) return (base) => base;
  requireForm(how === 'pissa', `init_lora_weights=${String(how)}`);
  return (base, { rounded }) => {
    const first = firstOf(base.weight, rank);
    const taken = rounded === true ? first.rounded : first.matrix;
    return { ...base, weight: added(base.weight, scaled(taken, -1)) };
  };
}

/** Whether the numbers of an adapter rest on a decomposition that PEFT makes in 32 bit and does not save. */
export function isDecomposed({ peft_type, init_lora_weights }: AdapterConfiguration): boolean {
  return peft_type === 'LORA' && init_lora_weights === 'pissa';
}

/** A checkpoint is read by many cells: its first singular values are looked for once. */
const FIRST = new WeakMap<Tensor, Map<number, Nearest>>();

function firstOf(weight: Tensor, rank: number): Nearest {
  const known = FIRST.get(weight) ?? new Map<number, Nearest>();
  const found = known.get(rank) ?? nearestOfRank(weight, rank);
  FIRST.set(weight, known.set(rank, found));
  return found;
}
