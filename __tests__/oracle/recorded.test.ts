/** @jest-environment ./__tests__/factories/native-arrays.mjs */
import { describe, expect, it } from '@jest/globals';
import { distances } from '../../src/oracle/examine.ts';
import { recorded, recordedCells, runtime } from '../factories/oracle.ts';

const run = runtime();

describe('what transformers and PEFT computed', () => {
  it.each(recordedCells())('is what the graphs say: %s', async (cell) => {
    const { logits, generated = 0 } = await distances(run, recorded(cell));
    expect(logits).toBeLessThan(1e-4);
    expect(generated).toBeLessThan(1e-4);
  });

  it('is not what they say of another model', async () => {
    const base = recorded('base/none/llama/causal-lm');
    const { logits, generated = 0 } = await distances(run, {
      ...recorded('lora/none/llama/causal-lm'),
      model: base.model,
    });
    expect(logits).toBeGreaterThan(1);
    expect(generated).toBeGreaterThan(1);
  });
});
