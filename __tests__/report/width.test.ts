import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { columnsOf, wrap } from '../../src/report/width.ts';

describe('lines for a terminal', () => {
  it('are broken between words, and go on below their own text', () => {
    expect(wrap('cells         24 and 7 controls without an adapter', 34)).toBe(
      'cells         24 and 7 controls\n              without an adapter',
    );
    expect(wrap('  one two three four', 12)).toBe('  one two\n    three\n    four');
    expect(wrap('first column that is wide   and the second', 24)).toBe(
      'first column that is\n  wide\n    and the second',
    );
  });

  it('begin the second column below the first where its first word would not fit beside it', () => {
    expect(wrap('      _  a_long_word_ b', 20)).toBe('      _\n          a_long_word_\n          b');
  });

  it('are left alone where they fit, and where nobody asked', () => {
    expect(wrap('short\n\nlines\n', 20)).toBe('short\n\nlines\n');
    expect(wrap('x '.repeat(100), undefined)).toBe('x '.repeat(100));
  });

  it('are never longer than asked, except for single words, and lose no word', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' })
      .map((text) => text.replace(/\s/g, '_'));
    const line = fc.array(fc.tuple(word, fc.integer({ min: 1, max: 4 })), { maxLength: 20 });
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 8 }), fc.integer({ min: 20, max: 80 }), (parts, indent, columns) => {
        const text = ' '.repeat(indent) + parts.map(([one, spaces]) => one + ' '.repeat(spaces)).join('');
        const lines = wrap(text, columns).split('\n');
        expect(lines.filter((one) => one.length > columns && one.trim().includes(' '))).toEqual([]);
        expect(lines.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
      }),
    );
  });

  it.each<[number | undefined, string | undefined, number | undefined]>([
    [80, undefined, 80],
    [80, '60', 80],
    [undefined, '60', 60],
    [undefined, undefined, undefined],
    [undefined, 'wide', undefined],
    [undefined, '3', undefined],
    [0, '60', undefined],
  ])('%s columns of a terminal and COLUMNS=%s are %s', (columns, asked, expected) => {
    expect(columnsOf({ ...(columns !== undefined && { columns }) }, { COLUMNS: asked })).toBe(expected);
  });
});
