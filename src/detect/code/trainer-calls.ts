/** Calls of trainers, and of what trl makes configurations and models from. */
import type { SyntaxNode } from '@lezer/common';
import { own } from '../../domain/own.ts';
import type { Written } from '../../domain/own-configuration.ts';
import { callOf, elementsOf } from '../../formats/languages/python-tree.ts';
import type { CodeFile, ScopedCall } from './code-file.ts';
import { type ModelFact, OPEN } from './fact.ts';
import { METHOD_OF_CONFIG } from './known-names.ts';
import { writtenIn } from './literals.ts';
import { noteMethod } from './method-calls.ts';
import { noteModel } from './model-calls.ts';
import type { Scope } from './module.ts';
import { type Variant, variantOf } from './variants.ts';

/** A trainer that is given the name of a model loads it itself. */
export function readTrainer(file: CodeFile, call: ScopedCall, task: string): void {
  file.trainers.push({ task, ...file.placeOf(call) });
  const ids = file.values.of(call.positional[0] ?? call.keywords.get('model'), call.scope);
  if (ids.texts.length > 0) noteModel(file, call, { ids, task, said: quantizationOfTrainer(file, call) });
}

/** A trainer loads the model by the `model_init_kwargs` of its arguments. */
function quantizationOfTrainer(file: CodeFile, call: ScopedCall): ModelFact['quantization'] {
  const given = call.keywords.get('args');
  if (given === undefined) return 'none';
  const named = given.name === 'VariableName' ? file.values.assigned(file.textOf(given), call.scope) : [given];
  const [only] = named;
  if (named.length !== 1 || only?.name !== 'CallExpression') return OPEN;
  const made = callOf(file.module.source, only);
  if (made.positional.some(({ name }) => name === '**')) return OPEN;
  return made.keywords.has('model_init_kwargs') ? 'named elsewhere' : 'none';
}

/** trl's `get_quantization_config` makes 4 or 8 bits of its ModelConfig. */
export function readTrlQuantization(file: CodeFile, call: ScopedCall): void {
  const values = ['bnb-nf4', 'bnb-int8'];
  file.quantizations.push({ values, isSure: false, isUnread: false, always: false, ...file.placeOf(call) });
}

/** trl's `get_peft_config` takes its ModelConfig, which makes LoRA or nothing. */
export function readTrlPeftConfig(file: CodeFile, call: ScopedCall): void {
  if (!isModelConfig(file, call.positional[0], call.scope))
    noteMethod(file, call, { method: 'lora+defaults', task: OPEN, isSure: false });
}

export function readModelConfig(file: CodeFile, call: ScopedCall): void {
  if (!file.isSet(call, 'use_peft')) return;
  const { method, isSure } = methodOfTrl(file, call);
  noteMethod(file, call, { method, task: OPEN, isSure, written: writtenForTrl(file, call) });
  const ids = file.keyword(call, 'model_name_or_path');
  noteModel(file, call, { ids, task: 'causal-lm', said: quantizationOfTrl(file, call) });
}

/** trl's names of LoRA's arguments. https://huggingface.co/docs/trl/main/en/others#trl.ModelConfig */
const OF_LORA: Readonly<Record<string, string>> = {
  lora_r: 'r',
  lora_alpha: 'lora_alpha',
  lora_dropout: 'lora_dropout',
  lora_target_modules: 'target_modules',
  lora_modules_to_save: 'modules_to_save',
  use_rslora: 'use_rslora',
  use_dora: 'use_dora',
};

function writtenForTrl(file: CodeFile, call: ScopedCall): readonly Written[] {
  const named = [...file.keywordsOf(call).given].flatMap(([keyword, node]) => {
    const argument = own(OF_LORA, keyword);
    return argument === undefined ? [] : [[argument, node] as const];
  });
  return writtenIn(file, new Map(named), call.scope);
}

function quantizationOfTrl(file: CodeFile, call: ScopedCall): ModelFact['quantization'] {
  const type = file.keyword(call, 'bnb_4bit_quant_type').texts[0] ?? 'nf4';
  const kinds = [['load_in_4bit', `bnb-${type}`] as const, ['load_in_8bit', 'bnb-int8'] as const];
  const sure = kinds.filter(([keyword]) => file.isSet(call, keyword));
  const open = kinds.filter(([keyword]) => call.keywords.has(keyword) && !file.keyword(call, keyword).isSure);
  const values = (sure.length > 0 ? sure : open).map(([, name]) => name);
  return values.length > 0 ? { values, isSure: sure.length > 0 } : 'none';
}

/** Whether a name is one that a ModelConfig was made into: it is read where it was made. */
function isModelConfig(file: CodeFile, node: SyntaxNode | undefined, scope: Scope): boolean {
  const made = node?.name === 'VariableName' ? file.values.assigned(file.textOf(node), scope) : [];
  return made.some(
    (value) => value.name === 'CallExpression' && file.nameOf(callOf(file.module.source, value).name) === 'ModelConfig',
  );
}

/** trl's ModelConfig hands its `lora_target_modules` on as they are, `None` too. */
function methodOfTrl(file: CodeFile, call: ScopedCall): Variant {
  const { given, isWhole } = file.keywordsOf(call);
  const valueGiven = (keyword: string) => {
    const node = given.get(keyword === 'target_modules' ? 'lora_target_modules' : keyword);
    return node && file.values.of(elementsOf(node).length === 1 ? elementsOf(node)[0] : node, call.scope);
  };
  const rule = METHOD_OF_CONFIG.LoraConfig;
  return rule ? variantOf(rule, valueGiven, isWhole) : { method: 'lora', isSure: false };
}
