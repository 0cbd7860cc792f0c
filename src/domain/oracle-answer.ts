/** What the oracle says of one cell: how far its numbers are from the reference graphs, and what explains them. */
import { z } from 'zod';

const Text = z.string().max(1000);
const Distance = z.number().nonnegative();

export const OracleAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('agrees'),
    /** The largest difference of two logits. */
    distance: Distance,
    /** What differs from the definition and is known, with its reason. */
    but: z.exactOptional(Text),
  }),
  z.strictObject({
    kind: z.literal('disagrees'),
    distance: z.union([Distance, z.literal(Number.POSITIVE_INFINITY)]),
    /** How far apart is still equal. */
    band: Distance,
    where: z.enum(['logits', 'tokens']),
    /** A sentence for the user; absent where nothing that was tried explains the numbers. */
    says: z.exactOptional(Text),
    /** The distance that is left with the change that the sentence names. */
    left: z.exactOptional(Distance),
  }),
  /** What it computed, or what it saved while it computed numbers, is none: no graph is needed to say so. */
  z.strictObject({
    kind: z.literal('not finite'),
    where: z.enum(['logits', 'adapter']),
    /** The name of the tensor that holds NaN or an infinity, and of how many numbers how many are none. */
    tensor: Text,
    count: z.int().positive(),
    of: z.int().positive(),
  }),
  /** There is no graph or formula for it, or what the cell left cannot be read. */
  z.strictObject({ kind: z.literal('not checked'), why: Text }),
]);
export type OracleAnswer = Readonly<z.infer<typeof OracleAnswer>>;
