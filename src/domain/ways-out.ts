/** What somebody can do about a break: pins that were measured, and other cells that work. */
import { z } from 'zod';
import { CellId } from './cell.ts';
import type { Immutable } from './immutable.ts';

export const Pin = z.strictObject({
  kind: z.enum(['hold', 'exclude', 'raise-partner', 'floor']),
  library: z.string(),
  version: z.string().describe('the version that was measured to work'),
  below: z.string().exactOptional().describe('for a hold: the first release that it keeps out'),
  newestPatch: z
    .string()
    .exactOptional()
    .describe('the newest release of the same minor that was measured to work too'),
  specifier: z.string(),
  together: z
    .array(z.string())
    .exactOptional()
    .describe('specifiers of other libraries that were measured with it and only with it: all of them, or none'),
  keepsBump: z.boolean(),
  unlocks: z.array(CellId).describe('cells that are worse at head and are not with this pin'),
  holds: z.number().int().describe('planned cells that are not worse than at base with this pin'),
  of: z.number().int().describe('planned cells that were measured with this pin'),
  measuredIn: z.string(),
});
export type Pin = Immutable<z.infer<typeof Pin>>;

/** A set of versions that was measured as a way out, before it is put into words. */
export type MeasuredPin = Omit<Pin, 'specifier' | 'together' | 'keepsBump'>;

export const Workaround = z.strictObject({
  cell: CellId,
  kind: z.enum(['method', 'quantization']),
  use: CellId,
  helps: z.boolean(),
  outcome: z.string(),
  why: z.string().exactOptional().describe('why it is no way out though it passes'),
  cost: z.string().exactOptional(),
});
export type Workaround = Immutable<z.infer<typeof Workaround>>;
