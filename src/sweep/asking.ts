import { type Cell, type CellId, parseCellId } from '../domain/cell.ts';
import { isThorough } from '../domain/checks.ts';
import { deviceOf } from '../domain/device.ts';
import { type Environment, requestKey } from '../domain/environment.ts';
import type { Question } from '../domain/search.ts';
import type { Asked } from '../ports/journal.ts';
import { type Judge, judgesOf } from './judges.ts';
import type { SweepPorts, SweepSettings } from './settings.ts';

export type Built = Extract<Environment, { status: 'built' }>;

/** What the result of a cell answers: with what was carried into it, where its own cell had left anything there. */
export function asking(question: Question, environment: Built, ports: SweepPorts, settings: SweepSettings) {
  const { program, accelerator } = ports.probes;
  const from = carriedFrom(question, ports);
  const torch = chosenTorch(question, environment, settings) === undefined ? 'torch as asked' : 'torch of our choice';
  const judges = judgesOf(ports.judges);
  const common = {
    environment: environment.id,
    device: deviceOf(question.environment.device).name,
    ...(accelerator === undefined ? {} : { accelerator }),
    probe: program.version,
  };
  const request = requestKey(question.environment);
  return (cell: CellId): Asked => {
    const checkpoint = program.checkpoint(parseCellId(cell).architecture);
    const isCarried = from !== undefined && ports.probes.hasHandover(from, cell);
    const how = [program.configuration, torch, `judged by ${namesOf(judges, parseCellId(cell))}`];
    const configuration = [...how, ...(isThorough(question, cell) ? ['thorough'] : [])].join(', ');
    const key = { ...common, configuration, checkpoint, cell };
    return { request, key: isCarried ? { ...key, carriedFrom: from } : key, repeat: question.repeat };
  };
}

/** Those that look at a cell: one that asks for nothing of it says nothing of it either. */
function namesOf(judges: readonly Judge[], cell: Cell): string {
  const looking = judges.filter(({ asks }) => asks === 'nothing' || asks(cell));
  return looking.map(({ name, version }) => (version === undefined ? name : `${name} ${version}`)).join(' and ');
}

/**
 * The release of torch where nobody asked for one. Every other environment is held at the torch of the base: only there
 * it shows whether anybody did.
 */
export function chosenTorch(question: Question, environment: Built, settings: SweepSettings): string | undefined {
  return settings.baseOf(question.environment).pins.torch === undefined ? environment.lock.torch : undefined;
}

/** The environment that a question carries from, where it stands. */
export function carriedFrom({ carryFrom }: Question, ports: SweepPorts): string | undefined {
  const environment = carryFrom && ports.journal.environment(requestKey(carryFrom));
  return environment?.status === 'built' ? environment.id : undefined;
}
