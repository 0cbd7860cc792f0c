import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../../src/domain/cell.ts';
import { carriedText, OwnConfiguration, type OwnValue, valueText } from '../../../src/domain/own-configuration.ts';
import { ownConfiguration } from '../../../src/plan/own/configuration.ts';

type Table = Readonly<Record<string, OwnValue>>;

const written = (table: Table = {}) => Object.entries(table).map(([argument, value]) => ({ argument, value }));

function fitted(cell: string, method: Table, quantization?: Table, loading?: Table) {
  const parts = { method: written(method), quantization: written(quantization), loading: written(loading) };
  return ownConfiguration(parseCellId(cell), { ...parts, at: ['train.py:31'] });
}

const LLAMA = 'lora/none/llama/causal-lm';
const NF4 = 'lora/bnb-nf4/llama/causal-lm';

/** What is carried, and in words what is not as it stands. */
function said(cell: string, method: Table, quantization?: Table, loading?: Table) {
  const { configuration } = fitted(cell, method, quantization, loading);
  const scaled = configuration.scaled.map(
    ({ argument, from, to }) => `${argument} ${valueText(from)} > ${valueText(to)}`,
  );
  return [
    carriedText(configuration),
    ...scaled,
    ...configuration.left.map(({ argument, why }) => `${argument}: ${why}`),
  ];
}

