/**
 * Results from jobs that ran strangers' packages: each line is checked against the plan before it counts. What the plan
 * does not have is rejected, never repaired.
 */
import { z } from 'zod';
import { cellId } from '../domain/cell.ts';
import { type EnvironmentRequest, requestKey, WATCHED } from '../domain/environment.ts';
import { isMeasured, type Result, STAGES } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import type { Measurement } from '../domain/search.ts';
import { isVersion } from '../domain/version.ts';
import { packagesOf } from '../plan/matrix.ts';
import type { Plan } from '../plan/plan.ts';
import { controlsOf } from '../search/problem.ts';

const Name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/);
const Version = z.string().max(100).refine(isVersion);
const Pins = z.record(Name, Version);
const Text = z.string().max(2000);
const CellName = z.string().max(200);
const EnvironmentId = z.string().regex(/^[0-9a-f]{12}$/);

const Request = z.strictObject({ pins: Pins, packages: z.array(Name).max(20), heldBack: Pins.optional() });

const Environment = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('built'),
    id: EnvironmentId,
    lock: Pins,
    contested: z.array(Text).max(10).optional(),
  }),
  z.strictObject({ status: z.literal('unresolved'), why: Text }),
  z.strictObject({ status: z.literal('inconclusive'), why: Text }),
]);

const Stage = z.enum(STAGES);
const Failure = z.strictObject({
  stage: Stage,
  kind: z.enum(['raised', 'check']),
  type: z.string().max(200),
  reason: z.string().max(200),
  signature: z.string().max(400),
  message: z.string().max(5000),
  frames: z.array(z.string().max(300)).max(10).optional(),
});

const Facts = z.strictObject({
  trainable: z.number().int().nonnegative().optional(),
  lossRatio: z.number().optional(),
  firstLoss: z.number().optional(),
  mergeDifference: z.number().optional(),
  uncachedGenerate: z.string().max(200).optional(),
  peakBytes: z.number().nonnegative().optional(),
  seconds: z.number().nonnegative().optional(),
});

const ForeignResult = z.strictObject({
  cell: CellName,
  outcome: z.enum(['pass', 'wrong', 'fail', 'unsupported', 'unresolved', 'inconclusive', 'skipped']),
  reason: z.string().max(200).optional(),
  message: z.string().max(5000).optional(),
  stages: z.partialRecord(Stage, z.enum(['ok', 'na', 'fail'])),
  failures: z.array(Failure).max(STAGES.length),
  facts: Facts,
});

const Line = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), identity: z.string().max(100_000) }),
  z.strictObject({
    kind: z.literal('environment'),
    run: EnvironmentId.optional(),
    key: z.string().max(4000),
    request: Request,
    environment: Environment,
  }),
  z.strictObject({
    kind: z.literal('result'),
    run: EnvironmentId.optional(),
    key: z.string().max(4000),
    environment: z.string().max(4000),
    repeat: z.number().int().min(1).max(9),
    result: ForeignResult,
  }),
]);

/** A pass with a failed stage, or a fail without one, is not what a probe writes. */
function isConsistent({ outcome, stages, failures }: z.infer<typeof ForeignResult>): boolean {
  const failed = Object.values(stages).includes('fail');
  if (outcome === 'pass') return !failed && failures.length === 0;
  return outcome === 'fail' || outcome === 'wrong' ? failed && failures.length > 0 : true;
}

/** Gathers lines of one shard; says at the end what it took and what it turned away. */
export class ForeignResults {
  readonly #cells: ReadonlySet<string>;
  /** The plan's limit of environments is one of each package set. */
  readonly #most: number;
  readonly #requests = new Map<string, { request: EnvironmentRequest; environment: z.infer<typeof Environment> }>();
  readonly #results = new Map<string, Map<string, Result>>();
  readonly #rejected = new Map<string, number>();

