import { type Cell, cellId, isControl } from '../domain/cell.ts';
import { CODE_PATHS, hasPath, type MethodParts, methodBy, methodParts, withoutPaths } from '../domain/code-paths.ts';
import { ARCHITECTURES, TASKS } from '../domain/matrix.ts';
import { didYouMean } from '../domain/suggest.ts';
import { METHODS, QUANTIZATIONS, USUAL_QUANTIZATIONS } from './matrix.ts';

interface Axis {
  readonly name: keyof Cell;
  readonly values: readonly string[];
  /** What a star stands for, where it does not stand for all. */
  readonly usual?: readonly string[];
  /** Architectures that have one value only: a star that fits it stands for it. */
  readonly single?: ReadonlySet<string>;
}

/** With the architectures that only the cells themselves name: checkpoints of the user's own. */
function axesOf(matrix: readonly Cell[]): readonly Axis[] {
  const named = matrix.map(({ architecture }) => architecture);
  const single = storedOnes(matrix);
  return [
    { name: 'method', values: METHODS },
    { name: 'quantization', values: Object.keys(QUANTIZATIONS), usual: USUAL_QUANTIZATIONS, single },
    { name: 'architecture', values: [...new Set([...Object.keys(ARCHITECTURES), ...named])] },
    { name: 'task', values: Object.keys(TASKS) },
  ];
}

/** Checkpoints of the user's own whose files are quantized: there is one form of each. */
function storedOnes(matrix: readonly Cell[]): ReadonlySet<string> {
  const forms = new Map<string, Set<string>>();
  for (const { architecture, quantization } of matrix)
    if (!Object.hasOwn(ARCHITECTURES, architecture))
      forms.set(architecture, (forms.get(architecture) ?? new Set()).add(quantization));
  return new Set([...forms].filter(([, quantizations]) => quantizations.size === 1).map(([name]) => name));
}

/**
 * The cells that patterns select, in the order of the matrix: `*` and `{a,b}` in each part, missing parts mean `*`,
 * a later `!pattern` takes away. A star stands for the usual quantizations, for the others where it fits none of these;
 * in what is taken away it stands for all. A code path and a configuration of the user's own count where they are named:
 * `*` means the matrix itself. What is wrong is added to `problems`, all of it.
 */
export function selectCells(patterns: readonly string[], matrix: readonly Cell[], problems: string[]): readonly Cell[] {
  const chosen = new Map<string, Cell>();
  const axes = axesOf(matrix);
  const allOfAxes = axes.map(({ name, values }) => ({ name, values }));
  for (const pattern of patterns) {
    const takeAway = pattern.startsWith('!');
    const found = takeAway
      ? cellsOf(pattern.slice(1), allOfAxes, matrix, problems)
      : cellsOf(pattern, axes, matrix, problems);
    if (found === undefined) continue;
    if (found.length === 0 && !takeAway)
      problems.push(`\`${pattern}\` selects no cell: these parts exist, but not together.`);
    if (takeAway) without(chosen, found);
    else for (const cell of found) chosen.set(cellId(cell), cell);
  }
  const inMatrix = matrix.filter((cell) => chosen.has(cellId(cell)));
  return [...inMatrix, ...[...chosen.values()].filter(({ method }) => !isPlain(methodParts(method)))];
}

function isPlain({ paths, own }: MethodParts): boolean {
  return paths.length === 0 && own === undefined;
}

/** Takes cells away, by whatever code path and with whatever arguments they were chosen. */
function without(chosen: Map<string, Cell>, cells: readonly Cell[]): void {
  const gone = new Set(cells.map(cellId));
  for (const [id, cell] of chosen) if (gone.has(id) || gone.has(cellId(withoutPaths(cell)))) chosen.delete(id);
}

/** The cells of one pattern; undefined where it is none. */
function cellsOf(
  pattern: string,
  axes: readonly Axis[],
  matrix: readonly Cell[],
  problems: string[],
): readonly Cell[] | undefined {
  const [methods = '*', ...rest] = splitOutsideBraces(pattern, '/');
  const named = alternatives(methods).map(methodParts);
  if (named.every(isPlain)) {
    const matches = matcher(pattern, axes, problems);
    return matches && matrix.filter(matches);
  }
  const found = named.map(({ entry, ...behind }) => {
    const matches = matcher([entry, ...rest].join('/'), axes, problems);
    return matches && byParts(matrix.filter(matches), behind);
  });
  return found.some((cells) => cells === undefined) ? undefined : found.flatMap((cells) => cells ?? []);
}

/** The control has no adapter that could be come by otherwise, or have arguments. */
function byParts(cells: readonly Cell[], { paths, own }: Omit<MethodParts, 'entry'>): readonly Cell[] {
  return cells
    .filter((cell) => !isControl(cell) && paths.every((path) => hasPath(cell, path)))
    .map((cell) => ({ ...cell, method: methodBy(cell.method, paths, own) }));
}

function matcher(pattern: string, axes: readonly Axis[], problems: string[]): ((cell: Cell) => boolean) | undefined {
  const parts = splitOutsideBraces(pattern, '/');
  if (parts.length > axes.length || parts.some((part) => part === '')) {
    problems.push(
      `\`${pattern}\` is not a cell pattern. Write method/quantization/architecture/task, e.g. \`lora/none/llama\`.`,
    );
    return undefined;
  }
  const before = problems.length;
  const tests = axes.map((axis, index) => partMatcher(parts[index] ?? '*', axis, problems));
  if (problems.length > before) return undefined;
  return (cell) => tests.every((test) => test(cell));
}

function partMatcher(part: string, axis: Axis, problems: string[]): (cell: Cell) => boolean {
  const written = alternatives(part);
  const stars = written.filter((option) => option.includes('*')).map((option) => option.split('*'));
  const options = written.map((option) => {
    if (!option.includes('*') && !axis.values.includes(option))
      problems.push(
        `Unknown ${axis.name} \`${option}\`.${didYouMean(option, [...axis.values, ...nearPaths(axis.name, option)])} Known: ${axis.values.join(', ')}.`,
      );
    return valuesOf(option, axis);
  });
  const chosen = new Set(options.flat());
  return (cell) => {
    const value = cell[axis.name];
    const isSingle = axis.single?.has(cell.architecture) === true;
    return chosen.has(value) || (isSingle && stars.some((pieces) => matchesPieces(value, pieces)));
  };
}

function valuesOf(option: string, { values, usual = values }: Axis): readonly string[] {
  const fitting = values.filter((value) => matchesPieces(value, option.split('*')));
  const those = fitting.filter((value) => usual.includes(value));
  return option.includes('*') && those.length > 0 ? those : fitting;
}

/** What a method by a mistyped code path may have been meant as: `lora+trianer`. */
function nearPaths(axis: string, option: string): readonly string[] {
  const entry = option.slice(0, option.lastIndexOf('+'));
  return axis === 'method' && METHODS.includes(entry) ? Object.keys(CODE_PATHS).map((path) => `${entry}+${path}`) : [];
}

/** `a{b,c}` -> `ab`, `ac`; one level of braces. */
function alternatives(part: string): readonly string[] {
  const open = part.indexOf('{');
  const close = part.indexOf('}', open);
  if (open < 0 || close < 0) return [part];
  const inside = part.slice(open + 1, close).split(',');
  return inside.map((option) => part.slice(0, open) + option.trim() + part.slice(close + 1));
}

/** Whether a value is made of the pieces between the stars, in order; linear in its length. */
function matchesPieces(value: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return value === first;
  if (!value.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let position = first.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return value.length - last.length >= position && value.endsWith(last);
}

function splitOutsideBraces(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
