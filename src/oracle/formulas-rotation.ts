/** Methods that turn or scale what goes into a weight, or what comes out. Weights lie as [out, in]. */
import { NotCovered } from './adapter-configuration.ts';
import { identity, inverse } from './algebra.ts';
import { type LinearChange, movedBy, part, replacedBy, requireForm, type Saved } from './formula.ts';
import {
  added,
  columnsScaled,
  filled,
  mapped,
  matmul,
  matrixOf,
  reshaped,
  room,
  rowsScaled,
  scaled,
  slice,
  type Tensor,
  tensor,
  turned,
} from './tensor.ts';

/** Liu and others 2022: what comes out, or for feed-forward modules what goes in, times a learned vector. */
export function ia3(saved: Saved): LinearChange {
  const vector = part(saved, 'ia3_l');
  const scalesOutput = vector.shape[1] === 1;
  return (base, { share = 1 }) => {
    const factors = mapped(vector, (number) => 1 + share * (number - 1)).values;
    if (!scalesOutput) return { ...base, weight: columnsScaled(base.weight, factors) };
    const bias = mapped(base.bias, (number, row) => number * (factors[row] ?? 0));
    return { weight: rowsScaled(base.weight, factors), bias };
  };
}

/** Qiu and others 2023, 2025: inputs turned by blocks, each the first terms of Cayley's (I + Q)(I - Q)^-1 of a skew Q. */
export function oft(saved: Saved): LinearChange {
  const packed = part(saved, 'oft_R');
  requireForm(packed.shape.length === 2, 'this form of OFT');
  const [count, entries] = matrixOf(packed);
  const size = Math.round((1 + Math.sqrt(1 + 8 * entries)) / 2);
  const { use_cayley_neumann, num_cayley_neumann_terms: terms = 5, peft_version } = saved.configuration;
  requireForm(use_cayley_neumann === true && terms >= 3, 'this form of OFT');
  // Releases before 0.18, which do not say theirs, add the last term twice.
  const last = peft_version === undefined ? 2 : 1;
  const blocks = Array.from({ length: count }, (_, block) => rotation(skew(packed, block, entries, size), terms, last));
  return replacedBy((base) => ({ ...base, weight: columnsTurned(base.weight, blocks, size) }));
}

/** The skew matrix whose upper triangle, row by row, is one row of `packed`. */
function skew(packed: Tensor, block: number, entries: number, size: number): Tensor {
  const values = room([size, size]);
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

/** I + 2 Q + 2 Q^2 + ... + Q^n, the first terms of Cayley's transform; `last` is the factor of the last one. */
function rotation(q: Tensor, terms: number, last: number): Tensor {
  let power = identity(matrixOf(q)[0]);
  let sum = power;
  for (let exponent = 1; exponent < terms; exponent += 1) {
    power = matmul(power, q);
    sum = added(sum, scaled(power, exponent === terms - 1 ? last : 2));
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
    if (block === undefined) throw new NotCovered('the blocks of a rotation do not cover the inputs');
    values.set(matmul(block, slice(columns, at * size, (at + 1) * size)).values, at * size * (columns.shape[1] ?? 0));
  }
  return turned(tensor(columns.shape, values));
}

/** Liu and others 2024 (BOFT) with one factor: inputs turned by blocks, each (I - Q)(I + Q)^-1, and outputs scaled. */
export function boft(saved: Saved): LinearChange {
  const [packed, sizes] = [part(saved, 'boft_R'), part(saved, 'boft_s')];
  const [factors = 0, count = 0, size = 0] = packed.shape;
  requireForm(factors === 1, 'BOFT of more than one factor');
  const all = reshaped(packed, count, size, size);
  const blocks = Array.from({ length: count }, (_, block) =>
    cayley(reshaped(slice(all, block, block + 1), size, size)),
  );
  return replacedBy((base) => ({
    ...base,
    weight: rowsScaled(columnsTurned(base.weight, blocks, size), sizes.values),
  }));
}

/** Cayley's transform of the skew part of a matrix. */
function cayley(value: Tensor): Tensor {
  const half = scaled(added(value, scaled(turned(value), -1)), 0.5);
  const one = identity(matrixOf(value)[0]);
  return matmul(added(one, scaled(half, -1)), inverse(added(one, half)));
}

/** Yuan and others 2024 (HRA): W times reflections I - 2 u u^T, one after the other. */
export function hra(saved: Saved): LinearChange {
  requireForm(saved.configuration.apply_GS !== true, 'HRA with upright reflections');
  const vectors = turned(part(saved, 'hra_u'));
  return replacedBy((base) => {
    let weight = base.weight;
    for (let row = 0; row < matrixOf(vectors)[0]; row += 1) weight = reflected(weight, slice(vectors, row, row + 1));
    return { ...base, weight };
  });
}

function reflected(weight: Tensor, row: Tensor): Tensor {
  const length = Math.hypot(...row.values);
  const unit = scaled(row, 1 / length);
  return added(weight, scaled(matmul(matmul(weight, turned(unit)), unit), -2));
}

/** Shi and others 2025 (RoAd): outputs turned in pairs that stand half a group apart, and stretched. */
export function road(saved: Saved): LinearChange {
  const { variant, group_size = 64 } = saved.configuration;
  requireForm(variant === undefined || variant === 'road_1', `RoAd of the variant ${String(variant)}`);
  const [angles, sizes] = [part(saved, 'road_theta').values, part(saved, 'road_alpha').values];
  const half = group_size / 2;
  return replacedBy(({ weight, bias }) => {
    const made = pairsTurned(weight, angles, sizes, half);
    const column = pairsTurned(reshaped(bias, bias.values.length, 1), angles, sizes, half);
    return { weight: made, bias: reshaped(column, bias.values.length) };
  });
}

/** Row `half` behind another one is its pair; each pair has one angle and one size. */
function pairsTurned(value: Tensor, angles: Float32Array, sizes: Float32Array, half: number): Tensor {
  const [rows, columns] = matrixOf(value);
  const values = new Float32Array(value.values.length);
  for (let row = 0; row < rows; row += 1) {
    const group = Math.floor(row / (2 * half));
    const isFirst = row % (2 * half) < half;
    const pair = group * half + (row % half);
    const [cos, sin] = [Math.cos(angles[pair] ?? 0), Math.sin(angles[pair] ?? 0)];
    const other = (isFirst ? row + half : row - half) * columns;
    for (let column = 0; column < columns; column += 1)
      values[row * columns + column] =
        (sizes[pair] ?? 0) *
        (cos * (value.values[row * columns + column] ?? 0) +
          (isFirst ? -sin : sin) * (value.values[other + column] ?? 0));
  }
  return tensor(value.shape, values);
}

/** Kang and Yin 2024 (MiSS): inputs summed over blocks of r, then one thin matrix. */
export function miss(saved: Saved): LinearChange {
  requireForm(
    typeof saved.configuration.init_weights !== 'string',
    `MiSS of the form ${String(saved.configuration.init_weights)}`,
  );
  const block = turned(part(saved, 'miss_block'));
  return movedBy(({ weight }) => {
    const [outputs, inputs] = matrixOf(weight);
    const rank = matrixOf(block)[1];
    return mapped(filled([outputs, inputs], 0), (_, index) => {
      const [row, column] = [Math.floor(index / inputs), index % inputs];
      return block.values[row * rank + (column % rank)] ?? 0;
    });
  });
}
