import type { Lock } from '../../domain/environment.ts';
import { sameVersion } from '../../domain/version.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** No environment that is worth a sweep has more wheels than this; a CUDA build of torch with all it needs has 3 GB. */
const MOST_BYTES = 12e9;

/** The sum of the wheels of a lock in bytes, as the index gives them; a wheel without a size counts nothing. */
export async function bytesOf(lock: Lock, catalog: Pick<Catalog, 'releases'>): Promise<number> {
  const sizes = await Promise.all(
    Object.entries(lock).map(async ([name, version]) => {
      try {
        const releases = await catalog.releases(name);
        return releases.find((release) => sameVersion(release.version, version))?.bytes ?? 0;
      } catch {
        return 0;
      }
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Why a lock is not fetched, if it is too large. */
export function tooLarge(bytes: number): string | undefined {
  if (bytes <= MOST_BYTES) return undefined;
  const gigabytes = (size: number) => `${(size / 1e9).toFixed(1)} GB`;
  return `Its wheels are ${gigabytes(bytes)}, more than the ${gigabytes(MOST_BYTES)} that an environment may have.`;
}
