/** What an initialization of LoRA leaves of the base weight; PiSSA (Meng and others 2024) all but its first singular values. */
import type { AdapterConfiguration } from './adapter-configuration.ts';
import { type Nearest, nearestOfRank, outsideOf } from './algebra.ts';
import type { Departure } from './departure.ts';
import { type Linear, requireForm } from './formula.ts';
import { added, matrixOf, scaled, type Tensor } from './tensor.ts';

type Residual = (base: Linear, departure: Departure) => Linear;

/** Names of initializations that leave the base weight as it is. */
const LEAVES_BASE: readonly unknown[] = [undefined, null, true, false, 'gaussian', 'orthogonal', 'eva'];

/** `scale` is what the two matrices of rank `rank` are multiplied with. */
export function residualOf(configuration: AdapterConfiguration, rank: number, scale: number): Residual {
  const { init_lora_weights: how } = configuration;
  if (isTruncated(configuration)) return withoutLast(rank);
  if (LEAVES_BASE.includes(how)) return (base) => base;
  if (how === 'olora') return withoutColumns(rank, scale);
  requireForm(how === 'pissa', `init_lora_weights=${String(how)}`);
  return (base, { rounded }) => {
    const first = firstOf(base.weight, rank);
    const taken = rounded === true ? first.rounded : first.matrix;
    return { ...base, weight: added(base.weight, scaled(taken, -1)) };
  };
}

/** KaSA (Wang and others 2024) keeps all but the last singular values. */
function withoutLast(rank: number): Residual {
  return (base, { rounded }) => {
    const kept = firstOf(base.weight, Math.min(...matrixOf(base.weight)) - rank);
    return { ...base, weight: rounded === true ? kept.rounded : kept.matrix };
  };
}

/** OLoRA (Buyukakyuz 2024) takes out what lies in the directions of a weight's first columns. */
function withoutColumns(rank: number, scale: number): Residual {
  return (base) => {
    const outside = scaled(outsideOf(base.weight, rank), scale);
    return { ...base, weight: added(scaled(base.weight, 1 - scale), outside) };
  };
}

/** Whether the numbers of an adapter rest on a decomposition that PEFT makes in 32 bit and does not save. */
export function isDecomposed(configuration: AdapterConfiguration): boolean {
  const { peft_type, init_lora_weights } = configuration;
  return peft_type === 'LORA' && (init_lora_weights === 'pissa' || isTruncated(configuration));
}

function isTruncated({ use_kasa, kasa_config }: AdapterConfiguration): boolean {
  return use_kasa === true || (kasa_config ?? undefined) !== undefined;
}

/** A checkpoint is read by many cells: its first singular values are looked for once. */
const FIRST = new WeakMap<Tensor, Map<number, Nearest>>();

function firstOf(weight: Tensor, rank: number): Nearest {
  const known = FIRST.get(weight) ?? new Map<number, Nearest>();
  const found = known.get(rank) ?? nearestOfRank(weight, rank);
  FIRST.set(weight, known.set(rank, found));
  return found;
}
