/** Cells that a file of its own cannot show, and why. */
import type { Cell } from '../../domain/cell.ts';
import { methodParts, ownOf } from '../../domain/code-paths.ts';
import { ARCHITECTURES, type Method } from '../../domain/matrix.ts';
import { own } from '../../domain/own.ts';

/** Arguments that a run works out: of its model, or of what its users do besides. */
const WORKED_OUT = ['made', 'model'];

/** Why a cell whose rows are text has no script, as the end of a sentence; undefined where it has one. */
export function withoutScript(cell: Cell, method: Method): string | undefined {
  const { paths } = methodParts(cell.method);
  if (own(ARCHITECTURES, cell.architecture) === undefined)
    return `\`${cell.architecture}\` is no architecture of the matrix.`;
  if (ownOf(cell) !== undefined) return 'it has arguments of your own.';
  if (paths.length > 0) return `it is reached by a code path, \`${paths.join('`, `')}\`.`;
  if (method.prepared !== undefined)
    return `something is prepared for it by peft-sweep before it is attached, \`${method.prepared}\`.`;
  const argument = workedOut(method);
  return argument === undefined ? undefined : `its argument \`${argument}\` is worked out by peft-sweep.`;
}

function workedOut({ arguments: given }: Method): string | undefined {
  return Object.entries(given).find(([, value]) => isWorkedOut(value))?.[0];
}

function isWorkedOut(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  const [only] = entries;
  const isOne =
    entries.length === 1 && only !== undefined && WORKED_OUT.includes(only[0]) && typeof only[1] === 'string';
  return isOne || entries.some(([, one]) => isWorkedOut(one));
}
