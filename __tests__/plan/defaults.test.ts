/** What is measured where nobody chose, by the libraries that are swept and held. */
import { describe, expect, it } from '@jest/globals';
import { withDefaultCells } from '../../src/plan/defaults.ts';
import { allCells, DEFAULT_PATTERNS } from '../../src/plan/matrix.ts';
import { selectCells } from '../../src/plan/patterns.ts';
import type { SweepRequest } from '../../src/plan/plan.ts';

const BY_SFT = '{lora+sft,ia3+sft,prompt-tuning+sft,p-tuning+sft,prefix-tuning+sft}/none/{llama,qwen2}/causal-lm';

function cellsOf(libraries: readonly string[], more: Partial<SweepRequest> = {}): readonly string[] {
  const changes = libraries.map((library) => ({ library, from: '1.0.0', to: '2.0.0' }));
  const limits = { minutes: 10, environments: 12, search: 'bisect', chosenBy: 'default' } as const;
  return withDefaultCells({ changes, held: {}, cells: [...DEFAULT_PATTERNS, '!*/*/qwen2'], ...limits, ...more }).cells;
}

describe('the default cells', () => {
  it('are the usual ones where those need what is swept', () => {
    for (const library of ['transformers', 'peft', 'bitsandbytes', 'torch'])
      expect(cellsOf([library])).toEqual([...DEFAULT_PATTERNS, '!*/*/qwen2']);
  });

  it('are those that a swept library is for, where the usual ones need nothing that is swept', () => {
    expect(cellsOf(['trl'])).toEqual([BY_SFT, '!*/*/qwen2']);
    expect(cellsOf(['scikit-learn'])).toEqual([
      'adamss/none/llama/causal-lm',
      'adamss+defaults/none/llama/causal-lm',
      '!*/*/qwen2',
    ]);
    expect(cellsOf(['optimum-quanto'])).toContain('lora/quanto-int8/llama/causal-lm');
    // It takes longer than a cell may.
    expect(cellsOf(['optimum-quanto'])).not.toContain('lora/quanto-int4/llama/causal-lm');
  });

  it('are both where something else is swept too, or the library is held', () => {
    expect(cellsOf(['trl', 'peft'])).toEqual([BY_SFT, ...DEFAULT_PATTERNS, '!*/*/qwen2']);
    expect(cellsOf(['peft'], { held: { trl: '1.16.0' } })).toEqual([BY_SFT, ...DEFAULT_PATTERNS, '!*/*/qwen2']);
  });

  it('stay what somebody chose', () => {
    expect(cellsOf(['trl'], { chosenBy: 'user', cells: ['lora/none/llama'] })).toEqual(['lora/none/llama']);
  });

  it('exist, whatever library is named', () => {
    const problems: string[] = [];
    const cells = allCells();
    for (const library of ['trl', 'scikit-learn', 'attrs', 'torchao', 'hqq', 'unheard-of'])
      selectCells(cellsOf([library]), cells, problems);
    expect(problems).toEqual([]);
  });
});
