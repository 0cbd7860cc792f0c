/** plan.json: what the plan job hands to the jobs that measure and publish. Its SHA-256 travels as a job output. */
import { z } from 'zod';

const Text = z.string().max(4000);
const Version = z.string().max(100);
const Pins = z.record(z.string().max(200), Version);
const Cell = z.strictObject({ method: Text, quantization: Text, architecture: Text, task: Text });
const Place = z.strictObject({ file: Text, line: z.number().int() });

const Change = z.strictObject({
  library: Text,
  from: Version,
  to: Version,
  releases: z.array(Version),
  place: Place.optional(),
});

const Plan = z.strictObject({
  changes: z.array(Change),
  held: Pins,
  cells: z.array(Cell).max(2000),
  alternatives: z.array(Cell).max(4000),
  partners: z.record(Text, z.array(Version)),
  asks: z.array(Text).max(1000).optional(),
  chosenBy: z.enum(['default', 'user', 'code']),
  sources: z.record(Text, Text),
  guessed: z
    .array(z.strictObject({ pattern: Text, source: Text, why: Text, cells: z.array(Text).max(2000) }))
    .max(2000)
    .optional(),
  locked: z.strictObject({ base: Pins, head: Pins }),
  minutes: z.number().positive(),
  environments: z.number().int().positive(),
});

const Finding = z.strictObject({
  kind: Text,
  message: Text,
  file: Text.optional(),
  line: z.number().int().optional(),
  stops: Text.optional(),
});

const Requirement = z.strictObject({
  name: Text,
  written: z.string(),
  specifier: z.string(),
  extras: z.array(z.string()),
  marker: z.string(),
  group: z.string(),
  source: z.enum(['index', 'git', 'path', 'editable', 'url']),
  version: Version.optional(),
  line: z.number().int(),
  columns: z.tuple([z.number().int(), z.number().int()]),
});

const Manifest = z.strictObject({
  file: Text,
  format: Text,
  requirements: z.array(Requirement),
  locked: z.array(z.strictObject({ name: Text, version: Text, line: z.number().int() })),
  includes: z.array(
    z.strictObject({ path: z.string(), line: z.number().int(), constrains: z.literal(true).optional() }),
  ),
  indexes: z.array(z.strictObject({ address: z.string(), line: z.number().int() })),
  python: z.string().optional(),
  findings: z.array(Finding),
});

const Request = z.strictObject({
  plan: Plan,
  files: z.array(Text),
  findings: z.array(Finding),
  /** Manifests of head that name a watched library, with their text: pins are put into these. */
  manifests: z.array(Manifest),
  contents: z.record(Text, z.string()),
});

const Shard = z.strictObject({
  id: z.string().regex(/^\d{1,3}$/),
  request: z.number().int().nonnegative(),
  device: Text,
  cells: z.array(Text),
  minutes: z.number(),
});

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
  comment: z.number().int().positive().optional(),
  slash: z.discriminatedUnion('command', [
    z.strictObject({ command: z.literal('run'), cells: z.array(Text).readonly() }),
    z.strictObject({ command: z.literal('explain'), cell: Text }),
    z.strictObject({ command: z.literal('apply') }),
    z.strictObject({ command: z.literal('accept'), cell: Text, until: Text, reason: Text }),
    z.strictObject({ command: z.literal('unknown') }),
  ]),
  refused: z.array(z.string().max(1000)).max(20).optional(),
});
export type Command = z.infer<typeof Command>;

/** Why nothing is measured, in a sentence. */
export function nothingText({ nothing }: Pick<PlanFile, 'nothing'>): string {
  return nothing ?? 'No watched library changed: nothing to measure.';
}

export const PlanFile = z.strictObject({
  schemaVersion: z.literal(1),
  tool: Text,
  repository: Text,
  pull: Pull.optional(),
  /** The commit of a merge queue that waits for the check, where there is no single pull request. */
  queued: Sha.optional(),
  bot: z.enum(['renovate', 'dependabot']).optional(),
  comment: z.enum(['changes', 'always', 'never']),
  failOn: z.array(z.enum(['regressed', 'degraded', 'incomplete', 'guard'])),
  /** Cells that are known to be broken, as identifiers, with the last day that counts. */
  known: z.array(z.strictObject({ cell: Text, reason: Text, expires: Text })),
  /** The comment that asked for this, and is answered. */
  command: Command.optional(),
  /** Why nothing is measured, where nothing is. */
  nothing: z.string().max(4000).optional(),
  requests: z.array(Request).max(64),
  shards: z.array(Shard).max(256),
});
export type PlanFile = z.infer<typeof PlanFile>;
export type PlannedRequest = z.infer<typeof Request>;