describe('arguments of the user’s own on a tiny model', () => {
  it.each<[string, string, Table, readonly string[]]>([
    [
      'what the matrix has anyway',
      LLAMA,
      { r: 8, lora_alpha: 16, target_modules: ['v_proj', 'q_proj'], bias: 'none' },
      [''],
    ],
    [
      'what PEFT does anyway',
      LLAMA,
      { use_dora: false, lora_dropout: 0, modules_to_save: null, init_lora_weights: true },
      [''],
    ],
    ['what fits', LLAMA, { r: 16, use_dora: true, lora_dropout: 0.1 }, ['r=16, use_dora=True, lora_dropout=0.1']],
    [
      'a rank above the matrices, and its alpha with it',
      LLAMA,
      { r: 256, lora_alpha: 512 },
      ['r=64, lora_alpha=128', 'r 256 > 64', 'lora_alpha 512 > 128'],
    ],
    [
      'an alpha that goes by the root of the rank',
      LLAMA,
      { r: 256, lora_alpha: 32, use_rslora: true },
      ['r=64, use_rslora=True', 'r 256 > 64', 'lora_alpha 32 > 16'],
    ],
    [
      'modules of which the model has some',
      LLAMA,
      { target_modules: ['q_proj', 'self_attn.o_proj', 'in_proj_qkv'] },
      [
        'target_modules=["q_proj", "self_attn.o_proj"]',
        'target_modules ["q_proj", "self_attn.o_proj", "in_proj_qkv"] > ["q_proj", "self_attn.o_proj"]',
      ],
    ],
    [
      'modules of another model',
      LLAMA,
      { target_modules: ['c_attn'] },
      ['', 'target_modules: the tiny llama has no `c_attn`'],
    ],
    ['all linear ones', LLAMA, { target_modules: 'all-linear' }, ['target_modules="all-linear"']],
    [
      'a pattern that fits',
      LLAMA,
      { target_modules: '.*\\.layers\\.1\\.self_attn\\.(q|v)_proj' },
      ['target_modules=".*\\\\.layers\\\\.1\\\\.self_attn\\\\.(q|v)_proj"'],
    ],
    [
      'a pattern that fits nothing',
      LLAMA,
      { target_modules: 'q_proj' },
      ['', 'target_modules: no module of the tiny llama fits this pattern'],
    ],
    [
      'a pattern that could take forever',
      LLAMA,
      { target_modules: '(a+)+(b+)+c' },
      ['', 'target_modules: a pattern of this form is not tried on the names of the tiny model'],
    ],
    [
      'heads and embeddings that are saved',
      LLAMA,
      { modules_to_save: ['lm_head', 'embed_tokens', 'score'] },
      [
        'modules_to_save=["lm_head", "embed_tokens"]',
        'modules_to_save ["lm_head", "embed_tokens", "score"] > ["lm_head", "embed_tokens"]',
      ],
    ],
    ['the head of a task', 'lora/none/llama/seq-cls', { modules_to_save: ['score'] }, ['modules_to_save=["score"]']],
    [
      'layers by number',
      LLAMA,
      { layers_to_transform: [1, 30] },
      ['layers_to_transform=[1]', 'layers_to_transform [1, 30] > [1]'],
    ],
    [
      'a layer that is not there',
      LLAMA,
      { layers_to_transform: 31 },
      ['layers_to_transform=[1]', 'layers_to_transform 31 > [1]'],
    ],
    [
      'layers that are repeated',
      LLAMA,
      {
        layer_replication: [
          [0, 2],
          [1, 2],
        ],
      },
      ['layer_replication=[[0, 2], [1, 2]]'],
    ],
    [
      'too many of these',
      LLAMA,
      { layer_replication: [[0, 16]] },
      ['', 'layer_replication: the tiny llama has 2 layers'],
    ],
    [
      'a rank for each',
      LLAMA,
      { rank_pattern: { q_proj: 4, c_attn: 2 } },
      ['rank_pattern={"q_proj": 4}', 'rank_pattern {"q_proj": 4, "c_attn": 2} > {"q_proj": 4}'],
    ],
    [
      'a start that draws',
      LLAMA,
      { init_lora_weights: 'pissa_niter_16' },
      ['init_lora_weights="pissa"', 'init_lora_weights "pissa_niter_16" > "pissa"'],
    ],
    [
      'a start that is a method',
      LLAMA,
      { init_lora_weights: 'eva' },
      ['', 'init_lora_weights: it is a method of its own: name `lora+eva`'],
    ],
    ['such a start in a cell of that method', 'lora+corda/none/llama/causal-lm', { init_lora_weights: 'corda' }, ['']],
    [
      'a start from weights that are not quantized',
      LLAMA,
      { init_lora_weights: 'loftq' },
      ['', 'init_lora_weights: it needs the weights before they are quantized'],
    ],
    [
      'ranks of some modules, whole ones as small as they get',
      LLAMA,
      { r: 128, lora_alpha: 16, rank_pattern: { q_proj: 3, v_proj: 1 }, alpha_pattern: { q_proj: 3 } },
      [
        'r=64, lora_alpha=8, rank_pattern={"q_proj": 1, "v_proj": 1}, alpha_pattern={"q_proj": 1.5}',
        'r 128 > 64',
        'lora_alpha 16 > 8',
        'rank_pattern {"q_proj": 3, "v_proj": 1} > {"q_proj": 1, "v_proj": 1}',
        'alpha_pattern {"q_proj": 3} > {"q_proj": 1.5}',
      ],
    ],
    [
      'a text of as many tokens, with masks of its length',
      'cpt/none/llama/causal-lm',
      { cpt_token_ids: [1, 65, 129, 2, 3] },
      [
        'cpt_token_ids=[1, 1, 1, 2, 3], cpt_mask=[1, 1, 1, 1, 1], cpt_tokens_type_mask=[1, 1, 1, 1, 1]',
        'cpt_token_ids [1, 65, 129, 2, 3] > [1, 1, 1, 2, 3]',
        'cpt_mask [1, 1, 1, 1] > [1, 1, 1, 1, 1]',
        'cpt_tokens_type_mask [1, 2, 3, 4] > [1, 1, 1, 1, 1]',
      ],
    ],
    [
      'a text with masks of its own',
      'cpt/none/llama/causal-lm',
      { cpt_token_ids: [1, 65], cpt_mask: [1, 0], cpt_tokens_type_mask: [1, 4] },
      ['cpt_token_ids=[1, 1], cpt_mask=[1, 0], cpt_tokens_type_mask=[1, 4]', 'cpt_token_ids [1, 65] > [1, 1]'],
    ],
    [
      'masks of a text that is not there',
      'cpt/none/llama/causal-lm',
      { cpt_mask: [1, 0] },
      ['', 'cpt_mask: it belongs to `cpt_token_ids`, which is not carried'],
    ],
    [
      'masks of a text that is none',
      'cpt/none/llama/causal-lm',
      { cpt_token_ids: ['a'], cpt_mask: [1] },
      ['', 'cpt_token_ids: it is no list of tokens', 'cpt_mask: it belongs to `cpt_token_ids`, which is not carried'],
    ],
    [
      'experts, and the width of a full model',
      'xlora/none/llama/causal-lm',
      { hidden_size: 4096, adapters: { '0': 'me/one' }, xlora_dropout_p: 0, xlora_depth: 2 },
      [
        'xlora_dropout_p=0, xlora_depth=2',
        'hidden_size: PEFT takes it from the model',
        'adapters: it names something outside of the cell',
      ],
    ],
    [
      'a path',
      'multitask-prompt-tuning/none/llama/causal-lm',
      { prompt_tuning_init_state_dict_path: 'a/b.safetensors' },
      ['', 'prompt_tuning_init_state_dict_path: it names something outside of the cell'],
    ],
    [
      'a projection that is not saved',
      'vera/none/llama/causal-lm',
      { save_projection: false },
      ['save_projection=False'],
    ],
    ['a start of noise', 'ia3/none/llama/causal-lm', { init_ia3_weights: false }, ['init_ia3_weights=False']],
    [
      'an exact transform',
      'oft/none/llama/causal-lm',
      { use_cayley_neumann: false, coft: false },
      ['use_cayley_neumann=False'],
    ],
    ['a switch of an entry, off', 'lora+dora/none/llama/causal-lm', { use_dora: false }, ['use_dora=False']],
    [
      'a switch that nobody here knows, off',
      LLAMA,
      { use_something: false, use_rslora: false },
      ['use_something=False'],
    ],
    [
      'tokens above the vocabulary',
      LLAMA,
      { trainable_token_indices: [3, 32000, 32001] },
      ['trainable_token_indices=[3, 0, 1]', 'trainable_token_indices [3, 32000, 32001] > [3, 0, 1]'],
    ],
    ['virtual tokens', 'prompt-tuning/none/llama/causal-lm', { num_virtual_tokens: 20 }, ['num_virtual_tokens=20']],
    [
      'too many virtual tokens',
      'prefix-tuning/none/qwen2/causal-lm',
      { num_virtual_tokens: 100 },
      ['num_virtual_tokens=32', 'num_virtual_tokens 100 > 32'],
    ],
    [
      'a prompt that begins as a text',
      'prompt-tuning/none/llama/causal-lm',
      { num_virtual_tokens: 8, prompt_tuning_init: 'PromptTuningInit.TEXT', tokenizer_name_or_path: 'gpt2' },
      [
        'num_virtual_tokens=8',
        'prompt_tuning_init: it needs a tokenizer, which the tiny model has none of',
        'tokenizer_name_or_path: it needs a tokenizer, which the tiny model has none of',
      ],
    ],
    [
      'blocks that do not divide',
      'c3a/none/llama/causal-lm',
      { block_size: 768 },
      ['block_size=64', 'block_size 768 > 64'],
    ],
    ['one of two that exclude each other', 'oft/none/llama/causal-lm', { r: 4 }, ['r=4, oft_block_size=0']],
    [
      'steps of a long training',
      'adalora/none/llama/causal-lm',
      { total_step: 3000, init_r: 12 },
      ['init_r=12', 'total_step: a cell is trained for 25 steps'],
    ],
    ['an argument that nobody here knows', LLAMA, { something_new: 'x' }, ['something_new="x"']],
    [
      'a list of what is no name',
      LLAMA,
      { target_modules: [1, 2] },
      ['', 'target_modules: it is neither a list of names nor a pattern'],
    ],
  ])('%s', (_name, cell, method, expected) => {
    expect(said(cell, method)).toEqual(expected);
  });

  it.each<[string, string, Table, Table, readonly string[]]>([
    [
      'a quantization',
      NF4,
      {
        load_in_4bit: true,
        bnb_4bit_quant_type: 'nf4',
        bnb_4bit_use_double_quant: true,
        bnb_4bit_compute_dtype: { torch: 'bfloat16' },
      },
      {},
      ['bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16'],
    ],
    [
      'types by their names',
      NF4,
      { bnb_4bit_compute_dtype: 'bfloat16', bnb_4bit_quant_storage: 'uint8' },
      {},
      ['bnb_4bit_compute_dtype=torch.bfloat16'],
    ],
    [
      'half precision',
      NF4,
      { bnb_4bit_compute_dtype: { torch: 'float16' } },
      { torch_dtype: 'auto' },
      [
        'bnb_4bit_compute_dtype=torch.bfloat16, torch_dtype=torch.bfloat16',
        'bnb_4bit_compute_dtype torch.float16 > torch.bfloat16',
        'torch_dtype "auto" > torch.bfloat16',
      ],
    ],
    ['nothing that was left out', LLAMA, { bnb_4bit_use_double_quant: true }, {}, ['']],
    [
      'modules that stay',
      'lora/bnb-int8/llama/causal-lm',
      { llm_int8_skip_modules: ['lm_head', 'proj_out'], llm_int8_threshold: 6 },
      {},
      ['llm_int8_skip_modules=["lm_head"]', 'llm_int8_skip_modules ["lm_head", "proj_out"] > ["lm_head"]'],
    ],
    [
      'another library’s',
      'lora/quanto-int8/llama/causal-lm',
      { weights: 'int8' },
      {},
      ['', 'weights: arguments of this quantization are not carried'],
    ],
    [
      'an attention',
      LLAMA,
      {},
      { attn_implementation: 'eager', use_cache: false },
      ['attn_implementation="eager", use_cache=False'],
    ],
    [
      'an attention of cards',
      LLAMA,
      {},
      { attn_implementation: 'flash_attention_2' },
      ['', 'attn_implementation: it needs a card and a package of its own'],
    ],
    ['what a code path says', 'lora+bf16/none/llama/causal-lm', {}, { torch_dtype: { torch: 'bfloat16' } }, ['']],
  ])('%s, loaded', (_name, cell, quantization, loading, expected) => {
    expect(said(cell, {}, quantization, loading)).toEqual(expected);
  });

  it('says what could not be read', () => {
    const none = { quantization: [], loading: [], at: ['train.py:3'] };
    const { name, configuration } = ownConfiguration(parseCellId(LLAMA), { ...none, method: [{ argument: 'r' }] });
    expect(name).toBeUndefined();
    expect(configuration.left).toEqual([
      { argument: 'r', why: 'its value is not in the source, or depends on how it is run' },
    ]);
  });

  it('has a name that is equal for what is carried alike, and for nothing else', () => {
    const one = fitted(LLAMA, { r: 4, use_rslora: true });
    expect(one.name).toMatch(/^own-[0-9a-f]{8}$/);
    expect(fitted(LLAMA, { use_rslora: true, r: 4 }).name).toBe(one.name);
    expect(fitted('lora/none/qwen2/causal-lm', { use_rslora: true, r: 4 }).name).toBe(one.name);
    expect(fitted(LLAMA, { use_rslora: true, r: 2 }).name).not.toBe(one.name);
    expect(fitted(LLAMA, { r: 4 }, {}, { use_cache: false }).name).not.toBe(one.name);
    expect(fitted(LLAMA, {}).name).toBeUndefined();
  });

  it.each<[string, string]>([
    ['constructor/none/llama/causal-lm', 'the matrix has no method `constructor`'],
    [
      'lora/none/constructor/causal-lm',
      'arguments are fitted to the tiny models of the matrix, and `constructor` is none of them',
    ],
    ['lora/none/mine/causal-lm', 'arguments are fitted to the tiny models of the matrix, and `mine` is none of them'],
    ['base/none/llama/causal-lm', 'the control has no adapter, and is made as the matrix has it'],
  ])('of %s carries nothing, and says so', (cell, why) => {
    const { name, configuration } = fitted(cell, { r: 4 }, {}, { use_cache: false });
    expect(name).toBeUndefined();
    expect(carriedText(configuration)).toBe('');
    expect(configuration.left).toEqual([
      { argument: 'r', why },
      { argument: 'use_cache', why },
    ]);
    expect(configuration.at).toEqual(['train.py:31']);
  });

  it.each<[string, Table]>([
    ['that is none', { 'weird-key': 1 }],
    ['with a capital letter', { Rank: 4 }],
    ['without end', { ['x'.repeat(1000)]: 4 }],
  ])('keeps the others where one has a name %s', (_name, table) => {
    const [argument = ''] = Object.keys(table);
    expect(said(LLAMA, { r: 4, ...table })).toEqual([
      'r=4',
      `${argument.slice(0, 60)}: PEFT has no argument with such a name`,
    ]);
  });

  it('says so where there is more than it may hold', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}`, 1]));
    const { name, configuration } = fitted(LLAMA, many);
    expect(name).toBeUndefined();
    expect(configuration.left[0]).toEqual({ argument: 'a0', why: 'there is more than one configuration may hold' });
    expect(OwnConfiguration.safeParse(configuration).success).toBe(true);
  });
});

describe('a configuration from elsewhere', () => {
  const good = { arguments: { r: 4 }, quantization: {}, loading: {}, scaled: [], left: [], at: ['a.py:1'] };
  it.each<[string, unknown]>([
    ['an argument with a name that is none', { ...good, arguments: { __class__: 1 } }],
    ['an argument that would be code', { ...good, arguments: { 'r=1,x': 1 } }],
    ['an object inside an object', { ...good, arguments: { r: { a: { b: 1 } } } }],
    ['a number that JSON has no word for', { ...good, arguments: { r: Number.POSITIVE_INFINITY } }],
    ['a list without end', { ...good, arguments: { r: Array.from({ length: 100 }, () => 1) } }],
    ['a text without end', { ...good, arguments: { r: 'x'.repeat(1000) } }],
    [
      'more arguments than any class has',
      { ...good, arguments: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}`, 1])) },
    ],
    ['a key that nobody reads', { ...good, run: 'rm' }],
  ])('%s is turned away', (_name, configuration) => {
    expect(OwnConfiguration.safeParse(good).success).toBe(true);
    expect(OwnConfiguration.safeParse(configuration).success).toBe(false);
  });
});
