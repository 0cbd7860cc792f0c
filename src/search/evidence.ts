/** A problem and all that was measured of it, found again by cell and versions. It only grows. */
import { type Cell, type CellId, cellId, controlOf, isControl } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { hasDearFailure, isClose } from '../domain/checks.ts';
import { type Compared, compareResults, NOT_COMPARED } from '../domain/comparison.ts';
import { type Environment, type EnvironmentRequest, type Lock, requestKey } from '../domain/environment.ts';
import { withLoadedAtBase } from '../domain/loaded-at-base.ts';
import { isBroken, type Result, withSoundCarry } from '../domain/outcome.ts';
import type { Measurement, Purpose, Question } from '../domain/search.ts';
import { Place, type Scope } from './place.ts';
import type { Problem } from './problem.ts';
import { baseRequest, groups, headPins, isBase, movedRequest, type Pins, packagesFor } from './requests.ts';

/** A package set, and its places by the versions that lead to them: most are asked for again and again. */
interface PackageSet {
  readonly packages: readonly string[];
  readonly base: Place;
  places: WeakMap<Pins, Place>;
}

interface Subject {
  readonly id: CellId;
  readonly set: PackageSet;
  readonly control: Cell;
  /** What is known of it without measuring. */
  readonly ruledOut: Result | undefined;
}

export const BASE: Pins = {};

export class Evidence {
  /** The versions that the changes go to. */
  readonly head: Pins;
  readonly #history: Measurement[] = [];
  readonly #places = new Map<string, Place>();
  readonly #keys = new WeakMap<EnvironmentRequest, string>();
  readonly #sets = new Map<string, PackageSet>();
  readonly #subjects = new WeakMap<Cell, Subject>();
  readonly #controls = new Map<CellId, Cell>();
  readonly #lines = new Map<Change, readonly Pins[]>();
  readonly #scopes = new WeakMap<Pins, Scope>();
  readonly #built = new Map<string, Set<string>>();
  readonly #versions: Record<Scope, number> = { ends: 0, lines: 0, all: 0 };
  #anyLock: Lock | undefined;

  constructor(
    readonly problem: Problem,
    history: readonly Measurement[] = [],
  ) {
    this.head = headPins(problem);
    this.#scopes.set(BASE, 'ends').set(this.head, 'ends');
    this.add(history);
  }

  get history(): readonly Measurement[] {
    return this.#history;
  }

  add(measurements: readonly Measurement[]): void {
    for (const measurement of measurements) {
      this.#history.push(measurement);
      const { environment } = measurement.question;
      const place = this.placeOf(environment);
      place.take(measurement);
      this.environmentsOf(environment).add(place.key);
      this.#outdate(place);
    }
  }

  /** How often something was measured that bears on the ends, on the releases between, on anything. */
  version(scope: Scope): number {
    return this.#versions[scope];
  }

  /** What a cell did at some versions; undefined while that is not known. `repeat` 1 is the first time. */
  at(cell: Cell, pins: Pins, repeat = 1): Result | undefined {
    return this.resultIn(this.place(cell, pins), cell, repeat);
  }

  /** The same in an environment that was asked for in another way; judged by what the base did: what it loaded, and whether it saved a sound adapter. */
  resultIn(place: Place | undefined, cell: Cell, repeat = 1): Result | undefined {
    const { id, set, ruledOut } = this.#subject(cell);
    const result = ruledOut ?? place?.result(id, repeat);
    if (result === undefined) return result;
    const base = set.base.result(id, 1);
    const loaded = withLoadedAtBase(result, base);
    return isControl(cell) ? loaded : withSoundCarry(loaded, base);
  }

  /** A cell at some versions against its base. Where the model itself is broken on both sides, nothing is said of PEFT. */
  compared(cell: Cell, pins: Pins, repeat = 1): Compared {
    return this.brokenControl(cell, pins) ? NOT_COMPARED : this.beside(cell, pins, repeat);
  }

  /** The same whatever its control does. */
  beside(cell: Cell, pins: Pins, repeat = 1): Compared {
    const { id, set } = this.#subject(cell);
    const place = this.#placeIn(set, pins);
    if (place === undefined) return NOT_COMPARED;
    return place.compared(id, repeat, () => compareResults(this.at(cell, BASE), this.at(cell, pins, repeat)));
  }

  /** What the control of a cell does where it is broken both at base and at these versions. */
  brokenControl(cell: Cell, pins: Pins): Result | undefined {
    if (isControl(cell)) return undefined;
    const control = this.controlOf(cell);
    if (!isBroken(this.at(control, BASE))) return undefined;
    const result = this.at(control, pins);
    return isBroken(result) ? result : undefined;
  }

  /** The same text each time: it is looked up more often than it can be made anew. */
  id(cell: Cell): CellId {
    return this.#subject(cell).id;
  }

  controlOf(cell: Cell): Cell {
    return this.#subject(cell).control;
  }

  place(cell: Cell, pins: Pins): Place | undefined {
    return this.#placeIn(this.#subject(cell).set, pins);
  }

  environment(cell: Cell, pins: Pins): Environment | undefined {
    return this.place(cell, pins)?.environment;
  }

