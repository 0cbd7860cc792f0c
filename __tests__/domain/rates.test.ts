import { describe, expect, it } from '@jest/globals';
import { bestOf, isFlat, isLearnt, triedIn } from '../../src/domain/rates.ts';

describe('losses at several learning rates', () => {
  it('are read from their fact, and what is none is left out', () => {
    expect(triedIn('0.001: 3.21 3.2; 0.01: 3 nan')).toEqual([
      { rate: 0.001, curve: [3.21, 3.2] },
      { rate: 0.01, curve: [3, Number.NaN] },
    ]);
    expect(triedIn('')).toEqual([]);
    expect(triedIn('x: 1 2; 0.1:; 0.1: 5')).toEqual([]);
  });

  it('are learnt where they end well below their start', () => {
    const [down, bit, up, none] = triedIn('1: 4 3.6; 1: 4 3.7; 1: 4 9; 1: 4 nan');
    expect([down, bit, up, none].map((one) => one && isLearnt(one))).toEqual([true, false, false, false]);
  });

  it('are flat where no step moves them', () => {
    expect(isFlat(triedIn('1: 4 4 4; 10: 4 4.001 4'))).toBe(true);
    expect(isFlat(triedIn('1: 4 4 4; 10: 4 4.1 4'))).toBe(false);
    expect(isFlat(triedIn('1: 4 nan'))).toBe(false);
  });

  it('are best where they end lowest', () => {
    expect(bestOf(triedIn('1: 4 3; 2: 4 2; 3: 4 nan'))?.rate).toBe(2);
    expect(bestOf(triedIn('3: 4 nan'))).toBeUndefined();
  });
});
