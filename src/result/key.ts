/** What was measured. Results with equal keys are the same measurement, whichever run made them. */
import { z } from 'zod';
import { CellId } from '../domain/cell.ts';
import { DEVICE_NAMES } from '../domain/device.ts';
import { EnvironmentId } from '../domain/environment.ts';
import type { Immutable } from '../domain/immutable.ts';

export const ResultKey = z.strictObject({
  /** Hash of the lock; interpreter, platform and accelerator are in it. */
  environment: EnvironmentId,
  device: z.enum(DEVICE_NAMES),
  /** The card that it ran on: name, memory, capability, driver; absent on a processor. */
  accelerator: z.string().max(300).exactOptional(),
  /** Version of the program that tries cells. */
  probe: z.string().max(20),
  /** Hash of the weights and the configuration that the cell starts from. */
  checkpoint: z.string().regex(/^[0-9a-f]{12}$/),
  cell: CellId,
  /** How it is run and judged, as far as the probe's version does not say it. */
  configuration: z.string().max(200),
  /** The environment whose saved adapter was loaded; absent where there was none. */
  carriedFrom: EnvironmentId.exactOptional(),
});
export type ResultKey = Immutable<z.infer<typeof ResultKey>>;

/** A text that is equal for equal keys. */
export function resultKey(key: ResultKey): string {
  return JSON.stringify(ResultKey.keyof().options.map((name) => key[name] ?? ''));
}
