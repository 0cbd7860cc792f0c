/** Which cells a repository's own code uses: PEFT configurations, and what each is put on, with its place. */

import type { WrittenConfiguration } from '../domain/own-configuration.ts';
import { isTooDeep } from '../formats/languages/depth.ts';
import type { Axis, MethodFact, ModelFact } from './code/fact.ts';
import { OPEN } from './code/fact.ts';
import { METHOD_OF_CONFIG } from './code/known-names.ts';
import { type Context, ownFile, Program } from './code/program.ts';
import { taskOn } from './code/task-of-model.ts';
import { writtenFor } from './code/written.ts';

/** One thing that was seen, and where. */
export interface Seen {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** A method that is used, and what the other axes of its cell can be. */
export interface Found {
  readonly at: Seen;
  /** Whether it is used whatever happens, as its file says. */
  readonly isSure: boolean;
  readonly quantization: Axis;
  readonly architecture: Axis;
  readonly task: Axis;
  /** Code paths by which it is come by, where its surroundings are one way of calling. */
  readonly paths?: readonly string[];
  /** Arguments that it is made with; absent where none is written. */
  readonly written?: WrittenConfiguration;
}

/** What one file says; `unsure` are sentences about what could not be told. */
export interface CodeUse {
  readonly file: string;
  readonly found: readonly Found[];
  readonly unsure: readonly Seen[];
}

/** A file that does not name a method of PEFT, or what makes one, uses none; most files are passed over by this. */
const NAMES_METHOD = new RegExp(
  `\\b(${[...Object.keys(METHOD_OF_CONFIG), 'get_peft_model', 'get_peft_config', 'ModelConfig', 'peft_type', '(?:Auto)?PeftModel\\w*'].join('|')})\\b`,
);
const NAMES_PEFT = /\bpeft\b|\bunsloth\b|\btrl\b/;
/** What another file of the program has to name to add something. */
const ADDS = /from_pretrained|BitsAndBytesConfig|load_in_[48]bit|add_argument|dataclass|\bpeft\b/;
/** Files of one program that are parsed at most. */
const MOST_PARSED = 1500;
/** Of these, files that only call what others define. */
const MOST_CALLING = 100;

/** What the Python of a repository uses. Only files that name PEFT are parsed, and what is joined to them by imports. */
export function readProgram(
  texts: ReadonlyMap<string, string>,
  yaml: (path: string) => string | undefined,
): readonly CodeUse[] {
  const paths = new Set(texts.keys());
  const isNaming = (text: string) => NAMES_METHOD.test(text);
  const naming = [...texts].some(([, text]) => NAMES_PEFT.test(text))
    ? [...texts].filter(([, text]) => isNaming(text)).map(([file]) => file)
    : [];
  const tooDeep = naming.filter((file) => isTooDeep(texts.get(file) ?? ''));
  const wanted = joinedFiles(naming, texts, paths).filter((file) => !tooDeep.includes(file));
  const program = new Program(new Map(wanted.map((file) => [file, texts.get(file) ?? ''])), paths, yaml);
  const made = wanted.flatMap((file) => useIn(program, file, 'methods') ?? []);
  // What only loads adapters says no method: it counts where nothing else does.
  const read = made.length > 0 ? made : wanted.flatMap((file) => useIn(program, file, 'adapters') ?? []);
  const unread = tooDeep.map((file) => ({
    file,
    found: [],
    unsure: [{ file, line: 1, value: 'the file is nested too deeply to be read' }],
  }));
  return [...read, ...unread];
}

function useIn(program: Program, file: string, which: 'methods' | 'adapters'): CodeUse | undefined {
  const facts = program.factsOf(file);
  if (facts === undefined || facts[which].length === 0) return undefined;
  const found = facts[which].map((method) => foundOf(file, method, program.contextOf(file, method)));
  return { file, found, unsure: facts.unsure.map(({ line, value }) => ({ file, line, value })) };
}

/** Files that name PEFT, those that import them, and what all of these import. */
function joinedFiles(
  naming: readonly string[],
  texts: ReadonlyMap<string, string>,
  paths: ReadonlySet<string>,
): readonly string[] {
  const wanted = new Set(naming.slice(0, MOST_PARSED));
  const first = new Set(wanted);
  const imported = new Map<string, readonly string[]>();
  const importedBy = (file: string) => {
    const known = imported.get(file) ?? importedFiles(file, texts, paths);
    imported.set(file, known);
    return known;
  };
  const isReadable = (file: string) => wanted.size < MOST_PARSED && !isTooDeep(texts.get(file) ?? '');
  for (const file of first.size > 0 ? paths : [])
    if (
      wanted.size < first.size + MOST_CALLING &&
      !wanted.has(file) &&
      importedBy(file).some((there) => first.has(there)) &&
      isReadable(file)
    )
      wanted.add(file);
  for (const file of wanted)
    for (const there of importedBy(file))
      if (!wanted.has(there) && ADDS.test(texts.get(there) ?? '') && isReadable(there)) wanted.add(there);
  return [...wanted];
}

const IMPORT = /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([^\n]+)|import[ \t]+([.\w]+))/gm;

