/** What becomes of each argument of the user's own on a tiny model. One that is not here is handed on as it is. */

import { own } from '../../domain/own.ts';
import type { OwnValue } from '../../domain/own-configuration.ts';
import { type Fitted, kept, left, type Rule, scaled, USUAL } from './fitted.ts';
import { alphaByModule, layerNumbers, layerRanges, modules, rankByModule } from './modules.ts';
import { alpha, block, count, encoderSize, layerCount, rank, steps, text, tokens, virtualTokens } from './sizes.ts';

const ofCell: Rule = () => USUAL;
const notWithout =
  (what: string): Rule =>
  () =>
    left(`it needs ${what}`);
const fromModel: Rule = () => left('PEFT takes it from the model');
const elsewhere: Rule = () => left('it names something outside of the cell');

/** Starts that are methods of the matrix, by which their cells are known: the matrix's own batches prepare them. */
const STARTS: Readonly<Record<string, string>> = { eva: 'lora+eva', corda: 'lora+corda', lora_ga: 'lora+lora-ga' };

/** How LoRA's matrices begin. */
const start: Rule = (value, { usual }) => {
  if (value === usual.init_lora_weights) return USUAL;
  if (typeof value !== 'string') return value === true ? USUAL : kept(value);
  if (/^pissa_niter_\d+$/.test(value)) return scaled('pissa', 'found by drawing, it begins otherwise each time');
  const method = own(STARTS, value);
  if (method !== undefined) return left(`it is a method of its own: name \`${method}\``);
  return value === 'loftq' ? left('it needs the weights before they are quantized') : kept(value);
};

/** How prompts begin: from a text only with its tokenizer. */
const promptStart: Rule = (value) => {
  const named = typeof value === 'string' ? (value.split('.').at(-1) ?? '') : value;
  return named === 'TEXT' ? left('it needs a tokenizer, which the tiny model has none of') : kept(named);
};

/** A name of an enumeration of PEFT's, by its last part. */
const named: Rule = (value) => kept(typeof value === 'string' ? (value.split('.').at(-1) ?? value) : value);

const METHOD_RULES: Readonly<Record<string, Rule>> = {
  task_type: ofCell,
  peft_type: ofCell,
  inference_mode: (value) => (value === true ? left('a cell is trained') : USUAL),
  target_modules: modules,
  exclude_modules: modules,
  feedforward_modules: modules,
  modules_to_save: modules,
  layers_to_transform: layerNumbers,
  layer_replication: layerRanges,
  rank_pattern: rankByModule,
  alpha_pattern: alphaByModule,
  r: rank,
  init_r: rank,
  target_r: rank,
  lora_alpha: alpha,
  alpha,
  psoft_alpha: alpha,
  randlora_alpha: alpha,
  block_size: block,
  oft_block_size: block,
  boft_block_size: block,
  group_size: block,
  vector_length: block,
  n_frequency: count,
  num_virtual_tokens: virtualTokens,
  adapter_len: virtualTokens,
  adapter_layers: layerCount,
  encoder_hidden_size: encoderSize,
  encoder_reparameterization_type: named,
  total_step: steps,
  tinit: steps,
  tfinal: steps,
  deltaT: steps,
  trainable_token_indices: tokens,
  token_indices: tokens,
  alora_invocation_tokens: text,
  cpt_token_ids: text,
  init_lora_weights: start,
  prompt_tuning_init: promptStart,
  prompt_tuning_init_text: notWithout('a tokenizer, which the tiny model has none of'),
  tokenizer_name_or_path: notWithout('a tokenizer, which the tiny model has none of'),
  token_dim: fromModel,
  num_layers: fromModel,
  num_attention_heads: fromModel,
  num_transformer_submodules: fromModel,
  hidden_size: fromModel,
  target_parameters: notWithout('parameters by their names in the full model'),
  adapters: elsewhere,
  megatron_config: elsewhere,
  megatron_core: elsewhere,
  base_model_name_or_path: ofCell,
  revision: ofCell,
};

