import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { type Checkpoints, checkpointOf } from '../domain/checkpoint.ts';
import { hasPath, methodBy, methodParts, ownOf, withoutOwn } from '../domain/code-paths.ts';
import { DEFAULT_DEVICE, type DeviceName } from '../domain/device.ts';
import { ALWAYS, type Lock, WATCHED } from '../domain/environment.ts';
import { own } from '../domain/own.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';
import { type Release, sameVersion, usableReleases } from '../domain/version.ts';
import { neighbours, resolveChange } from './changes.ts';
import { ALTERNATIVES, allCells, packagesOf } from './matrix.ts';
import { selectCells } from './patterns.ts';
import type { Guessed, Plan } from './plan-file.ts';
import type { WrittenChange } from './request.ts';
import { measurable } from './ruled-out.ts';

export type { Guessed, Plan };

/** What the user asked for, read but not yet looked up. */
export interface SweepRequest {
  readonly changes: readonly WrittenChange[];
  readonly held: Readonly<Record<string, string>>;
  /** Patterns of cells, later ones with `!` taking away. */
  readonly cells: readonly string[];
  readonly minutes: number;
  readonly environments: number;
  readonly search: Plan['search'];
  /** Libraries whose changes are measured, where the configuration names them. */
  readonly watch?: readonly string[];
  /** Whether somebody chose the cells, or the default stands in until the code was looked at. */
  readonly chosenBy: Plan['chosenBy'];
  /** Where the user's code uses a cell, by its id: `train.py:42`. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What the code says only in part, where cells stand for that. */
  readonly guessed?: readonly Guessed[];
  /** The user's own arguments of cells, by the last part of their methods, and the cells that stand beside those. */
  readonly configurations?: OwnConfigurations;
  readonly beside?: readonly CellId[];
  /** What the user's lock holds at both ends: environments keep to it where they can. */
  readonly locked?: { readonly base: Lock; readonly head: Lock };
  /** Where its cells run; absent for the default. */
  readonly device?: DeviceName;
  /** Those of the user's own, by the name that stands for the architecture in their cells. */
  readonly checkpoints?: Checkpoints;
}

/** The default device stays unsaid, so that a plan is what it was before there was another. */
export function onDevice(request: SweepRequest, device: DeviceName): SweepRequest {
  return device === DEFAULT_DEVICE ? request : { ...request, device };
}

/** Libraries whose releases a plan needs to know: a quantizer's only where a cell needs it. */
export function librariesOf(request: SweepRequest): readonly string[] {
  const cells = measurable(selectCells(request.cells, allCells(request.checkpoints), []), request);
  const needed = [...ALWAYS, ...packagesNeededBy(cells)].filter((name) => name !== 'torch');
  return [...new Set([...needed, ...request.changes.map((change) => change.library), ...Object.keys(request.held)])];
}

function packagesNeededBy(cells: readonly Cell[]): readonly string[] {
  return cells.flatMap(packagesOf);
}

/** Turns a request into a plan; throws away nothing silently: all that is wrong is added to `problems`. */
export function makePlan(
  request: SweepRequest,
  releases: ReadonlyMap<string, readonly Release[]>,
  python: string,
  problems: string[],
): Plan | undefined {
  const cells = selectCells(request.cells, allCells(request.checkpoints), problems);
  if (cells.length === 0 && problems.length === 0)
    problems.push('The patterns select no cell. Leave out --cells for the default 24.');
  const changes = request.changes.flatMap(
    (change) => resolveChange(change, releases.get(change.library) ?? [], python, problems) ?? [],
  );
  checkOwn(cells, request, problems);
  checkTwice(request, problems);
  checkHeld(request, releases, python, problems);
  if (problems.length > 0) return undefined;
  const { held, minutes, environments, search, device, checkpoints } = request;
  const planned: Plan = {
    changes,
    held,
    cells,
    alternatives: alternativesTo(cells, checkpoints),
    partners: partnerReleases(request, measurable(cells, request), releases, python),
    chosenBy: request.chosenBy,
    sources: request.sources ?? {},
    ...(request.guessed && { guessed: request.guessed }),
    ...ownParts(cells, request),
    locked: request.locked ?? { base: {}, head: {} },
    minutes,
    environments,
    search,
  };
  return {
    ...planned,
    ...(device !== undefined && { device }),
    ...(isNamed(cells, checkpoints) && { checkpoints }),
  };
}

