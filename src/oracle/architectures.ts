/** The architectures that the oracle has graphs for: where their weights are, and what their configuration says. */
import { z } from 'zod';

export type Graph =
  | 'rotary-gated'
  | 'rotary-normed'
  | 'rotary-experts'
  | 'rotary-capped'
  | 'norm-first'
  | 'norm-last'
  | 'head-rms'
  | 'head-norm'
  | 'head-pooled'
  | 'head-plain'
  | 'norm-embedded';

export const TASKS_OF_GRAPHS: readonly string[] = ['causal-lm', 'seq-cls', 'token-cls'];

export const ACTIVATIONS = ['silu', 'gelu', 'gelu-tanh', 'relu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Sizes and numbers of one model. */
export interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly epsilon: number;
  readonly activation: Activation;
  /** What scores are multiplied with. */
  readonly scale: number;
  /** The base of rotated positions; none where positions are learned. */
  readonly theta?: number;
  /** Layers whose queries and keys are not rotated. */
  readonly unrotated?: readonly number[];
  /** How many places back each layer sees; none for all. */
  readonly windows: readonly (number | undefined)[];
  /** Caps on scores and on logits; 0 for none. */
  readonly scoreCap: number;
  readonly logitCap: number;
  /** What embeddings are multiplied with, and virtual tokens. */
  readonly embeddingScale: number;
  readonly virtualScale: number;
  readonly experts: number;
  readonly chosenExperts: number;
  readonly paddingId: number;
  /** The key head that each query head reads. */
  readonly groups: readonly number[];
}

/** A linear map inside a layer; `part` where one module makes queries, keys and values together. */
export interface LinearAt {
  readonly module: string;
  readonly part?: 'query' | 'key' | 'value' | 'first-half' | 'second-half';
}

/** A form of an architecture besides its definition. */
export interface Form {
  readonly shape: Partial<Shape>;
  readonly but: string;
  /** The implementation of attention that has it; absent where it does not hang on one. */
  readonly attention?: 'sdpa';
}

export interface Architecture {
  readonly layer: Graph;
  /** Path of a layer's modules: `{n}` is its number. */
  readonly path: string;
  readonly linears: Readonly<Record<string, LinearAt>>;
  readonly norms: Readonly<Record<string, string>>;
  /** Norms whose weight is stored as its distance from 1. */
  readonly normsFromOne?: boolean;
  readonly embedding: string;
  /** Learned positions; `offset` rows of the table stand before the first. */
  readonly positions?: { readonly table: string; readonly offset: number; readonly countedBy: 'place' | 'mask' };
  /** Norm of the sum of embeddings, and the table of the one type of tokens in use. */
  readonly embedded?: { readonly norm: string; readonly types: string };
  readonly head: { readonly graph: Graph; readonly norm?: string; readonly matrix: string };
  /** Tasks that it classifies for, and the module that does. */
  readonly classifier?: { readonly module: string; readonly pooler?: string };
  readonly isCausal: boolean;
  /** Whether matrices lie as [in, out]. */
  readonly turned?: boolean;
  /** Where an adaption prompt sits within a layer. */
  readonly adaption?: string;
  readonly shape: (configuration: Configuration) => Shape;
  /** Forms in use that depart from the definition, and why that is no defect. */
  readonly alsoInUse?: readonly Form[];
}

export const Configuration = z.object({
  model_type: z.string(),
  vocab_size: z.int().positive(),
  hidden_size: z.int().positive().max(1024).optional(),
  n_embd: z.int().positive().max(1024).optional(),
  num_hidden_layers: z.int().positive().max(16).optional(),
  n_layer: z.int().positive().max(16).optional(),
  num_attention_heads: z.int().positive().optional(),
  n_head: z.int().positive().optional(),
  num_key_value_heads: z.int().positive().optional(),
  head_dim: z.int().positive().nullish(),
  rms_norm_eps: z.number().optional(),
  layer_norm_epsilon: z.number().optional(),
  layer_norm_eps: z.number().optional(),
  rope_theta: z.number().optional(),
  sliding_window: z.int().nullish(),
  use_sliding_window: z.boolean().optional(),
  query_pre_attn_scalar: z.number().optional(),
  attn_logit_softcapping: z.number().nullish(),
  final_logit_softcapping: z.number().nullish(),
  num_local_experts: z.int().optional(),
  num_experts_per_tok: z.int().optional(),
  no_rope_layers: z.array(z.int()).max(16).nullish(),
  pad_token_id: z.int().optional(),
});
export type Configuration = z.infer<typeof Configuration>;

const UNCAPPED = "The soft cap on attention scores is left out, as PyTorch's attention (sdpa) does.";
const UNSCALED =
  'Virtual tokens are not scaled, as where the embedding itself scales; an adapter from elsewhere differs.';

