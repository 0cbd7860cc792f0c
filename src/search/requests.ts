import type { Cell } from '../domain/cell.ts';
import { ALWAYS, type EnvironmentRequest, type Lock, requestKey } from '../domain/environment.ts';
import type { Purpose, Question } from '../domain/search.ts';
import { environmentFor, type History } from './history.ts';
import type { Problem } from './problem.ts';

type Pins = Readonly<Record<string, string>>;

/** Cells that share one set of extra packages share an environment. */
export interface Group {
  readonly packages: readonly string[];
  readonly cells: readonly Cell[];
}

export function groups(problem: Problem, cells: readonly Cell[]): readonly Group[] {
  const found = new Map<string, { packages: readonly string[]; cells: Cell[] }>();
  for (const cell of cells) {
    const packages = packagesFor(problem, cell);
    const group = found.get(packages.join()) ?? { packages, cells: [] };
    group.cells.push(cell);
    found.set(packages.join(), group);
  }
  return [...found.values()].toSorted((left, right) => left.packages.length - right.packages.length);
}

function packagesFor(problem: Problem, cell: Cell): readonly string[] {
  const asked = [...problem.changes.map((change) => change.library), ...Object.keys(problem.held)];
  return (problem.packages[cell.quantization] ?? []).filter((name) => !asked.includes(name));
}

export function baseRequest(problem: Problem, packages: readonly string[]): EnvironmentRequest {
  const from = Object.fromEntries(problem.changes.map((change) => [change.library, change.from]));
  return { pins: { ...problem.held, ...from }, packages };
}

/** What the base environment of a package set turned out to hold. */
export function baseLock(problem: Problem, history: History, packages: readonly string[]): Lock | undefined {
  const environment = environmentFor(history, baseRequest(problem, packages));
  return environment?.status === 'built' ? environment.lock : undefined;
}

/** The base of another package set, for cells whose own set was not planned. */
function anyBaseLock(problem: Problem, history: History): Lock | undefined {
  return groups(problem, problem.cells)
    .map((group) => baseLock(problem, history, group.packages))
    .find((lock) => lock !== undefined);
}

/**
 * The base environment with some versions replaced: every watched library stays where the base has it, so that
 * nothing moves but what is asked for. Undefined while the base is not known.
 */
export function movedRequest(
  problem: Problem,
  history: History,
  packages: readonly string[],
  moved: Pins,
  heldBack?: Pins,
): EnvironmentRequest | undefined {
  const lock = baseLock(problem, history, packages) ?? anyBaseLock(problem, history);
  if (lock === undefined) return undefined;
  const watched = [...ALWAYS, ...packages].filter((name) => lock[name] !== undefined);
  const from = Object.fromEntries(problem.changes.map((change) => [change.library, change.from]));
  const held = { ...Object.fromEntries(watched.map((name) => [name, lock[name] ?? ''])), ...from };
  return { pins: { ...held, ...problem.held, ...moved }, packages, ...(heldBack && { heldBack }) };
}

export function headPins(problem: Problem): Pins {
  return Object.fromEntries(problem.changes.map((change) => [change.library, change.to]));
}

/** The questions that measure `cells` with some versions moved, one for each package set. */
export function ask(
  problem: Problem,
  history: History,
  purpose: Purpose,
  moved: Pins,
  cells: readonly Cell[],
  repeat = 1,
): readonly Question[] {
  return groups(problem, cells).flatMap((group) => {
    const environment = requestAt(problem, history, group.packages, moved);
    if (environment === undefined) return [];
    const carry = carryInto(problem, history, environment);
    return [{ purpose, environment, cells: group.cells, repeat, ...carry }];
  });
}

/** What is carried into an environment: what the base of its package set saved, where that base stands. */
export function carryInto(
  problem: Problem,
  history: History,
  environment: EnvironmentRequest,
): Pick<Question, 'carryFrom'> {
  const base = baseRequest(problem, environment.packages);
  const isCarried = requestKey(base) !== requestKey(environment) && environmentFor(history, base)?.status === 'built';
  return isCarried ? { carryFrom: base } : {};
}

/** The request at some moved versions; the base itself where they are the versions of the base. */
export function requestAt(
  problem: Problem,
  history: History,
  packages: readonly string[],
  moved: Pins,
): EnvironmentRequest | undefined {
  const isBase = problem.changes.every((change) => (moved[change.library] ?? change.from) === change.from);
  const others = Object.keys(moved).some((name) => !problem.changes.some((change) => change.library === name));
  return isBase && !others ? baseRequest(problem, packages) : movedRequest(problem, history, packages, moved);
}

export function requestFor(
  problem: Problem,
  history: History,
  cell: Cell,
  moved: Pins,
): EnvironmentRequest | undefined {
  return requestAt(problem, history, packagesFor(problem, cell), moved);
}
