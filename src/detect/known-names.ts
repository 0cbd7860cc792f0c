/** Tables of names as PEFT and transformers write them. Adding one is one entry. */

/** A method, and the keywords of its configuration that make it a variant. */
export interface Rule {
  readonly name: string;
  readonly variants: readonly { readonly keyword: string; readonly is: string; readonly name: string }[];
}

const plain = (name: string): Rule => ({ name, variants: [] });

/** PEFT's configuration classes. https://huggingface.co/docs/peft/package_reference/config */
export const METHOD_OF_CONFIG: Readonly<Record<string, Rule>> = {
  LoraConfig: {
    name: 'lora',
    variants: [
      { keyword: 'use_dora', is: 'True', name: 'dora' },
      { keyword: 'target_modules', is: 'all-linear', name: 'all-linear' },
    ],
  },
  PrefixTuningConfig: {
    name: 'prefix-tuning',
    variants: [{ keyword: 'prefix_projection', is: 'True', name: 'projection' }],
  },
  PromptTuningConfig: plain('prompt-tuning'),
  PromptEncoderConfig: plain('p-tuning'),
  IA3Config: plain('ia3'),
  AdaLoraConfig: plain('adalora'),
  AdaptionPromptConfig: plain('adaption-prompt'),
  MultitaskPromptTuningConfig: plain('multitask-prompt-tuning'),
  LoHaConfig: plain('loha'),
  LoKrConfig: plain('lokr'),
  OFTConfig: plain('oft'),
  BOFTConfig: plain('boft'),
  VeraConfig: plain('vera'),
  FourierFTConfig: plain('fourierft'),
  LNTuningConfig: plain('ln-tuning'),
  HRAConfig: plain('hra'),
  BoneConfig: plain('bone'),
  PolyConfig: plain('poly'),
  XLoraConfig: plain('xlora'),
  VBLoRAConfig: plain('vblora'),
  CPTConfig: plain('cpt'),
  TrainableTokensConfig: plain('trainable-tokens'),
  RandLoraConfig: plain('randlora'),
  ShiraConfig: plain('shira'),
  MissConfig: plain('miss'),
};

/** peft.TaskType. */
export const TASK_OF_TYPE: Readonly<Record<string, string>> = {
  CAUSAL_LM: 'causal-lm',
  SEQ_CLS: 'seq-cls',
  TOKEN_CLS: 'token-cls',
  SEQ_2_SEQ_LM: 'seq2seq-lm',
  FEATURE_EXTRACTION: 'feature',
};

/** Ends of model class names. */
export const TASK_OF_CLASS: readonly (readonly [string, string])[] = [
  ['ForCausalLM', 'causal-lm'],
  ['ForSequenceClassification', 'seq-cls'],
  ['ForTokenClassification', 'token-cls'],
  ['ForSeq2SeqLM', 'seq2seq-lm'],
  ['ForConditionalGeneration', 'seq2seq-lm'],
];

/** Beginnings of model class names. */
export const ARCHITECTURE_OF_CLASS: readonly (readonly [string, string])[] = [
  ['Llama', 'llama'],
  ['Qwen2For', 'qwen2'],
  ['MistralFor', 'mistral'],
  ['Gemma2For', 'gemma2'],
  ['MixtralFor', 'mixtral'],
  ['OPTFor', 'opt'],
  ['GPT2', 'gpt2'],
  ['GPTBigCodeFor', 'gpt_bigcode'],
  ['T5For', 't5'],
  ['BertFor', 'bert'],
];

/** Names of well-known checkpoints; the first that fits counts. A name that only resembles one is not taken. */
const MODELS: readonly (readonly [RegExp, string])[] = [
  [/^(codellama|meta-llama)\/|^(huggyllama|openlm-research)\/|tinyllama|\bvicuna-|\bllama-?[23]?[-_.]/i, 'llama'],
  [/\bqwen2(\.5)?-(?!vl|audio|moe|omni)/i, 'qwen2'],
  [/\bmixtral-/i, 'mixtral'],
  [/\bmistral-(7b|nemo)|\bzephyr-7b/i, 'mistral'],
  [/\bgemma-2-/i, 'gemma2'],
  [/\bfacebook\/opt-/i, 'opt'],
  [/^(openai-community\/)?(gpt2|distilgpt2)(-|$)/i, 'gpt2'],
  [/\bbigcode\/(starcoder|starcoderbase|gpt_bigcode)(?!2)/i, 'gpt_bigcode'],
  [/^(google\/flan-t5-|google-t5\/t5-|t5-(small|base|large))/i, 't5'],
  [/^(google-bert\/)?bert-(base|large)-/i, 'bert'],
];

/** Llama 4 and vision models of a family have architectures of their own. */
const NOT_THESE = /llama-?4|vision|llava|qwen2(\.5)?-(vl|audio|omni)/i;

/** transformers' `model_type` of a checkpoint, where its name leaves no doubt. */
export function architectureOfModel(id: string): string | undefined {
  if (NOT_THESE.test(id)) return undefined;
  return MODELS.find(([pattern]) => pattern.test(id))?.[1];
}
