/** The torch that a set of releases was used with, by the days on which they were uploaded. Pure. */
import { compareVersions, type Release, sameVersion, usableReleases } from './version.ts';

/** The reason of a cell that misses a name of torch or triton where the sweep chose torch. */
export const NEEDS_ANOTHER_TORCH = 'needs another torch';
/** How such a cell's message ends until somebody has looked for that torch. */
export const HOLD_A_TORCH = 'Hold a torch of its time to measure it: --with torch==VERSION.';

const DAY_MS = 24 * 3600_000;

/** The end of the day after the newest of some pins was uploaded, in ms; undefined where the index has no dates. */
export function dayOf(
  pins: Readonly<Record<string, string>>,
  releases: ReadonlyMap<string, readonly Release[]>,
): number | undefined {
  const uploads = Object.entries(pins).flatMap(([library, version]) => {
    const release = releases.get(library)?.find((one) => sameVersion(one.version, version));
    return release?.uploaded ? [Date.parse(release.uploaded)] : [];
  });
  return uploads.length > 0 ? Math.max(...uploads) + DAY_MS : undefined;
}

/** The newest release of torch that could be installed by that day. */
export function torchOfDay(torch: readonly Release[], day: number, python: string): string | undefined {
  return usableReleases(torch, python)
    .filter(({ uploaded }) => uploaded !== undefined && Date.parse(uploaded) <= day)
    .map(({ version }) => version)
    .toSorted(compareVersions)
    .at(-1);
}
