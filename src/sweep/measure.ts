import { type Cell, cellId } from '../domain/cell.ts';
import { type Environment, type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import { type Result, STAGES } from '../domain/outcome.ts';
import type { Measurement, Question } from '../domain/search.ts';
import type { Environments, Journal, Preferences, ProbeEnd, ProbeJob, Probes, Progress } from '../ports.ts';
import { crashed, crashSignal, judge, unmeasured } from './judge.ts';
import { parseRecord } from './records.ts';

export interface SweepPorts {
  readonly environments: Environments;
  readonly probes: Probes;
  readonly journal: Journal;
  readonly progress: Progress;
}

export interface SweepSettings {
  readonly width: number;
  readonly packagesOf: (cell: Cell) => readonly string[];
  /** The base environment of a package set, whose saved adapters the others load. */
  readonly baseOf: (request: EnvironmentRequest) => EnvironmentRequest;
  /** The versions that an environment keeps to where it can. */
  readonly preferencesOf: (request: EnvironmentRequest) => Preferences;
  readonly isStopped: () => boolean;
}

/** The reason of a cell that a stopped run did not get to: it is not finished, so it is not written down. */
const INTERRUPTED = 'interrupted';

/**
 * Measures a batch. Nothing that a cell or an environment does can end the sweep: what cannot be measured comes back
 * as `unresolved` or `inconclusive`. The next environment is built while the last one is probed.
 */
export async function measureBatch(
  questions: readonly Question[],
  ports: SweepPorts,
  settings: SweepSettings,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  let coming = prepare(questions[0], ports, settings);
  for (const [index, question] of questions.entries()) {
    const environment = await coming;
    coming = prepare(questions[index + 1], ports, settings);
    if (environment === undefined || settings.isStopped()) break;
    const measurement = await measure(question, environment, ports, settings);
    ports.progress.say(progressLine(measurement));
    measurements.push(measurement);
  }
  await coming;
  return measurements;
}

/** `bisect: transformers 4.56.0, peft 0.17.1: 2 pass, 1 fail`. */
function progressLine({ question, environment, results }: Measurement): string {
  const pins = Object.entries(question.environment.pins).filter(([name]) => name !== 'torch' && name !== 'accelerate');
  const versions = [
    ...pins.map(([name, version]) => `${name} ${version}`),
    ...question.environment.packages.filter((name) => !question.environment.pins[name]),
  ];
  const counts = new Map<string, number>();
  for (const { outcome } of results.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const outcome = [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
  return `${question.purpose.padEnd(10)} ${versions.join(', ')}: ${outcome}${environment.status === 'built' ? '' : ` (${environment.why.slice(0, 160)})`}`;
}

async function prepare(
  question: Question | undefined,
  ports: SweepPorts,
  settings: SweepSettings,
): Promise<Environment | undefined> {
  if (question === undefined || settings.isStopped()) return undefined;
  const key = requestKey(question.environment);
  const known = ports.journal.environment(key);
  const everyCellKnown = question.cells.every((cell) => ports.journal.result(key, cellId(cell), question.repeat));
  if (known && (everyCellKnown || known.status === 'unresolved')) return known;
  const environment = await ports.environments.prepare(
    question.environment,
    settings.preferencesOf(question.environment),
  );
  ports.journal.addEnvironment(question.environment, environment);
  return environment;
}

async function measure(
  question: Question,
  environment: Environment,
  ports: SweepPorts,
  settings: SweepSettings,
): Promise<Measurement> {
  const results = new Map<string, Result>();
  const key = requestKey(question.environment);
  if (environment.status !== 'built') {
    const outcome = environment.status === 'unresolved' ? 'unresolved' : 'inconclusive';
    for (const cell of question.cells)
      results.set(cellId(cell), unmeasured(cellId(cell), outcome, 'no environment', environment.why));
    return { question, environment, results };
  }
  const open: Cell[] = [];
  for (const cell of question.cells) {
    const known = ports.journal.result(key, cellId(cell), question.repeat);
    known ? results.set(cellId(cell), known) : open.push(cell);
  }
  const add = (result: Result) => {
    results.set(result.cell, result);
    if (result.reason === INTERRUPTED) return;
    ports.journal.addResult(key, environment.id, question.repeat, result);
  };
  if (open.length > 0) await probe(question, environment.id, open, settings.width, ports, settings, add);
  const unsure = open.filter((cell) => results.get(cellId(cell))?.outcome === 'inconclusive');
  if (unsure.length > 0 && !settings.isStopped())
    await probe(question, environment.id, unsure, 1, ports, settings, add);
  return { question, environment, results };
}

async function probe(
  question: Question,
  environmentId: string,
  cells: readonly Cell[],
  width: number,
  ports: SweepPorts,
  settings: SweepSettings,
  add: (result: Result) => void,
): Promise<void> {
  const waiting = new Map(cells.map((cell) => [cellId(cell), cell]));
  const imported = new Set<string>();
  const end = await ports.probes.run(environmentId, jobFor(question, cells, width, ports, settings), (line) => {
    const record = parseRecord(line);
    if (record?.kind === 'imported') imported.add(record.package);
    if (record?.kind !== 'cell' || !waiting.delete(record.cell)) return;
    add(judge(record));
  });
  for (const id of waiting.keys()) add(withoutRecord(id, end, imported.has('peft')));
}

function jobFor(
  question: Question,
  cells: readonly Cell[],
  width: number,
  ports: SweepPorts,
  settings: SweepSettings,
): ProbeJob {
  const packages = settings.packagesOf;
  const base = settings.baseOf(question.environment);
  const isBase = requestKey(base) === requestKey(question.environment);
  const baseEnvironment = ports.journal.environment(requestKey(base));
  return {
    cells: cells.map((cell) => ({ ...cell, id: cellId(cell), packages: packages(cell) })),
    packages: [...new Set(cells.flatMap((cell) => packages(cell)))],
    width,
    saveHandover: isBase && question.purpose === 'base',
    ...(!isBase && baseEnvironment?.status === 'built' && { carryFrom: baseEnvironment.id }),
  };
}

/** A cell that no record came for: its process died with all the others, or before any began. */
function withoutRecord(id: string, end: ProbeEnd, allImported: boolean): Result {
  const signal =
    end.how === 'signal' ? crashSignal(end.code) : end.how === 'exit' ? crashSignal(end.code - 128) : undefined;
  if (signal !== undefined && !allImported) return crashed(id, STAGES[0], signal);
  if (end.how === 'interrupted')
    return unmeasured(id, 'inconclusive', INTERRUPTED, 'The run was stopped before this cell.');
  const how =
    end.how === 'timeout'
      ? 'took too long'
      : end.how === 'signal'
        ? `was killed by signal ${end.code}`
        : `ended with status ${end.code}`;
  const said = end.output.trim().split('\n').slice(-3).join(' ');
  return unmeasured(
    id,
    'inconclusive',
    end.how === 'timeout' ? 'timeout' : 'probe ended',
    `The probe ${how} without a record of this cell. ${said}`,
  );
}
