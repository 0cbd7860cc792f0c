/** What a probe may say. Records come from a process that runs strangers' packages: each is checked before it counts. */
import { z } from 'zod';
import { Facts } from '../domain/facts.ts';
import { Failure, Result, Stage } from '../domain/outcome.ts';

/** What a probe knows of a failure; the reason and the signature are found here. What else it says is not heard. */
const SaidFailure = z.object({
  ...Failure.omit({ reason: true, signature: true, explained: true }).shape,
  message: z.string().max(4000),
  frames: Failure.shape.frames.unwrap().default([]),
  /** Names of the exceptions and errno along the chain of causes. */
  causes: z.array(z.string().max(200)).max(20).default([]),
});

/** Numbers that JSON has no word for arrive as null, and are as good as not measured. */
const SaidFacts = z.preprocess(withoutNulls, z.object(Facts.omit({ seconds: true }).shape));

export const CellRecord = z.object({
  kind: z.literal('cell'),
  cell: Result.shape.cell,
  ended: z.string().max(40),
  seconds: Facts.shape.seconds,
  stage: Stage.exactOptional(),
  stages: Result.shape.stages.default({}),
  failures: z.array(SaidFailure).max(Stage.options.length).default([]),
  facts: SaidFacts.default({}),
  output: z.string().max(20_000).exactOptional(),
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

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}
