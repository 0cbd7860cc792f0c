/** Where a change of a watched library really leads: from which release to which, or why that is not to be had. */
import type { Place } from '../domain/change.ts';
import type { Manifest, ManifestChange } from '../domain/manifest.ts';
import { exactVersion } from '../domain/pep508.ts';
import { compareVersions, isVersion, type Release, sameVersion, usableReleases } from '../domain/version.ts';
import { allows } from './diff.ts';
import { type Effective, effective } from './effective.ts';

export interface Ends {
  readonly base: readonly Manifest[];
  readonly head: readonly Manifest[];
}

export interface Settled {
  readonly change: ManifestChange;
  /** The release at each end; absent where there is none, or where nobody can tell. */
  readonly from?: string;
  readonly to?: string;
  /** What decides at head instead of the requirement that changed. */
  readonly by?: Effective['by'];
}

export function settle(change: ManifestChange, ends: Ends, releases: readonly Release[], python: string): Settled {
  const [from, to] = [
    endOf(change, change.from, ends.base, change.was ?? change.file, releases, python),
    endOf(change, change.to, ends.head, change.file, releases, python),
  ];
  return {
    change,
    ...(from.version !== undefined && { from: from.version }),
    ...(to.version !== undefined && { to: to.version }),
    ...(to.by && { by: to.by }),
  };
}

interface End extends Pick<Effective, 'by'> {
  readonly version?: string | undefined;
}

function endOf(
  change: ManifestChange,
  written: string,
  manifests: readonly Manifest[],
  file: string,
  releases: readonly Release[],
  python: string,
): End {
  if (written === '') return {};
  if (change.locked) return { version: resolveEnd(written, true, releases, python) };
  const { specifier, by } = effective(manifests, file, change.library, written === 'any' ? '' : written);
  const locked = lockedAt(manifests, change.library).filter((version) => allows(specifier, version));
  const [only] = locked;
  const version = locked.length === 1 && only ? only.split('+')[0] : resolveEnd(specifier, false, releases, python);
  return { version, ...(by && { by }) };
}

/** Versions that the locks of a project hold; `manifests` are those of one project. */
function lockedAt(manifests: readonly Manifest[], library: string): readonly string[] {
  const held = manifests.flatMap(({ locked }) => locked.filter(({ name }) => name === library));
  return [...new Set(held.map(({ version }) => version))].filter(isVersion);
}

function resolveEnd(end: string, locked: boolean, releases: readonly Release[], python: string): string | undefined {
  const exact = locked ? end : exactVersion(end);
  if (exact !== undefined) {
    const version = isVersion(exact) ? exact.split('+')[0] : undefined;
    // What the index does not have is a finding of the guard, and nothing to measure.
    const isThere =
      releases.length === 0 || releases.some((release) => version && sameVersion(release.version, version));
    return isThere ? version : undefined;
  }
  return usableReleases(releases, python)
    .map(({ version }) => version)
    .filter((version) => allows(end, version))
    .at(-1);
}

/** Whether both ends are known and differ. */
export function moves(settled: Settled): settled is Settled & { readonly from: string; readonly to: string } {
  const { from, to } = settled;
  return from !== undefined && to !== undefined && compareVersions(from, to) !== 0;
}

export function goesBack({ from, to }: Settled): boolean {
  return from !== undefined && to !== undefined && compareVersions(from, to) > 0;
}

export interface Standing extends Place {
  readonly message: string;
}

/** Why a change of a watched library leaves nothing to measure. */
export function standing(settled: Settled): Standing {
  const { file, line } = settled.change;
  return { message: sentenceOf(settled), file, line };
}

function sentenceOf({ change, from, to, by }: Settled): string {
  const { library, kind } = change;
  if (from !== undefined && to !== undefined) {
    const because = by ? `: \`${by.what}\` in \`${by.file}:${by.line}\` says \`${by.specifier || 'any'}\`` : '';
    return kind === 'moved'
      ? `\`${library}\` is written elsewhere and says the same.`
      : `\`${library}\` still resolves to ${to}${because}.`;
  }
  if (kind === 'added') return `\`${library}\` is new here: there is no release before it to compare with.`;
  if (kind === 'removed') return `\`${library}\` is no longer required here.`;
  if (/^[a-z]+$/.test(change.to) && change.to !== 'any')
    return `\`${library}\` does not come from an index now: that is never fetched or built.`;
  if (/^[a-z]+$/.test(change.from) && change.from !== 'any')
    return `\`${library}\` did not come from an index before: which release that was is not known, so there is nothing to compare with.`;
  const missing = to === undefined ? change.to : change.from;
  return `\`${library}\` has no usable release that fits \`${missing}\` on this index.`;
}
