/** A cell as one Python file that needs nothing of peft-sweep, for a report to whom it may concern. Pure. */
import type { Cell } from '../domain/cell.ts';
import { cellId } from '../domain/cell.ts';
import { methodParts } from '../domain/code-paths.ts';
import { ARCHITECTURES, METHODS, type Method, QUANTIZERS, TASKS, type Task } from '../domain/matrix.ts';
import { own } from '../domain/own.ts';
import { UserError } from '../errors.ts';
import { plain } from './escape.ts';
import { literal } from './script/literals.ts';
import { partsUpTo } from './script/parts.ts';
import { withoutScript } from './script/without.ts';

export interface ScriptFacts {
  readonly cell: Cell;
  /** Exact versions of the environment, by name. */
  readonly pins: Readonly<Record<string, string>>;
  /** `3.11.7`. */
  readonly python: string;
  /** The checkpoint's config.json. */
  readonly config: unknown;
  /** What failed first; absent for a cell that passes. */
  readonly failure?: { readonly stage: string; readonly type: string; readonly message: string } | undefined;
}

/** Throws UserError for what a file of its own cannot show. */
export function renderScript(facts: ScriptFacts): string {
  const { cell, failure } = facts;
  const method = methodOf(cell);
  const task = own(TASKS, cell.task);
  const head = own(ARCHITECTURES, cell.architecture)?.heads?.[cell.task];
  if (method === undefined || task === undefined)
    throw new UserError(`\`${cellId(cell)}\` has no script: it is the model alone. Name a cell with an adapter.`);
  if (task.targets === 'own' || task.inputs !== undefined || own(ARCHITECTURES, cell.architecture)?.feeds !== undefined)
    throw new UserError(`\`${cellId(cell)}\` has no script: its rows are no text. Replay it without --script.`);
  const why = withoutScript(cell, method);
  if (why !== undefined) throw new UserError(`\`${cellId(cell)}\` has no script: ${why} Replay it without --script.`);
  const parts = partsUpTo(failure, {
    task,
    method,
    rate: rateOf(method, cell),
    head,
    isQuantized: cell.quantization !== 'none',
  });
  if (parts === undefined)
    throw new UserError(
      `What failed in \`${cellId(cell)}\`, \`${plain(failure?.type ?? '', 80)}\` at ${plain(failure?.stage ?? '', 20)}, is a check that takes peft-sweep to make. Replay it without --script.`,
    );
  return `${[...opening(facts), ...model(facts, task), ...adapter(cell, method), ...rows(task, TARGETS[task.targets]), ...parts].join('\n')}\n`;
}

function opening({ cell, pins, python, failure }: ScriptFacts): readonly string[] {
  const versions = Object.entries(pins).map(([name, version]) => `${name}==${version.split('+')[0]}`);
  const [major, minor] = python.split('.');
  const where = Object.entries(pins).map(([name, version]) => `${name} ${version}`);
  const what = failure ? `${failure.stage}: ${failure.message}` : 'passes';
  return [
    '# /// script',
    `# requires-python = "==${major}.${minor}.*"`,
    `# dependencies = ${literal(versions)}`,
    '# ///',
    `# ${cellId(cell)}, with ${plain(where.join(', '), 200)}`,
    `# ${plain(what, 300).replace(/[\u0085\u2028\u2029]/g, ' ')}`,
    '#',
    '# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.',
    '# The weights are random: what counts is the code that they go through.',
    ...standardImports(cell),
    '',
    ...importsOf(cell),
    'import peft',
    'import torch',
    'import transformers',
    '',
  ];
}

function methodOf({ method }: Cell): Method | undefined {
  return own(METHODS, methodParts(method).entry);
}

function rateOf({ learningRate, learningRates = {} }: Method, { architecture }: Cell): number {
  return own(learningRates, architecture) ?? learningRate;
}

function standardImports(cell: Cell): readonly string[] {
  return methodOf(cell)?.untrained === undefined ? ['import tempfile'] : ['import fnmatch', 'import tempfile'];
}

/** Packages whose objects stand in the arguments of a quantization. */
function importsOf({ quantization }: Cell): readonly string[] {
  const made = JSON.stringify(own(QUANTIZERS, quantization)?.arguments ?? {}).matchAll(/"make":"([\w.]+)\.\w+"/g);
  return [...new Set([...made].map(([, name]) => `import ${name}`))];
}