/** Whether a cell is of a checkpoint of the user's own. */
function isNamed(cells: readonly Cell[], checkpoints?: Checkpoints): boolean {
  return cells.some((cell) => checkpointOf(cell, checkpoints) !== undefined);
}

/** A name stands for arguments only together with them. */
function checkOwn(cells: readonly Cell[], { configurations = {} }: SweepRequest, problems: string[]): void {
  const unknown = cells.flatMap((cell) => ownOf(cell) ?? []).filter((name) => own(configurations, name) === undefined);
  for (const name of new Set(unknown))
    problems.push(
      `\`${name}\` stands for arguments that no code here has now. \`peft-sweep diff\` shows the cells of the code; \`cells:\` of the configuration can name arguments.`,
    );
}

/** Of the arguments that the code has, those of planned cells. */
function ownParts(cells: readonly Cell[], { configurations = {}, beside = [] }: SweepRequest) {
  const used = new Set(cells.flatMap((cell) => ownOf(cell) ?? []));
  const kept = Object.fromEntries(Object.entries(configurations).filter(([name]) => used.has(name)));
  return used.size === 0 ? {} : { configurations: kept, beside };
}

function checkTwice(request: SweepRequest, problems: string[]): void {
  const names = request.changes.map((change) => change.library);
  for (const name of new Set(names.filter((library, index) => names.indexOf(library) !== index)))
    problems.push(`\`${name}\` is swept twice. Name each library once.`);
}

function checkHeld(
  request: SweepRequest,
  releases: ReadonlyMap<string, readonly Release[]>,
  python: string,
  problems: string[],
): void {
  for (const [library, version] of Object.entries(request.held)) {
    const known = releases.get(library) ?? [];
    if (request.changes.some((change) => change.library === library))
      problems.push(
        `\`--with ${library}==${version}\` contradicts the change of ${library}. Hold a library or sweep it, not both.`,
      );
    else if (
      known.length > 0 &&
      !known.some((release) => sameVersion(release.version, version.split('+')[0] ?? version))
    )
      problems.push(
        `${library} has no release ${version}.${neighbours(
          version,
          usableReleases(known, python).map((release) => release.version),
        )}`,
      );
  }
}

/** Cells that could stand in: other methods on the same quantization, architecture and task, and the same unquantized. */
function alternativesTo(cells: readonly Cell[], checkpoints?: Checkpoints): readonly Cell[] {
  const found = new Map<string, Cell>();
  for (const cell of cells) {
    const { paths, own: ownName } = methodParts(cell.method);
    if (ownName !== undefined) add(found, withoutOwn(cell));
    for (const method of ALTERNATIVES) add(found, { ...cell, method: methodBy(method, paths) });
    const unquantized = { ...cell, quantization: 'none' };
    if (checkpointOf(cell, checkpoints)?.stored !== undefined) continue;
    if (paths.every((path) => hasPath(unquantized, path))) add(found, unquantized);
  }
  for (const cell of cells) found.delete(cellId(cell));
  return [...found.values()];
}

function add(found: Map<string, Cell>, cell: Cell): void {
  if (cell.method !== 'base') found.set(cellId(cell), cell);
}

function partnerReleases(
  request: SweepRequest,
  cells: readonly Cell[],
  releases: ReadonlyMap<string, readonly Release[]>,
  python: string,
): Readonly<Record<string, readonly string[]>> {
  const swept: readonly string[] = request.changes.map((change) => change.library);
  const needed = new Set<string>([...ALWAYS, ...Object.keys(request.held), ...packagesNeededBy(cells)]);
  const watched = [...WATCHED, ...packagesNeededBy(cells)].filter((name) => needed.has(name) || swept.includes(name));
  // What the user holds can be raised too: an error may name it.
  const names = [...new Set([...watched, ...Object.keys(request.held)])].filter((name) => name !== 'torch');
  return Object.fromEntries(
    names.map((name) => [name, usableReleases(releases.get(name) ?? [], python).map((release) => release.version)]),
  );
}
