/** @jest-environment ./__tests__/factories/native-arrays.mjs */
/** PEFT decomposes a weight in 32 bit for PiSSA and does not save what it found: near singular values come out mixed. */
import { describe, expect, it } from '@jest/globals';
import { nearestOfRank } from '../../src/oracle/algebra.ts';
import { BAND } from '../../src/oracle/bands.ts';
import type { Departure } from '../../src/oracle/departure.ts';
import { forward, prepared, realPlaces } from '../../src/oracle/forward.ts';
import { distance, mapped, tensor } from '../../src/oracle/tensor.ts';
import { verdictOn } from '../../src/oracle/verdict.ts';
import { recorded, runtime } from '../factories/oracle.ts';

const run = runtime();
const NEAR = 'lora+pissa/none/gpt2/causal-lm';
const APART = 'lora+pissa/none/llama/causal-lm';

async function logitsWith(cell: string, departure: Departure) {
  const { model, text } = recorded(cell);
  return realPlaces(await forward(run, prepared(model, departure), text), text.mask);
}

describe('a weight of which the first singular values are taken out', () => {
  it.each([
    [
      [3, 0, 0, 1],
      [3, 0, 0, 0],
    ],
    [
      [0, 2, 1, 0],
      [0, 2, 0, 0],
    ],
  ] as const)('%j leaves the nearest of rank 1', (values, nearest) => {
    const { matrix } = nearestOfRank(tensor([2, 2], new Float32Array(values)), 1);
    expect([...matrix.values]).toEqual(nearest);
  });

  it.each([
    [1, 2 ** -8],
    [1, 2 ** -12],
    [4, 2 ** -8],
  ])('may come out the more otherwise the nearer they are: %d, less %d', (size, gap) => {
    const values = new Float32Array([size, 0, 0, size * (1 - gap)]);
    const { matrix, rounded } = nearestOfRank(tensor([2, 2], values), 1);
    expect(distance(matrix, rounded) / (size * 5 * 2 ** -24)).toBeCloseTo(1 / gap, -1);
  });

  it('is the whole weight where no value is left', () => {
    const { matrix, rounded } = nearestOfRank(tensor([2, 1], new Float32Array([3, 4])), 8);
    expect([...matrix.values]).toEqual([3, 4]);
    expect(rounded).toEqual(matrix);
  });
});

describe('a cell of PiSSA', () => {
  it('agrees by more than the band of others where its singular values are near', async () => {
    const verdict = await verdictOn(run, recorded(NEAR));
    expect(verdict.kind).toBe('agrees');
    expect(verdict.distance).toBeGreaterThan(BAND);
  });

  it('does not where they are not', async () => {
    const evidence = recorded(APART);
    const logits = mapped(evidence.logits, (number, index) => number + (index === 0 ? 1.5 * BAND : 0));
    expect(await verdictOn(run, { ...evidence, logits })).toMatchObject({ kind: 'disagrees' });
  });

  it.each([
    ['LoRA is applied at half its scale.', { share: 0.5 }],
    ['LoRA is not applied: the weights are those of the base model.', { share: 0 }],
    ['Layer 1 has no adapter.', { changeOf: (module: string) => (module.includes('.1.') ? undefined : module) }],
  ] as const)('is told all the same: %s', async (says, departure) => {
    const logits = await logitsWith(NEAR, departure);
    expect(await verdictOn(run, { ...recorded(NEAR), logits })).toMatchObject({ kind: 'disagrees', says });
  });
});
