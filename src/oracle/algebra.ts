/** Inverses and singular vectors of small matrices, in 64 bit. */
import { filled, mapped, matmul, matrixOf, ShapeError, slice, type Tensor, tensor, turned } from './tensor.ts';

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
  /** From the last singular value that is in it to the first that is not, as a share of the largest. */
  readonly gap: number;
}

/** The nearest matrix of a rank (Eckart and Young 1936): W V^T V of its first right singular vectors V. */
export function nearestOfRank(value: Tensor, rank: number): Nearest {
  const [rows, columns] = matrixOf(value);
  if (rows < columns) {
    const { matrix, gap } = nearestOfRank(turned(value), rank);
    return { matrix: turned(matrix), gap };
  }
  const { vectors, values } = singular(value);
  const kept = slice(vectors, 0, Math.min(rank, columns));
  const gap = ((values[rank - 1] ?? 0) - (values[rank] ?? 0)) / (values[0] ?? 1);
  return { matrix: matmul(matmul(value, turned(kept)), kept), gap };
}

/** Right singular vectors [columns, columns] and singular values, the largest first. */
function singular(value: Tensor): { readonly vectors: Tensor; readonly values: readonly number[] } {
  const size = matrixOf(value)[1];
  const columns = columnsOf(value);
  const vectors = columnsOf(identity(size));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) if (!swept(columns, vectors)) break;
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
  const kept = order.flatMap((index) => [...(vectors[index] ?? [])]);
  return { vectors: tensor([size, size], Float32Array.from(kept)), values: order.map((index) => lengths[index] ?? 0) };
}

const MOST_SWEEPS = 40;

function columnsOf(value: Tensor): readonly Float64Array[] {
  const [rows, columns] = matrixOf(value);
  return Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => value.values[row * columns + column] ?? 0),
  );
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/** Turns each pair of columns until they stand upright on each other (Hestenes 1958); whether any had to be. */
function swept(columns: readonly Float64Array[], vectors: readonly Float64Array[]): boolean {
  let isMoved = false;
  for (const [first, left] of columns.entries())
    for (const [ahead, right] of columns.slice(first + 1).entries()) {
      const [a, b, c] = [dot(left, left), dot(right, right), dot(left, right)];
      if (Math.abs(c) <= 1e-13 * Math.sqrt(a * b)) continue;
      isMoved = true;
      const zeta = (b - a) / (2 * c);
      const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      turn(left, right, tangent);
      turn(vectors[first] ?? left, vectors[first + 1 + ahead] ?? right, tangent);
    }
  return isMoved;
}

function turn(left: Float64Array, right: Float64Array, tangent: number): void {
  const cos = 1 / Math.hypot(1, tangent);
  const sin = cos * tangent;
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index] ?? 0, right[index] ?? 0];
    left[index] = cos * one - sin * other;
    right[index] = sin * one + cos * other;
  }
}
