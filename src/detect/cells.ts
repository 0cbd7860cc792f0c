/** From what the code says to cells: sure ones, patterns where something is not in the source, and sentences about the rest. */
import { type Cell, cellId } from '../domain/cell.ts';
import type { WrittenConfiguration } from '../domain/own-configuration.ts';
import type { Axis } from './code/fact.ts';
import { FAMILY } from './code/known-names.ts';
import type { CodeUse, Found, Seen } from './code.ts';

export interface UsedCell {
  readonly cell: Cell;
  /** `train.py:42`, the place of the PEFT configuration. */
  readonly source: string;
  /** Code paths by which the code comes by it. */
  readonly paths?: readonly string[];
  /** What it is made with, once for each way that differs. */
  readonly written: readonly WrittenConfiguration[];
}

/** A cell of which a part is not in the source, as a pattern. */
export interface PartialCell {
  readonly pattern: string;
  readonly source: string;
  /** What is guessed, in words. */
  readonly why: string;
  readonly written: readonly WrittenConfiguration[];
}

export interface UsedCells {
  readonly cells: readonly UsedCell[];
  readonly partial: readonly PartialCell[];
  readonly unsure: readonly Seen[];
}

/**
 * A cell is sure where the code names each of its parts, and nothing else is possible. `known` is the matrix: what it
 * lacks cannot be measured and is said.
 */
export function usedCells(uses: readonly CodeUse[], known: readonly Cell[], most: number): UsedCells {
  const cells = new Map<string, UsedCell>();
  const partial = new Map<string, PartialCell>();
  const unsure = new Map<string, Seen>();
  const note = (seen: Seen) => unsure.set(`${seen.file}:${seen.line} ${seen.value}`, seen);
  for (const use of uses) {
    use.unsure.forEach(note);
    for (const found of use.found) {
      const source = `${found.at.file}:${found.at.line}`;
      const cell = sureCell(found);
      if (cell && known.some((one) => cellId(one) === cellId(cell))) {
        const first = cells.get(cellId(cell));
        const fresh = { cell, source, ...(found.paths && { paths: found.paths }) };
        const written = withMore(first?.written, found);
        if (written === undefined) note(oneMoreWay(cellId(cell), found));
        else cells.set(cellId(cell), { ...(first ?? fresh), written });
        continue;
      }
      const guess = guessed(found, known);
      if (guess === undefined) note({ ...found.at, value: notMeasured(found) });
      else {
        const first = partial.get(guess.pattern);
        const written = withMore(first?.written, found);
        if (written === undefined) note(oneMoreWay(guess.pattern, found));
        else partial.set(guess.pattern, { ...guess, source, ...first, written });
      }
    }
  }
  const all = [...cells.values()];
  all.slice(most).forEach((one) => {
    note(leftOut(one));
  });
  // What is sure in one place needs no guess in another.
  const guesses = [...partial.values()].filter(({ pattern }) => !cells.has(pattern));
  return { cells: all.slice(0, most), partial: guesses, unsure: [...unsure.values()] };
}

/** Ways of one cell that are told apart. */
const MOST_WAYS = 3;

/**
 * Another way to make a cell, where it differs from those that are known. One without any argument is a way too.
 * Undefined where it is one too many.
 */
function withMore(
  written: readonly WrittenConfiguration[] = [],
  found: Found,
): readonly WrittenConfiguration[] | undefined {
  const at = `${found.at.file}:${found.at.line}`;
  const fresh = found.written ?? { method: [], quantization: [], loading: [], at: [at] };
  const textOf = ({ at: _at, ...rest }: WrittenConfiguration) => JSON.stringify(rest);
  const isKnown = written.some((one) => textOf(one) === textOf(fresh));
  if (isKnown) return written;
  return written.length < MOST_WAYS ? [...written, fresh] : undefined;
}

