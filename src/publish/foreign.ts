/**
 * Results from jobs that ran strangers' packages: each line is checked against the plan before it counts. What the plan
 * does not have is rejected, never repaired.
 */
import { type CellId, cellId } from '../domain/cell.ts';
import { deviceOf } from '../domain/device.ts';
import { type Environment, type EnvironmentRequest, isWatched, requestKey } from '../domain/environment.ts';
import { isMeasured, type Result } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import type { Measurement } from '../domain/search.ts';
import { packagesOf } from '../plan/matrix.ts';
import type { Plan } from '../plan/plan.ts';
import { type EnvironmentLine, Line, type ResultLine } from '../result/line.ts';
import { controlsOf } from '../search/problem.ts';

/** A pass with a failed stage, or a fail without one, is not what a probe writes. */
function isConsistent({ outcome, stages, failures }: Result): boolean {
  const failed = Object.values(stages).includes('fail');
  if (outcome === 'pass') return !failed && failures.length === 0;
  return outcome === 'fail' || outcome === 'wrong' ? failed && failures.length > 0 : true;
}

/** What the lines say to one repeat of a request. */
interface Answers {
  readonly request: string;
  readonly repeat: number;
  readonly results: Map<CellId, Result>;
}

/** Gathers lines of one shard; says at the end what it took and what it turned away. */
export class ForeignResults {
  readonly #cells: ReadonlySet<string>;
  /** The plan's limit of environments is one of each package set. */
  readonly #most: number;
  /** What its quantizations need: held where the base has it. */
  readonly #packages: ReadonlySet<string>;
  readonly #requests = new Map<string, { request: EnvironmentRequest; environment: Environment }>();
  /** By request and repeat. */
  readonly #answers = new Map<string, Answers>();
  readonly #rejected = new Map<string, number>();

  constructor(private readonly plan: Plan) {
    this.#cells = new Set(
      [...plan.cells, ...controlsOf(plan.cells), ...plan.alternatives, ...controlsOf(plan.alternatives)].map(cellId),
    );
    const needed = [...plan.cells, ...plan.alternatives].map(packagesOf);
    const sets = needed.map((packages) => packages.join());
    this.#packages = new Set(needed.flat());
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

  #takeEnvironment({ key, request: wanted, environment }: EnvironmentLine): string | undefined {
    if (requestKey(wanted) !== key) return 'an environment under another name';
    if (!this.#isPlanned(wanted)) return 'an environment that the plan does not have';
    if (environment.status === 'built' && !holdsPins(environment.lock, wanted.pins))
      return 'an environment whose lock does not hold its pins';
    if (!this.#requests.has(key) && this.#requests.size >= this.#most)
      return 'an environment more than the plan allows';
    this.#requests.set(key, { request: wanted, environment });
    return undefined;
  }

  #takeResult({ request, key, repeat, result }: ResultLine): string | undefined {
    const known = this.#requests.get(request);
    if (known === undefined) return 'a result of an unknown environment';
    if (known.environment.status !== 'built' || known.environment.id !== key.environment)
      return 'a result of an environment that was not built';
    if (key.cell !== result.cell || key.device !== deviceOf(known.request.device).name)
      return 'a result under another name';
    if (!this.#cells.has(result.cell)) return 'a cell that the plan does not have';
    if (!isConsistent(result)) return 'a result that contradicts itself';
    const name = JSON.stringify([request, repeat]);
    const answers = this.#answers.get(name) ?? { request, repeat, results: new Map<CellId, Result>() };
    // What was inconclusive is run once more alone: that answer counts.
    if (isMeasured(answers.results.get(result.cell))) return 'a second result for the same question';
    answers.results.set(result.cell, result);
    this.#answers.set(name, answers);
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
      return isWatched(name) || this.#packages.has(name);
    });
  }

  measurements(): readonly Measurement[] {
    const answers = [...this.#answers.values()];
    const answered = new Set(answers.map(({ request }) => request));
    const silent = [...this.#requests.keys()].filter((request) => !answered.has(request));
    const all = [...answers, ...silent.map((request) => ({ request, repeat: 1, results: new Map<CellId, Result>() }))];
    return all.flatMap(({ request, repeat, results }) => {
      const known = this.#requests.get(request);
      if (known === undefined) return [];
      const question = { purpose: 'head', environment: known.request, cells: [], repeat } as const;
      return [{ question, environment: known.environment, results }];
    });
  }

  /** Sentences about what was turned away. */
  rejected(): readonly string[] {
    return [...this.#rejected].map(([what, count]) => `${count} × ${what}`);
  }
}

function holdsPins(lock: Readonly<Record<string, string>>, pins: Readonly<Record<string, string>>): boolean {
  return Object.entries(pins).every(([name, version]) => own(lock, name)?.split('+')[0] === version.split('+')[0]);
}
