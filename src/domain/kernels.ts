/** Whether a card computes a cell by other code than a CPU does. */
import type { Cell } from './cell.ts';
import { entryOf } from './code-paths.ts';
import { QUANTIZERS } from './matrix.ts';
import { own } from './own.ts';

/** Why it does; undefined where both take the same. */
export function ownKernels({ method, quantization }: Cell): string | undefined {
  return own(QUANTIZERS, quantization)?.perDevice ?? entryOf(method)?.perDevice;
}
