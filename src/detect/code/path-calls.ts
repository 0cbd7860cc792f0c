/** Calls that say by which code path an adapter is come by: trainers, checkpointing, preparation, merging and saving. */
import { own } from '../../domain/own.ts';
import type { CodeFile, ScopedCall } from './code-file.ts';
import { isTrue } from './values.ts';

/** Classes of trainers, each with its code path. */
const TRAINERS: Readonly<Record<string, string>> = { Trainer: 'trainer', Seq2SeqTrainer: 'trainer', SFTTrainer: 'sft' };
const ARGUMENTS = ['TrainingArguments', 'Seq2SeqTrainingArguments', 'SFTConfig'];
const PREPARATIONS = ['prepare_model_for_kbit_training', 'prepare_model_for_int8_training'];

/** Notes the code paths that a call stands for, where it is sure. */
export function readPaths(file: CodeFile, call: ScopedCall): void {
  if (!file.values.runs(call.node, call.scope)) return;
  for (const path of pathsOf(file, call)) file.paths.push({ path, ...file.placeOf(call) });
}

function pathsOf(file: CodeFile, call: ScopedCall): readonly string[] {
  const name = file.nameOf(call.name) ?? '';
  const method = call.name.split('.').at(-1) ?? '';
  if (PREPARATIONS.includes(name)) return ['kbit'];
  const trainer = own(TRAINERS, name);
  if (trainer !== undefined) return [trainer];
  if (ARGUMENTS.includes(name))
    return file.isSet(call, 'gradient_checkpointing') && isWritten(call) ? [kindOf(file, call)] : [];
  if (method === 'gradient_checkpointing_enable') return [kindOf(file, call)];
  if (method === 'from_pretrained' && isInBfloat16(file, call)) return ['bf16'];
  return [];
}

function isWritten(call: ScopedCall): boolean {
  return call.keywords.has('gradient_checkpointing');
}

/** Checkpointing by whether reentrance is asked for: `gradient_checkpointing_kwargs={"use_reentrant": False}`. */
function kindOf(file: CodeFile, call: ScopedCall): string {
  const table = call.keywords.get('gradient_checkpointing_kwargs') ?? call.positional[0];
  const entries = table === undefined ? [] : file.entries(table, call.scope);
  const node = entries.find(([key]) => key === 'use_reentrant')?.[1];
  const { texts, isSure } = file.values.of(node, call.scope);
  if (!isSure || texts.length !== 1) return 'checkpointing';
  return texts.every(isTrue) ? 'checkpointing-reentrant' : 'checkpointing-direct';
}

/** `torch_dtype=torch.bfloat16`, `dtype="bfloat16"`. */
function isInBfloat16(file: CodeFile, call: ScopedCall): boolean {
  const node = call.keywords.get('torch_dtype') ?? call.keywords.get('dtype');
  return node !== undefined && /^(torch\.|["'])?bfloat16["']?$/.test(file.textOf(node));
}
