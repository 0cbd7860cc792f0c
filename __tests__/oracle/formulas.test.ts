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
const BLOCKS = { gralora_A: floats([2, 1, 2], [1, 2, 3, 4]), gralora_B: floats([2, 2, 1], [5, 6, 7, 8]) };
const ONE_BLOCK = { gralora_A: floats([1, 2, 1], [1, 2]), gralora_B: floats([1, 1, 2], [1, 0]) };
const ENTRIES = { supertuning_values: floats([1], [5]), supertuning_indices: integers([1], [2]) };
const LORA = { peft_type: 'LORA', lora_alpha: 8 };

describe('a weight with its adapter, computed by hand', () => {
  it.each([
    ['LoRA', LORA, AB, {}, [11, 20, 6, 8]],
    ['LoRA of rank 4', LORA, TWO, {}, [5, 8, 6, 8]],
    ['LoRA of rank 4 by its root', { ...LORA, use_rslora: true }, TWO, {}, [7, 12, 6, 8]],
    ['LoRA with an alpha of its own', { ...LORA, alpha_pattern: { q_proj: 2 } }, AB, {}, [5, 8, 6, 8]],
    ['LoRA with an alpha by the end of a name', { ...LORA, alpha_pattern: { '.*\\.q_proj': 2 } }, AB, {}, [5, 8, 6, 8]],
    ['LoRA on experts that there are none of', { ...LORA, target_parameters: [] }, AB, {}, [11, 20, 6, 8]],
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
    // All of W lies in the direction of its first column, and OLoRA takes it out as often as its scale says.
    ['OLoRA', { ...LORA, init_lora_weights: 'olora' }, AB, [-13, -12, -42, -56]],
    // W has one singular value: KaSA takes nothing that is there.
    ['KaSA', { ...LORA, kasa_config: {} }, { ...AB, lora_diag: floats([1], [0.5]) }, [7, 12, 6, 8]],
    ['HiRA', { peft_type: 'HIRA' }, { hira_A: floats([1, 2], [1, 2]), hira_B: floats([2, 1], [1, 0]) }, [6, 12, 6, 8]],
    ['GraLoRA of one block', { peft_type: 'GRALORA', alpha: 2, r: 1 }, ONE_BLOCK, [5, 8, 6, 8]],
    ['GraLoRA of two', { peft_type: 'GRALORA', alpha: 2, r: 2 }, BLOCKS, [8, 22, 20, 40]],
    ['supertuning: one entry', { peft_type: 'SUPERTUNING' }, ENTRIES, [3, 4, 11, 8]],
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

  it('GLoRA: a weight and a bias, each by factors and by sums', () => {
    const parts = {
      'glora_A.Xd': floats([2, 1], [1, 0]),
      'glora_A.Xu': floats([1, 2], [1, 1]),
      'glora_B.Xd': floats([2, 1], [0, 1]),
      'glora_B.Xu': floats([1, 2], [1, 2]),
      'glora_C.X': floats([2, 1], [1, 0]),
      'glora_D.X': floats([2], [1, 0]),
      'glora_E.zeros': floats([2], [0, 0]),
    };
    expect(changed({ peft_type: 'GLORA' }, parts)).toEqual({ weight: [6, 8, 7, 10], bias: [23, 26] });
    expect(changed({ peft_type: 'GLORA' }, parts, { share: 0 })).toEqual({ weight: [3, 4, 6, 8], bias: [10, 20] });
  });

  it.each([
    ['LoRA', LORA, { ...AB, 'lora_B.bias': floats([2], [1, 2]) }, [11, 20, 6, 8], [18, 36]],
    ['BEFT', { peft_type: 'BEFT' }, { beft_bias: floats([1, 2], [1, 2]) }, [3, 4, 6, 8], [11, 22]],
  ] as const)('%s: a bias of its own', (_, configuration, parts, weight, bias) => {
    expect(changed(configuration, parts)).toEqual({ weight, bias });
    expect(changed(configuration, parts, { share: 0 })).toEqual({ weight: [3, 4, 6, 8], bias: [10, 20] });
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
    ['weights that were changed before', { ...LORA, init_lora_weights: 'lora_ga' }, AB],
    ['a bias of DoRA', { ...LORA, use_dora: true }, { ...AB, 'lora_B.bias': floats([2], [1, 1]) }],
    ['an alpha by an expression', { ...LORA, alpha_pattern: { '(q|k)_proj': 2 } }, AB],
    ['GraLoRA with LoRA beside it', { peft_type: 'GRALORA', hybrid_r: 2 }, BLOCKS],
    ['supertuning with LoRA beside it', { peft_type: 'SUPERTUNING', r: 2 }, ENTRIES],
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

it("a bias that was trained with an adapter takes the place of the base model's, by its name there", () => {
  const names = ['c_attn.base_layer.bias', 'head.modules_to_save.weight', 'head.original_module.weight'];
  const { replaced } = read(LORA, Object.fromEntries(names.map((name, at) => [name, floats([1], [at])])));
  expect([...replaced].map(([name, { values }]) => [name, ...values])).toEqual([
    ['c_attn.bias', 0],
    ['head.weight', 1],
  ]);
});

describe('rows of trained tokens', () => {
  const saved = { 'model.embed.trainable_tokens_delta': floats([2, 1], [5, 6]) };
  const beside = { 'model.embed.token_adapter.trainable_tokens_delta': floats([2, 1], [5, 6]) };

  it.each([
    ['said once', { peft_type: 'TRAINABLE_TOKENS', token_indices: [3, 9] }, saved],
    ['said beside LoRA', { ...LORA, trainable_token_indices: [3, 9] }, beside],
    ['said for each table', { ...LORA, trainable_token_indices: { embed: [3, 9], other: [1] } }, beside],
  ] as const)('%s', (_, configuration, parts) => {
    const { rows } = read(configuration, parts);
    expect([...rows]).toEqual([
      ['model.embed.weight', { places: [3, 9], values: { shape: [2, 1], values: new Float32Array([5, 6]) } }],
    ]);
  });

  it('that nobody said are not judged', () => {
    expect(() => read({ peft_type: 'TRAINABLE_TOKENS', token_indices: [3] }, saved)).toThrow(NotCovered);
    expect(() => read(LORA, beside)).toThrow(NotCovered);
  });
});

it('LoRA on fused experts: each has its own columns and rows, what opens stands before what goes up', () => {
  const parts = {
    'layers.0.mlp.experts.base_layer.lora_A.weight': floats([2, 2], [1, 2, 3, 4]),
    'layers.0.mlp.experts.base_layer.lora_B.weight': floats([4, 2], [1, 0, 0, 1, 2, 0, 0, 2]),
    'layers.0.mlp.experts.lora_A.weight': floats([4, 2], [1, 2, 0, 0, 3, 4, 0, 0]),
    'layers.0.mlp.experts.lora_B.weight': floats([2, 4], [1, 10, 0, 0, 0, 0, 0, 0]),
    'layers.0.mlp.gate.lora_A.weight': floats([1, 2], [1, 1]),
    'layers.0.mlp.gate.lora_B.weight': floats([2, 1], [1, 1]),
  };
  const configuration = {
    peft_type: 'LORA',
    r: 1,
    lora_alpha: 1,
    rank_pattern: { '.*\\.down_proj': 2 },
    alpha_pattern: { '.*\\.down_proj': 2 },
  };
  const zero = { weight: tensor([2, 2], new Float32Array(4)), bias: tensor([2], new Float32Array(2)) };
  const made = [...read(configuration, parts).changes].map(([module, change]) => [
    module.replace('layers.0.block_sparse_moe.', ''),
    ...change(zero, {}).weight.values,
  ]);
  expect(made).toEqual([
    ['experts.0.w1', 1, 2, 0, 0],
    ['experts.0.w3', 2, 4, 0, 0],
    ['experts.1.w1', 0, 0, 3, 4],
    ['experts.1.w3', 0, 0, 6, 8],
    ['experts.0.w2', 1, 2, 0, 0],
    ['experts.1.w2', 30, 40, 0, 0],
    ['gate', 1, 1, 1, 1],
  ]);
});
