/** Cells with arguments of the user's own, while they are gathered: their names, what these stand for, what is beside. */
import { type Cell, type CellId, cellId } from '../../domain/cell.ts';
import { methodBy, methodParts } from '../../domain/code-paths.ts';
import {
  MOST_PLACES,
  type OwnConfiguration,
  type OwnConfigurations,
  type WrittenConfiguration,
} from '../../domain/own-configuration.ts';
import { ownConfiguration } from './configuration.ts';

export interface NotCarried {
  readonly argument: string;
  readonly why: string;
  /** `train.py:31`. */
  readonly at: string;
}

export class OwnCells {
  readonly #configurations = new Map<string, OwnConfiguration>();
  readonly #beside = new Set<CellId>();
  /** Cells that are used with the matrix's own arguments. */
  readonly #plain = new Set<CellId>();
  readonly #notes = new Map<string, NotCarried>();

  /** The identifiers that a cell has by the ways it is made: with arguments of its own, or as the matrix has it. */
  add(cell: Cell, ways: readonly WrittenConfiguration[]): readonly CellId[] {
    const ids = ways.map((written) => this.#named(cell, written));
    const found = ids.length > 0 ? ids : [cellId(cell)];
    for (const id of found) {
      if (id === cellId(cell)) this.#plain.add(id);
      else this.#beside.add(cellId(cell));
    }
    return [...new Set(found)];
  }

  /** Cells that are named as the matrix has them: these stand beside nothing. */
  addPlain(cells: readonly Cell[]): void {
    for (const cell of cells) this.#plain.add(cellId(cell));
  }

  get configurations(): OwnConfigurations {
    return Object.fromEntries(this.#configurations);
  }

  beside(): readonly CellId[] {
    return [...this.#beside].filter((id) => !this.#plain.has(id));
  }

  /** What could not be carried of ways that came to the matrix's own arguments: no configuration tells of it. */
  notes(): readonly NotCarried[] {
    return [...this.#notes.values()];
  }

  #note({ left, at: [at = ''] }: OwnConfiguration): void {
    for (const one of left) this.#notes.set(JSON.stringify([at, one]), { ...one, at });
  }

  #named(cell: Cell, written: WrittenConfiguration): CellId {
    const { name, configuration } = ownConfiguration(cell, written);
    if (name === undefined) {
      this.#note(configuration);
      return cellId(cell);
    }
    const known = this.#configurations.get(name);
    const at = [...new Set([...(known?.at ?? []), ...configuration.at])].slice(0, MOST_PLACES);
    this.#configurations.set(name, { ...(known ?? configuration), at });
    const { entry, paths } = methodParts(cell.method);
    return cellId({ ...cell, method: methodBy(entry, paths, name) });
  }
}
