/** Tables of names as PEFT and transformers write them; what the matrix measures says its own. Adding one is one entry. */
import { METHODS, TASKS } from '../../domain/matrix.ts';

/** A method, and the keywords of its configuration that make it a variant. */
export interface Rule {
  readonly name: string;
  readonly variants: readonly { readonly keyword: string; readonly is: string; readonly name: string }[];
  /** Keywords that say which modules; without any of them PEFT takes its defaults, which is the variant `+defaults`. */
  readonly targets?: readonly string[];
}

const TARGETS = ['target_modules', 'target_parameters'];

const plain = (name: string): Rule => ({ name, variants: [] });

/** A variant of a method is written `METHOD+VARIANT` in the matrix. */
function ruleOf(method: string, config: string): Rule {
  const variants = Object.entries(METHODS).flatMap(([name, variant]) =>
    variant.config === config && variant.saidBy !== undefined
      ? [{ ...variant.saidBy, name: name.slice(method.length + 1) }]
      : [],
  );
  const rule = { name: method, variants };
  return `${method}+defaults` in METHODS ? { ...rule, targets: TARGETS } : rule;
}

/** Variants that user code asks for and the matrix lacks. */
const UNMEASURED_VARIANTS: Readonly<Record<string, Rule['variants']>> = {
  PrefixTuningConfig: [{ keyword: 'prefix_projection', is: 'True', name: 'projection' }],
};

function measured(): Readonly<Record<string, Rule>> {
  const plainMethods = Object.entries(METHODS).filter(([name]) => !name.includes('+'));
  const rules = plainMethods.map(([name, { config }]): [string, Rule] => {
    const rule = ruleOf(name, config);
    return [config, { ...rule, variants: [...rule.variants, ...(UNMEASURED_VARIANTS[config] ?? [])] }];
  });
  return Object.fromEntries(rules);
}

/** PEFT's configuration classes. https://huggingface.co/docs/peft/package_reference/config */
export const METHOD_OF_CONFIG: Readonly<Record<string, Rule>> = {
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
  RoadConfig: plain('road'),
  WaveFTConfig: plain('waveft'),
  C3AConfig: plain('c3a'),
  GraloraConfig: plain('gralora'),
  DeloraConfig: plain('delora'),
  OSFConfig: plain('osf'),
  PveraConfig: plain('pvera'),
  CartridgeConfig: plain('cartridge'),
  PeanutConfig: plain('peanut'),
  PsoftConfig: plain('psoft'),
  AdamssConfig: plain('adamss'),
  BeftConfig: plain('beft'),
  DeftConfig: plain('deft'),
  FrodConfig: plain('frod'),
  GloraConfig: plain('glora'),
  HiraConfig: plain('hira'),
  LilyConfig: plain('lily'),
  ShadowConfig: plain('shadow'),
  SupertuningConfig: plain('supertuning'),
  UniLoraConfig: plain('unilora'),
  TinyLoraConfig: plain('tinylora'),
  ...measured(),
};

/** peft.TaskType. */
export const TASK_OF_TYPE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(TASKS).map(([name, { taskType }]) => [taskType, name])),
  FEATURE_EXTRACTION: 'feature',
};

/** PeftType, where a configuration is made from a table, and the class of which it makes one: `{"peft_type": "LORA"}`. */
export const CONFIG_OF_TYPE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.values(METHODS).flatMap(({ peftType, config }) => (peftType === undefined ? [] : [[peftType, config]])),
  ),
  LOHA: 'LoHaConfig',
  LOKR: 'LoKrConfig',
  OFT: 'OFTConfig',
  BOFT: 'BOFTConfig',
  VERA: 'VeraConfig',
};

