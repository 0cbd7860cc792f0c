/** YAML that trainers run by: axolotl, LLaMA-Factory, trl, ms-swift, autotrain. Adding one is one entry and one test. */
import { own } from '../../domain/own.ts';
import type { CodeUse } from '../code.ts';
import { type Table, yamlTable } from './configs.ts';
import type { Axis } from './fact.ts';
import { architectureOfModel, quantizationOfModel, TASK_OF_CLASS } from './known-names.ts';
import { type ArgumentNames, writtenForTrainer } from './yaml-arguments.ts';

interface Trainer {
  readonly fits: (table: Table) => boolean;
  readonly methodKeys: readonly string[];
  readonly methodOf: (table: Table) => string | undefined;
  readonly modelKeys: readonly string[];
  readonly quantizationOf: (table: Table) => string;
  readonly taskOf: (table: Table) => string;
  /** Its names of PEFT's arguments; where they stand in a table of their own, `inside` gives that. */
  readonly names: ArgumentNames;
  readonly inside?: (table: Table) => Table;
}

const text = (table: Table, key: string) => (typeof table[key] === 'string' ? table[key].toLowerCase() : '');
const isOn = (table: Table, key: string) => table[key] === true || text(table, key) === 'true';
const has = (table: Table, ...keys: readonly string[]) => keys.some((key) => Object.hasOwn(table, key));

const bits = (table: Table) =>
  isOn(table, 'load_in_4bit') ? 'bnb-nf4' : isOn(table, 'load_in_8bit') ? 'bnb-int8' : 'none';

function bitsBy(key: string, method: string) {
  return (table: Table): string => {
    const number = Number(table[key] ?? 0);
    const by = text(table, method) || 'bnb';
    if (number === 0) return 'none';
    if (by === 'bnb' || by === 'bitsandbytes') return number === 8 ? 'bnb-int8' : 'bnb-nf4';
    return `${by}-int${number}`;
  };
}

const LORA: Readonly<Record<string, string>> = {
  lora: 'lora',
  qlora: 'lora',
  'llama-adapter': 'adaption-prompt',
  adalora: 'adalora',
  ia3: 'ia3',
  vera: 'vera',
  boft: 'boft',
  prompt_tuning: 'prompt-tuning',
  prefix_tuning: 'prefix-tuning',
};

/** Which modules LoRA is put on, in PEFT's words: all linear ones, those of PEFT's default, or named ones. */
type Targets = 'all-linear' | 'defaults' | 'named';

const byKey =
  (key: string, dora: string, targetsOf: (table: Table) => Targets) =>
  (table: Table): string | undefined =>
    withTargets(own(LORA, text(table, key)), isOn(table, dora), targetsOf(table));

function withTargets(method: string | undefined, isDora: boolean, targets: Targets): string | undefined {
  if (method !== 'lora') return method;
  if (isDora) return 'lora+dora';
  return targets === 'named' ? 'lora' : `lora+${targets}`;
}

/** A key that holds one word, alone or as a list of one; undefined where it is not set. */
function onlyWord(table: Table, key: string): string | undefined {
  const value: unknown = table[key];
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (only === undefined || only === null) return undefined;
  return typeof only === 'string' ? only.toLowerCase() : '';
}

/** A key that says `all` or the like, or that is not set where the trainer then takes all linear modules. */
const allUnlessNamed =
  (...keys: readonly string[]) =>
  (table: Table): Targets => {
    const words = keys.flatMap((key) => onlyWord(table, key) ?? []);
    return words.every((word) => ['all', 'all-linear'].includes(word)) ? 'all-linear' : 'named';
  };

/** Since its third release all linear modules unless named; before, named ones by the kind of model. */
function targetsOfSwift(table: Table): Targets {
  const isOld = has(table, 'sft_type') && !has(table, 'lora_target_modules', 'target_modules');
  return isOld ? 'named' : allUnlessNamed('target_modules', 'lora_target_modules')(table);
}

