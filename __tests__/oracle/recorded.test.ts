/** @jest-environment ./__tests__/factories/native-arrays.mjs */
import { describe, expect, it } from '@jest/globals';
import { verdictOn } from '../../src/oracle/verdict.ts';
import { recorded, recordedCells, runtime } from '../factories/oracle.ts';

const run = runtime();

describe('what transformers and PEFT computed', () => {
  it.each(recordedCells())('is what the graphs say: %s', async (cell) => {
    const verdict = await verdictOn(run, recorded(cell));
    expect(verdict.kind).toBe('agrees');
    expect(verdict.distance).toBeLessThan(1e-4);
  });

  it('is not what they say of another model', async () => {
    const { model } = recorded('base/none/llama/causal-lm');
    const verdict = await verdictOn(run, { ...recorded('lora/none/llama/causal-lm'), model });
    expect(verdict).toMatchObject({ kind: 'disagrees', where: 'logits' });
    expect(verdict.distance).toBeGreaterThan(1);
  });
});