/** Ends of model class names and the task that they are for; the first that fits counts. */
export const TASK_OF_CLASS: readonly (readonly [RegExp, string])[] = [
  [/ForCausalLM(WithValueHead)?$/, 'causal-lm'],
  [/ForSequenceClassification$/, 'seq-cls'],
  [/ForTokenClassification$/, 'token-cls'],
  [/ForSeq2SeqLM(WithValueHead)?$/, 'seq2seq-lm'],
  [/^(T5|MT5|Bart|MBart|Pegasus|UMT5|LongT5|M2M100)ForConditionalGeneration$/, 'seq2seq-lm'],
  [/ForQuestionAnswering$/, 'question-answering'],
  [/ForMaskedLM$/, 'masked-lm'],
  [/ForImageClassification$/, 'image-classification'],
  [/ForSemanticSegmentation$/, 'image-segmentation'],
  [/For(SpeechSeq2Seq|CTC|AudioClassification)$|^Whisper/, 'speech'],
  [/For(ImageTextToText|Vision2Seq|ConditionalGeneration|MultimodalLM)$/, 'image-text-to-text'],
  [/^(FastLanguageModel|FastModel|FastLlamaModel|FastMistralModel|FastQwen2Model)$/, 'causal-lm'],
  [/^FastVisionModel$/, 'image-text-to-text'],
  [/^U(Net|Vit)\w*Model$|Transformer(2D|3D)?Model$/, 'denoise'],
  [/^(Stable|Flux|Diffusion|Auto|Sana|CogVideo|Hunyuan|LTX|Wan)\w*(Pipeline|ForText2Image)?$/, 'denoise'],
  [/^(AutoModel|SentenceTransformer|\w+[a-z0-9]Model)$/, 'feature'],
];

/** Trainers of trl, and what they train. */
export const TASK_OF_TRAINER: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['SFT', 'DPO', 'GRPO', 'KTO', 'ORPO', 'CPO', 'BCO', 'RLOO', 'OnlineDPO', 'NashMD', 'XPO', 'GKD', 'PPO', 'PRM'].map(
      (name) => [`${name}Trainer`, name === 'PRM' ? 'token-cls' : 'causal-lm'],
    ),
  ),
  RewardTrainer: 'seq-cls',
};

/** Beginnings of model class names. */
export const ARCHITECTURE_OF_CLASS: readonly (readonly [RegExp, string])[] = [
  [/^Llama(For|Model)/, 'llama'],
  [/^Qwen2(For|Model)/, 'qwen2'],
  [/^Qwen3(For|Model)/, 'qwen3'],
  [/^Mistral(For|Model)/, 'mistral'],
  [/^Gemma2(For|Model)/, 'gemma2'],
  [/^Gemma(For|Model)/, 'gemma'],
  [/^Mixtral(For|Model)/, 'mixtral'],
  [/^OPT(For|Model)/, 'opt'],
  [/^GPT2/, 'gpt2'],
  [/^GPTBigCode/, 'gpt_bigcode'],
  [/^GPTNeoX/, 'gpt_neox'],
  [/^T5(For|Model|Encoder)/, 't5'],
  [/^Bert(For|Model)/, 'bert'],
  [/^Roberta(For|Model)/, 'roberta'],
  [/^Whisper/, 'whisper'],
  [/^UNet2DConditionModel$/, 'unet2d'],
];

