/** YAML of which hydra makes objects: `_target_: peft.LoraConfig`, beside the model that it is for. */
import { own } from '../../domain/own.ts';
import type { CodeUse, Found } from '../code.ts';
import { type Table, yamlTable } from './configs.ts';
import { type Axis, OPEN } from './fact.ts';
import {
  ARCHITECTURE_OF_CLASS,
  architectureOfModel,
  METHOD_OF_CONFIG,
  TASK_OF_CLASS,
  TASK_OF_TYPE,
} from './known-names.ts';
import { NOTHING, sure, type Value } from './values.ts';
import { variantOf } from './variants.ts';
import { writtenForHydra } from './yaml-arguments.ts';

const DEEPEST = 8;

interface Target {
  readonly name: string;
  readonly table: Table;
}

/** What a configuration uses whose objects name PEFT's classes; undefined where none does. */
export function readHydraYaml(file: string, content: string): CodeUse | undefined {
  if (!/_target_:\s*["']?peft\./.test(content)) return undefined;
  const targets = targetsIn(yamlTable(content) ?? {}, 0);
  const models = targets.filter(({ name }) => name.endsWith('.from_pretrained'));
  const model = models.length === 1 ? models[0] : undefined;
  const lines = content.split('\n');
  const found = targets.flatMap((target) => {
    const line = lines.findIndex((one) => one.includes(target.name)) + 1;
    return foundIn(target, model, { file, line: Math.max(1, line) }) ?? [];
  });
  return found.length > 0 ? { file, found, unsure: [] } : undefined;
}

function foundIn(
  { name, table }: Target,
  model: Target | undefined,
  at: { readonly file: string; readonly line: number },
): Found | undefined {
  const rule = name.startsWith('peft.') ? own(METHOD_OF_CONFIG, name.split('.').at(-1) ?? '') : undefined;
  if (rule === undefined) return undefined;
  const { method, isSure } = variantOf(rule, (keyword) => valueIn(table, keyword), true);
  const task = own(TASK_OF_TYPE, String(table.task_type ?? '').replace(/^.*\./, ''));
  return {
    at: { value: method, ...at },
    isSure,
    quantization: model ? quantizationOf(model.table) : OPEN,
    architecture: axis(model && architectureOf(model)),
    task: axis(task ?? (model && taskOf(model.name))),
    written: writtenForHydra(table, `${at.file}:${at.line}`),
  };
}

/** What a key of YAML says, as Python would write it; of a list or a table only that it is there. */
function valueIn(table: Table, key: string): Value | undefined {
  const value = table[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return sure(value ? 'True' : 'False');
  return typeof value === 'string' ? sure(value) : NOTHING;
}

function targetsIn(table: Table, depth: number): readonly Target[] {
  const inner = Object.values(table).flatMap((value) =>
    typeof value === 'object' && value !== null && depth < DEEPEST ? targetsIn(value as Table, depth + 1) : [],
  );
  return typeof table._target_ === 'string' ? [{ name: table._target_, table }, ...inner] : inner;
}

function axis(value: string | undefined): Axis {
  return value === undefined ? OPEN : { values: [value], isSure: true };
}

function architectureOf({ name, table }: Target): string | undefined {
  const loader = name.split('.').at(-2) ?? '';
  const id = table.pretrained_model_name_or_path;
  const ofClass = ARCHITECTURE_OF_CLASS.find(([pattern]) => pattern.test(loader))?.[1];
  return ofClass ?? (typeof id === 'string' ? architectureOfModel(id) : undefined);
}

function taskOf(name: string): string | undefined {
  return TASK_OF_CLASS.find(([pattern]) => pattern.test(name.split('.').at(-2) ?? ''))?.[1];
}

/** What the table of a model says of bitsandbytes; another configuration cannot be read, and is never taken for none. */
function quantizationOf(table: Table): Axis {
  const config = table.quantization_config;
  const said = typeof config === 'object' && config !== null ? (config as Table) : table;
  if (said.load_in_8bit === true) return axis('bnb-int8');
  if (said.load_in_4bit === true) return axis(`bnb-${String(said.bnb_4bit_quant_type ?? 'fp4')}`);
  const isUnread = typeof said.load_in_8bit === 'string' || typeof said.load_in_4bit === 'string';
  return (config === undefined || config === null) && !isUnread ? axis('none') : { values: ['bnb-*'], isSure: false };
}
