/** Arrays of 32-bit numbers with a shape, row-major, and the few operations that the formulas of adapters need. */

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Whole numbers with a shape: token ids, masks. */
export interface Integers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Two things that must fit together and do not. What was being checked cannot be. */
export class ShapeError extends Error {}

export function tensor(shape: readonly number[], values: Float32Array): Tensor {
  if (sizeOf(shape) !== values.length)
    throw new ShapeError(`${values.length} values do not fill the shape [${shape.join(', ')}]`);
  return { shape, values };
}

export function filled(shape: readonly number[], value: number): Tensor {
  return tensor(shape, room(shape).fill(value));
}

/** 64 MiB: what is made of an adapter is never so large, and its file can ask for any size. */
const MOST_NUMBERS = 1 << 24;
const MOST_PRODUCTS = 2 ** 31;

/** Zeros for a shape. Throws ShapeError for one that no model here has. */
export function room(shape: readonly number[]): Float32Array {
  const size = sizeOf(shape);
  if (!(size <= MOST_NUMBERS)) throw new ShapeError(`[${shape.join(', ')}] is larger than any weight here`);
  return new Float32Array(size);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function reshaped(value: Tensor, ...shape: readonly number[]): Tensor {
  return tensor(shape, value.values);
}

export function mapped(value: Tensor, change: (number: number, index: number) => number): Tensor {
  const values = new Float32Array(value.values.length);
  for (let index = 0; index < values.length; index += 1) values[index] = change(value.values[index] ?? 0, index);
  return tensor(value.shape, values);
}

/** The three below are most of what a cell costs: plain loops take a fourth of the time that calls for each number take. */
export function scaled(value: Tensor, factor: number): Tensor {
  if (factor === 1) return value;
  const made = new Float32Array(value.values.length);
  for (let index = 0; index < made.length; index += 1) made[index] = (value.values[index] ?? 0) * factor;
  return tensor(value.shape, made);
}

export function added(left: Tensor, right: Tensor): Tensor {
  requireSameShape(left, right);
  const made = new Float32Array(left.values.length);
  for (let index = 0; index < made.length; index += 1)
    made[index] = (left.values[index] ?? 0) + (right.values[index] ?? 0);
  return tensor(left.shape, made);
}

export function product(left: Tensor, right: Tensor): Tensor {
  requireSameShape(left, right);
  const made = new Float32Array(left.values.length);
  for (let index = 0; index < made.length; index += 1)
    made[index] = (left.values[index] ?? 0) * (right.values[index] ?? 0);
  return tensor(left.shape, made);
}

function requireSameShape(left: Tensor, right: Tensor): void {
  if (left.shape.join() !== right.shape.join())
    throw new ShapeError(`[${left.shape.join(', ')}] and [${right.shape.join(', ')}] do not fit`);
}

/** Lengths of a matrix. Throws ShapeError for anything else. */
export function matrixOf(value: Tensor): readonly [rows: number, columns: number] {
  const [rows, columns] = value.shape;
  if (value.shape.length !== 2 || rows === undefined || columns === undefined)
    throw new ShapeError(`[${value.shape.join(', ')}] is no matrix`);
  return [rows, columns];
}

/** [n, k] times [k, m]; sums are made in 64 bit. */
export function matmul(left: Tensor, right: Tensor): Tensor {
  const [rows, inner] = matrixOf(left);
  const [same, columns] = matrixOf(right);
  if (inner !== same) throw new ShapeError(`[${rows}, ${inner}] and [${same}, ${columns}] do not multiply`);
  if (rows * inner * columns > MOST_PRODUCTS)
    throw new ShapeError(`[${rows}, ${inner}] and [${same}, ${columns}] are larger than any weight here`);
  const values = room([rows, columns]);
  const sums = new Float64Array(columns);
  const others = Array.from({ length: inner }, (_, place) =>
    right.values.subarray(place * columns, (place + 1) * columns),
  );
  for (let row = 0; row < rows; row += 1) {
    sums.fill(0);
    for (const [place, other] of others.entries()) {
      const factor = left.values[row * inner + place] ?? 0;
      for (let column = 0; column < columns; column += 1)
        sums[column] = (sums[column] ?? 0) + factor * (other[column] ?? 0);
    }
    values.set(sums, row * columns);
  }
  return tensor([rows, columns], values);
}

export function turned(value: Tensor): Tensor {
  const [rows, columns] = matrixOf(value);
  const values = new Float32Array(value.values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      values[column * rows + row] = value.values[row * columns + column] ?? 0;
  return tensor([columns, rows], values);
}

/** Rows `from` up to `to` of the first axis. */
export function slice(value: Tensor, from: number, to: number): Tensor {
  const [first = 0, ...rest] = value.shape;
  if (from < 0 || to > first || from > to) throw new ShapeError(`rows ${from} to ${to} of ${first}`);
  const width = sizeOf(rest);
  return tensor([to - from, ...rest], value.values.slice(from * width, to * width));
}

/** Along the first axis. */
export function stacked(parts: readonly Tensor[]): Tensor {
  const [, ...rest] = parts[0]?.shape ?? [];
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  const values = new Float32Array(rows * sizeOf(rest));
  let place = 0;
  for (const part of parts) {
    values.set(part.values, place);
    place += part.values.length;
  }
  return tensor([rows, ...rest], values);
}

/** Each row of a matrix times its own factor. */
export function rowsScaled(value: Tensor, factors: ArrayLike<number>): Tensor {
  const [rows] = matrixOf(value);
  if (factors.length !== rows) throw new ShapeError(`${factors.length} factors for ${rows} rows`);
  return eachScaled(value, (row) => factors[row] ?? 0);
}

/** Each column of a matrix times its own factor. */
export function columnsScaled(value: Tensor, factors: ArrayLike<number>): Tensor {
  const [, columns] = matrixOf(value);
  if (factors.length !== columns) throw new ShapeError(`${factors.length} factors for ${columns} columns`);
  return eachScaled(value, (_, column) => factors[column] ?? 0);
}

function eachScaled(value: Tensor, factor: (row: number, column: number) => number): Tensor {
  const [rows, columns] = matrixOf(value);
  const values = new Float32Array(rows * columns);
  for (let row = 0, index = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1, index += 1)
      values[index] = (value.values[index] ?? 0) * factor(row, column);
  return tensor(value.shape, values);
}

/** The Euclidean length of each row. */
export function rowLengths(value: Tensor): readonly number[] {
  const [rows, columns] = matrixOf(value);
  return Array.from({ length: rows }, (_, row) =>
    Math.hypot(...value.values.subarray(row * columns, (row + 1) * columns)),
  );
}

/** The largest difference of two tensors of one shape, infinite where the shapes differ or a number is none. */
export function distance(left: Tensor, right: Tensor): number {
  if (left.shape.join() !== right.shape.join()) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < left.values.length; index += 1) {
    const apart = Math.abs((left.values[index] ?? 0) - (right.values[index] ?? 0));
    if (!(apart <= largest)) largest = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  return largest;
}