/** autotrain's own table of options inside its file. */
function paramsOf({ params }: Table): Table {
  return typeof params === 'object' && params !== null ? Object.fromEntries(Object.entries(params)) : {};
}

/** Models in 4 bit unless something else is said, those that write a text from a text in 8 bit. */
function bitsOfAutotrain(table: Table): string {
  const fallback = text(table, 'task') === 'seq2seq' ? 'int8' : 'int4';
  const said = onlyWord(paramsOf(table), 'quantization');
  const named = said ?? (has(paramsOf(table), 'quantization') ? 'none' : fallback);
  return own({ int4: 'bnb-nf4', int8: 'bnb-int8' }, named) ?? 'none';
}

function taskOfAutotrain(table: Table): string {
  const task = text(table, 'task');
  if (task === 'llm-reward') return 'seq-cls';
  if (task.startsWith('vlm')) return 'image-text';
  return task === 'seq2seq' ? 'seq2seq-lm' : 'causal-lm';
}

const LORA_NAMES: ArgumentNames = {
  lora_alpha: 'lora_alpha',
  lora_dropout: 'lora_dropout',
  use_rslora: 'use_rslora',
  use_dora: 'use_dora',
};

const TRAINERS: readonly Trainer[] = [
  {
    // https://docs.axolotl.ai/docs/config-reference.html
    fits: (table) => has(table, 'base_model') && has(table, 'adapter') && !has(table, 'params'),
    methodKeys: ['adapter'],
    methodOf: byKey('adapter', 'peft_use_dora', (table) =>
      isOn(table, 'lora_target_linear') ? 'all-linear' : 'named',
    ),
    modelKeys: ['base_model'],
    quantizationOf: (table) =>
      text(table, 'adapter') === 'qlora' && !has(table, 'load_in_4bit') ? 'bnb-nf4' : bits(table),
    taskOf: (table) => {
      const type = typeof table.model_type === 'string' ? table.model_type : 'AutoModelForCausalLM';
      if (isOn(table, 'reward_model')) return 'seq-cls';
      if (has(table, 'processor_type')) return 'image-text';
      return TASK_OF_CLASS.find(([pattern]) => pattern.test(type))?.[1] ?? 'causal-lm';
    },
    names: {
      ...LORA_NAMES,
      lora_r: 'r',
      lora_target_modules: 'target_modules',
      lora_modules_to_save: 'modules_to_save',
      lora_fan_in_fan_out: 'fan_in_fan_out',
      peft_use_dora: 'use_dora',
      peft_use_rslora: 'use_rslora',
      peft_layers_to_transform: 'layers_to_transform',
      peft_init_lora_weights: 'init_lora_weights',
    },
  },
  {
    // https://llamafactory.readthedocs.io/en/latest/advanced/arguments.html
    fits: (table) => has(table, 'finetuning_type') && has(table, 'model_name_or_path'),
    methodKeys: ['finetuning_type'],
    methodOf: byKey('finetuning_type', 'use_dora', allUnlessNamed('lora_target')),
    modelKeys: ['model_name_or_path'],
    quantizationOf: bitsBy('quantization_bit', 'quantization_method'),
    taskOf: () => 'causal-lm',
    names: { ...LORA_NAMES, lora_rank: 'r', lora_target: 'target_modules', additional_target: 'modules_to_save' },
  },
  {
    // https://huggingface.co/docs/trl/main/en/others#trl.ModelConfig
    fits: (table) => has(table, 'use_peft') && has(table, 'model_name_or_path'),
    methodKeys: ['use_peft'],
    methodOf: (table) => {
      const targets = has(table, 'lora_target_modules') ? allUnlessNamed('lora_target_modules')(table) : 'defaults';
      return isOn(table, 'use_peft') ? withTargets('lora', isOn(table, 'use_dora'), targets) : undefined;
    },
    modelKeys: ['model_name_or_path'],
    quantizationOf: bits,
    taskOf: () => 'causal-lm',
    names: {
      ...LORA_NAMES,
      lora_r: 'r',
      lora_target_modules: 'target_modules',
      lora_modules_to_save: 'modules_to_save',
    },
  },
  {
    // https://swift.readthedocs.io/en/latest/Instruction/Command-line-parameters.html
    fits: (table) => has(table, 'train_type', 'sft_type', 'tuner_type') && has(table, 'model', 'model_id_or_path'),
    methodKeys: ['train_type', 'sft_type', 'tuner_type'],
    methodOf: (table) =>
      ['train_type', 'sft_type', 'tuner_type'].flatMap((key) => byKey(key, 'use_dora', targetsOfSwift)(table) ?? [])[0],
    modelKeys: ['model', 'model_id_or_path'],
    quantizationOf: bitsBy('quant_bits', 'quant_method'),
    taskOf: () => 'causal-lm',
    names: {
      ...LORA_NAMES,
      lora_rank: 'r',
      target_modules: 'target_modules',
      lora_target_modules: 'target_modules',
      modules_to_save: 'modules_to_save',
    },
  },
  {
    // https://huggingface.co/docs/autotrain/main/en/config
    fits: (table) => has(table, 'base_model') && /^(llm|vlm|seq2seq)/.test(text(table, 'task')),
    methodKeys: ['peft'],
    methodOf: (table) => {
      const params = paramsOf(table);
      return isOn(params, 'peft') ? withTargets('lora', false, allUnlessNamed('target_modules')(params)) : undefined;
    },
    modelKeys: ['base_model'],
    quantizationOf: bitsOfAutotrain,
    taskOf: taskOfAutotrain,
    names: {
      lora_r: 'r',
      lora_alpha: 'lora_alpha',
      lora_dropout: 'lora_dropout',
      target_modules: 'target_modules',
    },
    inside: paramsOf,
  },
];

