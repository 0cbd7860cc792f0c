/** What GitHub itself says of the artifacts of a run, before any of them is read. */
import type { Shard } from '../plan/shards.ts';
import type { Artifact } from '../ports/github.ts';

export const SHARD_PREFIX = 'peft-sweep-shard-';
const LARGEST_PACKED = 64 * 1024 * 1024;

export interface Packed {
  /** Shards whose artifact is not to be read, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  /** The name of the only artifact there is: a download of one alone is unpacked without a folder of its own. */
  readonly alone?: string;
}

/** A run that was repeated lists an artifact for each attempt: the newest counts, as it does for the download. */
export function packed(shards: readonly Pick<Shard, 'id'>[], artifacts: readonly Artifact[]): Packed {
  const newest = new Map<string, Artifact>();
  for (const artifact of artifacts.filter(({ name }) => name.startsWith(SHARD_PREFIX)))
    if ((newest.get(artifact.name)?.id ?? -1) < artifact.id) newest.set(artifact.name, artifact);
  const refused = new Map<string, string>();
  for (const { id } of shards) {
    const own = newest.get(`${SHARD_PREFIX}${id}`);
    if (own === undefined) refused.set(id, 'this run has no artifact of it');
    else if (own.bytes > LARGEST_PACKED) refused.set(id, 'its artifact is larger than 64 MiB');
  }
  const [alone] = newest.size === 1 ? newest.keys() : [];
  return { refused, ...(alone !== undefined && { alone }) };
}