/** Own files that a file imports, by its lines alone. */
function importedFiles(
  file: string,
  texts: ReadonlyMap<string, string>,
  paths: ReadonlySet<string>,
): readonly string[] {
  const found = new Set<string>();
  for (const [, from, names = '', plain] of (texts.get(file) ?? '').matchAll(IMPORT)) {
    const written = [from ?? plain ?? ''];
    if (from)
      for (const name of names.split(','))
        written.push(`${from.replace(/\.$/, '.')}${from.endsWith('.') ? '' : '.'}${/\w+/.exec(name)?.[0] ?? ''}`);
    for (const one of written) {
      const there = ownFile(file, one, paths);
      if (there !== undefined && there !== file) found.add(there);
    }
  }
  return [...found];
}

function foundOf(file: string, method: MethodFact, context: Context): Found {
  const models = modelsFor(method, context.models);
  const near = (axis: Axis): Axis => ({ ...axis, isSure: axis.isSure && context.isNear });
  const written = writtenFor(`${file}:${method.line}`, method, { ...context, models });
  const architecture = near(joinedAxis(models.map((model) => model.architecture)));
  const task = method.task.values.length > 0 ? method.task : near(taskOf(models, context));
  return {
    at: { value: method.method, file, line: method.line },
    isSure: method.isSure,
    quantization: fromAfar(near(quantizationOf(models, context)), context),
    architecture,
    task: taskOn(architecture, task, joinedAxis(models.map((model) => model.task))),
    ...(context.isNear && context.paths.length > 0 && { paths: context.paths }),
    ...(written && { written }),
  };
}

/** That one of many callers names no quantization does not say that none is used. */
function fromAfar(quantization: Axis, { isFar }: Context): Axis {
  return isFar && quantization.values.join() === 'none' ? OPEN : quantization;
}

/** The task of a diffusers model: what is loaded beside one encodes its texts. */
const DIFFUSION = 'denoise';

/** Where a configuration names its task, models of other tasks are not what it is put on. */
function modelsFor({ task }: MethodFact, models: readonly ModelFact[]): readonly ModelFact[] {
  const wanted = task.values.length > 0 ? task.values : [DIFFUSION];
  const fitting = models.filter((model) => model.task.values.some((value) => wanted.includes(value)));
  return fitting.length > 0 ? fitting : models;
}

/** One axis of several models: sure where all say the same, open where one does not say. */
function joinedAxis(axes: readonly Axis[]): Axis {
  const values = [...new Set(axes.flatMap((axis) => axis.values))];
  if (axes.length === 0 || axes.some((axis) => axis.values.length === 0)) return OPEN;
  return { values, isSure: values.length === 1 && axes.every((axis) => axis.isSure) };
}

function taskOf(models: readonly ModelFact[], { tasks }: Context): Axis {
  const ofTrainers = [...new Set(tasks)];
  const ofModels = joinedAxis(models.map(({ task }) => task));
  // A trainer says what is trained, whatever else is loaded beside it.
  const agreed = ofModels.values.filter((value) => ofTrainers.includes(value));
  if (agreed.length > 0) return { values: agreed, isSure: agreed.length === 1 };
  return models.length > 0 ? ofModels : { values: ofTrainers, isSure: false };
}

function quantizationOf(models: readonly ModelFact[], { quantizations }: Context): Axis {
  const said = models.map(({ quantization }) => quantization);
  const named = said.filter((one): one is Axis => typeof one === 'object' && one.values.length > 0);
  if (named.length > 0)
    return joinedAxis(said.map((one) => (typeof one === 'object' ? one : { values: ['none'], isSure: false })));
  const isNamed = said.includes('named elsewhere');
  if (quantizations.length > 0) {
    const values = new Set(quantizations.flatMap((one) => one.values));
    const isUnread = quantizations.some((one) => one.isUnread);
    const isAlways = quantizations.every((one) => one.always && one.isSure);
    // A configuration that is made whatever happens is for the model, unless one that is loaded beside it takes it.
    const isForSome = isNamed && said.includes('none');
    if (values.size === 0 || (!isUnread && (!isAlways || isForSome))) values.add('none');
    return { values: [...values], isSure: values.size === 1 && isAlways && !isUnread };
  }
  // Something is passed as a quantization that cannot be read: it is never taken for none.
  if (isNamed) return { values: ['bnb-*'], isSure: false };
  return said.length > 0 && said.every((one) => one === 'none') ? { values: ['none'], isSure: true } : OPEN;
}
