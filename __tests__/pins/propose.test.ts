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

  it('holds that were measured apart, and partners, stand alone', () => {
    const partner = { ...hold('accelerate', '', 'x'), kind: 'raise-partner' as const, below: undefined };
    const { below: _below, ...raised } = partner;
    const pins = propose([hold('transformers', '2.0', 'x'), hold('peft', '1.1', 'y'), raised]);
    expect(pins.map(({ together }) => together)).toEqual([undefined, undefined, undefined]);
  });
});
