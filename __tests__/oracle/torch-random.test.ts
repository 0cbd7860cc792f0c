import { expect, it } from '@jest/globals';
import { permutation } from '../../src/oracle/torch-random.ts';

// torch.randperm(16384, generator=torch.Generator().manual_seed(777))[:10] of torch 2.15
const OF_TORCH = [14439, 4401, 10633, 13413, 7299, 2643, 12979, 2429, 10303, 15563];

it('chooses what the generator of PyTorch chooses', () => {
  expect(permutation(16_384, 777, 10)).toEqual(OF_TORCH);
});

it('is a permutation', () => {
  expect([...permutation(100, 1, 100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});