function model({ cell, config }: ScriptFacts, task: Task): readonly string[] {
  const labels = task.labels === undefined ? '' : `, num_labels=${task.labels}`;
  return [
    `CONFIG = ${literal(shownConfig(config))}`,
    'FOLDER = tempfile.mkdtemp()',
    '',
    '',
    'def save_model():',
    '    torch.manual_seed(0)',
    `    config = transformers.AutoConfig.for_model(**CONFIG${labels})`,
    `    model = transformers.${task.auto}.from_config(config).float()`,
    '    with torch.no_grad():',
    '        for weight in model.parameters():',
    '            if weight.dim() > 1:',
    '                weight.normal_(0, 0.2)',
    '    model.save_pretrained(FOLDER + "/model")',
    '',
    '',
    'def load_model():',
    `    return transformers.${task.auto}.from_pretrained(FOLDER + "/model"${quantized(cell)})`,
    '',
    '',
  ];
}

const NOISE: readonly string[] = ['architectures', 'transformers_version', 'torch_dtype', 'dtype'];

/** What random weights take for the end of a text would end what is generated. */
function shownConfig(config: unknown): unknown {
  const entries = Object.entries(config ?? {}).filter(([name]) => !NOISE.includes(name));
  return { ...Object.fromEntries(entries), eos_token_id: null };
}

/** Further arguments of `from_pretrained`. */
function quantized({ quantization }: Cell): string {
  const quantizer = own(QUANTIZERS, quantization);
  if (quantizer?.config === undefined && quantization === 'none') return ', torch_dtype=torch.float32';
  if (quantizer?.arguments === undefined || quantizer.packed !== undefined || quantizer.quantizes !== undefined)
    throw new UserError(
      `A cell of \`${quantization}\` has no script: its checkpoint is packed by peft-sweep. Replay it without --script.`,
    );
  const config = `transformers.${quantizer.config}(${keywords(quantizer.arguments)})`;
  return `, torch_dtype=torch.float32, device_map="cpu", quantization_config=${config}`;
}

function adapter(cell: Cell, method: Method): readonly string[] {
  const modules = own(ARCHITECTURES, cell.architecture)?.modules ?? {};
  const filled = Object.fromEntries(
    Object.entries(method.arguments).map(([name, value]) => [name, resolved(value, modules)]),
  );
  const task = own(TASKS, cell.task)?.taskType ?? '';
  return [
    'def configuration():',
    `    return peft.${method.config}(${keywords({ task_type: task, ...filled })})`,
    '',
    '',
  ];
}

/** Arguments that stand for something of the architecture or of the run. */
function resolved(value: unknown, modules: Readonly<Record<string, readonly string[]>>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('modules' in value) return own(modules, String(value.modules)) ?? [];
  return 'job' in value ? STEPS : value;
}

const STEPS = 25;

function keywords(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${literal(value)}`)
    .join(', ');
}

function rows(task: Task, targets: string): readonly string[] {
  const decoder = task.decodes ? ', "decoder_input_ids": targets' : '';
  return [
    'ids = torch.tensor(',
    '    [[(start + stride * at) % 60 + 4 for at in range(12)] for start, stride in ((3, 7), (11, 8), (23, 9), (31, 10))]',
    ')',
    `targets = ${targets}`,
    `inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)${decoder}}`,
    'batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": targets}',
    '',
    '',
    'def logits_of(model):',
    '    model.eval()',
    '    with torch.no_grad():',
    `        logits = model(**inputs).logits.float()`,
    `    return logits${task.logitsPer === 'token' ? '[:, -12:]' : ''}`,
    '',
    '',
    'def require_close(what, one, other):',
    '    apart = (one - other).abs().max().item()',
    `    if not apart <= ${TOLERANCE}:`,
    '        raise SystemExit(f"{what} differ by {apart:.3g}")',
    '',
    '',
    'save_model()',
    'base = load_model()',
    'base_logits = logits_of(base)',
  ];
}

const TOLERANCE = '1e-3';
/** Those of words; pictures and sounds have rows of their own. */
const TARGETS: Readonly<Record<Exclude<Task['targets'], 'own'>, string>> = {
  'next-token': 'ids',
  reversed: 'ids.flip(1)[:, :8]',
  'class-of-token': 'ids % 2',
  'class-of-row': 'torch.tensor([0, 1, 0, 1])',
};
