/** The one model that every renderer reads, and the schema of report.json (schema/report.schema.json is made from it). */
import { z } from 'zod';
import { COMPARISONS } from '../domain/comparison.ts';
import { EnvironmentStatus } from '../domain/environment.ts';
import type { Immutable } from '../domain/immutable.ts';
import { Failure, OUTCOMES, Outcome, Result, Standing } from '../domain/outcome.ts';
import { OwnConfigurations } from '../domain/own-configuration.ts';
import { Pin, Workaround } from '../domain/ways-out.ts';

const ResultEntry = z.strictObject({
  id: z.string().describe('cell@environment'),
  ...Result.shape,
  environment: z.string(),
  repeat: z.number().int(),
  stage: Failure.shape.stage.exactOptional(),
  signature: Failure.shape.signature.exactOptional(),
});
export type ReportResult = Immutable<z.infer<typeof ResultEntry>>;

const Environment = z.strictObject({
  request: z.string(),
  id: z.string().exactOptional(),
  python: z.string(),
  device: z.string(),
  pins: z.record(z.string(), z.string()),
  optional: z.array(z.string()),
  lock: z.string().exactOptional().describe('path below the output folder'),
  status: EnvironmentStatus,
  why: z.string().exactOptional(),
  containment: z.string(),
});
export type ReportEnvironment = Immutable<z.infer<typeof Environment>>;

const Failed = Failure.pick({ stage: true, kind: true });

const Comparison = z.strictObject({
  cell: z.string(),
  comparison: z.enum(COMPARISONS),
  what: z.array(z.string()).describe('stages or facts that moved'),
  cause: z.literal('base model').exactOptional(),
  before: z.enum([...OUTCOMES, 'unknown']),
  after: z.enum([...OUTCOMES, 'unknown']),
  failedBefore: z.array(Failed).describe('stages that failed at base, in their order'),
  failedAfter: z.array(Failed).describe('stages that failed at head, in their order'),
  why: z.string().exactOptional().describe('for a cell that was not compared'),
});
export type ReportComparison = Immutable<z.infer<typeof Comparison>>;

const Elsewhere = z.strictObject({
  ...Comparison.pick({ cell: true, comparison: true, before: true, after: true }).shape,
  device: z.string(),
  isBad: z.boolean().describe('whether it got worse there, in a check whether it is broken'),
});

const Boundary = z.strictObject({
  cell: z.string(),
  library: z.string(),
  direction: z.enum(['regressed', 'degraded', 'fixed']),
  lastGood: z.string(),
  firstBad: z.string(),
  firstFixed: z
    .string()
    .exactOptional()
    .describe('the release in which what broke here works again; absent where it stays broken to the head'),
  before: Standing.describe('what the cell does at lastGood'),
  after: Standing.describe('what the cell does at firstBad'),
  stage: z.string(),
  reason: z.string(),
  signature: z.string(),
  message: z.string(),
  measured: z.array(z.string()),
  alsoChanged: z.array(z.string()),
  certainty: z.strictObject({
    runs: z.number().int(),
    agree: z.number().int(),
    adjacent: z.boolean(),
    open: z.number().int().describe('releases between the two that the limits of the run left unmeasured'),
    confounded: z.boolean(),
  }),
});
export type ReportBoundary = Immutable<z.infer<typeof Boundary>>;

const Patch = z.strictObject({
  specifier: z.string().describe('the pin that this follows'),
  file: z.string(),
  line: z.number().int(),
  before: z.string().describe('the whole line as it is'),
  after: z.string().describe('the whole line with the pin'),
  diff: z.string().describe('the same as a unified diff'),
  refresh: z.string().exactOptional().describe('command that refreshes the lock beside the file'),
});
export type ReportPatch = Immutable<z.infer<typeof Patch>>;

const BotHold = z.strictObject({
  file: z.string(),
  language: z.enum(['json', 'yaml']),
  text: z.string(),
  how: z.string(),
});

export const Report = z
  .object({
    schemaVersion: z.literal(5),
    run: z.strictObject({
      tool: z.string(),
      probe: z.string(),
      started: z.string(),
      ms: z.number(),
      python: z.string(),
      torch: z.string(),
      device: z.string(),
      containment: z.strictObject({ name: z.string(), enforced: z.array(z.string()), missing: z.array(z.string()) }),
      bot: z.enum(['renovate', 'dependabot']).exactOptional().describe('who opened the pull request'),
      stoppedBy: z.enum(['finished', 'environments', 'budget', 'interrupted']),
      held: z.record(z.string(), z.string()),
      out: z.string().describe('output folder, as given'),
    }),
    changes: z.array(
      z.strictObject({
        library: z.string(),
        from: z.string(),
        to: z.string(),
        kind: z.string().describe('major, minor, patch or other'),
        file: z.string().exactOptional(),
        line: z.number().int().exactOptional(),
      }),
    ),
    environments: z.array(Environment),
    cells: z.array(z.strictObject({ id: z.string(), planned: z.boolean(), source: z.string().exactOptional() })),
    configurations: OwnConfigurations.exactOptional().describe(
      "the user's own arguments of cells, by the last part of their methods: what is carried, made smaller, left out",
    ),
    results: z.array(ResultEntry),
    comparisons: z.array(Comparison),
    controls: z.array(Comparison),
    elsewhere: z
      .array(Elsewhere)
      .exactOptional()
      .describe('what the same cells do on other devices of the same run, where they were measured there'),
    boundaries: z.array(Boundary),
    together: z.array(z.string()).describe('cells that only all changes together move'),
    pins: z.array(Pin),
    patches: z.array(Patch).describe('pins in the dialect of the manifests of the checkout'),
    notPatched: z.array(
      z.strictObject({ specifier: z.string(), file: z.string(), line: z.number().int(), why: z.string() }),
    ),
    botHolds: z.array(BotHold),
    workarounds: z.array(Workaround),
    leftUndone: z.array(z.string()).describe('what the limits of the run left undone, as sentences'),
    findings: z.array(
      z.strictObject({
        kind: z.string(),
        message: z.string(),
        file: z.string().exactOptional(),
        line: z.number().int().exactOptional(),
      }),
    ),
    totals: z.strictObject({
      cells: z.record(z.enum(COMPARISONS), z.number().int()),
      measurements: z.partialRecord(Outcome, z.number().int()),
    }),
  })
  .meta({ title: 'peft-sweep report' });
export type Report = Immutable<z.infer<typeof Report>>;