/** Names of well-known checkpoints and their `model_type`; the first that fits counts. A name that only resembles one is not taken. */
const MODELS: readonly (readonly [RegExp, string])[] = [
  [/\bqwen3-(coder-)?\d+b-a\d+b/i, 'qwen3_moe'],
  [/\bqwen3-(?!vl|omni|embedding|reranker|next|coder-next)/i, 'qwen3'],
  [/\bqwen(2|1)(\.5)?-(?!vl|audio|moe|omni)|\bdeepseek-r1-distill-qwen|\bqwq-32b/i, 'qwen2'],
  [/\bdeepseek-r1-distill-llama|\bdeepseek-(llm|coder)-\d/i, 'llama'],
  [/\bmixtral-/i, 'mixtral'],
  [/\bmistral-(7b|nemo)|\bzephyr-7b|\bopenhermes-2(\.5)?-mistral/i, 'mistral'],
  [/\bgemma-2-/i, 'gemma2'],
  [/\bgemma-3-(270m|1b)/i, 'gemma3_text'],
  [/\bgemma-3n?-/i, 'gemma3'],
  [/\b(code)?gemma-(1\.1-)?\d+b/i, 'gemma'],
  [/\bphi-?(3|3\.5|4)-?/i, 'phi3'],
  [/\bphi-(1|1_5|2)\b/i, 'phi'],
  [/\bsmollm3-/i, 'smollm3'],
  [/\bsmollm2?-|\b01-ai\/yi-|\bdecapoda-research\/llama|\bvicgalle\/|\btrl-internal-testing\/tiny-llama/i, 'llama'],
  [/\bpythia-|\bgpt-neox-/i, 'gpt_neox'],
  [/\bgpt-neo-/i, 'gpt_neo'],
  [/\bgpt-j-/i, 'gptj'],
  [/\bbloomz?-/i, 'bloom'],
  [/\bfalcon-(?!mamba|h1|3)/i, 'falcon'],
  [/\bfacebook\/opt-|(^|\/)opt-\d+(\.\d+)?[mb]\b/i, 'opt'],
  [/^(openai-community\/)?(gpt2|distilgpt2)(-|$)|^lvwerra\/gpt2-/i, 'gpt2'],
  [/\bbigcode\/(starcoder|starcoderbase|gpt_bigcode)(?!2)/i, 'gpt_bigcode'],
  [/\bstarcoder2-/i, 'starcoder2'],
  [/\bmt5-|\bmt0-/i, 'mt5'],
  [/\bflan-t5-|^(google-t5\/)?t5-(small|base|large|3b|11b)|\bt0_3b/i, 't5'],
  [/\bdistilbert-/i, 'distilbert'],
  [/\b(xlm-roberta)-/i, 'xlm-roberta'],
  [/(^|\/)(distil)?roberta-(base|large)/i, 'roberta'],
  [/\bdeberta-v3|\bdeberta-v2/i, 'deberta-v2'],
  [/^(google-bert\/)?bert-(base|large)-/i, 'bert'],
  [/\bbart-(base|large)/i, 'bart'],
  [/\bwhisper-/i, 'whisper'],
  [/\bvit-(base|large|huge)/i, 'vit'],
  [/\bchatglm[23]?-|\bglm-4-/i, 'chatglm'],
  [/\bbaichuan/i, 'baichuan'],
  [/\bstable-?diffusion|\bsdxl/i, 'unet2d'],
  [/\bflux\.1-/i, 'flux'],
  [
    /^(codellama|meta-llama)\/|^(huggyllama|openlm-research|lmsys\/vicuna)|tinyllama|\bvicuna-|\b(code)?llama-?([23](\.\d)?)?[-_.]/i,
    'llama',
  ],
];

/** Llama 4 and vision models of a family have architectures of their own. */
const NOT_THESE = /llama-?4|vision|llava|qwen[23](\.5)?-(vl|audio|omni)|internvl|paligemma|mllama/i;

/** transformers' `model_type` of a checkpoint, where its name leaves no doubt. */
export function architectureOfModel(id: string): string | undefined {
  if (NOT_THESE.test(id)) return undefined;
  return MODELS.find(([pattern]) => pattern.test(id))?.[1];
}

/** A quantization that the name of a checkpoint says. */
export function quantizationOfModel(id: string): string | undefined {
  if (/bnb-4bit$/i.test(id)) return 'bnb-nf4';
  if (/[-_]gptq\b/i.test(id)) return 'gptq-int4';
  return /[-_]awq\b/i.test(id) ? 'awq-int4' : undefined;
}

/** What stands in for an architecture that the matrix lacks: the nearest one of its family. */
export const FAMILY: Readonly<Record<string, string>> = {
  qwen3: 'qwen2',
  gemma: 'gemma2',
  gemma3_text: 'gemma2',
  smollm3: 'llama',
  gpt_neo: 'gpt2',
  mt5: 't5',
  roberta: 'bert',
  distilbert: 'bert',
  'xlm-roberta': 'bert',
};
