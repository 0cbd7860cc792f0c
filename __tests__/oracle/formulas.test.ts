import { describe, expect, it } from '@jest/globals';
import { readAdapter } from '../../src/oracle/adapter.ts';
import { AdapterConfiguration, NotCovered } from '../../src/oracle/adapter-configuration.ts';
import type { Departure } from '../../src/oracle/departure.ts';
import { tensor } from '../../src/oracle/tensor.ts';
import { readTensorFile } from '../../src/oracle/tensor-file.ts';
import { floats, integers, tensorFile, type Written } from '../factories/tensor-files.ts';

const MODULE = 'model.layers.0.self_attn.q_proj';
const BASE = {
  weight: tensor([2, 2], new Float32Array([3, 4, 6, 8])),
  bias: tensor([2], new Float32Array([10, 20])),
};

function read(configuration: object, parts: Readonly<Record<string, Written>>) {
  const named = Object.entries(parts).map(([name, written]) => [`base_model.model.${name}`, written] as const);
  const file = readTensorFile(tensorFile(Object.fromEntries(named)));
  return readAdapter(AdapterConfiguration.parse(configuration), file);
}

function changed(configuration: object, parts: Readonly<Record<string, Written>>, departure: Departure = {}) {
  const own = Object.entries(parts).map(([name, written]) => [`${MODULE}.${name}`, written] as const);
  const { weight, bias } = read(configuration, Object.fromEntries(own)).changes.get(MODULE)?.(BASE, departure) ?? BASE;
  return { weight: [...weight.values], bias: [...bias.values] };
}

const AB = { 'lora_A.weight': floats([1, 2], [1, 2]), 'lora_B.weight': floats([2, 1], [1, 0]) };
const TWO = {
  'lora_A.weight': floats([4, 2], [1, 2, 0, 0, 0, 0, 0, 0]),
  'lora_B.weight': floats([2, 4], [1, 0, 0, 0, 0, 0, 0, 0]),
};
const LORA = { peft_type: 'LORA', lora_alpha: 8 };

