import { type Cell, cellId } from '../domain/cell.ts';
import { deviceOf } from '../domain/device.ts';
import { type Environment, requestKey } from '../domain/environment.ts';
import { isMeasured, type Result, STAGES } from '../domain/outcome.ts';
import type { Measurement, Question } from '../domain/search.ts';
import type { ProbeEnd, ProbeJob } from '../ports/probes.ts';
import { parseRecord } from '../result/probe-record.ts';
import { asking, type Built, chosenTorch } from './asking.ts';
import { crashed, crashSignal, unmeasured } from './judge.ts';
import { judgesOf } from './judges.ts';
import { judgingWith } from './judging.ts';
import { alone, expected, jobFor, leavesHandover } from './probe-job.ts';
import { progressLine } from './progress-line.ts';
import type { SweepPorts, SweepSettings } from './settings.ts';

/** The reason of a cell that a stopped run did not get to: it is not finished, so it is not written down. */
const INTERRUPTED = 'interrupted';
const HANDOVER_LOST = [
  'handover lost',
  'The cell ran, and what it saved for the other environments could not be kept. Is the disk full?',
] as const;

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
    const running = { question, environment };
    void coming.then((other) => {
      const following = questions[index + 1];
      settings.lookAhead?.(
        measurements.slice(0, index),
        other && following ? [running, { question: following, environment: other }] : [running],
        (asked, standing) => expected(asked, standing, ports, settings),
      );
    });
    const measurement = await measure(question, environment, ports, settings).catch((error: unknown) =>
      lost(question, environment, error),
    );
    ports.progress.say(progressLine(measurement, settings.nameOf?.(question) ?? question.purpose));
    measurements.push(measurement);
  }
  await coming;
  return measurements;
}

/** What could not be measured for a reason of ours or of the machine: the other environments go on. */
function lost(question: Question, environment: Environment, error: unknown): Measurement {
  const why = `Measuring ended early: ${error instanceof Error ? error.message : String(error)}`;
  const results = question.cells.map((cell) => unmeasured(cellId(cell), 'inconclusive', 'measuring failed', why));
  return { question, environment, results: new Map(results.map((result) => [result.cell, result])) };
}

async function prepare(
  question: Question | undefined,
  ports: SweepPorts,
  settings: SweepSettings,
): Promise<Environment | undefined> {
  if (question === undefined || settings.isStopped()) return undefined;
  const key = requestKey(question.environment);
  const known = ports.journal.environment(key);
  if (known?.status === 'unresolved') return known;
  if (known?.status === 'built') {
    const asked = asking(question, known, ports, settings);
    if (question.cells.every((cell) => ports.journal.result(asked(cellId(cell))))) return known;
  }
  return ports.environments.prepare(question.environment, settings.preferencesOf(question.environment)).catch(
    (error: unknown): Environment => ({
      status: 'inconclusive',
      why: `The environment could not be made: ${error instanceof Error ? error.message : String(error)}`,
    }),
  );
}

async function measure(
  question: Question,
  environment: Environment,
  ports: SweepPorts,
  settings: SweepSettings,
): Promise<Measurement> {
  ports.journal.addEnvironment(question.environment, environment);
  const results = new Map<string, Result>();
  if (environment.status !== 'built') {
    const outcome = environment.status === 'unresolved' ? 'unresolved' : 'inconclusive';
    for (const cell of question.cells)
      results.set(cellId(cell), unmeasured(cellId(cell), outcome, 'no environment', environment.why));
    return { question, environment, results };
  }
  const leaves = leavesHandover(question, settings);
  const isKept = (result: Result) =>
    !leaves || !reachedCarry(result) || ports.probes.hasHandover(environment.id, result.cell);
  const asked = asking(question, environment, ports, settings);
  const open: Cell[] = [];
  for (const cell of question.cells) {
    const known = ports.journal.result(asked(cellId(cell)));
    if (known === undefined || !isKept(known)) {
      open.push(cell);
      continue;
    }
    results.set(cellId(cell), known);
    ports.journal.addResult(asked(cellId(cell)), known);
  }
  const add = (measured: Result) => {
    const result = isKept(measured) ? measured : unmeasured(measured.cell, 'inconclusive', ...HANDOVER_LOST);
    results.set(result.cell, result);
    if (result.reason === INTERRUPTED) return;
    ports.journal.addResult(asked(result.cell), result);
  };
  const job = jobFor(question, open, settings.width, ports, settings);
  const ended = open.length > 0 && (await probe(question, environment, open, job, ports, settings, add));
  const unsure = open.filter((cell) => results.get(cellId(cell))?.outcome === 'inconclusive');
  // A probe that took all its time without one cell would take it again.
  if (unsure.length > 0 && ended !== 'nothing in time' && !settings.isStopped())
    await probe(
      question,
      environment,
      unsure,
      alone(jobFor(question, unsure, 1, ports, settings)),
      ports,
      settings,
      add,
    );
  const ordered = question.cells.flatMap((cell) => results.get(cellId(cell)) ?? []);
  return { question, environment, results: new Map(ordered.map((result) => [result.cell, result])) };
}

/** A result of the base is complete only with what it leaves for the others to load. */
function reachedCarry(result: Result): boolean {
  return isMeasured(result) && (result.stages.carry === 'ok' || result.stages.carry === 'na');
}

async function probe(
  question: Question,
  environment: Built,
  cells: readonly Cell[],
  job: ProbeJob,
  ports: SweepPorts,
  settings: SweepSettings,
  add: (result: Result) => void,
): Promise<'nothing in time' | 'ended'> {
  const waiting = new Map(cells.map((cell) => [cellId(cell), cell]));
  const imported = new Set<string>();
  const ownTorch = chosenTorch(question, environment, settings);
  const circumstances = { device: deviceOf(question.environment.device), ownTorch };
  const judging = judgingWith(judgesOf(ports.judges), circumstances, add);
  const end = await ports.probes.run(environment.id, job, (line, left) => {
    const record = parseRecord(line);
    if (record?.kind === 'imported') imported.add(record.package);
    if (record?.kind === 'cell' && waiting.delete(record.cell)) judging.begin(record, left(record.cell));
  });
  await judging.end();
  const nothing = end.how === 'timeout' && waiting.size === cells.length;
  for (const id of waiting.keys()) add(withoutRecord(id, end, imported.has('peft')));
  return nothing ? 'nothing in time' : 'ended';
}

/** A cell that no record came for: its process died with all the others, or before any began. */
function withoutRecord(id: string, end: ProbeEnd, allImported: boolean): Result {
  const number = end.how === 'signal' ? end.code : end.how === 'exit' ? end.code - 128 : 0;
  const signal = crashSignal(number, end.output);
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
