/** The one model that every renderer reads, and the schema of report.json (schema/report.schema.json is made from it). */
import { z } from 'zod';
import { COMPARISONS } from '../domain/comparison.ts';
import { OUTCOMES, STAGES } from '../domain/outcome.ts';

const Failure = z.object({
  stage: z.enum(STAGES),
  kind: z.enum(['raised', 'check']),
  type: z.string(),
  reason: z.string(),
  signature: z.string(),
  message: z.string(),
  frames: z.array(z.string()).optional().describe('where it was raised, outermost first'),
});

const Result = z.object({
  id: z.string().describe('cell@environment'),
  cell: z.string(),
  environment: z.string(),
  repeat: z.number().int(),
  outcome: z.enum(OUTCOMES),
  stage: z.enum(STAGES).optional(),
  reason: z.string().optional(),
  signature: z.string().optional(),
  message: z.string().optional(),
  stages: z.partialRecord(z.enum(STAGES), z.enum(['ok', 'na', 'fail'])),
  failures: z.array(Failure),
  facts: z.record(z.string(), z.union([z.number(), z.string()])),
});
export type ReportResult = z.infer<typeof Result>;

const Environment = z.object({
  request: z.string(),
  id: z.string().optional(),
  python: z.string(),
  device: z.string(),
  pins: z.record(z.string(), z.string()),
  optional: z.array(z.string()),
  lock: z.string().optional().describe('path below the output folder'),
  status: z.enum(['built', 'unresolved', 'inconclusive']),
  why: z.string().optional(),
  containment: z.string(),
});
export type ReportEnvironment = z.infer<typeof Environment>;

const Failed = z.object({ stage: z.enum(STAGES), kind: z.enum(['raised', 'check']) });

const Comparison = z.object({
  cell: z.string(),
  comparison: z.enum(COMPARISONS),
  what: z.array(z.string()).describe('stages or facts that moved'),
  cause: z.literal('base model').optional(),
  before: z.enum([...OUTCOMES, 'unknown']),
  after: z.enum([...OUTCOMES, 'unknown']),
  failedBefore: z.array(Failed).describe('stages that failed at base, in their order'),
  failedAfter: z.array(Failed).describe('stages that failed at head, in their order'),
  why: z.string().optional().describe('for a cell that was not compared'),
});
export type ReportComparison = z.infer<typeof Comparison>;

const Standing = z.object({ outcome: z.enum(OUTCOMES), failed: z.array(z.enum(STAGES)) });
export type ReportStanding = z.infer<typeof Standing>;

const Boundary = z.object({
  cell: z.string(),
  library: z.string(),
  direction: z.enum(['regressed', 'degraded', 'fixed']),
  lastGood: z.string(),
  firstBad: z.string(),
  before: Standing.describe('what the cell does at lastGood'),
  after: Standing.describe('what the cell does at firstBad'),
  stage: z.string(),
  reason: z.string(),
  signature: z.string(),
  message: z.string(),
  measured: z.array(z.string()),
  alsoChanged: z.array(z.string()),
  certainty: z.object({
    runs: z.number().int(),
    agree: z.number().int(),
    adjacent: z.boolean(),
    open: z.number().int().describe('releases between the two that the limits of the run left unmeasured'),
    confounded: z.boolean(),
  }),
});
export type ReportBoundary = z.infer<typeof Boundary>;

const Pin = z.object({
  kind: z.enum(['hold', 'exclude', 'raise-partner', 'floor']),
  library: z.string(),
  version: z.string().describe('the version that was measured to work'),
  below: z.string().optional().describe('for a hold: the first release that it keeps out'),
  newestPatch: z.string().optional().describe('the newest release of the same minor that was measured to work too'),
  specifier: z.string(),
  together: z
    .array(z.string())
    .optional()
    .describe('specifiers of other libraries that were measured with it and only with it: all of them, or none'),
  keepsBump: z.boolean(),
  unlocks: z.array(z.string()),
  holds: z.number().int().describe('planned cells that are not worse than at base with this pin'),
  of: z.number().int().describe('planned cells that were measured with this pin'),
  measuredIn: z.string(),
});
export type ReportPin = z.infer<typeof Pin>;

const Patch = z.object({
  specifier: z.string().describe('the pin that this follows'),
  file: z.string(),
  line: z.number().int(),
  before: z.string().describe('the whole line as it is'),
  after: z.string().describe('the whole line with the pin'),
  diff: z.string().describe('the same as a unified diff'),
  refresh: z.string().optional().describe('command that refreshes the lock beside the file'),
});
export type ReportPatch = z.infer<typeof Patch>;

const BotHold = z.object({
  file: z.string(),
  language: z.enum(['json', 'yaml']),
  text: z.string(),
  how: z.string(),
});

const Workaround = z.object({
  cell: z.string(),
  kind: z.enum(['method', 'quantization']),
  use: z.string(),
  helps: z.boolean(),
  outcome: z.string(),
  why: z.string().optional().describe('why it is no way out though it passes'),
  cost: z.string().optional(),
});
export type ReportWorkaround = z.infer<typeof Workaround>;

export const Report = z
  .object({
    schemaVersion: z.literal(3),
    run: z.object({
      tool: z.string(),
      probe: z.string(),
      started: z.string(),
      ms: z.number(),
      python: z.string(),
      torch: z.string(),
      device: z.string(),
      containment: z.object({ name: z.string(), enforced: z.array(z.string()), missing: z.array(z.string()) }),
      bot: z.enum(['renovate', 'dependabot']).optional().describe('who opened the pull request'),
      stoppedBy: z.enum(['finished', 'environments', 'budget', 'interrupted']),
      held: z.record(z.string(), z.string()),
      out: z.string().describe('output folder, as given'),
    }),
    changes: z.array(
      z.object({
        library: z.string(),
        from: z.string(),
        to: z.string(),
        kind: z.string().describe('major, minor, patch or other'),
        file: z.string().optional(),
        line: z.number().int().optional(),
      }),
    ),
    environments: z.array(Environment),
    cells: z.array(z.object({ id: z.string(), planned: z.boolean(), source: z.string().optional() })),
    results: z.array(Result),
    comparisons: z.array(Comparison),
    controls: z.array(Comparison),
    boundaries: z.array(Boundary),
    together: z.array(z.string()).describe('cells that only all changes together move'),
    pins: z.array(Pin),
    patches: z.array(Patch).describe('pins in the dialect of the manifests of the checkout'),
    notPatched: z.array(z.object({ specifier: z.string(), file: z.string(), line: z.number().int(), why: z.string() })),
    botHolds: z.array(BotHold),
    workarounds: z.array(Workaround),
    leftUndone: z.array(z.string()).describe('what the limits of the run left undone, as sentences'),
    findings: z.array(
      z.object({
        kind: z.string(),
        message: z.string(),
        file: z.string().optional(),
        line: z.number().int().optional(),
      }),
    ),
    totals: z.object({
      cells: z.record(z.enum(COMPARISONS), z.number().int()),
      measurements: z.partialRecord(z.enum(OUTCOMES), z.number().int()),
    }),
  })
  .meta({ title: 'peft-sweep report' });
export type Report = z.infer<typeof Report>;
