import { describe, expect, it } from '@jest/globals';
import { inline, prose, shortened } from '../../src/report/escape.ts';

describe('running text', () => {
  it.each<[string, string]>([
    ['FAIL at forward (base model)', 'FAIL at forward (base model)'],
    ["argument 'cache_position'", "argument 'cache_position'"],
    ['peft>=0.18.0', 'peft>=0.18.0'],
    ['_once_ and __twice__', '&#95;once&#95; and &#95;&#95;twice&#95;&#95;'],
    ['> a quote', '&#62; a quote'],
    ['  > a quote', '  &#62; a quote'],
    ['[a link](https://example.com)', '&#91;a link&#93;(https&#58;//example.com)'],
    ['![an image](x)', '&#33;&#91;an image&#93;(x)'],
    ['<img src=x>', '&#60;img src=x>'],
    ['a | cell', 'a &#124; cell'],
    ['*bold* ~gone~ #1 `code', '&#42;bold&#42; &#126;gone&#126; &#35;1 &#96;code'],
  ])('%s', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });

  it('is code between backticks where it is prose, and escaped around them', () => {
    expect(prose('Add it to `packageRules`.')).toBe('Add it to `packageRules`.');
    expect(prose('`a|b` and <b> and `@nobody`')).toBe('`a\u00a6b` and &#60;b> and `@nobody`');
    expect(prose('one ` alone <b>')).toBe('one &#96; alone &#60;b>');
  });
});

describe('the beginning of a line', () => {
  it('ends with a whole word', () => {
    expect(shortened('because peft depends on transformers', 27)).toBe('because peft depends on …');
    expect(shortened('because peft, and more', 16)).toBe('because peft …');
    expect(shortened('x'.repeat(30), 10)).toBe(`${'x'.repeat(8)} …`);
    expect(shortened('short', 27)).toBe('short');
  });
});
