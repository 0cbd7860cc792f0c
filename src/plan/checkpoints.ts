/** `checkpoints:` of the configuration: names, and where each of them is. */
import type { Configuration } from '../configuration.ts';
import { type Checkpoint, type Checkpoints, Source, sourceWords } from '../domain/checkpoint.ts';
import { ARCHITECTURES, QUANTIZERS, TASKS, UNMEASURED_ARCHITECTURES } from '../domain/matrix.ts';
import { own } from '../domain/own.ts';
import { didYouMean } from '../domain/suggest.ts';
import { usualOf } from './matrix.ts';
import type { SweepRequest } from './plan.ts';

type Written = NonNullable<Configuration['checkpoints']>[string];

const NAME = /^[a-z0-9][a-z0-9._-]{0,59}$/;
const HUB_ID = /^[A-Za-z0-9][\w.-]{0,95}(\/[A-Za-z0-9][\w.-]{0,95})?$/;
const REVISION = /^[0-9a-f]{40}$/;
/** As many as a run may name. */
const MOST = 20;

/** What is declared; what is wrong is added to `problems`, all of it. */
export function declaredCheckpoints({ checkpoints = {} }: Configuration, problems: string[]): Checkpoints {
  const names = Object.keys(checkpoints);
  if (names.length > MOST)
    problems.push(`Configuration: \`checkpoints\` has ${names.length} entries, more than ${MOST}.`);
  const found: Record<string, Checkpoint> = {};
  for (const [name, written] of Object.entries(checkpoints)) {
    const wrong = [...wrongName(name), ...wrongSource(written), ...wrongTasks(written)];
    problems.push(...wrong.map((what) => `Configuration: \`checkpoints.${name}\`: ${what}`));
    if (wrong.length === 0) found[name] = declared(written);
  }
  return found;
}

function declared({ path, id, revision, task, 'trust-remote-code': trustsCode = false }: Written): Checkpoint {
  const source = Source.parse(path === undefined ? { id, revision } : { path });
  return { source, trustsCode, tasks: tasksOf(task) };
}

function tasksOf(task: Written['task'] = 'causal-lm'): string[] {
  return [task].flat();
}

function wrongName(name: string): readonly string[] {
  if (!NAME.test(name))
    return ['a name is small letters, digits, `.`, `_` and `-`, 60 at most: it is a part of its cells’ names.'];
  const isTaken = [ARCHITECTURES, UNMEASURED_ARCHITECTURES].some((table) => Object.hasOwn(table, name));
  return isTaken ? [`\`${name}\` is an architecture of the matrix. Give it another name, e.g. \`my-${name}\`.`] : [];
}

function wrongSource({ path, id, revision }: Written): readonly string[] {
  if ((path === undefined) === (id === undefined))
    return ['name either `path`, a local folder, or `id` with `revision`, a repository of the hub.'];
  if (path !== undefined) return revision === undefined ? [] : ['`revision` belongs to `id`. Leave it out.'];
  const wrong = id !== undefined && HUB_ID.test(id) && !id.includes('..') ? [] : [`\`${id}\` is not \`owner/name\`.`];
  if (revision !== undefined && REVISION.test(revision)) return wrong;
  return [...wrong, 'give `revision` as the full SHA of a commit, 40 digits: a branch or a tag can be moved.'];
}

function wrongTasks({ task }: Written): readonly string[] {
  const unknown = tasksOf(task).filter((one) => !Object.hasOwn(TASKS, one));
  const fed = tasksOf(task).filter((one) => TASKS[one]?.inputs !== undefined);
  return [
    ...unknown.map((one) => `there is no task \`${one}\`.${didYouMean(one, Object.keys(TASKS))}`),
    ...fed.map((one) => `\`${one}\` needs pictures or sound, which are made for the tiny models alone.`),
  ];
}

/** Why a cell of a checkpoint is not measured, where that is known before anything is built. */
export function unfit(name: string, checkpoint: Checkpoint, quantization: string) {
  const { source, isOpened, stored, unfit: why } = checkpoint;
  const where = `\`${name}\` (${sourceWords(source)})`;
  if (why !== undefined) return { reason: why.reason, message: `${where}: ${why.message}` };
  if (stored === quantization || isOpened === undefined) return undefined;
  if (stored === undefined) return isPacked(quantization) ? notPacked(where, quantization) : undefined;
  return {
    reason: 'stored quantized',
    message: `${where} is stored as \`${stored}\`. Name that: \`--cells '*/${stored}/${name}'\`.`,
  };
}

/** Whether a form is one that files are in before they are loaded. */
function isPacked(quantization: string): boolean {
  return own(QUANTIZERS, quantization)?.packed !== undefined;
}

function notPacked(where: string, quantization: string) {
  const message = `${where} holds floats, and nothing is quantized to \`${quantization}\` when it is loaded: that is a form of files. Only tiny checkpoints are packed here.`;
  return { reason: 'not stored so', message };
}

/** A request with what was found out of its checkpoints: one that is stored quantized has that one form. */
export function withOpened(request: SweepRequest, opened: Checkpoints): SweepRequest {
  if (request.checkpoints === undefined) return request;
  const usual = new Map(
    Object.entries(opened).map(([name, one]) => [
      usualOf(name, request.checkpoints?.[name] ?? one),
      usualOf(name, one),
    ]),
  );
  return { ...request, checkpoints: opened, cells: request.cells.map((pattern) => usual.get(pattern) ?? pattern) };
}

/** A sentence for each that cannot be measured. */
export function unfitOnes(checkpoints: Checkpoints): readonly string[] {
  return Object.entries(checkpoints).flatMap(([name, one]) => {
    const ruling = one.unfit && unfit(name, one, 'none');
    return ruling ? [`${ruling.reason}: ${ruling.message}`] : [];
  });
}
