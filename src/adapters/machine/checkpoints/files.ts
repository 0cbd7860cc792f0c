/** The files of a checkpoint that a probe is shown: of a folder only those, each looked at before it counts. */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { CheckpointError } from './error.ts';

/** What loaders of transformers read; weights in safetensors only. By an adapter's configuration they would load another model. */
const SHOWN =
  /^(?!adapter_(config\.json|model\.safetensors)$)[\w.-]+\.(safetensors|json|txt|jinja)$|^tokenizer\.model$/;
const ADAPTER = /^adapter_(config\.json|model\.(safetensors|bin))$/;
/** A model's own, in any form. */
const WEIGHTS = /^(pytorch_|tf_|flax_)?model\b[\w.-]*$/;
const CODE = /^\w+\.py$/;
const PICKLES = /\.(bin|pt|pth|pkl|pickle|ckpt|msgpack|h5)$/;
const MOST_FILES = 2000;
const MOST_TEXT = 64 << 20;
const MOST_JSON = 16 << 20;

export interface CheckpointFiles {
  /** Where the folder really lies. */
  readonly folder: string;
  /** Names of the files that are shown, sorted. */
  readonly names: readonly string[];
  /** Names of files that would run code when they are read. */
  readonly pickles: readonly string[];
}

/** Throws CheckpointError where the folder is missing, or a file of it is a link out of it or cannot be read. */
export function filesOf(path: string, trustsCode: boolean): CheckpointFiles {
  const folder = realFolder(path);
  const all = readdirSync(folder).toSorted();
  if (all.length > MOST_FILES)
    throw new CheckpointError('too many files', `It has ${all.length} files, more than ${MOST_FILES}.`);
  requireModel(all);
  const names = all.filter((name) => SHOWN.test(name) || (trustsCode && CODE.test(name)));
  return {
    folder,
    names: names.filter((name) => isFileInside(folder, name)),
    pickles: all.filter((name) => PICKLES.test(name)),
  };
}

function requireModel(all: readonly string[]): void {
  const has = (pattern: RegExp) => all.some((name) => pattern.test(name));
  if (!has(ADAPTER) || has(WEIGHTS)) return;
  throw new CheckpointError(
    'only an adapter',
    'It holds an adapter and no model. Name the folder of the model that it was trained on, or merge it and save that.',
  );
}

function realFolder(path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch {
    throw new CheckpointError('not there', 'There is no such folder. Paths count from the folder of the run.');
  }
  throw new CheckpointError('not there', 'It is no folder.');
}

function isFileInside(folder: string, name: string): boolean {
  const path = join(folder, name);
  if (lstatSync(path).isSymbolicLink()) requireInside(folder, path, name);
  const state = statSync(path);
  if (!state.isFile()) return false;
  if (!name.endsWith('.safetensors') && state.size > MOST_TEXT)
    throw new CheckpointError('too large', `\`${name}\` has ${state.size} bytes; of a text 64 MiB are read.`);
  // A probe of root's runs as another user.
  if (process.getuid?.() === 0 && (state.mode & 0o004) === 0)
    throw new CheckpointError('cannot be read', `\`${name}\` is for its owner only. Let others read it: chmod a+r.`);
  return true;
}

function requireInside(folder: string, path: string, name: string): void {
  const target = reached(path);
  if (target?.startsWith(folder + sep)) return;
  throw new CheckpointError(
    'link out of it',
    `\`${name}\` is a link that leads out of its folder. Copy the file in, or name the folder that holds the files.`,
  );
}

function reached(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The object in a JSON file of the folder. Throws CheckpointError. */
export function readJson({ folder, names }: CheckpointFiles, name: string): Readonly<Record<string, unknown>> {
  if (!names.includes(name)) throw new CheckpointError('not a checkpoint', `It has no \`${name}\`.`);
  const path = join(folder, name);
  if (statSync(path).size > MOST_JSON) throw new CheckpointError('too large', `\`${name}\` has more than 16 MiB.`);
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return { ...found };
  } catch (cause) {
    throw new CheckpointError('not a checkpoint', `\`${name}\` is no JSON.`, { cause });
  }
  throw new CheckpointError('not a checkpoint', `\`${name}\` is no JSON object.`);
}
