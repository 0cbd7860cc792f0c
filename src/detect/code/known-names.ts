/** Tables of names as PEFT and transformers write them; what the matrix measures says its own. Adding one is one entry. */
import { ARCHITECTURES, METHODS, TASKS, UNMEASURED_ARCHITECTURES } from '../../domain/matrix.ts';

/** A keyword that makes a variant: with one value, or with any but None. */
interface VariantRule {
  readonly keyword: string;
  readonly is?: string | undefined;
  readonly name: string;
}

/** A method, and the keywords of its configuration that make it a variant. */
export interface Rule {
  readonly name: string;
  readonly variants: readonly VariantRule[];
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
  BoneConfig: plain('bone'),
  ...measured(),
};

/** peft.TaskType. */
export const TASK_OF_TYPE: Readonly<Record<string, string>> = {
  // The first task of a type is what it says alone: a model that takes pictures is told by its class.
  ...Object.fromEntries(
    Object.entries(TASKS)
      .toReversed()
      .flatMap(([name, { taskType }]) => (taskType === undefined ? [] : [[taskType, name]])),
  ),
  FEATURE_EXTRACTION: 'feature',
};

/** PeftType, where a configuration is made from a table, and the class of which it makes one: `{"peft_type": "LORA"}`. */
export const CONFIG_OF_TYPE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.values(METHODS).flatMap(({ peftType, config }) => (peftType === undefined ? [] : [[peftType, config]])),
  ),
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
  [/ForZeroShotImageClassification$|^Siglip2Model$/, 'image-text-pairs'],
  [/ForImageClassification$/, 'image-cls'],
  [/ForSemanticSegmentation$/, 'image-segmentation'],
  [/For(CTC|AudioClassification)$/, 'speech'],
  [/ForSpeechSeq2Seq$|^Whisper/, 'speech-seq2seq'],
  [/For(ImageTextToText|Vision2Seq|ConditionalGeneration|MultimodalLM)$/, 'image-text'],
  [/^(FastLanguageModel|FastModel|FastLlamaModel|FastMistralModel|FastQwen2Model)$/, 'causal-lm'],
  [/^FastVisionModel$/, 'image-text'],
  [/^AutoModel$/, 'feature'],
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

const KNOWN = Object.entries({ ...ARCHITECTURES, ...UNMEASURED_ARCHITECTURES });

const patternsOf = (key: 'classes' | 'models', flags: string): readonly (readonly [RegExp, string])[] =>
  KNOWN.flatMap(([name, entry]) => entry[key].map((pattern) => [new RegExp(pattern, flags), name] as const));

/** Beginnings of model class names. */
export const ARCHITECTURE_OF_CLASS = patternsOf('classes', '');

/** Names of well-known checkpoints and their architecture. */
const MODELS = patternsOf('models', 'i');

/** Llama 4 and vision models of a family have architectures of their own. */
const NOT_THESE =
  /llama-?4|vision|llava(?!-hf\/llava-1\.5|-1\.5)|qwen(?!2\.5-vl)[23](\.5)?-(vl|audio|omni)|internvl|paligemma|mllama/i;

/** The architecture of a checkpoint, where its name leaves no doubt. */
export function architectureOfModel(id: string): string | undefined {
  if (NOT_THESE.test(id)) return undefined;
  return architecturesNamed(id)[0];
}

/** A quantization that the name of a checkpoint says. */
export function quantizationOfModel(id: string): string | undefined {
  if (/bnb-4bit$/i.test(id)) return 'bnb-nf4';
  if (/[-_]gptq\b/i.test(id)) return 'gptq-int4';
  return /[-_]awq\b/i.test(id) ? 'awq-int4' : undefined;
}

/** Every architecture whose checkpoints fit a name: one at most, as a test holds. */
export function architecturesNamed(id: string): readonly string[] {
  return MODELS.flatMap(([pattern, name]) => (pattern.test(id) ? [name] : []));
}

/** What stands in for an architecture that the matrix lacks: the nearest one of its family. */
export const FAMILY: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(UNMEASURED_ARCHITECTURES).flatMap(([name, { family }]) => (family ? [[name, family]] : [])),
);
