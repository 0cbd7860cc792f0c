/** Checkpoints of the user's own: where they are, and what is known of them before a cell runs. */
import { z } from 'zod';
import type { Cell } from './cell.ts';
import type { Immutable } from './immutable.ts';
import { own } from './own.ts';

/** A folder of this machine, or a repository of a hub at one commit. */
export const Source = z.union([
  z.strictObject({ path: z.string().min(1).max(1000) }),
  z.strictObject({ id: z.string().max(200), revision: z.string().regex(/^[0-9a-f]{40}$/) }),
]);
export type Source = Immutable<z.infer<typeof Source>>;

export const Checkpoint = z.strictObject({
  source: Source,
  /** Whether modeling code that it brings may run, contained as all else does. */
  trustsCode: z.boolean(),
  tasks: z.array(z.string().max(40)).min(1).max(8),
  /** Whether its files were looked at: the job that plans has none. */
  isOpened: z.literal(true).exactOptional(),
  /** The quantization that its files are in already; absent where they hold floats, or where nobody has looked. */
  stored: z.string().max(80).exactOptional(),
  /** Why none of its cells is measured, in two or three words and in a sentence. */
  unfit: z.strictObject({ reason: z.string().max(60), message: z.string().max(2000) }).exactOptional(),
});
export type Checkpoint = Immutable<z.infer<typeof Checkpoint>>;

/** By the name that stands for the architecture in their cells. */
export const Checkpoints = z.record(z.string().max(60), Checkpoint);
export type Checkpoints = Readonly<Record<string, Checkpoint>>;

export function checkpointOf({ architecture }: Pick<Cell, 'architecture'>, checkpoints: Checkpoints = {}) {
  return own(checkpoints, architecture);
}

/** In a sentence: `folder/of/it`, `owner/name at 0123456789ab`. */
export function sourceWords(source: Source): string {
  return 'path' in source ? source.path : `${source.id} at ${source.revision.slice(0, 12)}`;
}
