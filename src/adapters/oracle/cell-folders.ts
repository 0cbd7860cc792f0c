/** The folder that a probe leaves of a cell, and the checkpoint that it started from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CellFiles } from '../../oracle/evidence.ts';
import { readTensorFile, type TensorFile, TensorFileError } from '../../oracle/tensor-file.ts';
import { openTensorFile, readPlainFile } from './tensor-files.ts';

const MOST_OF_A_CELL = 16 << 20;
const MOST_OF_A_CHECKPOINT = 64 << 20;
const MOST_OF_A_CONFIGURATION = 1 << 20;

export interface Checkpoint {
  readonly configuration: unknown;
  readonly checkpoint: TensorFile;
}

/** Throws TensorFileError. */
export function openCheckpoint(folder: string): Checkpoint {
  return {
    configuration: readJson(join(folder, 'config.json')),
    checkpoint: openTensorFile(join(folder, 'model.safetensors'), MOST_OF_A_CHECKPOINT),
  };
}

/** Throws TensorFileError. */
export function openCell(folder: string, task: string, base: Checkpoint): CellFiles {
  const judged = openTensorFile(join(folder, 'judged.safetensors'), MOST_OF_A_CELL);
  if (!existsSync(join(folder, 'adapter'))) return { task, judged, ...base };
  const adapter = {
    configuration: readJson(join(folder, 'adapter', 'adapter_config.json')),
    tensors: openTensorFile(join(folder, 'adapter', 'adapter_model.safetensors'), MOST_OF_A_CELL),
  };
  return { task, judged, adapter, ...base };
}

/** The same from files in memory, by their place in the folder. Throws TensorFileError. */
export function cellIn(files: ReadonlyMap<string, Uint8Array>, task: string, base: Checkpoint): CellFiles {
  const judged = readTensorFile(fileIn(files, 'judged.safetensors', MOST_OF_A_CELL));
  if (!files.has('adapter/adapter_config.json')) return { task, judged, ...base };
  const adapter = {
    configuration: jsonOf(fileIn(files, 'adapter/adapter_config.json', MOST_OF_A_CONFIGURATION)),
    tensors: readTensorFile(fileIn(files, 'adapter/adapter_model.safetensors', MOST_OF_A_CELL)),
  };
  return { task, judged, adapter, ...base };
}

function fileIn(files: ReadonlyMap<string, Uint8Array>, name: string, most: number): Uint8Array {
  const content = files.get(name);
  if (content === undefined) throw new TensorFileError(`${name} is missing`);
  if (content.length > most) throw new TensorFileError(`${name} has ${content.length} bytes, more than ${most}`);
  return content;
}

function readJson(path: string): unknown {
  return jsonOf(readPlainFile(path, MOST_OF_A_CONFIGURATION));
}

function jsonOf(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (cause) {
    throw new TensorFileError('a configuration is no JSON', { cause });
  }
}
