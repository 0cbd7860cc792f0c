/** Which tensors a checkpoint holds, by the headers of its files: whole, or not at all. */
import { join } from 'node:path';
import { CheckpointError } from './error.ts';
import { type CheckpointFiles, readJson } from './files.ts';
import { readHeader, type StoredTensor } from './header.ts';

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';
const SHARD = /^[\w.-]+\.safetensors$/;
const FLOATS = ['F64', 'F32', 'F16', 'BF16'];
/** Cells load floats in 32 bit. */
const BYTES_LOADED = 4;

/** Throws CheckpointError where files or tensors are missing, are pickles, or are no safetensors. */
export function weightsOf(files: CheckpointFiles): readonly StoredTensor[] {
  if (files.names.includes(INDEX)) return ofShards(files);
  if (files.names.includes(SINGLE)) return readHeader(join(files.folder, SINGLE), SINGLE);
  if (files.pickles.length > 0)
    throw new CheckpointError(
      'only pickle files',
      `Its weights are in \`${files.pickles[0]}\`, which runs code when it is read. Save it with \`safe_serialization=True\`.`,
    );
  throw new CheckpointError('not a checkpoint', `It has neither \`${SINGLE}\` nor \`${INDEX}\`.`);
}

function ofShards(files: CheckpointFiles): readonly StoredTensor[] {
  const { weight_map: map } = readJson(files, INDEX);
  const places = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  const shards = [...new Set(places.map(([, shard]) => String(shard)))];
  if (shards.length === 0) throw new CheckpointError('partial', `\`${INDEX}\` names no file.`);
  const gone = shards.filter((shard) => !SHARD.test(shard) || !files.names.includes(shard));
  if (gone.length > 0)
    throw new CheckpointError(
      'partial',
      `\`${INDEX}\` names ${shards.length} files, and ${gone.length} of them are not there: \`${String(gone[0]).slice(0, 100)}\`. Fetch it whole.`,
    );
  const tensors = shards.flatMap((shard) => readHeader(join(files.folder, shard), shard));
  const held = new Set(tensors.map(({ name }) => name));
  const missing = places.filter(([name]) => !held.has(name));
  if (missing.length > 0)
    throw new CheckpointError(
      'partial',
      `${missing.length} of ${places.length} tensors that \`${INDEX}\` names are in none of its files: \`${missing[0]?.[0].slice(0, 100)}\`.`,
    );
  return tensors;
}

/** What a loaded model takes, in bytes: floats in 32 bit, all else as it is stored. */
export function loadedBytes(tensors: readonly StoredTensor[]): number {
  return tensors.reduce(
    (sum, { dtype, count, bytes }) => sum + (FLOATS.includes(dtype) ? count * BYTES_LOADED : bytes),
    0,
  );
}
