/** Methods that add a product of thin matrices to a weight, or are made of such. Weights lie as [out, in]. */
import { NotCovered } from './adapter-configuration.ts';
import { type LinearChange, moved, movedBy, part, requireForm, type Saved, withBias } from './formula.ts';
import { residualOf } from './residual.ts';
import {
  added,
  columnsScaled,
  matmul,
  matrixOf,
  product,
  reshaped,
  room,
  rowLengths,
  rowsScaled,
  scaled,
  slice,
  stacked,
  type Tensor,
  tensor,
  turned,
} from './tensor.ts';

/** Hu and others 2021: W + s B A, s = alpha / r, or alpha / sqrt(r) (Kalajdzievski 2023). */
export function lora(saved: Saved): LinearChange {
  const { configuration } = saved;
  const other = OTHER_FORMS.find((name) => isAsked(configuration[name]));
  requireForm(other === undefined, `LoRA with ${other}`);
  const [first, second] = [part(saved, 'lora_A'), part(saved, 'lora_B')];
  const rank = matrixOf(first)[0];
  const scale = loraScale(saved, rank);
  const sizes = saved.tensors.get('lora_diag');
  const delta = scaled(matmul(second, sizes === undefined ? first : rowsScaled(first, sizes.values)), scale);
  const bias = saved.tensors.get('lora_B.bias');
  const lifted = residualOf(configuration, rank, scale);
  if (configuration.use_dora !== true) {
    const change = withBias(moved(delta), bias && scaled(bias, scale));
    return (base, departure) => change(lifted(base, departure), departure);
  }
  requireForm(bias === undefined, 'DoRA with a bias of its own');
  const change = dora(delta, part(saved, 'lora_magnitude_vector'));
  return (base, departure) => change(lifted(base, departure), departure);
}

/** A setting that is there and says something. */
function isAsked(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : (value ?? undefined) !== undefined;
}

/** Settings that make something else of the two matrices, or of the layers that they stand at. */
const OTHER_FORMS = ['alora_invocation_tokens', 'use_bdlora', 'layer_replication'] as const;

