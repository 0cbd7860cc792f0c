import { describe, expect, it } from '@jest/globals';
import { cellId } from '../../src/domain/cell.ts';
import { requestKey } from '../../src/domain/environment.ts';
import { failing, raised } from '../factories/results.ts';
import { change, llama, play } from './world.ts';

const BROKEN = change('transformers', ['1.0.0', '1.1.0', '2.0.0', '2.1.0']);
const CELLS = [llama('lora'), llama('lora', 'bnb-int8')];
const isBroken = (version = '') => version.startsWith('2');

describe('what a question carries', () => {
  it('is what the base of its own package set saved, in every question but the base itself', () => {
    const { asked } = play({
      cells: CELLS,
      changes: [BROKEN],
      extra: ({ pins }) => ({ tokenizers: isBroken(pins.transformers) ? '2' : '1' }),
      result: (cell, pins) => (isBroken(pins.transformers) ? failing(cellId(cell), [raised('train', 'x')]) : undefined),
    });
    expect(new Set(asked.map(({ purpose }) => purpose))).toEqual(
      new Set(['base', 'head', 'bisect', 'repeat', 'held-back', 'hold']),
    );
    for (const { purpose, environment, carryFrom } of asked) {
      const isBase = environment.pins.transformers === '1.0.0' && environment.pins.torch === undefined;
      expect([purpose, carryFrom === undefined]).toEqual([purpose, isBase]);
      expect(carryFrom?.packages ?? environment.packages).toEqual(environment.packages);
      if (carryFrom) expect(requestKey(carryFrom)).not.toBe(requestKey(environment));
    }
  });

  it('is nothing where the base could not be built', () => {
    const { asked } = play({
      cells: CELLS,
      changes: [BROKEN],
      environment: ({ transformers, bitsandbytes }) =>
        transformers === '1.0.0' && bitsandbytes !== undefined
          ? { status: 'unresolved', why: 'no solution' }
          : undefined,
    });
    const quantized = asked.filter(({ environment }) => environment.packages.length > 0);
    expect(quantized.map(({ purpose, carryFrom }) => [purpose, carryFrom])).toEqual([
      ['base', undefined],
      ['head', undefined],
    ]);
  });
});
