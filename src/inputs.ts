/** Reads the command line and the configuration file. Pure: text in, a request or a list of what is wrong out. */
import { parseArgs } from 'node:util';
import { type Configuration, configurationOf, type Known, type Runner } from './configuration.ts';
import { didYouMean } from './domain/suggest.ts';
import { allCells, DEFAULT_PATTERNS } from './plan/matrix.ts';
import { selectCells } from './plan/patterns.ts';
import type { SweepRequest } from './plan/plan.ts';
import { parseChange, parseHeld } from './plan/request.ts';
import type { FailOn } from './report/verdict.ts';

export const COMMANDS = [
  'sweep',
  'plan',
  'check',
  'diff',
  'report',
  'explain',
  'replay',
  'demo',
  'init',
  'doctor',
  'clean',
] as const;
export type CommandName = (typeof COMMANDS)[number];

export const FORMATS = ['terminal', 'markdown', 'json'] as const;
const FAIL_ON = ['regressed', 'degraded', 'incomplete', 'guard'] as const satisfies readonly FailOn[];

/** Options that every command shares, as typed. */
export interface Options {
  readonly out: string;
  readonly python?: string;
  readonly jobs?: number;
  readonly fresh: boolean;
  readonly offline: boolean;
  readonly json: boolean;
  /** What `init` writes: the action itself too, the workflow for forks, a weekly run. */
  readonly vendor: boolean;
  readonly forks: boolean;
  readonly schedule: boolean;
  /** A job that commits pins when it is told to. */
  readonly apply: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly failOn: readonly FailOn[];
  /** Globs of manifests that count; empty for all. */
  readonly manifests: readonly string[];
  readonly known: readonly Known[];
  readonly runners: Readonly<Record<string, Runner>>;
  readonly comment: 'changes' | 'always' | 'never';
  /** Commits of a checkout to compare; absent: the default branch, and the working tree. */
  readonly base?: string;
  readonly head?: string;
}

export interface CommandLine {
  readonly command: CommandName;
  readonly operands: readonly string[];
  readonly request: SweepRequest;
  readonly options: Options;
}

const OPTIONS = {
  with: { type: 'string', multiple: true },
  cells: { type: 'string', multiple: true },
  config: { type: 'string' },
  search: { type: 'string' },
  device: { type: 'string' },
  python: { type: 'string' },
  jobs: { type: 'string' },
  'max-minutes': { type: 'string' },
  out: { type: 'string' },
  base: { type: 'string' },
  head: { type: 'string' },
  format: { type: 'string' },
  fresh: { type: 'boolean' },
  offline: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  vendor: { type: 'boolean' },
  forks: { type: 'boolean' },
  schedule: { type: 'boolean' },
  apply: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; strict: false }>>['values'];

/** Default limits: contract of the public configuration. */
const MINUTES = 10;
const ENVIRONMENTS = 12;

/** What was typed. `problems` gets every mistake, not only the first. `readConfig` returns a file's text, or undefined. */
export function parseCommandLine(
  argv: readonly string[],
  readConfig: (path: string | undefined) => string | undefined,
  problems: string[],
): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
  });
  for (const name of Object.keys(values))
    if (!(name in OPTIONS)) problems.push(`Unknown option \`--${name}\`.${didYouMean(name, Object.keys(OPTIONS))}`);
  for (const [name, definition] of Object.entries(OPTIONS))
    if (definition.type === 'string' && values[name as keyof Values] === true)
      problems.push(`\`--${name}\` needs a value.`);
  const command = commandOf(positionals[0], problems);
  const configuration = configurationOf(readConfig(text(values.config)), text(values.config), problems);
  const operands = positionals.slice(1);
  const request = requestOf(command, operands, values, configuration, problems);
  return { command, operands, request, options: optionsOf(values, configuration, problems) };
}

function commandOf(typed: string | undefined, problems: string[]): CommandName {
  const known = COMMANDS.find((command) => command === typed);
  if (known) return known;
  if (typed === undefined) problems.push(`Name a command: ${COMMANDS.join(', ')}.`);
  else problems.push(`Unknown command \`${typed}\`.${didYouMean(typed, COMMANDS)} There are: ${COMMANDS.join(', ')}.`);
  return 'sweep';
}

