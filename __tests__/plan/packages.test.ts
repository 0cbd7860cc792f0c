/** What an environment must hold for a cell. */
import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import { packagesOf } from '../../src/plan/matrix.ts';

describe('the packages of a cell', () => {
  it.each<[string, readonly string[]]>([
    ['lora/none/llama/causal-lm', []],
    ['base/bnb-nf4/llama/causal-lm', ['bitsandbytes']],
    ['lora/gptq-int4/llama/causal-lm', ['gptqmodel', 'optimum']],
    ['adamss/none/llama/causal-lm', ['scikit-learn']],
    ['adamss+defaults/none/llama/causal-lm', ['scikit-learn']],
    ['adamss+trainer/none/llama/causal-lm', ['scikit-learn']],
    ['lora+sft/bnb-nf4/llama/causal-lm', ['bitsandbytes', 'trl']],
    ['constructor/constructor/llama/causal-lm', []],
  ])('%s: %j', (cell, packages) => {
    expect(packagesOf(parseCellId(cell))).toEqual(packages);
  });
});
