import { describe, expect, it } from '@jest/globals';
import { bestFirst } from '../../src/domain/best-pin.ts';

const pin = (name: string, mends: number, holds: number, of: number, keepsBump = false) => ({
  ...{ name, holds, of, keepsBump },
  unlocks: Array.from({ length: mends }, (_, at) => `cell-${at}`),
});
const named = (pins: readonly { readonly name: string }[]) => pins.map(({ name }) => name);

describe('of several pins', () => {
  it.each([
    ['the one that mends more comes first, whatever it breaks', pin('more', 2, 1, 4), pin('less', 1, 4, 4, true)],
    ['of as many mended cells the one that breaks none', pin('none', 1, 4, 4), pin('some', 1, 3, 4, true)],
    ['of equals the one that keeps the change', pin('keeps', 1, 4, 4, true), pin('holds', 1, 4, 4)],
    ['of equals the one that was first', pin('first', 1, 4, 4), pin('second', 1, 4, 4)],
  ])('%s', (_name, better, worse) => {
    const isEqual = better.name === 'first';
    expect(named(bestFirst([better, worse]))).toEqual([better.name, worse.name]);
    if (!isEqual) expect(named(bestFirst([worse, better]))).toEqual([better.name, worse.name]);
  });

  it.each([
    ['was measured with every cell', pin('part', 2, 3, 3, true), pin('whole', 2, 4, 4)],
    ['was measured with every cell and breaks none', pin('breaks', 2, 3, 4, true), pin('whole', 2, 4, 4)],
  ])('the one that mends all and %s is to be followed', (_name, other, whole) => {
    expect(named(bestFirst([other, whole], { worse: 2, compared: 4 }))).toEqual(['whole', other.name]);
  });

  it('none is complete that leaves a worse cell as it is', () => {
    const pins = [pin('holds', 1, 4, 4), pin('keeps', 1, 4, 4, true)];
    expect(named(bestFirst(pins, { worse: 2, compared: 4 }))).toEqual(['keeps', 'holds']);
  });
});