const ATTENTION = {
  'attention.query': { module: 'self_attn.q_proj' },
  'attention.key': { module: 'self_attn.k_proj' },
  'attention.value': { module: 'self_attn.v_proj' },
  'attention.output': { module: 'self_attn.o_proj' },
};
const GATED = { gate: { module: 'mlp.gate_proj' }, up: { module: 'mlp.up_proj' }, down: { module: 'mlp.down_proj' } };

function rotary(shape: (configuration: Configuration) => Partial<Shape> = () => ({})): Architecture {
  return {
    layer: 'rotary-gated',
    path: 'model.layers.{n}.',
    linears: { ...ATTENTION, ...GATED },
    norms: { before: 'input_layernorm', between: 'post_attention_layernorm' },
    embedding: 'model.embed_tokens',
    head: { graph: 'head-rms', norm: 'model.norm', matrix: 'lm_head' },
    classifier: { module: 'score' },
    isCausal: true,
    adaption: 'self_attn',
    shape: (configuration) => ({
      ...common(configuration, 'silu'),
      theta: configuration.rope_theta ?? 10_000,
      ...shape(configuration),
    }),
  };
}

/** PEFT puts adaption prompts on Llama and Mistral alone. */
function withoutAdaption({ adaption: _, ...architecture }: Architecture): Architecture {
  return architecture;
}

/** SmolLM3 rotates where its list has a 1. */
function unrotatedLayers({ no_rope_layers }: Configuration): Partial<Shape> {
  return { unrotated: (no_rope_layers ?? []).flatMap((rotates, layer) => (rotates === 0 ? [layer] : [])) };
}

function everyLayer(configuration: Configuration): readonly (number | undefined)[] {
  const window = configuration.sliding_window ?? undefined;
  return Array.from({ length: layersOf(configuration) }, () => window);
}

const GPT2: Architecture = {
  layer: 'norm-first',
  path: 'transformer.h.{n}.',
  linears: {
    'attention.query': { module: 'attn.c_attn', part: 'query' },
    'attention.key': { module: 'attn.c_attn', part: 'key' },
    'attention.value': { module: 'attn.c_attn', part: 'value' },
    'attention.output': { module: 'attn.c_proj' },
    up: { module: 'mlp.c_fc' },
    down: { module: 'mlp.c_proj' },
  },
  norms: { before: 'ln_1', between: 'ln_2' },
  embedding: 'transformer.wte',
  positions: { table: 'transformer.wpe', offset: 0, countedBy: 'place' },
  head: { graph: 'head-norm', norm: 'transformer.ln_f', matrix: 'lm_head' },
  isCausal: true,
  turned: true,
  shape: (configuration) => common(configuration, 'gelu-tanh'),
};