  /** The versions of each release of a change moved alone, in the order of the change. */
  line(change: Change): readonly Pins[] {
    const known = this.#lines.get(change);
    if (known) return known;
    const line = change.releases.map((release) => ({ [change.library]: release }));
    for (const pins of line) this.#scopes.set(pins, 'lines');
    this.#lines.set(change, line);
    return line;
  }

  placeOf(request: EnvironmentRequest): Place {
    const key = this.keyOf(request);
    const known = this.#places.get(key);
    if (known) return known;
    const place = new Place(request, key);
    this.#places.set(key, place);
    return place;
  }

  keyOf(request: EnvironmentRequest): string {
    const known = this.#keys.get(request);
    if (known !== undefined) return known;
    const key = requestKey(request);
    this.#keys.set(request, key);
    return key;
  }

  /** The environments that were measured with the package set of a request, by the key of theirs. */
  environmentsOf({ packages }: EnvironmentRequest): Set<string> {
    const name = packages.toSorted().join();
    const known = this.#built.get(name) ?? new Set();
    this.#built.set(name, known);
    return known;
  }

  /** What the base environment of a package set turned out to hold. */
  baseLock(packages: readonly string[]): Lock | undefined {
    return lockOf(this.#setOf(packages).base);
  }

  /** The request at some moved versions; undefined while no base is known. */
  request(packages: readonly string[], pins: Pins): EnvironmentRequest | undefined {
    if (isBase(this.problem, pins)) return this.#setOf(packages).base.request;
    const lock = this.baseLock(packages) ?? this.#lockOfAnyBase();
    return lock && movedRequest(this.problem, packages, lock, pins);
  }

  /** The questions that measure `cells` with some versions moved, one for each package set. */
  ask(purpose: Purpose, pins: Pins, cells: readonly Cell[], repeat = 1): readonly Question[] {
    const found = new Map<PackageSet, Cell[]>();
    for (const cell of cells) {
      const { set, ruledOut } = this.#subject(cell);
      if (ruledOut !== undefined) continue;
      const own = found.get(set);
      if (own) own.push(cell);
      else found.set(set, [cell]);
    }
    const sets = [...found].toSorted(([left], [right]) => left.packages.length - right.packages.length);
    return sets.flatMap(([set, own]) => {
      const place = this.#placeIn(set, pins);
      return place ? [this.question(purpose, place.request, own, repeat)] : [];
    });
  }

  /** One question, with what the base of its package set saved, where that base stands. */
  question(purpose: Purpose, environment: EnvironmentRequest, cells: readonly Cell[], repeat = 1): Question {
    const { base } = this.#setOf(environment.packages);
    const carries = base.environment?.status === 'built' && base.key !== this.keyOf(environment);
    const thorough = isClose(purpose) ? [] : this.#thorough(cells);
    const asked =
      thorough.length > 0 ? { purpose, environment, cells, repeat, thorough } : { purpose, environment, cells, repeat };
    return carries ? { ...asked, carryFrom: base.request } : asked;
  }

  /** Cells that fail a check at an end which is not measured everywhere: between the ends it has to be. */
  #thorough(cells: readonly Cell[]): readonly CellId[] {
    const deep = cells.filter((cell) => [BASE, this.head].some((pins) => hasDearFailure(this.at(cell, pins))));
    return deep.map(cellId);
  }

  #subject(cell: Cell): Subject {
    const known = this.#subjects.get(cell);
    if (known) return known;
    const control = controlOf(cell);
    const name = cellId(control);
    const own = this.#controls.get(name) ?? control;
    this.#controls.set(name, own);
    const set = this.#setOf(packagesFor(this.problem, cell));
    const ruledOut = this.problem.ruledOut?.(cell);
    const subject = { id: cellId(cell), set, control: own, ruledOut };
    this.#subjects.set(cell, subject);
    return subject;
  }

  #setOf(packages: readonly string[]): PackageSet {
    const known = this.#sets.get(packages.join());
    if (known) return known;
    const base = this.placeOf(baseRequest(this.problem, packages));
    base.scope = 'ends';
    const set = { packages, base, places: new WeakMap() };
    this.#sets.set(packages.join(), set);
    return set;
  }

  #placeIn(set: PackageSet, pins: Pins): Place | undefined {
    const known = set.places.get(pins);
    if (known) return known;
    const request = this.request(set.packages, pins);
    if (request === undefined) return undefined;
    const place = this.placeOf(request);
    const scope = this.#scopes.get(pins) ?? 'all';
    if (scope === 'ends' || place.scope === 'all') place.scope = scope;
    set.places.set(pins, place);
    return place;
  }

  /** The base of another package set, for cells whose own set was not planned. */
  #lockOfAnyBase(): Lock | undefined {
    this.#anyLock ??= groups(this.problem, this.problem.cells)
      .map(({ packages }) => this.baseLock(packages))
      .find((lock) => lock !== undefined);
    return this.#anyLock;
  }

  /** A base moves every place and every comparison: all that was worked out is forgotten with a new one. */
  #outdate(place: Place): void {
    this.#versions.all++;
    if (place.scope === 'all') return;
    this.#versions.lines++;
    if (place.scope === 'lines') return;
    this.#versions.ends++;
    this.#anyLock = undefined;
    for (const set of this.#sets.values()) set.places = new WeakMap();
    for (const other of this.#places.values()) other.forget();
  }
}

function lockOf({ environment }: Place): Lock | undefined {
  return environment?.status === 'built' ? environment.lock : undefined;
}
