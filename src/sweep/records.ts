/** What a probe may say. Records come from a process that runs strangers' packages: each is checked before it counts. */
import { z } from 'zod';
import { STAGES } from '../domain/outcome.ts';

const Text = z.string().max(4000);
const Stage = z.enum(STAGES);

const Failure = z.object({
  stage: Stage,
  kind: z.enum(['raised', 'check']),
  type: z.string().max(200),
  message: Text,
  frames: z.array(z.string().max(300)).max(10).default([]),
  causes: z.array(z.string().max(200)).max(20).default([]),
});

const Facts = z.object({
  trainable: z.number().int().nonnegative().optional(),
  lossRatio: z.number().nullish(),
  firstLoss: z.number().nullish(),
  mergeDifference: z.number().nullish(),
  uncachedGenerate: z.string().max(200).optional(),
  peakBytes: z.number().nonnegative().optional(),
});

const CellRecord = z.object({
  kind: z.literal('cell'),
  cell: z.string().max(200),
  ended: z.string().max(40),
  seconds: z.number().nonnegative().optional(),
  stage: Stage.optional(),
  stages: z.partialRecord(Stage, z.enum(['ok', 'na', 'fail'])).default({}),
  failures: z.array(Failure).max(STAGES.length).default([]),
  facts: Facts.default({}),
  output: z.string().max(20_000).optional(),
});
export type CellRecord = z.infer<typeof CellRecord>;

const Imported = z.object({
  kind: z.literal('imported'),
  package: z.string().max(100),
  ok: z.boolean(),
  seconds: z.number(),
});
const Started = z.object({ kind: z.literal('started'), probe: z.string().max(20), python: z.string().max(40) });
const Done = z.object({ kind: z.literal('done'), peakBytes: z.number().optional() });

const ProbeRecord = z.discriminatedUnion('kind', [CellRecord, Imported, Started, Done]);
export type ProbeRecord = z.infer<typeof ProbeRecord>;

const LONGEST_LINE = 65_536;

/** A record, or undefined for a line that is none. */
export function parseRecord(line: string): ProbeRecord | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  try {
    return ProbeRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
