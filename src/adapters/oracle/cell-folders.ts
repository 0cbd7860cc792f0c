/** The folder that a probe leaves of a cell, and the checkpoint that it started from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CellFiles } from '../../oracle/evidence.ts';
import { type TensorFile, TensorFileError } from '../../oracle/tensor-file.ts';
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

function readJson(path: string): unknown {
  try {
    return JSON.parse(Buffer.from(readPlainFile(path, MOST_OF_A_CONFIGURATION)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof TensorFileError) throw cause;
    throw new TensorFileError('a configuration is no JSON', { cause });
  }
}
