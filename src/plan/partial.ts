/** Cells for what the code says only in part: what is not in the source is tried on the default of each axis. */
import { type Cell, CONTROL, cellId } from '../domain/cell.ts';
import { allCells, DEFAULT_PATTERNS } from './matrix.ts';
import { selectCells } from './patterns.ts';

/** What stands for an axis that nobody names, for each task: what the default cells have, else the first architecture. */
function defaultsFor(task: string, matrix: readonly Cell[]): readonly Cell[] {
  const usual = selectCells(DEFAULT_PATTERNS, matrix, []).filter((cell) => cell.task === task);
  if (usual.length > 0) return usual;
  const first = matrix.find((cell) => cell.task === task)?.architecture;
  return matrix.filter((cell) => cell.task === task && cell.architecture === first);
}

/** Quantizations that stand for one that nobody names. */
const USUAL_QUANTIZATIONS = ['none', 'bnb-nf4'];
/** Architectures that stand for one that nobody names. */
const MOST_ARCHITECTURES = 2;

/** The cells to measure for a pattern such as `lora/bnb-nf4` on any model: few, and none that the pattern excludes. */
export function expandPartial(pattern: string): readonly Cell[] {
  const matrix = allCells().filter(({ method }) => method !== CONTROL);
  const [method = '*', quantization = '*', architecture = '*', task = '*'] = pattern.split('/');
  const fitting = selectCells([pattern], matrix, []);
  const isUsual = (cell: Cell) => {
    const usual = defaultsFor(cell.task, matrix);
    const architectures = [...new Set(usual.map((one) => one.architecture))].slice(0, MOST_ARCHITECTURES);
    return (
      (method !== '*' || usual.some((one) => one.method === cell.method)) &&
      (quantization !== '*' || USUAL_QUANTIZATIONS.includes(cell.quantization)) &&
      (architecture !== '*' || architectures.includes(cell.architecture)) &&
      (task !== '*' || architecture !== '*' || cell.task === 'causal-lm')
    );
  };
  return [...new Map(fitting.filter(isUsual).map((cell) => [cellId(cell), cell])).values()];
}
