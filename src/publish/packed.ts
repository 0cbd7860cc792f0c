/** What GitHub itself says of the artifacts of a run, before any of them is read. */
import type { Shard } from '../plan/shards.ts';
import type { Artifact } from '../ports.ts';

export const SHARD_PREFIX = 'peft-sweep-shard-';
const LARGEST_PACKED = 64 * 1024 * 1024;

/** Shards whose artifact is not to be read, with the reason. */
export function packedProblems(
  shards: readonly Pick<Shard, 'id'>[],
  artifacts: readonly Artifact[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { id } of shards) {
    const own = artifacts.filter(({ name }) => name === `${SHARD_PREFIX}${id}`);
    if (own.length === 0) found.set(id, 'this run has no artifact of it');
    else if (own.length > 1) found.set(id, 'this run has more than one artifact of it');
    else if (own.some(({ bytes }) => bytes > LARGEST_PACKED)) found.set(id, 'its artifact is larger than 64 MiB');
  }
  return found;
}