/** Whether a quantization is put together when it runs: then it is never taken for none. */
function isUnread(table: Table): boolean {
  const keys = ['load_in_4bit', 'load_in_8bit', 'quantization_bit', 'quant_bits'];
  const isOpen = (key: string) => typeof table[key] === 'string' && !/^(true|false|\d+)$/i.test(table[key]);
  return keys.some(isOpen) || !/^(int[48]|none|)$/.test(text(paramsOf(table), 'quantization'));
}

/** What a trainer's YAML uses; undefined where it is none, or trains without PEFT. */
export function readTrainerYaml(file: string, content: string): CodeUse | undefined {
  if (!/^\s*(adapter|finetuning_type|use_peft|peft|train_type|sft_type|tuner_type):/m.test(content)) return undefined;
  const table = yamlTable(content);
  const trainer = table && TRAINERS.find(({ fits }) => fits(table));
  const method = table && trainer?.methodOf(table);
  if (table === undefined || trainer === undefined || method === undefined) return undefined;
  const model = trainer.modelKeys.map((key) => table[key]).find((value): value is string => typeof value === 'string');
  const architecture = model === undefined ? undefined : architectureOfModel(model);
  const line =
    content.split('\n').findIndex((one) => trainer.methodKeys.some((key) => one.trimStart().startsWith(`${key}:`))) + 1;
  const known = (value: string | undefined): Axis => ({ values: value ? [value] : [], isSure: value !== undefined });
  const found = {
    at: { value: method, file, line: Math.max(1, line) },
    isSure: true,
    quantization: isUnread(table)
      ? { values: ['bnb-*'], isSure: false }
      : known((model && quantizationOfModel(model)) ?? trainer.quantizationOf(table)),
    architecture: known(architecture),
    task: known(trainer.taskOf(table)),
    written: writtenForTrainer(
      trainer.inside?.(table) ?? table,
      method.startsWith('lora') ? trainer.names : {},
      `${file}:${Math.max(1, line)}`,
    ),
  };
  const unsure =
    architecture === undefined && model !== undefined
      ? [{ file, line: found.at.line, value: `the architecture of \`${model.slice(0, 80)}\` is not known` }]
      : [];
  return { file, found: [found], unsure };
}
