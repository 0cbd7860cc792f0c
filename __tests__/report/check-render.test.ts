import { describe, expect, it } from '@jest/globals';
import { renderCheck } from '../../src/report/check.ts';
import { compared, report } from '../factories/report.ts';

describe('the last line of a check', () => {
  it('counts what is known of a cell as measured, and no weather', () => {
    const cell = (method: string, after: 'pass' | 'wrong' | 'inconclusive' | 'unresolved' | 'unknown') =>
      compared(`${method}/none/llama/causal-lm`, 'alone', { after });
    const comparisons = [
      cell('lora', 'pass'),
      cell('ia3', 'wrong'),
      cell('p-tuning', 'inconclusive'),
      cell('prompt-tuning', 'unresolved'),
      cell('prefix-tuning', 'unknown'),
    ];
    expect(renderCheck(report({ comparisons }))).toMatch(/\n2 of 5 cells measured, with controls: /);
  });
});
