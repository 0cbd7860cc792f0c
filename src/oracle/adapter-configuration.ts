/** What `adapter_config.json` says, as far as a formula needs it. */
import { z } from 'zod';

/** There is no graph or formula for what is asked; nothing is said about the cell. */
export class NotCovered extends Error {}

export const AdapterConfiguration = z.looseObject({
  peft_type: z.string().max(60),
  r: z.number().nullish(),
  init_r: z.number().optional(),
  lora_alpha: z.number().nullish(),
  alpha: z.number().nullish(),
  use_rslora: z.boolean().optional(),
  use_dora: z.boolean().optional(),
  /** Of AdaLoRA: which ranks were kept, which its file shows too. */
  rank_pattern: z.record(z.string(), z.unknown()).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  init_lora_weights: z.unknown().optional(),
  /** PEFT 0.18.1 saves RandLoRA without one. */
  peft_version: z.string().max(100).nullish(),
  use_cayley_neumann: z.boolean().optional(),
  num_cayley_neumann_terms: z.number().optional(),
  topk: z.number().optional(),
  save_only_topk_weights: z.boolean().optional(),
  randlora_alpha: z.number().optional(),
  apply_GS: z.boolean().optional(),
  variant: z.string().optional(),
  group_size: z.number().optional(),
  init_weights: z.unknown().optional(),
  scaling: z.number().optional(),
  random_loc_seed: z.int().nonnegative().nullish(),
  use_idwt: z.boolean().optional(),
  hybrid_r: z.number().nullish(),
  use_kasa: z.boolean().optional(),
  kasa_config: z.unknown().optional(),
  token_indices: z.array(z.int().nonnegative()).nullish(),
  trainable_token_indices: z
    .union([z.array(z.int().nonnegative()), z.record(z.string(), z.array(z.int().nonnegative()))])
    .nullish(),
  wavelet_family: z.string().max(20).optional(),
});
export type AdapterConfiguration = z.infer<typeof AdapterConfiguration>;
