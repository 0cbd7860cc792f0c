/** What the calls of one file say about cells: methods, quantizations and models, each in its function. */
import { own } from '../../domain/own.ts';
import { classesOf } from './called-class.ts';
import { CodeFile, type Origin, type ScopedCall } from './code-file.ts';
import { type Facts, OPEN } from './fact.ts';
import { METHOD_OF_CONFIG, TASK_OF_TRAINER } from './known-names.ts';
import { writtenIn } from './literals.ts';
import { noteMethod, readMethod, readPeftTable, readSubclasses } from './method-calls.ts';
import { loaderOf, noteModel, readModel } from './model-calls.ts';
import type { Module } from './module.ts';
import { readPaths } from './path-calls.ts';
import { formMadeBy, QUANTIZATION_OF_CONFIG } from './quantizations.ts';
import { readSettings } from './settings.ts';
import { readModelConfig, readTrainer, readTrlPeftConfig, readTrlQuantization } from './trainer-calls.ts';
import type { Elsewhere } from './values.ts';

export function factsOf(module: Module, originOf: Origin, elsewhere: Elsewhere): Facts {
  const file = new CodeFile(module, originOf, elsewhere);
  for (const call of module.calls) readCall(file, call);
  readSubclasses(file);
  readSettings(file);
  return file;
}

function readCall(file: CodeFile, call: ScopedCall): void {
  for (const called of classesOf(file, call)) {
    if (own(METHOD_OF_CONFIG, called.class)) readMethod(file, call, called.class, called.isSure);
    const quantization = own(QUANTIZATION_OF_CONFIG, called.class);
    if (quantization) readQuantization(file, call, quantization);
  }
  readPaths(file, call);
  const loader = loaderOf(file, call);
  if (loader !== undefined) readModel(file, call, loader);
  else if (isUnslothAdapter(call)) noteMethod(file, call, unslothAdapter(file, call));
  else readHelper(file, call, file.nameOf(call.name) ?? '');
}

/** `FastLanguageModel.get_peft_model(...)`. */
function isUnslothAdapter({ name }: ScopedCall): boolean {
  const path = name.split('.');
  return path.at(-1) === 'get_peft_model' && /^Fast\w*Model$/.test(path.at(-2) ?? '');
}

/** What unsloth takes besides arguments of LoRA's configuration. */
const OF_UNSLOTH = ['model', 'use_gradient_checkpointing', 'random_state', 'max_seq_length', 'temporary_location'];

function unslothAdapter(file: CodeFile, call: ScopedCall) {
  const { given } = file.keywordsOf(call);
  const ofLora = new Map([...given].filter(([keyword]) => !OF_UNSLOTH.includes(keyword)));
  return { method: 'lora', task: OPEN, isSure: true, written: writtenIn(file, ofLora, call.scope) };
}

function readQuantization(file: CodeFile, call: ScopedCall, read: (typeof QUANTIZATION_OF_CONFIG)[string]): void {
  const quantized = read((keyword, place) => {
    const node = call.keywords.get(keyword) ?? (place === undefined ? undefined : call.positional[place]);
    return node && file.textOrClass(node, call.scope);
  });
  if (quantized.isUnread) file.doubt(call, `\`${call.name}\` is set by values that are not in the source`);
  const always = file.values.runs(call.node, call.scope);
  const written = writtenIn(file, file.keywordsOf(call).given, call.scope);
  file.quantizations.push({ ...quantized, always, written, at: file.placeText(call), ...file.placeOf(call) });
}

/** `quantize_(model, Int8WeightOnlyConfig())`: a model that a library quantizes itself, once it is loaded. */
function readQuantizing(file: CodeFile, call: ScopedCall): void {
  const node = call.keywords.get('config') ?? call.positional[1];
  const config = node && file.textOrClass(node, call.scope);
  const values = (config?.texts ?? []).flatMap((text) => formMadeBy('quantize_', text) ?? []);
  const isRead = values.length > 0 && values.length === config?.texts.length;
  if (!isRead) file.doubt(call, `what \`${call.name}\` makes of a model cannot be read`);
  const always = file.values.runs(call.node, call.scope);
  file.quantizations.push({
    values: isRead ? values : ['torchao-*'],
    isSure: isRead && config.isSure && values.length === 1,
    isUnread: !isRead,
    always,
    ...file.placeOf(call),
  });
}

/** Helpers that make configurations or load models: trl's, PEFT's own, a trainer that is given the name of a model. */
function readHelper(file: CodeFile, call: ScopedCall, name: string): void {
  const trains = own(TASK_OF_TRAINER, name);
  if (name === 'get_peft_config' && file.isOfTrl(call)) readTrlPeftConfig(file, call);
  else if (name === 'get_peft_config') readPeftTable(file, call);
  else if (name === 'get_quantization_config' && file.isOfTrl(call)) readTrlQuantization(file, call);
  else if (name === 'quantize_') readQuantizing(file, call);
  else if (name === 'ModelConfig') readModelConfig(file, call);
  else if (name === 'SentenceTransformer') readSentenceTransformer(file, call);
  else if (trains !== undefined) readTrainer(file, call, trains);
}

function readSentenceTransformer(file: CodeFile, call: ScopedCall): void {
  const id = call.positional[0] ?? call.keywords.get('model_name_or_path');
  noteModel(file, call, { ids: file.values.of(id, call.scope), task: 'feature', said: 'none' });
}