describe('a weight with its adapter, computed by hand', () => {
  it.each([
    ['LoRA', LORA, AB, {}, [11, 20, 6, 8]],
    ['LoRA of rank 4', LORA, TWO, {}, [5, 8, 6, 8]],
    ['LoRA of rank 4 by its root', { ...LORA, use_rslora: true }, TWO, {}, [7, 12, 6, 8]],
    ['LoRA with an alpha of its own', { ...LORA, alpha_pattern: { q_proj: 2 } }, AB, {}, [5, 8, 6, 8]],
    ['LoRA with the alpha of another', { ...LORA, alpha_pattern: { k_proj: 2, proj: 3 } }, AB, {}, [11, 20, 6, 8]],
    ['LoRA at half its scale', LORA, AB, { share: 0.5 }, [7, 12, 6, 8]],
    ['LoRA left out', LORA, AB, { share: 0 }, [3, 4, 6, 8]],
  ] as const)('%s', (_, configuration, parts, departure, weight) => {
    expect(changed(configuration, parts, departure)).toEqual({ weight, bias: [10, 20] });
  });

  it('DoRA: rows of the changed weight at the lengths that were learned', () => {
    const parts = { ...AB, lora_magnitude_vector: floats([2], [5, 20]) };
    const dora = { peft_type: 'LORA', lora_alpha: 0, use_dora: true };
    expect(changed(dora, parts).weight).toEqual([3, 4, 12, 16]);
    const [first, second] = changed({ ...LORA, use_dora: true }, parts).weight;
    expect(Math.hypot(first ?? 0, second ?? 0)).toBeCloseTo(5, 5);
    const stale = changed({ ...LORA, use_dora: true }, parts, { doraNorm: 'of-base' }).weight;
    expect(stale).toEqual([11, 20, 12, 16]);
  });

  it('IA3: what comes out with its bias, or what goes in', () => {
    const ia3 = { peft_type: 'IA3' };
    expect(changed(ia3, { ia3_l: floats([2, 1], [2, 3]) })).toEqual({ weight: [6, 8, 18, 24], bias: [20, 60] });
    expect(changed(ia3, { ia3_l: floats([1, 2], [2, 3]) })).toEqual({ weight: [6, 12, 12, 24], bias: [10, 20] });
  });

  it('LoHa and LoKr: a product place by place, and one of Kronecker', () => {
    const factors = { hada_w1_a: floats([2, 1], [1, 2]), hada_w1_b: floats([1, 2], [1, 1]) };
    const loha = { ...factors, hada_w2_a: floats([2, 1], [1, 1]), hada_w2_b: floats([1, 2], [1, 3]) };
    expect(changed({ peft_type: 'LOHA', alpha: 2 }, loha).weight).toEqual([5, 10, 10, 20]);
    const lokr = { lokr_w1: floats([1, 2], [1, 2]), lokr_w2: floats([2, 1], [1, 10]) };
    expect(changed({ peft_type: 'LOKR', alpha: 4, r: 4 }, lokr).weight).toEqual([4, 6, 16, 28]);
  });

  it('OFT: inputs turned by the first terms of the transform of Cayley', () => {
    const oft = { peft_type: 'OFT', peft_version: '0.18.1', use_cayley_neumann: true, num_cayley_neumann_terms: 3 };
    // Q = [[0, q], [-q, 0]], I + 2 Q + Q^2 with q = 0.5 is [[0.75, 1], [-1, 0.75]], and W times its transpose:
    expect(changed(oft, { 'oft_R.weight': floats([1, 1], [0.5]) }).weight).toEqual([6.25, 0, 12.5, 0]);
    const { peft_version: _, ...older } = oft;
    // Twice the last term: [[0.5, 1], [-1, 0.5]].
    expect(changed(older, { 'oft_R.weight': floats([1, 1], [0.5]) }).weight).toEqual([5.5, -1, 11, -2]);
  });

  it.each([
    // W has one singular value: PiSSA leaves nothing of it.
    ['PiSSA', { ...LORA, init_lora_weights: 'pissa' }, AB, [8, 16, 0, 0]],
    ['HRA: one reflection', { peft_type: 'HRA' }, { hra_u: floats([2, 1], [2, 0]) }, [-3, 4, -6, 8]],
    [
      'BOFT: a quarter turn, rows scaled',
      { peft_type: 'BOFT' },
      { boft_R: floats([1, 1, 2, 2], [0, 1, -1, 0]), boft_s: floats([2, 1], [2, 1]) },
      [-8, 6, -8, 6],
    ],
    ['MiSS', { peft_type: 'MISS', init_weights: true }, { miss_block: floats([1, 2], [10, 20]) }, [13, 14, 26, 28]],
    [
      'SHiRA: one entry',
      { peft_type: 'SHIRA' },
      { shira_weight: floats([1], [5]), shira_indices: integers([2, 1], [1, 0]) },
      [3, 4, 11, 8],
    ],
    ['C3A: one circulant block', { peft_type: 'C3A' }, { c3a_kernel: floats([1, 1, 2], [2, 4]) }, [4, 6, 8, 9]],
    [
      'DeLoRA',
      { peft_type: 'DELORA' },
      {
        delora_A: floats([1, 2], [3, 4]),
        delora_B: floats([2, 1], [2, 0]),
        delora_lambda: floats([1], [10]),
        delora_w_norm: floats([2], [1, 2]),
      },
      [9, 20, 6, 8],
    ],
    [
      'LN tuning',
      { peft_type: 'LN_TUNING' },
      { 'ln_tuning_layers.weight': floats([2, 2], [1, 2, 3, 4]) },
      [1, 2, 3, 4],
    ],
  ] as const)('%s', (_, configuration, parts, weight) => {
    const made = changed(configuration, parts).weight;
    expect(made.map((number) => Math.round(number * 1e5) / 1e5 + 0)).toEqual(weight);
    expect(changed(configuration, parts, { share: 0 }).weight.length).toBe(4);
  });

  it('RoAd: outputs turned and stretched in pairs, the bias too', () => {
    const parts = { road_theta: floats([1], [Math.PI / 2]), road_alpha: floats([1], [2]) };
    const { weight, bias } = changed({ peft_type: 'ROAD', group_size: 2 }, parts);
    expect([...weight, ...bias].map((number) => Math.round(number * 1e4) / 1e4 + 0)).toEqual([-12, -16, 6, 8, -40, 20]);
  });

  it('SHiRA with an entry outside of its weight is refused', () => {
    const parts = { shira_weight: floats([1], [5]), shira_indices: integers([2, 1], [2, 0]) };
    expect(() => changed({ peft_type: 'SHIRA' }, parts)).toThrow('outside');
  });
});

describe('what has no formula is not judged', () => {
  it.each([
    ['a method', { peft_type: 'constructor' }, {}],
    ['weights that were changed before', { ...LORA, init_lora_weights: 'olora' }, AB],
    ['a bias of LoRA', LORA, { ...AB, 'lora_B.bias': floats([2], [1, 1]) }],
    ['OFT by a whole transform', { peft_type: 'OFT' }, { 'oft_R.weight': floats([1, 1], [0.5]) }],
    ['BOFT of two factors', { peft_type: 'BOFT' }, { boft_R: floats([2, 1, 1, 1], [1, 1]), boft_s: floats([1], [1]) }],
    ['RoAd of another variant', { peft_type: 'ROAD', variant: 'road_4' }, { road_theta: floats([1], [1]) }],
    ['another wavelet', { peft_type: 'WAVEFT', wavelet_family: 'db4' }, { waveft_spectrum: floats([1], [1]) }],
    ['half of LoRA', LORA, { 'lora_A.weight': AB['lora_A.weight'] }],
    [
      'random matrices that were not saved',
      { peft_type: 'VERA' },
      { vera_lambda_b: floats([2], [1, 1]), vera_lambda_d: floats([1], [1]) },
    ],
  ] as const)('%s', (_, configuration, parts) => {
    expect(() => changed(configuration, parts)).toThrow(NotCovered);
  });
});

it('what is no part of a method takes the place of a tensor of the base model', () => {
  const { replaced, changes } = read(LORA, { 'score.weight': floats([1, 1], [7]) });
  expect([...replaced].map(([name, { values }]) => [name, ...values])).toEqual([['score.weight', 7]]);
  expect(changes.size).toBe(0);
});
