/** Entries of `cells:` that name arguments: the cells that they select, each with what of these it can have. */
import type { Cell } from '../../domain/cell.ts';
import type { OwnArguments, OwnConfigurations, Written } from '../../domain/own-configuration.ts';
import { CONFIGURATION } from '../../domain/path.ts';
import { selectCells } from '../patterns.ts';
import { OwnCells } from './cells.ts';

export interface NamedCell {
  readonly cell: string;
  readonly arguments?: OwnArguments | undefined;
  readonly quantization?: OwnArguments | undefined;
  readonly loading?: OwnArguments | undefined;
}

export interface NamedCells {
  /** Patterns of what is named, each cell with its arguments by its identifier. */
  readonly patterns: readonly string[];
  readonly configurations: OwnConfigurations;
  /** Cells that stand beside these. */
  readonly beside: readonly string[];
}

/** Entries as patterns. What cannot be had is added to `problems`. */
export function namedCells(
  entries: readonly (string | NamedCell)[],
  matrix: readonly Cell[],
  problems: string[],
): NamedCells {
  const own = new OwnCells();
  const patterns = entries.flatMap((entry) =>
    typeof entry === 'string' ? [entry] : withArguments(entry, matrix, own, problems),
  );
  own.addPlain(
    selectCells(
      entries.filter((entry) => typeof entry === 'string'),
      matrix,
      [],
    ),
  );
  for (const { argument, why } of own.notes())
    problems.push(
      `Configuration: \`cells\`: \`${argument}\` cannot be carried: ${why}. Leave it out, or name other cells.`,
    );
  return { patterns, configurations: own.configurations, beside: own.beside() };
}

function withArguments(entry: NamedCell, matrix: readonly Cell[], own: OwnCells, problems: string[]) {
  const parts = { method: written(entry.arguments), quantization: written(entry.quantization) };
  const way = { ...parts, loading: written(entry.loading), at: [CONFIGURATION] };
  return selectCells([entry.cell], matrix, problems).flatMap((cell) => own.add(cell, [way]));
}

function written(table: OwnArguments = {}): readonly Written[] {
  return Object.entries(table).map(([argument, value]) => ({ argument, value }));
}