/** `module` may be the name of one tensor of fused experts. */
export function loraScale({ configuration, module }: Pick<Saved, 'configuration' | 'module'>, rank: number): number {
  const alpha = patterned(configuration.alpha_pattern, module) ?? configuration.lora_alpha ?? rank;
  return configuration.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** What a table by names, or by the expression `.*\\.NAME`, says of a module; no other expression is run. */
export function patterned(
  table: Readonly<Record<string, unknown>> | null | undefined,
  module: string,
): number | undefined {
  const names = Object.entries(table ?? {}).map(([key, value]) => [key.replace(/^\.\*\\\./, ''), value] as const);
  const odd = names.find(([name]) => !/^[\w.]+$/.test(name));
  requireForm(odd === undefined, 'a rank or an alpha by an expression');
  const value = names.find(([name]) => module === name || module.endsWith(`.${name}`))?.[1];
  return typeof value === 'number' ? value : undefined;
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
export function adalora(saved: Saved): LinearChange {
  const [a, b, e] = [part(saved, 'lora_A'), part(saved, 'lora_B'), part(saved, 'lora_E')];
  const rank = saved.configuration.init_r ?? saved.configuration.r ?? 1;
  const alpha = saved.configuration.lora_alpha ?? rank;
  return moved(scaled(matmul(b, rowsScaled(a, e.values)), alpha / (rank + 1e-5)));
}

/** Kopiczko and others 2023: W + diag(b) B diag(d) A, with A and B the same random ones for all modules. */
export function vera(saved: Saved): LinearChange {
  const [a, b] = [saved.shared.get('vera_A'), saved.shared.get('vera_B')];
  if (a === undefined || b === undefined)
    throw new NotCovered('the random matrices of VeRA are not saved with the adapter');
  const [rowFactors, rankFactors] = [part(saved, 'vera_lambda_b'), part(saved, 'vera_lambda_d')];
  return movedBy(({ weight }) => {
    const [outputs, inputs] = matrixOf(weight);
    const first = rowsScaled(turned(slice(turned(a), 0, inputs)), rankFactors.values);
    return matmul(rowsScaled(slice(b, 0, outputs), rowFactors.values), first);
  });
}

/** Hyeon-Woo and others 2021: W + alpha / r (A1 B1) * (A2 B2). */
export function loha(saved: Saved): LinearChange {
  const rank = matrixOf(part(saved, 'hada_w1_b'))[0];
  const [first, second] = (['1', '2'] as const).map((place) =>
    matmul(part(saved, `hada_w${place}_a`), part(saved, `hada_w${place}_b`)),
  );
  if (first === undefined || second === undefined) throw new NotCovered('LoHa has two products');
  return moved(scaled(product(first, second), (saved.configuration.alpha ?? rank) / rank));
}

/** Yeh and others 2023: W + alpha / r (A x B), a Kronecker product of matrices that may be products themselves. */
export function lokr(saved: Saved): LinearChange {
  const rank = saved.configuration.r ?? 1;
  const whole = kronecker(factor(saved, 'lokr_w1'), factor(saved, 'lokr_w2'));
  const delta = scaled(whole, (saved.configuration.alpha ?? rank) / rank);
  return movedBy(({ weight }) => reshaped(delta, ...weight.shape));
}

function factor(saved: Saved, name: string): Tensor {
  return saved.tensors.get(name) ?? matmul(part(saved, `${name}_a`), part(saved, `${name}_b`));
}

function kronecker(left: Tensor, right: Tensor): Tensor {
  const [rows, columns] = matrixOf(left);
  const [innerRows, innerColumns] = matrixOf(right);
  const width = columns * innerColumns;
  const values = room([rows * innerRows, width]);
  for (let index = 0; index < values.length; index += 1) {
    const [row, column] = [Math.floor(index / width), index % width];
    const outer = Math.floor(row / innerRows) * columns + Math.floor(column / innerColumns);
    const inner = (row % innerRows) * innerColumns + (column % innerColumns);
    values[index] = (left.values[outer] ?? 0) * (right.values[inner] ?? 0);
  }
  return tensor([rows * innerRows, width], values);
}

/** Li, Han and Ji 2024 (VB-LoRA): LoRA's matrices of vectors that are mixed from the best few of a bank. */
export function vblora(saved: Saved): LinearChange {
  const { configuration, shared } = saved;
  const bank = shared.get('vblora_vector_bank');
  if (bank === undefined) throw new NotCovered('the bank of vectors is not saved with the adapter');
  requireForm(configuration.save_only_topk_weights !== true, 'VB-LoRA of which the best vectors alone are saved');
  const most = configuration.topk ?? 2;
  const [first, second] = (['A', 'B'] as const).map((name) => mixed(part(saved, `vblora_logits_${name}`), bank, most));
  if (first === undefined || second === undefined) throw new NotCovered('VB-LoRA has two matrices');
  const [rank = 0, tiles = 0, size = 0] = first.shape;
  return moved(matmul(standing(second), reshaped(first, rank, tiles * size)));
}

/** Logits [a, b, vectors] to vectors [a, b, size]: a softmax over the largest logits. */
function mixed(logits: Tensor, bank: Tensor, most: number): Tensor {
  const [count, size] = matrixOf(bank);
  const [one = 0, other = 0] = logits.shape;
  const values = room([one, other, size]);
  for (let place = 0; place < one * other; place += 1) {
    const own = logits.values.subarray(place * count, (place + 1) * count);
    const best = [...own.keys()].sort((a, b) => (own[b] ?? 0) - (own[a] ?? 0)).slice(0, most);
    const largest = own[best[0] ?? 0] ?? 0;
    const shares = best.map((index) => Math.exp((own[index] ?? 0) - largest));
    const whole = shares.reduce((sum, share) => sum + share, 0);
    for (const [at, index] of best.entries())
      for (let column = 0; column < size; column += 1)
        values[place * size + column] =
          (values[place * size + column] ?? 0) +
          ((shares[at] ?? 0) / whole) * (bank.values[index * size + column] ?? 0);
  }
  return tensor([one, other, size], values);
}

/** [tiles, rank, size] to [tiles x size, rank]. */
function standing(value: Tensor): Tensor {
  const [tiles = 0, rank = 0, size = 0] = value.shape;
  const parts = Array.from({ length: tiles }, (_, tile) => turned(reshaped(slice(value, tile, tile + 1), rank, size)));
  return stacked(parts);
}

/** Albert and others 2025 (RandLoRA): a sum of random products, each with its own diagonal on either side of A. */
export function randlora(saved: Saved): LinearChange {
  const { configuration, shared } = saved;
  const [a, b] = [shared.get('randlora_A'), shared.get('randlora_B')];
  if (a === undefined || b === undefined)
    throw new NotCovered('the random matrices of RandLoRA are not saved with the adapter');
  const [lambda, gamma] = [part(saved, 'randlora_lambda'), part(saved, 'randlora_gamma')];
  const rank = matrixOf(lambda)[0];
  const scale = (configuration.randlora_alpha ?? rank) / rank;
  return movedBy(({ weight }) => {
    const [outputs, inputs] = matrixOf(weight);
    const thin = scaledBases(a, lambda, gamma);
    const wide = widerBases(b, Math.max(outputs, inputs), matrixOf(gamma)[0]);
    const whole = scaled(matmul(wide, thin), scale);
    return inputs <= outputs ? whole : turned(whole);
  });
}

/** A [rank, 1, width] with its factors, as [rank x bases, shorter side]: not in B's order, and PEFT pairs them so. */
function scaledBases(a: Tensor, lambda: Tensor, gamma: Tensor): Tensor {
  const [rank, bases] = matrixOf(lambda);
  const shorter = matrixOf(gamma)[1];
  const width = a.shape.at(-1) ?? 0;
  const values = room([bases, rank, shorter]);
  let at = 0;
  for (let row = 0; row < rank; row += 1)
    for (let base = 0; base < bases; base += 1)
      for (let column = 0; column < shorter; column += 1, at += 1)
        values[at] =
          (lambda.values[row * bases + base] ?? 0) *
          (a.values[row * width + column] ?? 0) *
          (gamma.values[base * shorter + column] ?? 0);
  return tensor([rank * bases, shorter], values);
}

/** The first rows and bases of B [rows, all bases, rank], as [longer side, bases x rank]. */
function widerBases(b: Tensor, longer: number, bases: number): Tensor {
  const [, all = 0, rank = 0] = b.shape;
  const flat = reshaped(slice(b, 0, longer), longer, all * rank);
  return turned(slice(turned(flat), 0, bases * rank));
}

/** Bini, Girrbach and Akata 2025 (DeLoRA): W + B diag(lambda / (r |A_i| |B_i|)) A diag(lengths of W's columns). */
export function delora(saved: Saved): LinearChange {
  const [a, b] = [part(saved, 'delora_A'), part(saved, 'delora_B')];
  const [bound, lengths] = [part(saved, 'delora_lambda'), part(saved, 'delora_w_norm')];
  const rank = matrixOf(a)[0];
  const [ofA, ofB] = [rowLengths(a), rowLengths(turned(b))];
  const factors = ofA.map((length, row) => {
    const size = Math.max(length, SHORTEST) * Math.max(ofB[row] ?? 0, SHORTEST);
    return (bound.values[0] ?? 0) / rank / size;
  });
  return moved(columnsScaled(matmul(b, rowsScaled(a, factors)), lengths.values));
}

const SHORTEST = 1e-4;
