/** @jest-environment ./__tests__/factories/native-arrays.mjs */
import { describe, expect, it } from '@jest/globals';
import { whole } from '../../src/oracle/examine.ts';
import { forward, prepared } from '../../src/oracle/forward.ts';
import type { Model } from '../../src/oracle/model.ts';
import { verdictOn } from '../../src/oracle/verdict.ts';
import { recorded, recordedCells, runtime } from '../factories/oracle.ts';

const run = runtime();

/** Singular values so near to each other that 32 bit mix them: decomposed.test.ts. */
const ROUNDED: ReadonlyMap<string, number> = new Map([['lora+pissa/none/gpt2/causal-lm', 1e-3]]);

/** Each row with its best next token. */
async function withNext(model: Model, rows: readonly (readonly number[])[]) {
  const { values, shape } = await forward(run, prepared(model), whole(rows));
  const [, places = 0, width = 0] = shape;
  return rows.map((row, index) => {
    const from = ((index + 1) * places - 1) * width;
    const here = values.subarray(from, from + width);
    return [...row, here.indexOf(Math.max(...here))];
  });
}

describe('what transformers and PEFT computed', () => {
  it.each(recordedCells())('is what the graphs say: %s', async (cell) => {
    const verdict = await verdictOn(run, recorded(cell));
    expect(verdict.kind).toBe('agrees');
    expect(verdict.distance).toBeLessThan(ROUNDED.get(cell) ?? 1e-4);
  });

  it.each(recordedCells().filter((cell) => recorded(cell).generated !== undefined))(
    'is what the graphs decode, token by token, without reading what was generated: %s',
    async (cell) => {
      const { model, generated } = recorded(cell);
      const length = generated?.tokens[0]?.length ?? 0;
      expect(length).toBeGreaterThan(generated?.prompt ?? 0);
      let rows = (generated?.tokens ?? []).map((row) => row.slice(0, generated?.prompt));
      while ((rows[0]?.length ?? length) < length) rows = await withNext(model, rows);
      expect(rows).toEqual(generated?.tokens);
    },
  );

  it('is not what they say of another model', async () => {
    const { model } = recorded('base/none/llama/causal-lm');
    const verdict = await verdictOn(run, { ...recorded('lora/none/llama/causal-lm'), model });
    expect(verdict).toMatchObject({ kind: 'disagrees', where: 'logits' });
    expect(verdict.distance).toBeGreaterThan(1);
  });
});
