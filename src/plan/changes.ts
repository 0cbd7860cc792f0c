import type { Change } from '../domain/change.ts';
import { compareVersions, isVersion, type Release, sameVersion, usableReleases } from '../domain/version.ts';
import type { WrittenChange } from './request.ts';

/** Written changes with their releases found on the index. All that is wrong goes to `problems`. */
export function resolveChange(
  written: WrittenChange,
  releases: readonly Release[],
  python: string,
  problems: string[],
): Change | undefined {
  const usable = usableReleases(releases, python).map((release) => release.version);
  const from = findVersion(written.library, written.from, releases, usable, python, problems);
  const to = findVersion(written.library, written.to, releases, usable, python, problems);
  if (from === undefined || to === undefined) return undefined;
  if (sameVersion(from, to)) {
    problems.push(
      `\`${written.library}:${written.from}..${written.to}\` changes nothing: both ends are the same release. Name two.`,
    );
    return undefined;
  }
  const { library, place } = written;
  return { library, from, to, releases: [from, ...between(usable, from, to), to], ...(place && { place }) };
}

/** The releases between two, in the order in which the change goes through them. */
function between(usable: readonly string[], from: string, to: string): readonly string[] {
  const [oldest, newest] = [from, to].toSorted(compareVersions) as [string, string];
  const within = usable.filter(
    (version) => compareVersions(version, oldest) > 0 && compareVersions(version, newest) < 0,
  );
  return oldest === from ? within : within.toReversed();
}

function findVersion(
  library: string,
  written: string,
  all: readonly Release[],
  usable: readonly string[],
  python: string,
  problems: string[],
): string | undefined {
  if (written === '') return usable.at(-1);
  if (!isVersion(written)) return newestOfLine(library, written, usable, problems);
  const named = all.find((release) => isVersion(release.version) && sameVersion(release.version, written));
  if (named === undefined) {
    problems.push(`${library} has no release ${written}.${neighbours(written, usable)}`);
    return undefined;
  }
  if (!named.yanked && !usable.some((version) => sameVersion(version, written)) && !named.version.match(/[a-z]/)) {
    const requires = named.requiresPython ? ` (it requires Python ${named.requiresPython})` : '';
    problems.push(
      `${library} ${named.version} has no wheel for Python ${python}${requires}. Choose another Python with --python.`,
    );
    return undefined;
  }
  return named.version;
}

function newestOfLine(
  library: string,
  written: string,
  usable: readonly string[],
  problems: string[],
): string | undefined {
  const line = written.replace(/[x*]$/, '');
  const found = usable.filter((version) => version.startsWith(line)).at(-1);
  if (found === undefined)
    problems.push(`${library} has no release ${written}.${neighbours(line.replace(/\.$/, ''), usable)}`);
  return found;
}

export function neighbours(version: string, usable: readonly string[]): string {
  const below = usable.filter((known) => compareVersions(known, version) < 0).at(-1);
  const above = usable.find((known) => compareVersions(known, version) > 0);
  const near = [below, above].filter((known) => known !== undefined);
  return near.length > 0 ? ` The nearest are ${near.join(' and ')}.` : '';
}
