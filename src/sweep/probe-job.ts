import { type Cell, cellId } from '../domain/cell.ts';
import { isThorough } from '../domain/checks.ts';
import { deviceOf } from '../domain/device.ts';
import { type Environment, requestKey } from '../domain/environment.ts';
import type { Question } from '../domain/search.ts';
import type { ExpectedProbe, ProbeJob } from '../ports/probes.ts';
import { asking, carriedFrom } from './asking.ts';
import { asksFor, judgesOf } from './judges.ts';
import type { SweepPorts, SweepSettings } from './settings.ts';

export function jobFor(
  question: Question,
  cells: readonly Cell[],
  width: number,
  ports: SweepPorts,
  settings: SweepSettings,
): ProbeJob {
  const packages = settings.packagesOf;
  const isAskedFor = (cell: Cell) => judgesOf(ports.judges).some((judge) => asksFor(judge, cell));
  return {
    cells: inTurn(cells, question.repeat).map((cell) => ({
      ...cell,
      id: cellId(cell),
      packages: packages(cell),
      leaves: isAskedFor(cell),
      thorough: isThorough(question, cellId(cell)),
      ...settings.ownOf?.(cell),
    })),
    packages: [...new Set(cells.flatMap((cell) => packages(cell)))],
    device: deviceOf(question.environment.device),
    width,
    saveHandover: leavesHandover(question, settings),
    milliseconds: settings.left(),
    carryFrom: carriedFrom(question, ports),
  };
}

export function alone(job: ProbeJob): ProbeJob {
  return { ...job, isAlone: true };
}

/** What a probe would be given if a question was asked now; nothing where all of it is known. */
export function expected(
  question: Question,
  environment: Environment,
  ports: SweepPorts,
  settings: SweepSettings,
): ExpectedProbe | undefined {
  if (environment.status !== 'built') return undefined;
  const asked = asking(question, environment, ports, settings);
  const open = question.cells.filter((cell) => ports.journal.result(asked(cellId(cell))) === undefined);
  if (open.length === 0) return undefined;
  return { environmentId: environment.id, job: jobFor(question, open, settings.width, ports, settings) };
}

/**
 * The other way round each second time: what an earlier cell left in a process can hide a break from a later one, which
 * comes first then.
 */
function inTurn(cells: readonly Cell[], repeat: number): readonly Cell[] {
  return repeat % 2 === 0 ? cells.toReversed() : cells;
}

export function leavesHandover(question: Question, settings: SweepSettings): boolean {
  const base = settings.baseOf(question.environment);
  return question.purpose === 'base' && requestKey(base) === requestKey(question.environment);
}
