/** Calls that make a PEFT configuration: which method, and for which task. */
import { own } from '../../domain/own.ts';
import type { CodeFile, ScopedCall } from './code-file.ts';
import { type Axis, type MethodFact, OPEN, type Placed } from './fact.ts';
import { CONFIG_OF_TYPE, METHOD_OF_CONFIG, TASK_OF_TYPE } from './known-names.ts';
import { writtenIn } from './literals.ts';
import { variantOf } from './variants.ts';

/** A call of a configuration's class. */
export function readMethod(file: CodeFile, call: ScopedCall, name: string, isSure: boolean): void {
  const rule = own(METHOD_OF_CONFIG, name);
  if (rule === undefined) return;
  const { given, isWhole } = file.keywordsOf(call);
  const task = taskOf(file, call);
  const variant = variantOf(rule, file.given(given, call.scope), isWhole && !isTargetedLater(file, call));
  const written = writtenIn(file, given, call.scope);
  noteMethod(file, call, { method: variant.method, task, isSure: isSure && variant.isSure, written });
}

export function noteMethod(file: CodeFile, call: ScopedCall, found: Omit<MethodFact, keyof Placed>): void {
  const { task } = found;
  const runs = file.values.runs(call.node, call.scope);
  file.methods.push({ ...found, isSure: found.isSure && runs, ...file.placeOf(call) });
  if (file.isDiffusion && task.values.length === 0) file.trainers.push({ task: 'denoise', ...file.placeOf(call) });
}

/** Classes that are handed on instead of called: `class Mine(LoraConfig)`. */
export function readSubclasses(file: CodeFile): void {
  for (const [name, bases] of file.module.bases)
    for (const base of bases) {
      const rule = own(METHOD_OF_CONFIG, file.nameOf(base) ?? '');
      if (rule === undefined) continue;
      const line = file.lineOfClass(name);
      file.methods.push({ method: rule.name, task: OPEN, isSure: false, scope: name, line });
    }
}

/** PEFT's `get_peft_config` takes a table with `peft_type`. */
export function readPeftTable(file: CodeFile, call: ScopedCall): void {
  const [first] = call.positional;
  const table = first?.name === 'VariableName' ? file.values.entries(file.textOf(first), call.scope) : [];
  const entries = new Map(first && table.length === 0 ? file.values.dictionary(first) : table);
  const type = file.values.of(entries.get('peft_type'), call.scope);
  const task = file.values.of(entries.get('task_type'), call.scope);
  for (const text of type.texts) {
    const rule = own(METHOD_OF_CONFIG, own(CONFIG_OF_TYPE, lastPart(text)) ?? '');
    if (rule === undefined) continue;
    const tasks = task.texts.flatMap((written) => own(TASK_OF_TYPE, lastPart(written)) ?? []);
    const variant = variantOf(rule, file.given(entries, call.scope), true);
    noteMethod(file, call, {
      method: variant.method,
      task: { values: tasks, isSure: task.isSure },
      isSure: type.isSure && variant.isSure,
      written: writtenIn(file, entries, call.scope),
    });
  }
}

/** `config = LoraConfig(...)`, and afterwards `config.target_modules = ...`. */
function isTargetedLater(file: CodeFile, { node }: ScopedCall): boolean {
  const assigned = node.parent?.name === 'AssignStatement' ? node.parent.firstChild : null;
  const name = assigned ? file.textOf(assigned) : '';
  const { text } = file.module.source;
  return name !== '' && ['target_modules', 'target_parameters'].some((key) => text.includes(`${name}.${key} =`));
}

function taskOf(file: CodeFile, call: ScopedCall): Axis {
  const value = file.keyword(call, 'task_type');
  const known = value.texts.filter((text) => text !== 'None').map(lastPart);
  for (const text of known)
    if (own(TASK_OF_TYPE, text) === undefined) file.doubt(call, `the task type \`${text.slice(0, 60)}\` is not known`);
  return { values: known.flatMap((text) => own(TASK_OF_TYPE, text) ?? []), isSure: value.isSure };
}

/** `TaskType.CAUSAL_LM` and `CAUSAL_LM` are one. */
function lastPart(text: string): string {
  return text.replace(/^.*\./, '');
}
