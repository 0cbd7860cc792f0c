import { z } from 'zod';
import type { Immutable } from './immutable.ts';

const Written = z.string().max(100);

export const Place = z.strictObject({ file: z.string().max(4000), line: z.number().int() });
export type Place = Immutable<z.infer<typeof Place>>;

/** A library that moves from one version to another; forwards or back. `releases` are those from `from` to `to`, both included, in that order. */
export const Change = z.strictObject({
  library: z.string().max(4000),
  from: Written,
  to: Written,
  releases: z.array(Written),
  /** Where a manifest says so, where one does. */
  place: Place.exactOptional(),
});
export type Change = Immutable<z.infer<typeof Change>>;
