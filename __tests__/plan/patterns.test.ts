import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellId } from '../../src/domain/cell.ts';
import { allCells, DEFAULT_PATTERNS } from '../../src/plan/matrix.ts';
import { selectCells } from '../../src/plan/patterns.ts';

function select(...patterns: string[]) {
  const problems: string[] = [];
  return { ids: selectCells(patterns, allCells(), problems).map(cellId), problems };
}

describe('cell patterns', () => {
  it('takes missing parts for stars', () => {
    expect(select('lora').ids).toEqual(select('lora/*/*/*').ids);
  });

  it('selects nothing but what all parts allow', () => {
    expect(select('{lora,ia3}/none/llama/causal-lm').ids).toEqual([
      'lora/none/llama/causal-lm',
      'ia3/none/llama/causal-lm',
    ]);
  });

  it('takes away what a later exclamation mark names', () => {
    expect(select('{lora,ia3}/none/llama/causal-lm', '!ia3').ids).toEqual(['lora/none/llama/causal-lm']);
  });

  it('selects the 24 default cells', () => {
    expect(select(...DEFAULT_PATTERNS).ids).toHaveLength(24);
  });

  it('means the usual quantizations by a star, the others where it fits none of these, and all where it takes away', () => {
    const forms = (...patterns: string[]) => new Set(select(...patterns).ids.map((id) => id.split('/')[1]));
    expect([...forms('lora/*/llama/causal-lm')]).toEqual(['none', 'bnb-int8', 'bnb-nf4']);
    expect([...forms('lora/bnb-*/llama')]).toEqual(['bnb-int8', 'bnb-nf4']);
    expect([...forms('lora/quanto-*/llama')]).toEqual(['quanto-int8', 'quanto-float8', 'quanto-int4']);
    expect([...forms('lora/{none,ct-int4}/llama')]).toEqual(['none', 'ct-int4']);
    expect([...forms('lora/{none,ct-int4}/llama', '!*/*/llama')]).toEqual([]);
  });

  it('reads a plus sign as part of a name', () => {
    expect(select('lora+dora/none/llama/causal-lm').ids).toEqual(['lora+dora/none/llama/causal-lm']);
  });

  it('says what is unknown in every part at once, with what was probably meant', () => {
    expect(select('lara/nones/lama').problems).toEqual([
      expect.stringContaining('Unknown method `lara`. Did you mean `lora`?'),
      expect.stringContaining('Unknown quantization `nones`. Did you mean `none`?'),
      expect.stringContaining('Unknown architecture `lama`. Did you mean `llama`?'),
    ]);
  });

  it('says when parts exist but no cell has them together', () => {
    expect(select('lora/none/t5/causal-lm').problems[0]).toContain('selects no cell');
  });

  it('selects no cell of a quantization that a method was not tried with', () => {
    expect(select('boft/*/llama/causal-lm').ids).toEqual(['boft/none/llama/causal-lm']);
    expect(select('boft/bnb-nf4/llama').problems[0]).toContain('these parts exist, but not together');
  });

  it('selects no cell of an architecture that a method refuses', () => {
    expect(select('boft/none/{opt,gpt2}').ids).toEqual(['boft/none/opt/causal-lm']);
  });

  it('selects code paths where they are named, in the order of their table, and nowhere else', () => {
    expect(select('{lora,ia3}+checkpointing+trainer/none/llama/causal-lm').ids).toEqual([
      'lora+trainer+checkpointing/none/llama/causal-lm',
      'ia3+trainer+checkpointing/none/llama/causal-lm',
    ]);
    expect(select('*').ids.filter((id) => id.includes('trainer'))).toEqual([]);
    expect(select('*+trainer/none/llama/causal-lm').ids).toHaveLength(select('*/none/llama/causal-lm').ids.length - 1);
    expect(select('lora+{trainer,bf16}/none/llama/causal-lm', '!lora+bf16').ids).toEqual([
      'lora+trainer/none/llama/causal-lm',
    ]);
  });

  it('takes a cell away by each code path, and a code path alone', () => {
    expect(select('lora{,+trainer,+bf16}/none/llama/causal-lm', '!lora/none').ids).toEqual([]);
    expect(select('lora{,+trainer}/none/llama/causal-lm', '!lora+trainer').ids).toEqual(['lora/none/llama/causal-lm']);
  });

  it('selects a code path only where there is one', () => {
    expect(select('lora+stored/*/llama/causal-lm').ids).toEqual([
      'lora+stored/bnb-int8/llama/causal-lm',
      'lora+stored/bnb-nf4/llama/causal-lm',
    ]);
    expect(select('lora+stored/none/llama').problems[0]).toContain('these parts exist, but not together');
    expect(select('base+trainer/none/llama').problems[0]).toContain('these parts exist, but not together');
    expect(select('lora+trianer').problems[0]).toContain('Did you mean `lora+trainer`?');
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (typed) => {
        select(typed);
      }),
    );
  });
});
