/** What can be typed: every command with its operands and options, in one place for reading and for help. */

import { DEVICE_CHOICES } from './domain/device.ts';
import { CONFIGURATION, DEFAULT_OUT } from './domain/path.ts';
import { SEARCHES } from './domain/search.ts';

export interface Option {
  /** What stands for the value in the help; absent where there is none. */
  readonly takes?: string;
  readonly isRepeatable?: true;
  readonly help: string;
}

export const OPTIONS = {
  base: { takes: 'REF', help: 'commit to compare with; default: where the default branch was left' },
  head: { takes: 'REF', help: 'commit to compare; default: the working tree' },
  with: { takes: 'NAME==VERSION', isRepeatable: true, help: 'hold a library (repeatable)' },
  cells: {
    takes: 'PATTERN',
    isRepeatable: true,
    help: 'cells to measure: * and {a,b}, missing parts mean *, !PATTERN excludes (repeatable)',
  },
  config: { takes: 'FILE', help: `default ${CONFIGURATION}` },
  search: {
    takes: 'MODE',
    help: `${SEARCHES.join(', ')}: halving; the last release of each minor too; all. Default bisect`,
  },
  device: {
    takes: DEVICE_CHOICES.join('|'),
    help: 'where cells run; default cpu, auto is a card where one can be used, both compares the two',
  },
  python: { takes: 'VERSION|PATH', help: 'default .python-version, else python3' },
  jobs: { takes: 'N', help: 'cells at once; default: the number of processors' },
  environments: { takes: 'N', help: 'measure so many environments of each package set at most; default 12' },
  'torch-gb': {
    takes: 'N',
    help: 'fetch at most so many GB for the torch of an older time, where cells need it; default 1.5',
  },
  'max-minutes': { takes: 'N', help: 'stop after so long and report what was measured; default 10' },
  'max-usd': { takes: 'N', help: 'of the classes of runners, plan only what so many US dollars pay for' },
  download: { takes: 'DIR', help: 'collect what a run without a network needs, to take elsewhere' },
  out: { takes: 'DIR', help: `folder of the report; default ${DEFAULT_OUT}` },
  format: { takes: 'FORMAT', help: 'terminal, markdown or json' },
  'cache-gb': { takes: 'N', help: 'what the cache may take; least recently used goes first; default 30' },
  fresh: { help: 'do not take over what an earlier run measured' },
  offline: { help: 'use only what is cached' },
  'oracle-path': {
    takes: 'DIR|off',
    help: 'folder that onnxruntime-node is installed in; default: where this program is',
  },
  json: { help: 'print JSON' },
  script: { help: 'print the cell as one Python file instead, for a report to others' },
  vendor: { help: 'copy the action into the repository too' },
  forks: { help: 'serve pull requests of forks too' },
  schedule: { help: 'add a weekly run' },
  apply: { help: 'add a job that commits measured pins when it is told to' },
} as const satisfies Readonly<Record<string, Option>>;
export type OptionName = keyof typeof OPTIONS;

export interface CommandGrammar {
  /** Ways to write it, behind its name. */
  readonly usage: readonly string[];
  readonly does: string;
  readonly more?: string;
  /** How many operands it takes at most; changes and versions may be many. */
  readonly operands: number;
  readonly options: readonly OptionName[];
  readonly examples: readonly string[];
}

const MEASURING = [
  'python',
  'jobs',
  'max-minutes',
  'out',
  'cache-gb',
  'fresh',
  'offline',
  'json',
  'device',
  'oracle-path',
] as const;
const ASKING = ['with', 'cells', 'config', 'torch-gb', ...MEASURING] as const;
const COMPARING = ['base', 'head', 'environments', 'search', ...ASKING] as const;

const GRAMMAR = {
  sweep: {
    usage: ['NAME:OLD..NEW ...', '[--base REF]'],
    does: 'measure a version change, or what changed in this checkout',
    more: 'OLD may be exact; NEW may be exact, a line like 5.x, or empty for the newest. NAME==VERSION beside a change holds a library.',
    operands: Number.POSITIVE_INFINITY,
    options: COMPARING,
    examples: ['transformers:4.55.4..4.57.6', 'peft:0.13.2..0.18.1 transformers==4.55.4 --cells lora/none/llama'],
  },
  plan: {
    usage: ['[NAME:OLD..NEW ...]'],
    does: 'show what a sweep would do; builds nothing',
    more: 'With --download DIR it collects packages for both ends and all releases between, and says how to use them.',
    operands: Number.POSITIVE_INFINITY,
    options: [...COMPARING, 'download', 'max-usd'],
    examples: ['transformers:4.55.4..4.57.6', 'transformers:4.55.4..4.57.6 --device cuda --download to-the-gpu'],
  },
  check: {
    usage: ['[NAME==VERSION ...]'],
    does: 'measure one environment, without a comparison',
    more: 'What is not named is what was newest the day after the newest release that is named, or by now where none is.',
    operands: Number.POSITIVE_INFINITY,
    options: ASKING,
    examples: ['transformers==4.57.6 peft==0.17.1', 'peft==0.17.1 --cells lora/none/llama'],
  },
  diff: {
    usage: ['[--base REF]'],
    does: 'what changed in the manifests; runs nothing',
    operands: 0,
    options: ['base', 'head', 'config', 'python', 'offline', 'json'],
    examples: ['--base main'],
  },
  report: {
    usage: ['[DIR]'],
    does: 'show an earlier run',
    operands: 1,
    options: ['out', 'format', 'json'],
    examples: ['peft-sweep-out --format markdown'],
  },
  explain: {
    usage: ['CELL'],
    does: 'what the last run knows about one cell',
    more: 'CELL may be a pattern, as for --cells: then each cell that it selects is explained.',
    operands: 1,
    options: ['out'],
    examples: ['prefix-tuning/bnb-int8/llama/causal-lm'],
  },
  replay: {
    usage: ['CELL@ENVIRONMENT'],
    does: 'run one cell once more, with its full log',
    operands: 1,
    options: ['config', 'out', 'python', 'cache-gb', 'offline', 'device', 'script'],
    examples: ['lora/none/llama/causal-lm@1b77c0de92aa', 'lora/none/llama/causal-lm@1b77c0de92aa --script'],
  },
  demo: {
    usage: [''],
    does: 'the story the project began with, on real releases',
    more: 'Ends with status 0 when the story comes out as it was measured. Up to 14 environments of each package set are measured, 2 more than by default: so many take all its ways out.',
    operands: 0,
    options: MEASURING,
    examples: [''],
  },
  init: {
    usage: [''],
    does: 'write the workflows and a first configuration',
    operands: 0,
    options: ['vendor', 'forks', 'schedule', 'apply'],
    examples: ['--schedule'],
  },
  doctor: {
    usage: [''],
    does: 'what this machine has, and what is enforced on it',
    operands: 0,
    options: ['python', 'offline', 'device', 'oracle-path'],
    examples: [''],
  },
  clean: {
    usage: [''],
    does: 'remove environments, wheels and index pages',
    more: 'A sweep keeps the cache under `--cache-gb` by itself; this empties it.',
    operands: 0,
    options: [],
    examples: [''],
  },
} as const satisfies Readonly<Record<string, CommandGrammar>>;

export type CommandName = keyof typeof GRAMMAR;
export const COMMANDS = Object.keys(GRAMMAR) as readonly CommandName[];

export function isCommand(text: string | undefined): text is CommandName {
  return COMMANDS.some((command) => command === text);
}

export function grammarOf(command: CommandName): CommandGrammar {
  return GRAMMAR[command];
}

export function optionNamed(name: string): Option | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName] : undefined;
}
