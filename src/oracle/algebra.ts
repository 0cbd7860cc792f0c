/** Inverses of small matrices and the nearest ones of a rank, in 64 bit. */
import { eigenOf } from './eigen.ts';
import { filled, mapped, matmul, matrixOf, ShapeError, type Tensor, tensor, turned } from './tensor.ts';

export function identity(size: number): Tensor {
  return mapped(filled([size, size], 0), (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}

/** The inverse of a square matrix, by elimination. Throws ShapeError where it has none. */
export function inverse(value: Tensor): Tensor {
  const [size, columns] = matrixOf(value);
  if (size !== columns) throw new ShapeError(`[${size}, ${columns}] is not square`);
  const rows = Array.from({ length: size }, (_, row) => {
    const unit = Array.from({ length: size }, (_, place) => (place === row ? 1 : 0));
    return Float64Array.from([...value.values.subarray(row * size, (row + 1) * size), ...unit]);
  });
  for (let column = 0; column < size; column += 1) eliminate(rows, column);
  return tensor([size, size], Float32Array.from(rows.flatMap((row) => [...row.subarray(size)])));
}

function eliminate(rows: Float64Array[], column: number): void {
  const at = (row: number) => rows[row]?.[column] ?? 0;
  let best = column;
  for (let row = column + 1; row < rows.length; row += 1) if (Math.abs(at(row)) > Math.abs(at(best))) best = row;
  const [pivot, other] = [rows[best], rows[column]];
  if (pivot === undefined || other === undefined || at(best) === 0) throw new ShapeError('a matrix has no inverse');
  [rows[column], rows[best]] = [pivot, other];
  const unit = pivot[column] ?? 1;
  for (let place = 0; place < pivot.length; place += 1) pivot[place] = (pivot[place] ?? 0) / unit;
  for (const [index, row] of rows.entries()) {
    const factor = row[column] ?? 0;
    if (index === column || factor === 0) continue;
    for (let place = 0; place < row.length; place += 1) row[place] = (row[place] ?? 0) - factor * (pivot[place] ?? 0);
  }
}

export interface Nearest {
  readonly matrix: Tensor;
  /** What a decomposition in 32 bit may find in its place. */
  readonly rounded: Tensor;
}

/**
 * How far rounding turns a singular vector toward its neighbour, as a multiple of 2^-24 times the largest singular value,
 * over the distance of their values: 0.6 to 4.1 in 26 weights of seven checkpoints (docs/measurements.md).
 */
const TURN = 5 * 2 ** -24;

/** The nearest matrix of a rank (Eckart and Young 1936): W V^T V of its first right singular vectors V. */
export function nearestOfRank(value: Tensor, rank: number): Nearest {
  const [rows, columns] = matrixOf(value);
  if (rows < columns) {
    const { matrix, rounded } = nearestOfRank(turned(value), rank);
    return { matrix: turned(matrix), rounded: turned(rounded) };
  }
  const { values, vectors } = eigenOf(squareOf(value));
  const kept = vectors.slice(0, rank);
  const [last, next] = [vectors[rank - 1], vectors[rank]];
  const matrix = projected(value, kept);
  if (last === undefined || next === undefined) return { matrix, rounded: matrix };
  const [largest = 0, own = 0, other = 0] = [values[0], values[rank - 1], values[rank]].map(rootOf);
  const angle = Math.min(Math.PI / 4, (TURN * largest) / (own - other));
  const turnedLast = last.map((number, place) => Math.cos(angle) * number + Math.sin(angle) * (next[place] ?? 0));
  return { matrix, rounded: projected(value, [...kept.slice(0, -1), turnedLast]) };
}

/** An eigenvalue of W^T W is the square of a singular value; rounding can leave one just below 0. */
function rootOf(value: number | undefined): number {
  return Math.sqrt(Math.max(0, value ?? 0));
}

/** W V^T V. */
function projected(value: Tensor, vectors: readonly Float64Array[]): Tensor {
  const kept = tensor([vectors.length, matrixOf(value)[1]], Float32Array.from(vectors.flatMap((row) => [...row])));
  return matmul(matmul(value, turned(kept)), kept);
}

/** W^T W. */
function squareOf(value: Tensor): readonly Float64Array[] {
  const [rows, columns] = matrixOf(value);
  const square = Array.from({ length: columns }, () => new Float64Array(columns));
  for (let row = 0; row < rows; row += 1) {
    const own = value.values.subarray(row * columns, (row + 1) * columns);
    for (const [place, sums] of square.entries()) {
      const factor = own[place] ?? 0;
      for (let column = 0; column < columns; column += 1)
        sums[column] = (sums[column] ?? 0) + factor * (own[column] ?? 0);
    }
  }
  return square;
}

/** What of each column does not lie in the directions of the first ones: W - Q Q^T W, with Q made upright by Gram and Schmidt. */
export function outsideOf(value: Tensor, count: number): Tensor {
  const columns = turned(value);
  const [all, length] = matrixOf(columns);
  const rows = Array.from({ length: all }, (_, row) =>
    Float64Array.from(columns.values.subarray(row * length, (row + 1) * length)),
  );
  const upright: Float64Array[] = [];
  for (const row of rows.slice(0, count)) {
    const left = leftOf(leftOf(row, upright), upright);
    const size = Math.hypot(...left);
    if (size > 0) upright.push(left.map((number) => number / size));
  }
  const left = rows.map((row) => leftOf(row, upright));
  return turned(tensor([all, length], Float32Array.from(left.flatMap((row) => [...row]))));
}

/** A vector without its shares in directions of length 1 that stand upright on each other. */
function leftOf(vector: Float64Array, directions: readonly Float64Array[]): Float64Array {
  const left = Float64Array.from(vector);
  for (const direction of directions) {
    let share = 0;
    for (let place = 0; place < vector.length; place += 1) share += (vector[place] ?? 0) * (direction[place] ?? 0);
    for (let place = 0; place < left.length; place += 1)
      left[place] = (left[place] ?? 0) - share * (direction[place] ?? 0);
  }
  return left;
}
