/** What the oracle does not judge, as data: each entry is a kind of cell and the reason. */
import { type Cell, isControl } from '../domain/cell.ts';
import { entryOf } from '../domain/code-paths.ts';
import { METHODS, type Method } from '../domain/matrix.ts';
import { ARCHITECTURES, TASKS_OF_GRAPHS } from './architectures.ts';
import { FORMULAS } from './formulas.ts';

interface Gap {
  readonly of: (cell: Cell) => boolean;
  readonly why: string;
}

/** Weights of bitsandbytes in 4 bits, which the probe leaves in 32. */
const FOUR_BITS = ['bnb-nf4', 'bnb-fp4', 'bnb-nf4+double'];

const GAPS: readonly Gap[] = [
  { of: ({ architecture }) => !ARCHITECTURES.has(architecture), why: 'no graph of the architecture is written' },
  { of: ({ task }) => !TASKS_OF_GRAPHS.includes(task), why: 'no graph of the task is written' },
  { of: (cell) => !isControl(cell) && !hasFormula(cell.method), why: 'no formula of the method is written' },
  {
    of: ({ method }) => entryOf(method)?.notMeasured?.reload !== undefined,
    why: 'what became of its base model is not saved with the adapter',
  },
  {
    of: ({ quantization }) => quantization === 'bnb-int8',
    why: 'activations are rounded to 8 bits too, which no graph does',
  },
  {
    of: ({ quantization }) => !['none', ...FOUR_BITS].includes(quantization),
    why: 'what its weights stand for is not left by the probe',
  },
  {
    of: ({ method, architecture }) =>
      method === 'adaption-prompt' && ARCHITECTURES.get(architecture)?.adaption === undefined,
    why: 'the graph of the architecture has no place for an adaption prompt',
  },
];

/** The first reason; undefined where a cell is judged. */
export function whyNotJudged(cell: Cell): string | undefined {
  return GAPS.find(({ of }) => of(cell))?.why;
}

/** A variant has no type of its own: that of its configuration class. */
function hasFormula(name: string): boolean {
  const type = METHODS[name]?.peftType ?? typeOf(METHODS[name]);
  return type !== undefined && FORMULAS.has(type);
}

function typeOf(method: Method | undefined): string | undefined {
  return Object.values(METHODS).find(({ config, peftType }) => config === method?.config && peftType !== undefined)
    ?.peftType;
}
