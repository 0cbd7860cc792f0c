/** Reads the command line and the configuration file. Pure: text in, a request or a list of what is wrong out. */

import { readArguments, type Typed } from './arguments.ts';
import { type Configuration, configurationOf, type KnownCell, type Runner } from './configuration.ts';
import type { Checkpoints } from './domain/checkpoint.ts';
import { DEVICE_CHOICES, type DeviceChoice, deviceOf } from './domain/device.ts';
import { isName, normalizeName } from './domain/package.ts';
import { DEFAULT_OUT } from './domain/path.ts';
import { SEARCHES } from './domain/search.ts';
import { didYouMean } from './domain/suggest.ts';
import { sameVersion } from './domain/version.ts';
import { type CommandName, grammarOf, type OptionName } from './grammar.ts';
import { declaredCheckpoints } from './plan/checkpoints.ts';
import { deviceOfRunner } from './plan/classes.ts';
import { withDefaultCells } from './plan/defaults.ts';
import { allCells, DEFAULT_PATTERNS, usualOf } from './plan/matrix.ts';
import { namedCells } from './plan/own/named.ts';
import { selectCells } from './plan/patterns.ts';
import type { SweepRequest } from './plan/plan.ts';
import { type Held, isHeld, parseChange, parseHeld, phrases, splitHeld } from './plan/request.ts';
import type { FailOn } from './report/verdict.ts';

export const FORMATS = ['terminal', 'markdown', 'json'] as const;
const FAIL_ON = ['regressed', 'degraded', 'incomplete', 'guard'] as const satisfies readonly FailOn[];

/** Options that every command shares, as typed. */
export interface Options {
  readonly out: string;
  readonly python: string | undefined;
  /** Where cells are to run; absent for the default. */
  readonly device: DeviceChoice | undefined;
  /** A folder that onnxruntime-node is installed in, or `off`; absent for the default. */
  readonly oraclePath: string | undefined;
  readonly jobs: number | undefined;
  /** Where a plan collects what a run without a network needs; absent where it collects nothing. */
  readonly download: string | undefined;
  /** What the cache may take, in GB. */
  readonly cacheGb: number;
  /** The most that is fetched for a torch of another time, in GB. */
  readonly torchGb: number;
  readonly fresh: boolean;
  readonly offline: boolean;
  readonly json: boolean;
  /** A cell as one Python file, in place of its replay. */
  readonly script: boolean;
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
  readonly known: readonly KnownCell[];
  readonly runners: Readonly<Record<string, Runner>>;
  /** What the jobs of a plan may cost; absent where money is no matter. */
  readonly usd: number | undefined;
  readonly comment: 'changes' | 'always' | 'never';
  /** Commits of a checkout to compare; absent: the default branch, and the working tree. */
  readonly base: string | undefined;
  readonly head: string | undefined;
}

export interface CommandLine {
  readonly command: CommandName;
  readonly operands: readonly string[];
  readonly request: SweepRequest;
  readonly options: Options;
}

/** Default limits: contract of the public configuration. */
const MINUTES = 10;
const ENVIRONMENTS = 12;
const CACHE_GB = 30;
const TORCH_GB = 1.5;

/** What was typed. `problems` gets every mistake, not only the first. `readConfig` returns a file's text, or undefined. */
export function parseCommandLine(
  argv: readonly string[],
  readConfig: (path: string | undefined) => string | undefined,
  problems: string[],
): CommandLine {
  const typed = readArguments(argv, problems);
  const { command, operands } = typed;
  const path = last(typed, 'config');
  const isConfigured = grammarOf(command).options.includes('config');
  const configuration = isConfigured ? configurationOf(readConfig(path), path, problems) : {};
  const request = requestOf(typed, configuration, problems);
  return { command, operands, request, options: optionsOf(typed, configuration, problems) };
}

