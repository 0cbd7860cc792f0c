import * as pep440 from '@renovatebot/pep440';

/** A release of a library on the index. `uploaded` is an ISO 8601 time, absent where the index gives no dates. */
export interface Release {
  readonly version: string;
  readonly uploaded?: string;
  readonly yanked: boolean;
  readonly requiresPython?: string;
  /** Whether a wheel for this Python and platform exists; `bytes` is its size where the index says. */
  readonly hasWheel: boolean;
  readonly bytes?: number;
  /** Address of that wheel's metadata (PEP 658), where the index serves it. */
  readonly metadata?: string;
}

export function isVersion(text: string): boolean {
  return pep440.valid(text) !== null;
}

/** PEP 440 order: negative where `left` is older. Both must be valid versions. */
export function compareVersions(left: string, right: string): number {
  return pep440.compare(left, right);
}

export function sameVersion(left: string, right: string): boolean {
  return pep440.eq(left, right);
}

/** The line of releases that a version is a patch of: `0.18` of `0.18.1`. */
export function minorOf(version: string): string {
  const [major = 0, minor = 0] = pep440.explain(version)?.release ?? [];
  return `${major}.${minor}`;
}

export function isPrerelease(version: string): boolean {
  return pep440.explain(version)?.is_prerelease ?? false;
}

export function satisfies(version: string, specifier: string): boolean {
  return pep440.satisfies(version, specifier, { prereleases: true });
}

/** The local label of a version: `cu121` of `2.4.1+cu121`. */
export function localLabel(version: string): string | undefined {
  return version.split('+')[1];
}

/** Releases that a user could be offered: stable, not yanked, installable on this Python from a wheel; oldest first. */
export function usableReleases(releases: readonly Release[], python: string): readonly Release[] {
  return releases
    .filter((release) => isVersion(release.version) && !isPrerelease(release.version))
    .filter((release) => !release.yanked && release.hasWheel)
    .filter((release) => supportsPython(release, python))
    .toSorted((left, right) => compareVersions(left.version, right.version));
}

export function supportsPython(release: Release, python: string): boolean {
  if (release.requiresPython === undefined || release.requiresPython.trim() === '') return true;
  return pep440.validRange(release.requiresPython) ? satisfies(python, release.requiresPython) : true;
}
