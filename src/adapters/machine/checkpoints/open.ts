/** Opens the checkpoints of the user's own: what is wrong with one is the row of its cells, and the others go on. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Checkpoint, Checkpoints } from '../../../domain/checkpoint.ts';
import { methodIn, storedForm } from '../../../domain/stored-form.ts';
import { CheckpointError } from './error.ts';
import { type CheckpointFiles, filesOf, readJson } from './files.ts';
import { loadedBytes, weightsOf } from './weights.ts';

/** What a probe is told and shown of one. */
export interface OwnCheckpoint {
  readonly folder: string;
  /** Paths of its files: nothing else of the folder is shown. */
  readonly files: readonly string[];
  readonly trustsCode: boolean;
  /** Whether its configuration names code of its own (`auto_map`), which stands for its type where it is trusted. */
  readonly bringsCode: boolean;
  readonly isStored: boolean;
  /** What a cell may take longer than one of a tiny checkpoint. */
  readonly extraSeconds: number;
  /** transformers' name of its architecture. */
  readonly modelType: string;
  /** First digits of the SHA-256 of its files and of what is done with them. */
  readonly hash: string;
}
export type OwnCheckpoints = ReadonlyMap<string, OwnCheckpoint>;

export interface OpenedCheckpoints {
  /** The declared ones, with what was found out. */
  readonly checkpoints: Checkpoints;
  readonly own: OwnCheckpoints;
}

export interface Opener {
  /** What relative paths count from. */
  readonly folder: string;
  /** What one cell may take, in bytes. */
  readonly mostBytes: number;
  /** The folder that files of a hub are fetched into, at that commit. Throws CheckpointError. */
  readonly fetch: (id: string, revision: string, trustsCode: boolean) => Promise<string>;
}

/** A cell holds the model, the one that its saved adapter is loaded onto, the base's, and what training takes. */
export const COPIES = 4;
/** A cell of one thread trains a hundred steps and loads five times: so many bytes of weights take a second, with room. */
const BYTES_A_SECOND = 2e6;
const CHUNK = 1 << 20;

export async function openCheckpoints(declared: Checkpoints = {}, opener: Opener): Promise<OpenedCheckpoints> {
  const checkpoints: Record<string, Checkpoint> = {};
  const own = new Map<string, OwnCheckpoint>();
  for (const [name, checkpoint] of Object.entries(declared)) {
    const opened = await openOne(checkpoint, opener);
    checkpoints[name] = opened.checkpoint;
    if (opened.own !== undefined) own.set(name, opened.own);
  }
  return { checkpoints, own };
}

async function openOne(checkpoint: Checkpoint, opener: Opener) {
  try {
    const files = filesOf(await placeOf(checkpoint, opener), checkpoint.trustsCode);
    const settings = readJson(files, 'config.json');
    const modelType = typeOf(settings);
    const stored = formOf(settings);
    const bytes = roomFor(files, opener.mostBytes);
    const own: OwnCheckpoint = {
      folder: files.folder,
      files: files.names.map((name) => join(files.folder, name)),
      trustsCode: checkpoint.trustsCode,
      bringsCode: (settings.auto_map ?? null) !== null,
      isStored: stored !== undefined,
      modelType,
      extraSeconds: Math.ceil(bytes / BYTES_A_SECOND),
      hash: hashOf(files, checkpoint.trustsCode),
    };
    const opened = { ...checkpoint, isOpened: true } as const;
    return { checkpoint: stored === undefined ? opened : { ...opened, stored }, own };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const { reason, message } = error;
    return {
      checkpoint: { ...checkpoint, isOpened: true as const, unfit: { reason, message: message.slice(0, 1500) } },
    };
  }
}

async function placeOf({ source, trustsCode }: Checkpoint, { folder, fetch }: Opener): Promise<string> {
  return 'path' in source ? resolve(folder, source.path) : fetch(source.id, source.revision, trustsCode);
}

function typeOf({ model_type: type }: Readonly<Record<string, unknown>>): string {
  if (typeof type === 'string' && type !== '') return type;
  throw new CheckpointError(
    'not a checkpoint',
    'Its `config.json` has no `model_type`: it is no model of transformers.',
  );
}

/** The form that its files are in; undefined for floats. */
function formOf({ quantization_config: settings }: Readonly<Record<string, unknown>>): string | undefined {
  if (settings === undefined || settings === null) return undefined;
  const form = storedForm(settings);
  if (form !== undefined) return form;
  const what = `Its \`quantization_config\` (${methodIn(settings)}) is of a form that the matrix lacks.`;
  throw new CheckpointError('form not known', what);
}

/** What it takes loaded, in bytes. */
function roomFor(files: CheckpointFiles, most: number): number {
  const bytes = loadedBytes(weightsOf(files));
  if (bytes * COPIES <= most) return bytes;
  const [loaded, needed, allowed] = [bytes, bytes * COPIES, most].map((some) => `${(some / 1e9).toFixed(2)} GB`);
  throw new CheckpointError(
    'too large',
    `It takes ${loaded} loaded, and a cell about ${needed} with its copies; a cell may take ${allowed} here.`,
  );
}

/** By content, never by place. */
function hashOf({ folder, names }: CheckpointFiles, trustsCode: boolean): string {
  const hash = createHash('sha256').update(`code ${trustsCode}\0`);
  for (const name of names) addFile(hash.update(`${name}\0`), join(folder, name));
  return hash.digest('hex').slice(0, 12);
}

function addFile(hash: Hash, path: string): void {
  const [descriptor, chunk] = [openSync(path, 'r'), Buffer.alloc(CHUNK)];
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
}
