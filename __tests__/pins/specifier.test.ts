import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { satisfies } from '../../src/domain/version.ts';
import { type PinTarget, withPin } from '../../src/pins/specifier.ts';

const raise = { kind: 'raise-partner', library: 'peft', version: '0.18.0' } as const;
const hold = { kind: 'hold', library: 'transformers', version: '4.55.4', bad: '4.56.0' } as const;
const exclude = { kind: 'exclude', library: 'transformers', version: '4.57.0', bad: '4.56.0' } as const;

describe('a pin in the specifier that is already there', () => {
  it.each<[string, PinTarget, string | undefined]>([
    ['==0.17.1', raise, '==0.18.0'],
    ['', raise, '>=0.18.0'],
    ['>=0.15', raise, '>=0.18.0'],
    ['>=0.15,<0.18', raise, '>=0.18.0'],
    ['>=0.15,<0.20,!=0.16.0', raise, '>=0.18.0,<0.20,!=0.16.0'],
    ['~=0.17', raise, '>=0.18.0'],
    ['==0.17.*', raise, '>=0.18.0'],
    ['>=0.19', raise, '>=0.19'],
    ['!=0.18.0', raise, undefined],
    ['===0.17.1', raise, undefined],
    ['==2.4.0+cpu', { kind: 'hold', library: 'torch', version: '2.3.0', bad: '2.4.0' }, undefined],
    ['==4.57.6', hold, '==4.55.4'],
    ['>=4.50', hold, '>=4.50,<4.56.0'],
    ['>=4.50,<5', hold, '>=4.50,<4.56.0'],
    ['>=4.50,<4.52', hold, undefined],
    ['', hold, '<4.56.0'],
    ['~=4.50', hold, '>=4.50,<4.56.0'],
    ['==4.*', hold, '>=4,<4.56.0'],
    ['>=4.50,!=4.51.0', hold, '>=4.50,!=4.51.0,<4.56.0'],
    ['>=4.57', hold, undefined],
    ['>=4.50', exclude, '>=4.50,!=4.56.0'],
    ['', exclude, '!=4.56.0'],
    ['>=4.50,<4.56', exclude, undefined],
    // Bounds at the very release, and just beside it.
    ['>=0.18.0', raise, '>=0.18.0'],
    ['>0.18.0', raise, '>=0.18.0'],
    ['>0.18.1', raise, '>0.18.1'],
    ['~=0.18.1', raise, '~=0.18.1'],
    ['==0.19.*', raise, '>=0.18.0'],
    ['>=0.15,<=0.18.0', raise, '>=0.18.0,<=0.18.0'],
    ['>=0.15,<0.18.0', raise, '>=0.18.0'],
    ['<0.18.0,!=0.17.0', raise, '>=0.18.0,!=0.17.0'],
    ['>=0.15,!=0.18.*', raise, undefined],
    ['>=0.19', { ...raise, kind: 'floor' }, '>=0.19'],
    ['>=0.15', { ...raise, kind: 'floor' }, '>=0.18.0'],
    ['==0.17.1', { ...raise, kind: 'floor' }, '==0.18.0'],
    ['>=4.50,<4.56.0', hold, '>=4.50,<4.56.0'],
    ['>=4.50,<=4.55.4', hold, '>=4.50,<=4.55.4'],
    ['>=4.50,<=4.56.0', hold, '>=4.50,<4.56.0'],
    ['>=4.50,<4.55.9', hold, '>=4.50,<4.55.9'],
    ['>=4.50,<5,<4.56', hold, '>=4.50,<4.56'],
    ['~=4.50.0', hold, '>=4.50.0,<4.56.0'],
    ['==4.55.*', hold, '>=4.55,<4.56.0'],
    ['===4.55.4,<5', hold, undefined],
    // Equalities in company, and bounds that are no versions.
    ['>0.15', raise, '>=0.18.0'],
    ['==0.18.0,>=0.1', raise, '>=0.18.0,==0.18.0'],
    ['==0.17.1,>=0.1', raise, '>=0.18.0'],
    ['==4.55.4,<5', hold, '==4.55.4,<4.56.0'],
    ['>=4.50,!=4.51.*', hold, '>=4.50,!=4.51.*,<4.56.0'],
    ['>=4.50,<4.55.*', hold, '>=4.50,<4.56.0'],
    ['==2.4.0+cpu', raise, undefined],
  ])('%s with %j is %s', (specifier, target, expected) => {
    expect(withPin(specifier, target)).toBe(expected);
  });

  it('always allows what was measured, keeps out what was bad, and keeps every exclusion', () => {
    const version = fc.tuple(fc.nat(6), fc.nat(20), fc.nat(5)).map((parts) => parts.join('.'));
    const clause = fc.tuple(fc.constantFrom('>=', '<', '<=', '!=', '>', '~='), version).map((parts) => parts.join(''));
    const kind = fc.constantFrom<PinTarget['kind']>('hold', 'exclude', 'raise-partner', 'floor');
    fc.assert(
      fc.property(fc.array(clause, { maxLength: 4 }), kind, version, version, (clauses, chosen, good, bad) => {
        fc.pre(good !== bad);
        const needsBad = chosen === 'hold' || chosen === 'exclude';
        const specifier = clauses.join(',');
        const made = withPin(specifier, { kind: chosen, library: 'x', version: good, ...(needsBad && { bad }) });
        if (made === undefined || made === specifier) return;
        expect(satisfies(good, made)).toBe(true);
        if (needsBad) expect(satisfies(bad, made)).toBe(false);
        for (const one of clauses.filter((text) => text.startsWith('!='))) expect(made).toContain(one);
      }),
      { numRuns: 2000 },
    );
  });
});
