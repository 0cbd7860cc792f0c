/** Which environments are wanted: the base, and the base with some versions moved. */
import type { Cell } from '../domain/cell.ts';
import { ALWAYS, type EnvironmentRequest, type Lock } from '../domain/environment.ts';
import type { Problem } from './problem.ts';

/** library -> version. */
export type Pins = Readonly<Record<string, string>>;

/** Cells that share one set of extra packages share an environment. */
export interface Group {
  readonly packages: readonly string[];
  readonly cells: readonly Cell[];
}

/** Cells by package set, those that need the fewest packages first. */
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

export function packagesFor(problem: Problem, cell: Cell): readonly string[] {
  const asked = [...problem.changes.map((change) => change.library), ...Object.keys(problem.held)];
  return problem.packagesOf(cell).filter((name) => !asked.includes(name));
}

export function baseRequest(problem: Problem, packages: readonly string[]): EnvironmentRequest {
  return onDevice(problem, { pins: { ...problem.held, ...basePins(problem) }, packages });
}

function basePins(problem: Problem): Pins {
  return Object.fromEntries(problem.changes.map((change) => [change.library, change.from]));
}

export function headPins(problem: Problem): Pins {
  return Object.fromEntries(problem.changes.map((change) => [change.library, change.to]));
}

/** Whether some moved versions are those of the base. */
export function isBase(problem: Problem, moved: Pins): boolean {
  const isStill = problem.changes.every((change) => (moved[change.library] ?? change.from) === change.from);
  return isStill && Object.keys(moved).every((name) => problem.changes.some((change) => change.library === name));
}

/**
 * The base environment with some versions replaced: every watched library stays where the lock of the base has it, so
 * that nothing moves but what is asked for.
 */
export function movedRequest(
  problem: Problem,
  packages: readonly string[],
  lock: Lock,
  moved: Pins,
): EnvironmentRequest {
  const watched = [...ALWAYS, ...packages].filter((name) => lock[name] !== undefined);
  const held = Object.fromEntries(watched.map((name) => [name, lock[name] ?? '']));
  return onDevice(problem, { pins: { ...held, ...basePins(problem), ...problem.held, ...moved }, packages });
}

function onDevice({ device }: Problem, request: EnvironmentRequest): EnvironmentRequest {
  return device === undefined ? request : { ...request, device };
}
