import { type Cell, cellId, controlOf } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import type { DeviceName } from '../domain/device.ts';
import type { Result } from '../domain/outcome.ts';
import type { Search } from '../domain/search.ts';

/** All that the search may know before anything is measured. */
export interface Problem {
  readonly changes: readonly Change[];
  /** Versions that the user asked to hold, by library. */
  readonly held: Readonly<Record<string, string>>;
  /** The cells that were asked for. */
  readonly cells: readonly Cell[];
  /** One control for each quantization, architecture and task among them. */
  readonly controls: readonly Cell[];
  /** Cells that could take the place of one that breaks. */
  readonly alternatives: readonly Cell[];
  /** Library -> its usable releases, oldest first: what could be raised along with the change. */
  readonly partners: Readonly<Record<string, readonly string[]>>;
  /** What the metadata of the changed releases asks for. */
  readonly asks: readonly string[];
  /** Packages that the environment of a cell needs besides those of every cell. */
  readonly packagesOf: (cell: Cell) => readonly string[];
  /** What is known of a cell without measuring it: nothing is asked about it. */
  readonly ruledOut?: ((cell: Cell) => Result | undefined) | undefined;
  /** How many different environments of one package set may be measured. */
  readonly environments: number;
  readonly search: Search;
  /** Where cells run; absent for the default. */
  readonly device?: DeviceName | undefined;
}

export function everyCell(problem: Problem): readonly Cell[] {
  return [...problem.controls, ...problem.cells];
}

/** The controls that go with some cells and are not among them. */
export function controlsOf(cells: readonly Cell[]): readonly Cell[] {
  return withControls(cells).slice(cells.length);
}

export function withControls(cells: readonly Cell[]): readonly Cell[] {
  const known = new Set(cells.map(cellId));
  const controls = new Map(cells.map((cell) => [cellId(controlOf(cell)), controlOf(cell)]));
  return [...cells, ...[...controls].flatMap(([id, control]) => (known.has(id) ? [] : [control]))];
}
