/** The formula of each method, by what PEFT calls its type. */
import type { Formula } from './formula.ts';
import { glora, gralora, hira } from './formulas-blocks.ts';
import { adalora, delora, loha, lokr, lora, randlora, vblora, vera } from './formulas-low-rank.ts';
import { beft, normTuning, shira, supertuning } from './formulas-plain.ts';
import { boft, hra, ia3, miss, oft, road } from './formulas-rotation.ts';
import { c3a, fourierft, waveft } from './formulas-spectrum.ts';

const VIRTUAL: Formula = { parts: ['prompt_embeddings'] };

export const FORMULAS = new Map<string, Formula>([
  ['LORA', { parts: ['lora_A', 'lora_B', 'lora_magnitude_vector', 'lora_diag', 'lora_velora_embed'], change: lora }],
  ['ADALORA', { parts: ['lora_A', 'lora_B', 'lora_E'], change: adalora }],
  ['IA3', { parts: ['ia3_l'], change: ia3 }],
  ['VERA', { parts: ['vera_lambda_b', 'vera_lambda_d', 'vera_A', 'vera_B'], change: vera }],
  ['LOHA', { parts: ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'], change: loha }],
  ['LOKR', { parts: ['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b'], change: lokr }],
  ['OFT', { parts: ['oft_R', 'oft_r'], change: oft }],
  ['BOFT', { parts: ['boft_R', 'boft_s'], change: boft }],
  ['HRA', { parts: ['hra_u'], change: hra }],
  ['ROAD', { parts: ['road_theta', 'road_alpha'], change: road }],
  ['MISS', { parts: ['miss_block'], change: miss }],
  ['VBLORA', { parts: ['vblora_logits_A', 'vblora_logits_B', 'vblora_vector_bank'], change: vblora }],
  ['RANDLORA', { parts: ['randlora_A', 'randlora_B', 'randlora_lambda', 'randlora_gamma'], change: randlora }],
  ['DELORA', { parts: ['delora_A', 'delora_B', 'delora_lambda', 'delora_w_norm'], change: delora }],
  ['SHIRA', { parts: ['shira_weight', 'shira_indices'], change: shira }],
  ['LN_TUNING', { parts: ['ln_tuning_layers'], change: normTuning }],
  ['FOURIERFT', { parts: ['fourierft_spectrum'], change: fourierft }],
  ['WAVEFT', { parts: ['waveft_spectrum'], change: waveft }],
  ['C3A', { parts: ['c3a_kernel'], change: c3a }],
  ['HIRA', { parts: ['hira_A', 'hira_B'], change: hira }],
  ['GRALORA', { parts: ['gralora_A', 'gralora_B'], change: gralora }],
  ['GLORA', { parts: ['glora_A', 'glora_B', 'glora_C', 'glora_D', 'glora_E'], change: glora }],
  ['BEFT', { parts: ['beft_bias'], change: beft }],
  ['SUPERTUNING', { parts: ['supertuning_values', 'supertuning_indices'], change: supertuning }],
  ['TRAINABLE_TOKENS', { parts: [] }],
  ['CPT', VIRTUAL],
  ['CARTRIDGE', VIRTUAL],
  ['PROMPT_TUNING', VIRTUAL],
  ['PREFIX_TUNING', VIRTUAL],
  ['P_TUNING', VIRTUAL],
  ['ADAPTION_PROMPT', { parts: ['adaption_prompt', 'adaption_gate'] }],
]);