export const ARCHITECTURES = new Map<string, Architecture>([
  ['llama', rotary()],
  ['codellama', rotary()],
  ['qwen2', rotary()],
  [
    'qwen3',
    {
      ...withoutAdaption(rotary()),
      layer: 'rotary-normed',
      norms: {
        before: 'input_layernorm',
        between: 'post_attention_layernorm',
        'query.norm': 'self_attn.q_norm',
        'key.norm': 'self_attn.k_norm',
      },
    },
  ],
  [
    'phi3',
    {
      ...withoutAdaption(rotary()),
      linears: {
        'attention.query': { module: 'self_attn.qkv_proj', part: 'query' },
        'attention.key': { module: 'self_attn.qkv_proj', part: 'key' },
        'attention.value': { module: 'self_attn.qkv_proj', part: 'value' },
        'attention.output': { module: 'self_attn.o_proj' },
        gate: { module: 'mlp.gate_up_proj', part: 'first-half' },
        up: { module: 'mlp.gate_up_proj', part: 'second-half' },
        down: { module: 'mlp.down_proj' },
      },
    },
  ],
  ['smollm3', withoutAdaption(rotary(unrotatedLayers))],
  ['mistral', rotary((configuration) => ({ windows: everyLayer(configuration) }))],
  [
    'mixtral',
    {
      ...rotary((configuration) => ({
        windows: everyLayer(configuration),
        experts: configuration.num_local_experts ?? 0,
        chosenExperts: configuration.num_experts_per_tok ?? 0,
      })),
      layer: 'rotary-experts',
      linears: ATTENTION,
    },
  ],
  [
    'gemma2',
    {
      ...rotary(gemma2),
      layer: 'rotary-capped',
      norms: {
        before: 'input_layernorm',
        behind: 'post_attention_layernorm',
        between: 'pre_feedforward_layernorm',
        last: 'post_feedforward_layernorm',
      },
      normsFromOne: true,
      alsoInUse: [
        { shape: { scoreCap: 0 }, but: UNCAPPED, attention: 'sdpa' },
        { shape: { virtualScale: 1 }, but: UNSCALED },
        { shape: { scoreCap: 0, virtualScale: 1 }, but: `${UNCAPPED} ${UNSCALED}`, attention: 'sdpa' },
      ],
    },
  ],
  ['gpt2', GPT2],
  [
    'gpt_bigcode',
    { ...GPT2, turned: false, shape: (configuration) => withKeyHeads(common(configuration, 'gelu-tanh'), 1) },
  ],
  [
    'opt',
    {
      layer: 'norm-first',
      path: 'model.decoder.layers.{n}.',
      linears: {
        ...ATTENTION,
        'attention.output': { module: 'self_attn.out_proj' },
        up: { module: 'fc1' },
        down: { module: 'fc2' },
      },
      norms: { before: 'self_attn_layer_norm', between: 'final_layer_norm' },
      embedding: 'model.decoder.embed_tokens',
      positions: { table: 'model.decoder.embed_positions', offset: 2, countedBy: 'mask' },
      head: { graph: 'head-norm', norm: 'model.decoder.final_layer_norm', matrix: 'lm_head' },
      isCausal: true,
      shape: (configuration) => common(configuration, 'relu'),
    },
  ],
  [
    'bert',
    {
      layer: 'norm-last',
      path: 'bert.encoder.layer.{n}.',
      linears: {
        'attention.query': { module: 'attention.self.query' },
        'attention.key': { module: 'attention.self.key' },
        'attention.value': { module: 'attention.self.value' },
        'attention.output': { module: 'attention.output.dense' },
        up: { module: 'intermediate.dense' },
        down: { module: 'output.dense' },
      },
      norms: { behind: 'attention.output.LayerNorm', last: 'output.LayerNorm' },
      embedding: 'bert.embeddings.word_embeddings',
      positions: { table: 'bert.embeddings.position_embeddings', offset: 0, countedBy: 'place' },
      embedded: { norm: 'bert.embeddings.LayerNorm', types: 'bert.embeddings.token_type_embeddings' },
      head: { graph: 'head-plain', matrix: 'classifier' },
      classifier: { module: 'classifier', pooler: 'bert.pooler.dense' },
      isCausal: false,
      shape: (configuration) => common(configuration, 'gelu'),
    },
  ],
]);

function common(configuration: Configuration, activation: Activation): Shape {
  const layers = layersOf(configuration);
  const width = configuration.hidden_size ?? configuration.n_embd ?? 0;
  const heads = configuration.num_attention_heads ?? configuration.n_head ?? 1;
  const headSize = configuration.head_dim ?? width / heads;
  const shape: Omit<Shape, 'keyHeads' | 'groups'> = {
    layers,
    width,
    heads,
    headSize,
    epsilon: configuration.rms_norm_eps ?? configuration.layer_norm_epsilon ?? configuration.layer_norm_eps ?? 1e-5,
    activation,
    scale: headSize ** -0.5,
    windows: Array.from({ length: layers }, () => undefined),
    scoreCap: 0,
    logitCap: 0,
    embeddingScale: 1,
    virtualScale: 1,
    experts: 0,
    chosenExperts: 0,
    paddingId: configuration.pad_token_id ?? 0,
  };
  return withKeyHeads({ ...shape, keyHeads: heads, groups: [] }, configuration.num_key_value_heads ?? heads);
}

/** Neighbouring query heads share a key head. */
function withKeyHeads(shape: Shape, keyHeads: number): Shape {
  const groups = Array.from({ length: shape.heads }, (_, head) => Math.floor((head * keyHeads) / shape.heads));
  return { ...shape, keyHeads, groups };
}

/** Every other layer sees a window only, beginning with the first. */
function gemma2(configuration: Configuration): Partial<Shape> {
  const window = configuration.sliding_window ?? undefined;
  return {
    activation: 'gelu-tanh',
    scale: (configuration.query_pre_attn_scalar ?? 256) ** -0.5,
    windows: Array.from({ length: layersOf(configuration) }, (_, layer) => (layer % 2 === 0 ? window : undefined)),
    scoreCap: configuration.attn_logit_softcapping ?? 50,
    logitCap: configuration.final_logit_softcapping ?? 30,
    embeddingScale: Math.sqrt(configuration.hidden_size ?? 0),
    virtualScale: Math.sqrt(configuration.hidden_size ?? 0),
  };
}

function layersOf(configuration: Configuration): number {
  return configuration.num_hidden_layers ?? configuration.n_layer ?? 0;
}

/** Whether the checkpoint of an architecture stores this matrix as [in, out]. */
export function isTurned({ turned, path }: Architecture, name: string): boolean {
  return turned === true && name.startsWith(path.split('{n}')[0] ?? '');
}