function requestOf(typed: Typed, configuration: Configuration, problems: string[]): SweepRequest {
  const { changes, held: named } = operandsOf(typed, problems);
  const withs = list(typed, 'with').flatMap(splitHeld);
  const held = heldOf([...named, ...withs.map((one) => parseHeld(one, problems))], problems);
  const checkpoints = declaredCheckpoints(configuration, problems);
  const patterns = list(typed, 'cells').flatMap(splitPatterns);
  const { cells, chosenBy, ...own } = cellsOf(patterns, configuration, checkpoints, problems);
  const minutes = numberOf('max-minutes', typed, problems) ?? configuration.budget?.minutes ?? MINUTES;
  const search = oneOf('--search', last(typed, 'search') ?? configuration.search ?? SEARCHES[0], SEARCHES, problems);
  const request = { changes, held, cells, chosenBy, minutes, environments: environmentsOf(typed, problems), search };
  const watch = watchedBy(configuration, problems);
  return {
    ...withDefaultCells(request),
    ...(watch !== undefined && { watch }),
    ...(Object.keys(checkpoints).length > 0 && { checkpoints }),
    ...(Object.keys(own.configurations).length > 0 && own),
  };
}

/** Normalized names of the libraries that the configuration watches; absent for the default. */
function watchedBy({ watch }: Configuration, problems: string[]): readonly string[] | undefined {
  const names = watch?.map(normalizeName);
  for (const name of (names ?? []).filter((one) => !isName(one)))
    problems.push(`Configuration: \`watch\` cannot hold \`${name}\`. Write names of packages, e.g. \`transformers\`.`);
  if (names?.length === 0) problems.push('Configuration: `watch` is empty. Name what is measured, or leave it out.');
  return names;
}

function environmentsOf(typed: Typed, problems: string[]): number {
  const environments = numberOf('environments', typed, problems) ?? ENVIRONMENTS;
  if (environments < 2 || !Number.isInteger(environments))
    problems.push(`\`--environments ${environments}\` is not a whole number from 2 on: a comparison has two ends.`);
  return environments;
}

/** Changes and releases that were named without an option. */
function operandsOf({ command, operands }: Typed, problems: string[]) {
  const written = phrases(operands);
  if (command === 'check') return { changes: [], held: written.map((one) => parseHeld(one, problems, 'check')) };
  if (command !== 'sweep' && command !== 'plan') return { changes: [], held: [] };
  const held = written.filter((one) => isHeld(one, written));
  const changes = written.filter((one) => !held.includes(one)).flatMap((one) => parseChange(one, problems) ?? []);
  const [first] = held;
  if (first !== undefined && held.length === written.length)
    problems.push(
      `\`${first}\` is one release, and \`${command}\` compares two. Write \`peft-sweep check ${held.join(' ')}\`, or \`peft-sweep ${command} ${first.replace(/==.*$/, '')}:OLD..${first.replace(/^.*==/, '')}\`.`,
    );
  return { changes, held: held.map((one) => parseHeld(one, problems, 'beside')) };
}

function heldOf(pairs: readonly (Held | undefined)[], problems: string[]): Readonly<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const [library, version] of pairs.filter((pair) => pair !== undefined)) {
    const other = held[library];
    if (other !== undefined && !sameVersion(other, version))
      problems.push(`\`${library}\` is held at ${other} and at ${version}. Name one of them.`);
    held[library] = version;
  }
  return held;
}

function cellsOf(typed: readonly string[], configuration: Configuration, checkpoints: Checkpoints, problems: string[]) {
  const { cells, exclude = [], known = [] } = configuration;
  const matrix = allCells(checkpoints);
  const written = cells === undefined || cells === 'auto' ? undefined : [cells].flat();
  const named = namedCells(written ?? [], matrix, problems);
  const fromConfiguration = written && [...named.patterns, ...named.beside];
  const chosenBy: SweepRequest['chosenBy'] = typed.length > 0 || fromConfiguration ? 'user' : 'default';
  const chosen = typed.length > 0 ? typed : (fromConfiguration ?? [...DEFAULT_PATTERNS, ...usualOfAll(checkpoints)]);
  const patterns = [...chosen, ...exclude.map((pattern) => `!${pattern}`)];
  const before = problems.length;
  const found = selectCells(patterns, matrix, problems);
  if (found.length === 0 && problems.length === before)
    problems.push(
      `\`${patterns.join(' ')}\` selects no cell. Name what to measure first, e.g. \`--cells lora\`, then what to take away.`,
    );
  for (const { cell } of known) selectCells([cell], matrix, problems);
  // Who types a cell means that one, whatever stands beside it in the configuration.
  const beside = typed.length > 0 ? [] : named.beside;
  return { cells: patterns, chosenBy, configurations: named.configurations, beside };
}

