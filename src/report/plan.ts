import type { Place } from '../domain/change.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';
import { plain } from './escape.ts';
import { ownLines } from './own.ts';
import { plural } from './summary.ts';

/** What a sweep is about to do, shown before anything is built. */

export interface PlanFacts {
  readonly changes: readonly {
    readonly library: string;
    readonly from: string;
    readonly to: string;
    readonly releases: readonly string[];
    /** Releases between the ends that are looked at whatever the ends do. */
    readonly samples?: number;
    readonly place?: Place;
  }[];
  readonly held: Readonly<Record<string, string>>;
  readonly cells: number;
  readonly chosenBy: 'default' | 'user' | 'code';
  /** Places in the user's code that the cells come from, as `train.py:42`. */
  readonly sources: readonly string[];
  /** What the code says only in part. */
  readonly guessed: readonly { readonly pattern: string; readonly source: string; readonly why: string }[];
  /** The user's own arguments of cells, and how many cells stand beside those. */
  readonly configurations?: OwnConfigurations | undefined;
  readonly beside?: number;
  /** Places in the user's code that could not be read for sure: nothing is measured for them. */
  readonly unsure: readonly string[];
  /** Manifests that ask for this, where a checkout does. */
  readonly files: readonly string[];
  /** Packages that the user's lock holds. */
  readonly locked: number;
  /** Of those the watched libraries, with their versions. */
  readonly lockedAt?: Readonly<Record<string, string>>;
  readonly controls: number;
  /** What is not measured here: a quantization, or a checkpoint of the user's own. */
  readonly ruledOut?: readonly {
    readonly what: string;
    readonly cells: number;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly packageSets: number;
  readonly environments: number;
  readonly minutes: number;
  readonly torch: {
    readonly version: string;
    readonly source: string;
    readonly bytes?: number | undefined;
    readonly stored: boolean;
  };
  /** As reports name it. */
  readonly device: string;
  readonly python: string;
  readonly containment: { readonly name: string; readonly missing: readonly string[] };
  readonly indexes: readonly string[];
  /** Where the configuration names classes of runners: what a workflow would do. */
  readonly runners?: readonly RunnerFacts[];
}

/** The classes of runners of the configuration: what each would measure, and what that costs. */
export interface RunnerFacts {
  readonly name: string;
  readonly cells: number;
  readonly jobs: number;
  readonly minutes: number;
  readonly usd?: number | undefined;
  readonly whys: readonly (readonly [why: string, cells: number])[];
}

function runnerRows(runners: readonly RunnerFacts[]): readonly [string, string][] {
  return runners.flatMap(({ name, cells, jobs, minutes, usd, whys }, index): [string, string][] => {
    const price = usd === undefined ? '' : `, about $${usd.toFixed(2)}`;
    const billed = jobs === 0 ? '' : ` in ${plural(jobs, 'job')}, about ${plural(minutes, 'minute')} billed${price}`;
    return [
      [index === 0 ? 'on runners' : '', `${plain(name, 60)}: ${plural(cells, 'cell')}${billed}`],
      ...whys.map(([why, count]): [string, string] => ['', `  ${count}: ${plain(why, 200)}`]),
    ];
  });
}

export function renderPlan(facts: PlanFacts): string {
  const rows: [string, string][] = [
    ...facts.changes.map((change, index): [string, string] => [index === 0 ? 'change' : '', changeText(change)]),
    ...(facts.files.length > 1 ? [['', `the same in ${facts.files.length} files`] satisfies [string, string]] : []),
    ['cells', cellsText(facts)],
    ['', cellsFrom(facts)],
    ...ownRows(facts),
    ...skippedRows(facts),
    ...guessedRows(facts.guessed),
    ...(facts.unsure.length > 0 ? [['', unsureText(facts)] satisfies [string, string]] : []),
    ['held', heldText(facts)],
    ['', torchText(facts)],
    ...facts.changes.map((change, index): [string, string] => [index === 0 ? 'releases' : '', releasesText(change)]),
    ['environments', environmentsText(facts)],
    ['runner', `${facts.device}, Python ${facts.python}`],
    ...runnerRows(facts.runners ?? []),
    ['isolation', isolationText(facts)],
    ['index', `${indexesInWords(facts.indexes)}; credentials are used for fetching only`],
    ['time', `stops at ${facts.minutes} min`],
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(14)}${text}`.trimEnd()).join('\n')}\n`;
}

/** `shown` are addresses as they may be shown. */
export function indexesInWords(shown: readonly string[]): string {
  return shown.join(', ') || 'find-links folders only';
}

function cellsText({ cells, controls }: PlanFacts): string {
  return controls === 0 ? String(cells) : `${cells}, and ${plural(controls, 'control')} without an adapter`;
}

/** What is named, and what becomes of the rest. */
function heldText(facts: PlanFacts): string {
  const named = Object.entries(facts.held).map(([name, version]) => `${name} ${version}`);
  return [...named, facts.locked > 0 ? lockedText(facts) : restText(facts, named.length > 0)].join('; ');
}

function restText({ changes }: PlanFacts, isNamed: boolean): string {
  if (changes.length > 0) return 'all else stays at what the base is resolved to';
  return isNamed ? 'all else is as new as the newest of these' : 'nothing: all is as new as the index has it';
}

function lockedText({ locked, lockedAt = {} }: PlanFacts): string {
  const named = Object.entries(lockedAt).map(([name, version]) => plain(`${name} ${version}`, 60));
  return `${locked} packages as your lock has them${named.length > 0 ? `: ${named.join(', ')}` : ''}`;
}

/** Where the cells come from. */
function cellsFrom({ chosenBy, sources, files }: PlanFacts): string {
  if (chosenBy === 'user') return 'as named';
  if (chosenBy === 'default')
    return files.length > 0 ? 'the default: no cell of the matrix was found in the code' : 'the default';
  return `from ${sources.slice(0, 4).join(', ')}${sources.length > 4 ? `, and ${sources.length - 4} more places` : ''}`;
}

/** What the cells are made with that the code has of its own, and how many stand beside them for comparison. */
function ownRows({ configurations = {}, beside = 0 }: PlanFacts): readonly [string, string][] {
  const lines = ownLines(configurations, '').map((line): [string, string] => ['', line]);
  if (lines.length === 0) return [];
  const compared: [string, string] = ['', `beside them ${plural(beside, 'cell')} with the matrix's arguments`];
  return [
    ['', 'with your arguments, as far as a tiny model can have them:'],
    ...lines,
    ...(beside > 0 ? [compared] : []),
  ];
}

function skippedRows({ ruledOut = [] }: PlanFacts): readonly [string, string][] {
  return ruledOut.flatMap(({ what, cells, reason, message }): [string, string][] => [
    ['', `skipped: ${cells} of ${what}, ${reason}`],
    ['', `  ${plain(message, 300)}`],
  ]);
}

const SHOWN_GUESSES = 4;

/** Cells that stand for what is not wholly in the source, said as such. */
function guessedRows(guessed: PlanFacts['guessed']): readonly [string, string][] {
  const rows = guessed.slice(0, SHOWN_GUESSES).flatMap(({ pattern, source, why }): [string, string][] => [
    ['', `guessed: ${pattern}  ${plain(source, 100)}`],
    ['', `  ${plain(why, 160)}`],
  ]);
  const rest = guessed.length - Math.min(guessed.length, SHOWN_GUESSES);
  return rest > 0 ? [...rows, ['', `and ${rest} more patterns that are known in part`]] : rows;
}

const SHOWN_UNSURE = 3;

function unsureText({ unsure }: PlanFacts): string {
  const rest = unsure.length - SHOWN_UNSURE;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `not sure, so not measured: ${unsure
    .slice(0, SHOWN_UNSURE)
    .map((place) => plain(place, 60))
    .join(', ')}${more}; name those with --cells`;
}

function changeText({ library, from, to, place }: PlanFacts['changes'][number]): string {
  return `${library} ${from} -> ${to}${place ? `     ${place.file}:${place.line}` : ''}`;
}

function torchText({ torch }: PlanFacts): string {
  const size = torch.stored ? 'in the store' : torch.bytes ? `${gigabytes(torch.bytes)} to fetch` : 'size not known';
  return `torch ${torch.version}: ${torch.source}; ${size}`;
}

export function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

function releasesText({ library, releases, samples = 0 }: PlanFacts['changes'][number]): string {
  const between = releases.length - 2;
  if (between <= 0) return `${library}: adjacent, no search`;
  const first = `${library}: ${between} between`;
  if (samples === between) return `${first}, each looked at`;
  return samples > 0
    ? `${first}, ${samples} looked at whatever the ends do, more where two of them differ`
    : `${first}, found in about ${Math.ceil(Math.log2(between + 1))} steps where a cell breaks`;
}

/** Both ends of a change and what a search may add; a check has one environment for each package set, and no search. */
function environmentsText(facts: PlanFacts): string {
  const { changes, packageSets, environments } = facts;
  if (changes.length === 0) return String(packageSets);
  const each = packageSets > 1 ? ` for each of ${packageSets} package sets` : '';
  return `${2 * packageSets} at first, at most ${environments}${each}${samplesText(facts)}`;
}

/** What the releases between the ends take alone, where that is more than the limit. */
function samplesText({ changes, environments }: PlanFacts): string {
  const wanted = 2 + changes.reduce((sum, { samples = 0 }) => sum + samples, 0);
  return wanted > environments ? `; what is looked at takes ${wanted}: raise --environments` : '';
}

function isolationText({ containment }: PlanFacts): string {
  const missing = containment.missing.length > 0 ? `; not enforced here: ${containment.missing.join(', ')}` : '';
  return `${containment.name}${missing}`;
}