function oneMoreWay(cell: string, { at }: Found): Seen {
  return {
    ...at,
    value: `\`${cell}\` is made here with other arguments again: ${MOST_WAYS} ways of it are measured, and this one is not`,
  };
}

function sureCell({ at, isSure, quantization, architecture, task }: Found): Cell | undefined {
  const axes = [quantization, architecture, task];
  if (!isSure || axes.some((axis) => !axis.isSure || axis.values.length !== 1)) return undefined;
  const [one = '', other = '', last = ''] = axes.map((axis) => axis.values[0]);
  return { method: at.value, quantization: one, architecture: other, task: last };
}

/** The pattern that stands for a cell that is not wholly known, if the matrix has anything of it. */
function guessed(found: Found, known: readonly Cell[]): Omit<PartialCell, 'source' | 'written'> | undefined {
  const { at, quantization, architecture, task } = found;
  const inMatrix = new Set(known.map((cell) => cell.architecture));
  const near = architecture.values.map((name) => (inMatrix.has(name) ? name : (FAMILY[name] ?? '*')));
  // An architecture without a relative in the matrix is one of which nothing more is known.
  const family = near.every((name) => name === '*') ? [] : near.filter((name) => name !== '*');
  const axes = [[at.value], quantization.values, family, task.values];
  const fits = (cell: Cell) =>
    [cell.method, cell.quantization, cell.architecture, cell.task].every((value, index) => {
      const values = axes[index] ?? [];
      return (
        values.length === 0 ||
        values.some((one) => one === value || (one.endsWith('*') && value.startsWith(one.slice(0, -1))))
      );
    });
  if (!known.some(fits)) return undefined;
  // What the matrix lacks cannot be asked for: the rest of the alternatives is.
  const kept = axes.map((values, index) =>
    values.filter((one) => one.endsWith('*') || known.some((cell) => part(cell, index) === one)),
  );
  const pattern = kept.map((values) => (values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? '*'))).join('/');
  return { pattern, why: whyOf(found, near) };
}

function part(cell: Cell, index: number): string {
  return [cell.method, cell.quantization, cell.architecture, cell.task][index] ?? '';
}

function whyOf({ at, isSure, quantization, architecture, task }: Found, near: readonly string[]): string {
  const isLoaded = at.value === '*';
  const open = (axis: Axis, name: string) => (axis.values.length === 0 ? [`the ${name} is not in the source`] : []);
  const swapped = architecture.values.flatMap((name, index) =>
    name === near[index]
      ? []
      : [`\`${name}\` is not in the matrix, ${near[index] === '*' ? 'usual ones stand' : 'its family stands'} in`],
  );
  const several = [quantization, architecture, task].some((axis) => axis.values.length > 1);
  const said = [
    ...(isLoaded ? ['an adapter is loaded, and its files say the method'] : []),
    ...open(architecture, 'model'),
    ...open(quantization, 'quantization'),
    ...open(task, 'task'),
    ...(quantization.values.some((one) => one.endsWith('*')) ? ['the quantization cannot be read'] : []),
    ...swapped,
    ...(several ? ['which of several depends on how it is run'] : []),
  ];
  return said.length > 0
    ? said.join('; ')
    : isSure
      ? 'not all of it is certain'
      : 'whether it is used depends on how it is run';
}

function notMeasured({ at, quantization, architecture, task }: Found): string {
  const text = (axis: Axis) => (axis.values.length > 1 ? `{${axis.values.join(',')}}` : (axis.values[0] ?? '*'));
  const pattern = [at.value, text(quantization), text(architecture), text(task)].join('/');
  return `\`${pattern}\` is used; it is not in the matrix, so it is not measured`;
}

function leftOut({ cell, source }: UsedCell): Seen {
  const [file = '', line = '1'] = source.split(/:(?=\d+$)/);
  return {
    file,
    line: Number(line),
    value: `\`${cellId(cell)}\` is used; more cells are in use than one run measures`,
  };
}
