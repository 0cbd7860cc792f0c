import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eigenOf } from '../../src/oracle/eigen.ts';

function rowsOf(rows: readonly (readonly number[])[]): Float64Array[] {
  return rows.map((row) => Float64Array.from(row));
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Array.from(left).reduce((sum, number, place) => sum + number * (right[place] ?? 0), 0);
}

describe('eigenvalues and eigenvectors', () => {
  it.each([
    ['nothing', [], []],
    ['one number', [[-3]], [-3]],
    [
      'a diagonal',
      [
        [1, 0, 0],
        [0, 5, 0],
        [0, 0, -2],
      ],
      [5, 1, -2],
    ],
    [
      'a pair',
      [
        [2, 1],
        [1, 2],
      ],
      [3, 1],
    ],
    [
      'all of one direction',
      [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
      [3, 0, 0],
    ],
    [
      'two that are equal',
      [
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 0],
      ],
      [2, -1, -1],
    ],
  ] as const)('of %s', (_, matrix, values) => {
    const found = eigenOf(rowsOf(matrix)).values.map((value) => Math.round(value * 1e9) / 1e9 + 0);
    expect(found).toEqual(values);
  });

  it('of any symmetric matrix stretch their own direction, and stand upright on each other', () => {
    const matrices = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: size, maxLength: size }), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(matrices, (any) => {
        const matrix = any.map((row, at) =>
          row.map((_, place) => any[Math.max(at, place)]?.[Math.min(at, place)] ?? 0),
        );
        const { values, vectors } = eigenOf(rowsOf(matrix));
        for (const [at, vector] of vectors.entries()) {
          for (const [place, row] of matrix.entries())
            expect(dot(row, vector)).toBeCloseTo((values[at] ?? 0) * (vector[place] ?? 0), 9);
          for (const [other, beside] of vectors.entries())
            expect(dot(vector, beside)).toBeCloseTo(at === other ? 1 : 0, 9);
        }
      }),
    );
  });
});
