import { describe, expect, it } from '@jest/globals';
import { cellId } from '../../src/domain/cell.ts';
import { expandPartial } from '../../src/plan/partial.ts';

describe('a cell that is known in part', () => {
  it.each<[string, string[]]>([
    ['lora/bnb-nf4/*/causal-lm', ['lora/bnb-nf4/llama/causal-lm', 'lora/bnb-nf4/qwen2/causal-lm']],
    ['lora/bnb-*/opt/causal-lm', ['lora/bnb-int8/opt/causal-lm', 'lora/bnb-nf4/opt/causal-lm']],
    ['ia3/none/*/seq2seq-lm', ['ia3/none/t5/seq2seq-lm']],
    ['lora/none/bert/*', ['lora/none/bert/seq-cls', 'lora/none/bert/token-cls']],
    [
      'lora/*/*/*',
      [
        'lora/none/llama/causal-lm',
        'lora/bnb-nf4/llama/causal-lm',
        'lora/none/qwen2/causal-lm',
        'lora/bnb-nf4/qwen2/causal-lm',
      ],
    ],
    ['lora/none/*/denoise', []],
  ])('%s is tried as %j', (pattern, cells) => {
    expect(expandPartial(pattern).map(cellId)).toEqual(cells);
  });

  it('is never the control', () => {
    expect(expandPartial('*/none/llama/causal-lm').map(({ method }) => method)).not.toContain('base');
  });
});