function requestOf(
  command: CommandName,
  operands: readonly string[],
  values: Values,
  configuration: Configuration,
  problems: string[],
): SweepRequest {
  const sweeping = command === 'sweep' || command === 'plan';
  const changes = sweeping ? operands.flatMap((operand) => parseChange(operand, problems) ?? []) : [];
  const held = Object.fromEntries(
    list(values.with)
      .flatMap((one) => [parseHeld(one, problems) ?? []])
      .filter((pair) => pair.length === 2),
  );
  checkSearch(text(values.search) ?? configuration.search, values.search !== undefined, problems);
  checkDevice(text(values.device), problems);
  const fromConfiguration =
    configuration.cells === undefined || configuration.cells === 'auto' ? undefined : [configuration.cells].flat();
  const chosen =
    list(values.cells).length > 0
      ? list(values.cells).flatMap(splitPatterns)
      : (fromConfiguration ?? [...DEFAULT_PATTERNS]);
  const takenAway = (configuration.exclude ?? []).map((pattern) => `!${pattern}`);
  selectCells([...chosen, ...takenAway], allCells(), problems);
  for (const { cell } of configuration.known ?? []) selectCells([cell], allCells(), problems);
  const minutes =
    numberOf('--max-minutes', values['max-minutes'], problems) ?? configuration.budget?.minutes ?? MINUTES;
  const chosenBy = list(values.cells).length > 0 || fromConfiguration !== undefined ? 'user' : 'default';
  return { changes, held, cells: [...chosen, ...takenAway], chosenBy, minutes, environments: ENVIRONMENTS };
}

/** Patterns separated by white space, or by commas outside braces. */
function splitPatterns(typed: string): readonly string[] {
  return typed.split(/[\s]+|,(?![^{]*\})/).filter((pattern) => pattern !== '');
}

function checkSearch(search: string | undefined, typed: boolean, problems: string[]): void {
  if (search === undefined || search === 'bisect' || (search === 'islands' && !typed)) return;
  problems.push(`Search \`${search}\` is not built yet. There is: bisect.`);
}

function checkDevice(device: string | undefined, problems: string[]): void {
  if (device === undefined || device === 'auto' || device === 'cpu') return;
  problems.push(`Device \`${device}\` is not built yet. There are: auto, cpu.`);
}

function optionsOf(values: Values, configuration: Configuration, problems: string[]): Options {
  const jobs = numberOf('--jobs', values.jobs, problems);
  const [python, base, head] = [text(values.python), text(values.base), text(values.head)];
  const format = oneOf('--format', text(values.format) ?? 'terminal', FORMATS, problems);
  const failOn = (configuration['fail-on'] ?? ['regressed', 'degraded']).map((entry) =>
    oneOf('fail-on', entry, FAIL_ON, problems),
  );
  return {
    out: text(values.out) ?? 'peft-sweep-out',
    ...(python && { python }),
    ...(base && { base }),
    ...(head && { head }),
    ...(jobs !== undefined && { jobs: Math.max(1, Math.floor(jobs)) }),
    fresh: values.fresh === true,
    offline: values.offline === true,
    json: values.json === true,
    vendor: values.vendor === true,
    forks: values.forks === true,
    schedule: values.schedule === true,
    apply: values.apply === true,
    format,
    failOn,
    manifests: configuration.manifests ?? [],
    known: configuration.known ?? [],
    runners: configuration.runners ?? {},
    comment: configuration.comment ?? 'changes',
  };
}

function oneOf<Value extends string>(name: string, typed: string, known: readonly Value[], problems: string[]): Value {
  const found = known.find((value) => value === typed);
  if (found === undefined)
    problems.push(`\`${name}\` cannot be \`${typed}\`.${didYouMean(typed, known)} There are: ${known.join(', ')}.`);
  return found ?? (known[0] as Value);
}

function numberOf(name: string, value: unknown, problems: string[]): number | undefined {
  if (typeof value !== 'string') return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  problems.push(`\`${name} ${value}\` is not a positive number.`);
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
