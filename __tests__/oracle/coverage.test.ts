import { expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import { METHODS } from '../../src/domain/matrix.ts';
import { whyNotJudged } from '../../src/oracle/coverage.ts';

it.each([
  ['base/none/llama/causal-lm', undefined],
  ['lora+dora/bnb-nf4/gpt2/causal-lm', undefined],
  ['adaption-prompt/bnb-nf4/llama/causal-lm', undefined],
  ['lora/bnb-fp4/llama/causal-lm', undefined],
  ['lora/none/codellama/causal-lm', undefined],
  ['lora/none/qwen3/causal-lm', undefined],
  ['lora/none/constructor/causal-lm', 'no graph of the architecture is written'],
  ['lora/none/llama/image-to-text', 'no graph of the task is written'],
  ['constructor/none/llama/causal-lm', 'no formula of the method is written'],
  ['lora/bnb-int8/llama/causal-lm', 'activations are rounded to 8 bits too, which no graph does'],
  ['lora/torchao-int8wo/llama/causal-lm', 'what its weights stand for is not left by the probe'],
  ['lora+corda/none/llama/causal-lm', 'what became of its base model is not saved with the adapter'],
  ['adaption-prompt/none/opt/causal-lm', 'the graph of the architecture has no place for an adaption prompt'],
])('%s: %s', (cell, why) => {
  expect(whyNotJudged(parseCellId(cell))).toBe(why);
});

it('a method of the matrix has a formula, or that is the reason', () => {
  const whys = Object.keys(METHODS).map((method) => whyNotJudged(parseCellId(`${method}/none/llama/causal-lm`)));
  const without = whys.filter((why) => why !== undefined);
  const reasons = [
    'no formula of the method is written',
    'what became of its base model is not saved with the adapter',
  ];
  expect(without.filter((why) => !reasons.includes(why))).toEqual([]);
  expect(whys.length - without.length).toBeGreaterThanOrEqual(60);
});
