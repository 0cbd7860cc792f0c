import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTensorFile, TensorFileError } from '../../src/oracle/tensor-file.ts';
import { fileOf, floats, integers, tensorFile } from '../factories/tensor-files.ts';

const sound = { a: floats([2, 2], [1, 2, 3, 4]), b: integers([3], [5, 6, 7]) };

function entry(shape: unknown, offsets: unknown, dtype: unknown = 'F32'): unknown {
  return { dtype, shape, data_offsets: offsets };
}

function withEntries(entries: Readonly<Record<string, unknown>>, bytes: number): Uint8Array {
  return fileOf(JSON.stringify(entries), new Uint8Array(bytes));
}

describe('a tensor file', () => {
  it('gives its tensors by name', () => {
    const file = readTensorFile(tensorFile(sound));
    expect(file.names).toEqual(['a', 'b']);
    expect(file.floats('a')).toEqual({ shape: [2, 2], values: new Float32Array([1, 2, 3, 4]) });
    expect(file.integers('b')).toEqual({ shape: [3], values: [5, 6, 7] });
  });

  it('may stand anywhere in a buffer', () => {
    const content = tensorFile(sound);
    const shifted = new Uint8Array(content.length + 3);
    shifted.set(content, 3);
    expect(readTensorFile(shifted.subarray(3)).floats('a').values).toEqual(new Float32Array([1, 2, 3, 4]));
  });

  it.each([
    ['F16', [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b], [1, -2, 2 ** -24, 65504]],
    ['BF16', [0x80, 0x3f, 0x40, 0xc0], [1, -3]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1]],
  ])('reads %s', (dtype, bytes, values) => {
    const content = tensorFile({ a: { dtype, shape: [values.length], bytes: new Uint8Array(bytes) } });
    expect([...readTensorFile(content).floats('a').values]).toEqual(values);
  });

  it.each([
    ['nothing', new Uint8Array(), '0 bytes'],
    ['a length alone', new Uint8Array(7), '7 bytes'],
    ['a header longer than the file', new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 123]), 'ends within its header'],
    ['a header over 1 MiB', new Uint8Array([1, 0, 16, 0, 0, 0, 0, 0]), 'longer than 1 MiB'],
    ['a length that no number holds', new Uint8Array(8).fill(255), 'longer than 1 MiB'],
    ['no JSON', fileOf('{'), 'no JSON'],
    ['deep JSON', fileOf('['.repeat(500_000)), 'no JSON'],
    ['bytes that are no UTF-8', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), 'no JSON'],
    ['a list', fileOf('[]'), 'no object'],
    ['metadata of numbers', fileOf('{"__metadata__":{"a":1}}'), 'no text'],
    ['an entry without a shape', withEntries({ a: { dtype: 'F32' } }, 0), 'not described'],
    [
      'an entry with more than there is',
      withEntries({ a: { ...Object(entry([1], [0, 4])), x: 1 } }, 4),
      'not described',
    ],
    ['a negative length', withEntries({ a: entry([-1, -1], [0, 4]) }, 4), 'not described'],
    ['half a length', withEntries({ a: entry([0.5, 2], [0, 4]) }, 4), 'not described'],
    ['nine axes', withEntries({ a: entry(Array(9).fill(1), [0, 4]) }, 4), 'not described'],
    ['an unknown dtype', withEntries({ a: entry([1], [0, 4], 'F8_E4M3') }, 4), 'dtype'],
    ['a shape that overflows', withEntries({ a: entry([2 ** 31, 2 ** 31], [0, 4]) }, 4), 'overflows'],
    ['a shape that overflows to nothing', withEntries({ a: entry([2 ** 31, 2 ** 31, 0], [0, 0]) }, 0), 'overflows'],
    ['fewer bytes than the shape', withEntries({ a: entry([2], [0, 4]) }, 4), 'has 4 bytes'],
    ['offsets that run back', withEntries({ a: entry([1], [4, 0]) }, 4), 'has -4 bytes'],
    ['a tensor behind the end', withEntries({ a: entry([2], [0, 8]) }, 4), 'ends within "a"'],
    ['two in one place', withEntries({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), 'overlaps'],
    ['a hole', withEntries({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), 'hole'],
    ['bytes behind the last', withEntries({ a: entry([1], [0, 4]) }, 5), '1 bytes stand behind'],
    [
      '10,001 tensors',
      withEntries(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [n, entry([0], [0, 0])])), 0),
      'more than 10,000',
    ],
  ])('with %s is an error that says so', (_, content, words) => {
    expect(() => readTensorFile(content)).toThrow(TensorFileError);
    expect(() => readTensorFile(content)).toThrow(words);
  });

  it.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
  ])('with %s is an error where that is asked for', (_, value) => {
    const file = readTensorFile(tensorFile({ a: floats([2], [1, value]), b: floats([1], [1]) }));
    expect(() => file.floats('a')).toThrow('NaN or an infinity');
    expect(file.floats('b').values).toEqual(new Float32Array([1]));
  });

  it('says what is missing or of another kind, whatever its name', () => {
    const file = readTensorFile(tensorFile({ ...sound, __proto__x: floats([1], [1]) }));
    expect(() => file.floats('constructor')).toThrow('"constructor" is missing');
    expect(() => file.floats('b')).toThrow('holds whole numbers');
    expect(() => file.integers('a')).toThrow('holds no whole numbers');
  });

  it('of 20,000 damaged ones is read or refused, and nothing else happens', () => {
    const content = tensorFile(sound);
    const damage = fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, fc.nat(content.length), (changes, length) => {
        const damaged = Uint8Array.from(content);
        for (const [place, byte] of changes) damaged[place] = byte;
        for (const candidate of [damaged, damaged.subarray(0, length)]) readOrRefuse(candidate);
      }),
      { numRuns: 10_000 },
    );
  });
});

function readOrRefuse(content: Uint8Array): void {
  try {
    const file = readTensorFile(content);
    for (const name of file.names) {
      const read = name === 'b' ? file.integers(name) : file.floats(name);
      expect(read.values.length).toBeLessThanOrEqual(content.length);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TensorFileError);
  }
}