/** Checkpoints that nobody names cells of are measured by the usual methods. */
function usualOfAll(checkpoints: Checkpoints): readonly string[] {
  return Object.entries(checkpoints).map(([name, checkpoint]) => usualOf(name, checkpoint));
}

/** Patterns separated by white space, or by commas outside braces. */
function splitPatterns(typed: string): readonly string[] {
  return typed.split(/[\s]+|,(?![^{]*\})/).filter((pattern) => pattern !== '');
}

function chosenDevice(device: string | undefined, problems: string[]): DeviceChoice | undefined {
  const choice = DEVICE_CHOICES.find((one) => one === device);
  if (device !== undefined && choice === undefined)
    problems.push(`--device cannot be \`${device}\`. There are: ${DEVICE_CHOICES.join(', ')}.`);
  return choice;
}

/** One cell runs on one device: what is configured for sweeps of both says nothing of it. */
function configuredDevice({ command }: Typed, { device }: Configuration): DeviceChoice | undefined {
  return command === 'replay' && device === 'both' ? undefined : device;
}

function optionsOf(typed: Typed, configuration: Configuration, problems: string[]): Options {
  const jobs = numberOf('jobs', typed, problems);
  const format = oneOf('--format', last(typed, 'format') ?? 'terminal', FORMATS, problems);
  const failOn = (configuration['fail-on'] ?? ['regressed', 'degraded']).map((entry) =>
    oneOf('fail-on', entry, FAIL_ON, problems),
  );
  return {
    out: last(typed, 'out') ?? DEFAULT_OUT,
    python: last(typed, 'python'),
    device: chosenDevice(last(typed, 'device'), problems) ?? configuredDevice(typed, configuration),
    oraclePath: last(typed, 'oracle-path'),
    download: last(typed, 'download'),
    base: last(typed, 'base'),
    head: last(typed, 'head'),
    jobs: jobs === undefined ? undefined : Math.max(1, Math.floor(jobs)),
    torchGb: numberOf('torch-gb', typed, problems) ?? TORCH_GB,
    cacheGb: numberOf('cache-gb', typed, problems) ?? CACHE_GB,
    fresh: typed.flags.has('fresh'),
    offline: typed.flags.has('offline'),
    json: typed.flags.has('json'),
    script: typed.flags.has('script'),
    vendor: typed.flags.has('vendor'),
    forks: typed.flags.has('forks'),
    schedule: typed.flags.has('schedule'),
    apply: typed.flags.has('apply'),
    format,
    failOn,
    manifests: configuration.manifests ?? [],
    known: configuration.known ?? [],
    runners: configuration.runners ?? {},
    usd: budgetOf(typed, configuration, problems),
    comment: configuration.comment ?? 'changes',
  };
}

/** In US dollars. A class of cards without a price could cost anything. */
function budgetOf(typed: Typed, { budget, runners = {} }: Configuration, problems: string[]): number | undefined {
  const usd = numberOf('max-usd', typed, problems) ?? budget?.usd;
  if (usd === undefined) return undefined;
  for (const [name, runner] of Object.entries(runners))
    if (runner['usd-per-minute'] === undefined && deviceOf(deviceOfRunner(name, runner)).hasCards)
      problems.push(
        `There is a budget of $${usd}, and \`runners: {${name}}\` has no price. Write its \`usd-per-minute\`, 0 where it costs nothing.`,
      );
  return usd;
}

function oneOf<Value extends string>(name: string, typed: string, known: readonly Value[], problems: string[]): Value {
  const found = known.find((value) => value === typed);
  if (found === undefined)
    problems.push(`\`${name}\` cannot be \`${typed}\`.${didYouMean(typed, known)} There are: ${known.join(', ')}.`);
  return found ?? (known[0] as Value);
}

function numberOf(name: OptionName, typed: Typed, problems: string[]): number | undefined {
  const value = last(typed, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  problems.push(`\`--${name} ${value}\` is not a positive number. Write one, e.g. \`--${name} 4\`.`);
  return undefined;
}

function list(typed: Typed, name: OptionName): readonly string[] {
  return typed.values.get(name) ?? [];
}

function last(typed: Typed, name: OptionName): string | undefined {
  return list(typed, name).at(-1);
}
