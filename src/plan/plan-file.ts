/** plan.json: what the plan job hands to the jobs that measure and publish. Its SHA-256 travels as a job output. */
import { z } from 'zod';
import { Cell, CellId } from '../domain/cell.ts';
import { Change } from '../domain/change.ts';
import { Checkpoints } from '../domain/checkpoint.ts';
import { DEVICE_NAMES } from '../domain/device.ts';
import type { Immutable } from '../domain/immutable.ts';
import { Finding, Manifest } from '../domain/manifest.ts';
import { OwnConfigurations } from '../domain/own-configuration.ts';
import { SEARCHES } from '../domain/search.ts';

const Text = z.string().max(4000);
const Version = z.string().max(100);
const Pins = z.record(z.string().max(200), Version);

/** A cell of which a part is not in the source: as a pattern, with its place and what is missing. */
const Guessed = z.strictObject({
  pattern: Text,
  source: Text,
  why: Text,
  /** Cells that stand for it and that nothing else asks for. */
  cells: z.array(CellId).max(2000),
});
export type Guessed = Immutable<z.infer<typeof Guessed>>;

/** What will be measured, before anything is built. */
export const Plan = z.strictObject({
  changes: z.array(Change),
  held: Pins,
  cells: z.array(Cell).max(2000),
  alternatives: z.array(Cell).max(4000),
  partners: z.record(Text, z.array(Version)),
  /** What the metadata of the changed releases asks for. */
  asks: z.array(Text).max(1000).exactOptional(),
  /** Whether somebody chose the cells, or the default stands in until the code was looked at. */
  chosenBy: z.enum(['default', 'user', 'code']),
  /** Where the user's code uses a cell, by its id: `train.py:42`. */
  sources: z.record(Text, Text),
  /** What the code says only in part, where cells stand for that. */
  guessed: z.array(Guessed).max(2000).exactOptional(),
  /** The user's own arguments of cells, by the last part of their methods. */
  configurations: OwnConfigurations.exactOptional(),
  /** Cells that stand beside one with arguments of its own, and fail no check: the matrix's arguments in the same place. */
  beside: z.array(CellId).max(2000).exactOptional(),
  /** What the user's lock holds at both ends: environments keep to it where they can. */
  locked: z.strictObject({ base: Pins, head: Pins }),
  minutes: z.number().positive(),
  environments: z.number().int().positive(),
  search: z.enum(SEARCHES),
  /** Where its cells run; absent for the default. */
  device: z.enum(DEVICE_NAMES).exactOptional(),
  /** Compute capability of the cards, where it is known before a job runs. */
  capability: z.number().exactOptional(),
  /** Cells that no runner is given, and why. */
  unplaced: z.record(CellId, Text).exactOptional(),
  /** Checkpoints of the user's own that its cells name. */
  checkpoints: Checkpoints.exactOptional(),
});
export type Plan = Immutable<z.infer<typeof Plan>>;

export const PlannedRequest = z.strictObject({
  plan: Plan,
  files: z.array(Text),
  findings: z.array(Finding),
  /** Manifests of head that name a watched library, with their text: pins are put into these. */
  manifests: z.array(Manifest),
  contents: z.record(Text, z.string()),
  /** The class of runners that measures it, and why each of its cells is measured there. */
  class: Text.exactOptional(),
  why: z.record(CellId, Text).exactOptional(),
});

export type PlannedRequest = Immutable<z.infer<typeof PlannedRequest>>;

/** The cells of one runner job. */
const Shard = z.strictObject({
  id: z.string().regex(/^\d{1,3}$/),
  /** Index of the request that it works on. */
  request: z.number().int().nonnegative(),
  device: Text,
  /** Of runners: its labels are those of the job. */
  class: Text,
  cells: z.array(Text),
  /** Predicted, at most the budget. */
  minutes: z.number(),
  /** What it costs at most, where a minute of its class has a price. */
  usd: z.number().nonnegative().exactOptional(),
  /** Minutes after which it ends: as predicted where money is short, else those of its plan. */
  limit: z.number().positive().exactOptional(),
});
export type Shard = Immutable<z.infer<typeof Shard>>;

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);

const Pull = z.strictObject({
  number: z.number().int().positive(),
  head: Sha,
  base: Sha,
  /** Lines of the new side that the diff shows, by file: only there a suggestion can stand. */
  diffLines: z.record(Text, z.array(z.number().int())),
});

/** What somebody wrote in a comment, and why it is not followed, where it is not. */
const Command = z.strictObject({
  comment: z.number().int().positive().exactOptional(),
  slash: z.discriminatedUnion('command', [
    z.strictObject({ command: z.literal('run'), cells: z.array(Text).readonly() }),
    z.strictObject({ command: z.literal('explain'), cell: Text }),
    z.strictObject({ command: z.literal('apply') }),
    z.strictObject({ command: z.literal('accept'), cell: Text, until: Text, reason: Text }),
    z.strictObject({ command: z.literal('unknown') }),
  ]),
  refused: z.array(z.string().max(1000)).max(20).exactOptional(),
});
export type Command = Immutable<z.infer<typeof Command>>;

/** Why nothing is measured, in a sentence. */
export function nothingText({ nothing }: Pick<PlanFile, 'nothing'>): string {
  return nothing ?? 'No watched library changed: nothing to measure.';
}

export const PlanFile = z.strictObject({
  schemaVersion: z.literal(1),
  tool: Text,
  repository: Text,
  pull: Pull.exactOptional(),
  /** The commit of a merge queue that waits for the check, where there is no single pull request. */
  queued: Sha.exactOptional(),
  bot: z.enum(['renovate', 'dependabot']).exactOptional(),
  comment: z.enum(['changes', 'always', 'never']),
  failOn: z.array(z.enum(['regressed', 'degraded', 'incomplete', 'guard'])),
  /** Cells that are known to be broken, as identifiers, with the last day that counts. */
  known: z.array(z.strictObject({ cell: Text, reason: Text, expires: Text })),
  /** The comment that asked for this, and is answered. */
  command: Command.exactOptional(),
  /** Why nothing is measured, where nothing is. */
  nothing: z.string().max(4000).exactOptional(),
  requests: z.array(PlannedRequest).max(512),
  shards: z.array(Shard).max(256),
});
export type PlanFile = Immutable<z.infer<typeof PlanFile>>;
