import { describe, expect, it } from '@jest/globals';
import { propose } from '../../src/pins/propose.ts';

const hold = (library: string, below: string, measuredIn: string) =>
  ({ kind: 'hold', library, version: '1.0', below, unlocks: ['a', 'b'], holds: 2, of: 2, measuredIn }) as const;

describe('what is proposed', () => {
  it('holds of several libraries that were measured in one environment help only together', () => {
    const pins = propose([hold('transformers', '2.0', 'x'), hold('peft', '1.1', 'x')]);
    expect(pins.map(({ specifier, together }) => [specifier, together])).toEqual([
      ['transformers<2.0', ['peft<1.1']],
      ['peft<1.1', ['transformers<2.0']],
    ]);
  });

  it('carries everything that was measured, and says whether the change is kept', () => {
    const measured = { library: 'peft', version: '0.18.0', unlocks: ['a'], holds: 1, of: 2, measuredIn: 'x' } as const;
    expect(propose([{ ...measured, kind: 'raise-partner', newestPatch: '0.18.3' }])).toStrictEqual([
      { ...measured, kind: 'raise-partner', newestPatch: '0.18.3', specifier: 'peft>=0.18.0', keepsBump: true },
    ]);
    expect(propose([{ ...measured, kind: 'floor' }])).toStrictEqual([
      { ...measured, kind: 'floor', specifier: 'peft>=0.18.0', keepsBump: true },
    ]);
    expect(propose([{ ...measured, kind: 'hold', below: '0.19.0' }])).toStrictEqual([
      { ...measured, kind: 'hold', below: '0.19.0', specifier: 'peft<0.19.0', keepsBump: false },
    ]);
  });

  it.each<[string, readonly [number, number, 'hold' | 'floor'][], readonly number[]]>([
    [
      'more cells before one that holds everywhere',
      [
        [1, 2, 'floor'],
        [2, 1, 'hold'],
      ],
      [1, 0],
    ],
    [
      'what holds everywhere before what keeps the change',
      [
        [1, 1, 'floor'],
        [1, 2, 'hold'],
      ],
      [1, 0],
    ],
    [
      'what keeps the change, of two alike',
      [
        [1, 2, 'hold'],
        [1, 2, 'floor'],
      ],
      [1, 0],
    ],
    [
      'the order of measuring, of two that are the same',
      [
        [1, 2, 'hold'],
        [1, 2, 'hold'],
      ],
      [0, 1],
    ],
  ])('comes first: %s', (_name, measured, order) => {
    const pins = measured.map(([cells, holds, kind], index) => ({
      ...{ kind, library: `l${index}`, version: '1.0', holds, of: 2, measuredIn: `m${index}` },
      unlocks: Array.from({ length: cells }, (_, cell) => `cell ${cell}`),
    }));
    expect(propose(pins).map(({ library }) => library)).toEqual(order.map((index) => `l${index}`));
  });

  it('holds that were measured apart, and partners, stand alone', () => {
    const partner = { ...hold('accelerate', '', 'x'), kind: 'raise-partner' as const, below: undefined };
    const { below: _below, ...raised } = partner;
    const pins = propose([hold('transformers', '2.0', 'x'), hold('peft', '1.1', 'y'), raised]);
    expect(pins.map(({ together }) => together)).toEqual([undefined, undefined, undefined]);
  });
});
