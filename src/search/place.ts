/** What is known of one environment: how it ended, and what each cell did there. */
import type { CellId } from '../domain/cell.ts';
import type { Compared } from '../domain/comparison.ts';
import type { Environment, EnvironmentRequest } from '../domain/environment.ts';
import type { Result } from '../domain/outcome.ts';
import type { Measurement } from '../domain/search.ts';

/** What a place bears on: both ends, the releases of one change between them, or neither. */
export type Scope = 'ends' | 'lines' | 'all';

/** One time that cells were measured there: the first, or a repeat. */
interface Round {
  readonly results: Map<CellId, Result>;
  /** What was worked out of the results; forgotten with every measurement. */
  readonly compared: Map<CellId, Compared>;
}

export class Place {
  /** The environment that was measured first; undefined while none was. */
  environment: Environment | undefined;
  scope: Scope = 'all';
  readonly #rounds = new Map<number, Round>();

  constructor(
    readonly request: EnvironmentRequest,
    readonly key: string,
  ) {}

  /** The first answer counts: of an environment, and of a cell in each round. */
  take({ question, environment, results }: Measurement): void {
    this.environment ??= environment;
    this.forget();
    const round = this.#round(question.repeat);
    for (const [cell, result] of results) if (!round.results.has(cell)) round.results.set(cell, result);
  }

  result(cell: CellId, repeat: number): Result | undefined {
    return this.#rounds.get(repeat)?.results.get(cell);
  }

  /** A comparison that is worked out once until something new is measured here. */
  compared(cell: CellId, repeat: number, compare: () => Compared): Compared {
    const { compared } = this.#round(repeat);
    const known = compared.get(cell);
    if (known !== undefined) return known;
    const found = compare();
    compared.set(cell, found);
    return found;
  }

  forget(): void {
    for (const { compared } of this.#rounds.values()) compared.clear();
  }

  #round(repeat: number): Round {
    let round = this.#rounds.get(repeat);
    if (round === undefined) {
      round = { results: new Map(), compared: new Map() };
      this.#rounds.set(repeat, round);
    }
    return round;
  }
}