/** Half precision is another matter on a processor, and the same to what code does with types. */
function numberType(value: OwnValue): Fitted {
  const type = typeOf(value);
  if (type === 'auto') return scaled({ torch: 'bfloat16' }, 'what checkpoints of full models mostly are in');
  if (type === 'float16') return scaled({ torch: 'bfloat16' }, 'a processor computes half precision otherwise');
  if (type === 'float32') return USUAL;
  return type === 'bfloat16' ? kept({ torch: 'bfloat16' }) : left('it is no type that a cell computes in');
}

function typeOf(value: OwnValue): unknown {
  const isNamed = typeof value === 'object' && value !== null && 'torch' in value;
  const type = isNamed ? value.torch : value;
  return typeof type === 'string' ? (own(OTHER_NAMES, type) ?? type) : type;
}

const OTHER_NAMES: Readonly<Record<string, string>> = { half: 'float16', float: 'float32' };

const storage: Rule = (value) => {
  const type = typeOf(value);
  if (type === 'uint8') return USUAL;
  return type === 'bfloat16' || type === 'float32' ? kept({ torch: type }) : numberType(value);
};

const usually =
  (usual: OwnValue): Rule =>
  (value) =>
    value === usual ? USUAL : kept(value);

const QUANTIZATION_RULES: Readonly<Record<string, Rule>> = {
  load_in_4bit: ofCell,
  load_in_8bit: ofCell,
  bnb_4bit_quant_type: ofCell,
  bnb_4bit_use_double_quant: usually(false),
  bnb_4bit_compute_dtype: numberType,
  bnb_4bit_quant_storage: storage,
  llm_int8_threshold: usually(6),
  llm_int8_skip_modules: modules,
  llm_int8_enable_fp32_cpu_offload: (value) => (value === true ? left('no part of a cell is offloaded') : USUAL),
  llm_int8_has_fp16_weight: (value) => (value === true ? left('its weights are quantized on a card only') : USUAL),
};

const LOADING_RULES: Readonly<Record<string, Rule>> = {
  torch_dtype: numberType,
  use_cache: usually(true),
  attn_implementation: (value) =>
    value === 'eager' || value === 'sdpa' ? kept(value) : left('it needs a card and a package of its own'),
};

export const methodRule = (argument: string): Rule =>
  own(METHOD_RULES, argument) ?? (/_(path|file|dir)$/.test(argument) ? elsewhere : asItIs(argument));

/** Of other configuration classes than bitsandbytes' the form is known and no argument. */
export const quantizationRule = (argument: string): Rule =>
  own(QUANTIZATION_RULES, argument) ?? (() => left('arguments of this quantization are not carried'));

export const loadingRule = (argument: string): Rule => own(LOADING_RULES, argument) ?? ofCell;

/** Switches that every configuration class of PEFT's that has them has off, up to 0.20. Of another, `False` says something. */
const OFF_ANYWAY: ReadonlySet<string> = new Set([
  ...['apply_GS', 'block_share', 'coft', 'decompose_both', 'enable_softmax_topk', 'ensure_weight_tying'],
  ...['fan_in_fan_out', 'layerwise_scalings', 'lora_bias', 'prefix_projection', 'proportional_parameters'],
  ...['rank_dropout_scale', 'sample_at_inference', 'save_indices', 'save_only_topk_weights', 'sparse', 'use_asa'],
  ...['use_dora', 'use_dynamic_rank', 'use_effective_conv2d', 'use_qalora', 'use_rslora', 'use_trainable_adapters'],
  'very_sparse',
]);
/** Dropouts that are not 0 anyway. */
const DROPPING: ReadonlySet<string> = new Set(['xlora_dropout_p', 'shadow_dropout']);

/** What PEFT does anyway says nothing: a switch that is off, no dropout, no biases. What an entry has on can be off. */
function asItIs(argument: string): Rule {
  const isDropout = argument.includes('dropout') && !DROPPING.has(argument);
  return (value, { usual }): Fitted => {
    if (own(usual, argument) !== undefined) return kept(value);
    const isOff = (value === false && OFF_ANYWAY.has(argument)) || (value === 0 && isDropout);
    return isOff || (argument === 'bias' && value === 'none') ? USUAL : kept(value);
  };
}