  constructor(private readonly plan: Plan) {
    this.#cells = new Set(
      [...plan.cells, ...controlsOf(plan.cells), ...plan.alternatives, ...controlsOf(plan.alternatives)].map(cellId),
    );
    const sets = [...plan.cells, ...plan.alternatives].map(({ quantization }) => packagesOf(quantization).join());
    this.#most = plan.environments * Math.max(1, new Set(['', ...sets]).size);
  }

  add(text: string): void {
    const why = text.trim() === '' ? undefined : this.#take(text);
    if (why !== undefined) this.#rejected.set(why, (this.#rejected.get(why) ?? 0) + 1);
  }

  /** Why a line is turned away; undefined where it was taken. */
  #take(text: string): string | undefined {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return 'a line that is not JSON';
    }
    const { data: line } = Line.safeParse(parsed);
    if (line === undefined) return 'a line that is not in our form';
    if (line.kind === 'environment') return this.#takeEnvironment(line);
    return line.kind === 'result' ? this.#takeResult(line) : undefined;
  }

  #takeEnvironment({
    key,
    request,
    environment,
  }: Extract<z.infer<typeof Line>, { kind: 'environment' }>): string | undefined {
    const { heldBack, ...rest } = request;
    const wanted: EnvironmentRequest = { ...rest, ...(heldBack && { heldBack }) };
    if (requestKey(wanted) !== key) return 'an environment under another name';
    if (!this.#isPlanned(wanted)) return 'an environment that the plan does not have';
    if (environment.status === 'built' && !holdsPins(environment.lock, wanted.pins))
      return 'an environment whose lock does not hold its pins';
    if (!this.#requests.has(key) && this.#requests.size >= this.#most)
      return 'an environment more than the plan allows';
    this.#requests.set(key, { request: wanted, environment });
    return undefined;
  }

  #takeResult({
    key,
    repeat,
    result,
    environment,
  }: Extract<z.infer<typeof Line>, { kind: 'result' }>): string | undefined {
    const known = this.#requests.get(key);
    if (known === undefined) return 'a result of an unknown environment';
    if (known.environment.status !== 'built' || known.environment.id !== environment)
      return 'a result of an environment that was not built';
    if (!this.#cells.has(result.cell)) return 'a cell that the plan does not have';
    if (!isConsistent(result)) return 'a result that contradicts itself';
    const name = JSON.stringify([key, repeat]);
    const group = this.#results.get(name) ?? new Map<string, Result>();
    // What was inconclusive is run once more alone: that answer counts.
    if (isMeasured(group.get(result.cell))) return 'a second result for the same question';
    group.set(result.cell, withoutUndefined(result));
    this.#results.set(name, group);
    return undefined;
  }

  /** Versions of swept and held libraries come from the plan; what it leaves open is any version. */
  #isPlanned({ pins }: EnvironmentRequest): boolean {
    return Object.entries(pins).every(([name, version]) => {
      const change = this.plan.changes.find(({ library }) => library === name);
      const partners = own(this.plan.partners, name) ?? [];
      const held = own(this.plan.held, name);
      if (change) return change.releases.includes(version) || partners.includes(version);
      if (held !== undefined) return held === version || partners.includes(version);
      return (WATCHED as readonly string[]).includes(name);
    });
  }

  measurements(): readonly Measurement[] {
    const found: Measurement[] = [];
    const answered = new Set<string>();
    for (const [name, results] of this.#results) {
      const [key, repeat] = JSON.parse(name) as [string, number];
      const known = this.#requests.get(key);
      answered.add(key);
      if (known)
        found.push({
          question: { purpose: 'head', environment: known.request, cells: [], repeat },
          environment: known.environment,
          results,
        });
    }
    for (const [key, { request, environment }] of this.#requests)
      if (!answered.has(key))
        found.push({
          question: { purpose: 'head', environment: request, cells: [], repeat: 1 },
          environment,
          results: new Map(),
        });
    return found;
  }

  /** Sentences about what was turned away. */
  rejected(): readonly string[] {
    return [...this.#rejected].map(([what, count]) => `${count} × ${what}`);
  }
}

function holdsPins(lock: Readonly<Record<string, string>>, pins: Readonly<Record<string, string>>): boolean {
  return Object.entries(pins).every(([name, version]) => own(lock, name)?.split('+')[0] === version.split('+')[0]);
}

function withoutUndefined(result: z.infer<typeof ForeignResult>): Result {
  return JSON.parse(JSON.stringify(result)) as Result;
}

/** Measurements of several shards as one history: the same environment measured twice is one with both results. */
export function mergedHistory(shards: readonly (readonly Measurement[])[]): readonly Measurement[] {
  const merged = new Map<string, Measurement>();
  for (const measurement of shards.flat()) {
    const key = JSON.stringify([requestKey(measurement.question.environment), measurement.question.repeat]);
    const known = merged.get(key);
    const isBetter =
      known === undefined || (known.environment.status !== 'built' && measurement.environment.status === 'built');
    const results = new Map([...measurement.results, ...(known?.results ?? [])]);
    merged.set(key, { ...(isBetter ? measurement : known), results });
  }
  return [...merged.values()];
}
