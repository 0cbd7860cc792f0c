/** What each method makes of a weight, from the tensors that PEFT saves. Weights lie as [out, in]. */
import { type AdapterConfiguration, NotCovered } from './adapter-configuration.ts';
import type { Departure } from './departure.ts';
import {
  added,
  columnsScaled,
  filled,
  mapped,
  matmul,
  matrixOf,
  product,
  reshaped,
  rowLengths,
  rowsScaled,
  scaled,
  slice,
  type Tensor,
  tensor,
  turned,
} from './tensor.ts';

export interface Linear {
  /** [out, in] */
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

const VIRTUAL: Formula = { parts: ['prompt_embeddings'] };

export const FORMULAS = new Map<string, Formula>([
  ['LORA', { parts: ['lora_A', 'lora_B', 'lora_magnitude_vector'], change: lora }],
  ['ADALORA', { parts: ['lora_A', 'lora_B', 'lora_E'], change: adalora }],
  ['IA3', { parts: ['ia3_l'], change: ia3 }],
  ['VERA', { parts: ['vera_lambda_b', 'vera_lambda_d', 'vera_A', 'vera_B'], change: vera }],
  ['LOHA', { parts: ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'], change: loha }],
  ['LOKR', { parts: ['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b'], change: lokr }],
  ['OFT', { parts: ['oft_R', 'oft_r'], change: oft }],
  ['PROMPT_TUNING', VIRTUAL],
  ['PREFIX_TUNING', VIRTUAL],
  ['P_TUNING', VIRTUAL],
  ['ADAPTION_PROMPT', { parts: ['adaption_prompt', 'adaption_gate'] }],
]);

/** Hu and others 2021: W + s B A, s = alpha / r, or alpha / sqrt(r) (Kalajdzievski 2023). */
function lora(saved: Saved): LinearChange {
  const { configuration } = saved;
  const first = part(saved, 'lora_A');
  const delta = scaled(matmul(part(saved, 'lora_B'), first), loraScale(saved, matrixOf(first)[0]));
  const bias = saved.tensors.get('lora_B.bias');
  if (bias !== undefined) throw new NotCovered('there is no formula for a bias of LoRA');
  if (!['boolean', 'undefined'].includes(typeof configuration.init_lora_weights) && changesBase(configuration))
    throw new NotCovered(`there is no formula for init_lora_weights=${String(configuration.init_lora_weights)}`);
  if (configuration.use_dora !== true) return moved(delta);
  return dora(delta, part(saved, 'lora_magnitude_vector'));
}

/** Initializations that change the base weight itself, which the saved file does not tell. */
function changesBase({ init_lora_weights }: AdapterConfiguration): boolean {
  return init_lora_weights !== 'gaussian' && init_lora_weights !== 'orthogonal' && init_lora_weights !== null;
}

function loraScale({ configuration, module }: Saved, rank: number): number {
  const patterns = Object.entries(configuration.alpha_pattern ?? {});
  const own = patterns.find(([key]) => module === key || module.endsWith(`.${key}`))?.[1];
  const alpha = own ?? configuration.lora_alpha ?? rank;
  return configuration.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** Liu and others 2024: each row of W + s B A is given the length that was learned for it. */
function dora(delta: Tensor, magnitude: Tensor): LinearChange {
  return (base, { share = 1, doraNorm }) => {
    if (share === 0) return base;
    const weight = added(base.weight, scaled(delta, share));
    if (doraNorm === 'none') return { ...base, weight };
    const lengths = rowLengths(doraNorm === 'of-base' ? base.weight : weight);
    const factors = lengths.map((length, row) => (magnitude.values[row] ?? 0) / length);
    return { ...base, weight: rowsScaled(weight, factors) };
  };
}

/** Zhang and others 2023: W + alpha / r B diag(E) A, with the rank that training began with. */
function adalora(saved: Saved): LinearChange {
  const [a, b, e] = [part(saved, 'lora_A'), part(saved, 'lora_B'), part(saved, 'lora_E')];
  const rank = saved.configuration.init_r ?? saved.configuration.r ?? 1;
  const alpha = saved.configuration.lora_alpha ?? rank;
  return moved(scaled(matmul(b, rowsScaled(a, e.values)), alpha / (rank + 1e-5)));
}

/** Liu and others 2022: what comes out, or for feed-forward modules what goes in, times a learned vector. */
function ia3(saved: Saved): LinearChange {
  const vector = part(saved, 'ia3_l');
  const scalesOutput = vector.shape[1] === 1;
  return (base, { share = 1 }) => {
    const factors = mapped(vector, (number) => 1 + share * (number - 1)).values;
    if (!scalesOutput) return { ...base, weight: columnsScaled(base.weight, factors) };
    const bias = mapped(base.bias, (number, row) => number * (factors[row] ?? 0));
    return { weight: rowsScaled(base.weight, factors), bias };
  };
}

/** Kopiczko and others 2023: W + diag(b) B diag(d) A, with A and B the same random ones for all modules. */
function vera(saved: Saved): LinearChange {
  const [a, b] = [saved.shared.get('vera_A'), saved.shared.get('vera_B')];
  if (a === undefined || b === undefined)
    throw new NotCovered('the random matrices of VeRA are not saved with the adapter');
  const [rowFactors, rankFactors] = [part(saved, 'vera_lambda_b'), part(saved, 'vera_lambda_d')];
  return (base, departure) => {
    const [outputs, inputs] = matrixOf(base.weight);
    const first = rowsScaled(turned(slice(turned(a), 0, inputs)), rankFactors.values);
    return moved(matmul(rowsScaled(slice(b, 0, outputs), rowFactors.values), first))(base, departure);
  };
}

/** Hyeon-Woo and others 2021: W + alpha / r (A1 B1) * (A2 B2). */
function loha(saved: Saved): LinearChange {
  const rank = matrixOf(part(saved, 'hada_w1_b'))[0];
  const [first, second] = (['1', '2'] as const).map((place) =>
    matmul(part(saved, `hada_w${place}_a`), part(saved, `hada_w${place}_b`)),
  );
  if (first === undefined || second === undefined) throw new NotCovered('LoHa has two products');
  return moved(scaled(product(first, second), (saved.configuration.alpha ?? rank) / rank));
}

/** Yeh and others 2023: W + alpha / r (A x B), a Kronecker product of matrices that may be products themselves. */
function lokr(saved: Saved): LinearChange {
  const rank = saved.configuration.r ?? 1;
  const whole = kronecker(factor(saved, 'lokr_w1'), factor(saved, 'lokr_w2'));
  const delta = scaled(whole, (saved.configuration.alpha ?? rank) / rank);
  return (base, departure) => moved(reshaped(delta, ...base.weight.shape))(base, departure);
}

function factor(saved: Saved, name: string): Tensor {
  return saved.tensors.get(name) ?? matmul(part(saved, `${name}_a`), part(saved, `${name}_b`));
}

function kronecker(left: Tensor, right: Tensor): Tensor {
  const [rows, columns] = matrixOf(left);
  const [innerRows, innerColumns] = matrixOf(right);
  const width = columns * innerColumns;
  const values = new Float32Array(rows * innerRows * width);
  for (let index = 0; index < values.length; index += 1) {
    const [row, column] = [Math.floor(index / width), index % width];
    const outer = Math.floor(row / innerRows) * columns + Math.floor(column / innerColumns);
    const inner = (row % innerRows) * innerColumns + (column % innerColumns);
    values[index] = (left.values[outer] ?? 0) * (right.values[inner] ?? 0);
  }
  return tensor([rows * innerRows, width], values);
}

/** Qiu and others 2023, 2025: inputs turned by blocks, each the first terms of Cayley's (I + Q)(I - Q)^-1 of a skew Q. */
function oft(saved: Saved): LinearChange {
  const packed = part(saved, 'oft_R');
  if (packed.shape.length !== 2) throw new NotCovered('there is no formula for this form of OFT');
  const [count, entries] = matrixOf(packed);
  const size = Math.round((1 + Math.sqrt(1 + 8 * entries)) / 2);
  const { use_cayley_neumann, num_cayley_neumann_terms: terms = 5, peft_version } = saved.configuration;
  // Releases that do not say theirs add the last term twice.
  if (peft_version === undefined) throw new NotCovered('there is no formula for OFT of releases before 0.18');
  if (use_cayley_neumann !== true || terms < 3) throw new NotCovered('there is no formula for this form of OFT');
  const blocks = Array.from({ length: count }, (_, block) => rotation(skew(packed, block, entries, size), terms));
  return (base, departure) => {
    if (departure.share === 0) return base;
    return { ...base, weight: columnsTurned(base.weight, blocks, size) };
  };
}

/** The skew matrix whose upper triangle, row by row, is one row of `packed`. */
function skew(packed: Tensor, block: number, entries: number, size: number): Tensor {
  const values = new Float32Array(size * size);
  let place = block * entries;
  for (let row = 0; row < size; row += 1)
    for (let column = row + 1; column < size; column += 1) {
      const value = packed.values[place] ?? 0;
      values[row * size + column] = value;
      values[column * size + row] = -value;
      place += 1;
    }
  return tensor([size, size], values);
}

/** I + 2 Q + 2 Q^2 + ... + Q^n, the first terms of Cayley's transform. */
function rotation(q: Tensor, terms: number): Tensor {
  const size = matrixOf(q)[0];
  let power = mapped(filled([size, size], 0), (_, index) => (index % (size + 1) === 0 ? 1 : 0));
  let sum = power;
  for (let exponent = 1; exponent < terms; exponent += 1) {
    power = matmul(power, q);
    sum = added(sum, scaled(power, exponent === terms - 1 ? 1 : 2));
  }
  return sum;
}

/** x R first, then W: each block of inputs is multiplied by its own rotation; one block serves all where there is one. */
function columnsTurned(weight: Tensor, blocks: readonly Tensor[], size: number): Tensor {
  const [, inputs] = matrixOf(weight);
  const columns = turned(weight);
  const values = new Float32Array(columns.values.length);
  for (let at = 0; at * size < inputs; at += 1) {
    const block = blocks[blocks.length === 1 ? 0 : at];
    if (block === undefined) throw new NotCovered('the blocks of OFT do not cover the inputs');
    values.set(matmul(block, slice(columns, at * size, (at + 1) * size)).values, at * size * (columns.shape[1] ?? 0));
  }
  return turned(tensor(columns.shape, values));
}

/** A change that is a sum. */
function moved(delta: Tensor): LinearChange {
  return (base, { share = 1 }) => ({ ...base, weight: added(base.weight, share === 1 ? delta : scaled(delta, share)) });
}

function part({ tensors, module }: Saved, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new NotCovered(`the adapter has no ${name} for ${module}`);
  return found;
}
