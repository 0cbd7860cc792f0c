/** What two states of a repository, or the newest releases on the index, ask to be measured. */
import { diffManifests } from '../detect/diff.ts';
import {
  heldVersions,
  namedTorch,
  type ProjectRequest,
  projectRequests,
  standingChanges,
  watchedChanges,
} from '../detect/projects.ts';
import type { Repository } from '../detect/repository.ts';
import type { Standing } from '../detect/settle.ts';
import type { Beforehand, Finding, Manifest } from '../domain/manifest.ts';
import { compareVersions, sameVersion, usableReleases } from '../domain/version.ts';
import { UserError } from '../errors.ts';
import { withDefaultCells } from '../plan/defaults.ts';
import { allCells, packagesOf } from '../plan/matrix.ts';
import { selectCells } from '../plan/patterns.ts';
import type { SweepRequest } from '../plan/plan.ts';
import type { IndexAccess } from '../ports/catalog.ts';
import { cellFindings, codeCells, withCells } from './code-cells.ts';
import type { BothEnds } from './ends.ts';
import { findingsOf, indexFindings, ownIndexes, releasesFor } from './findings.ts';

/** Reasons for measuring nothing that one text holds. */
const MOST_REASONS = 12;

export interface CheckoutRequest {
  readonly request: SweepRequest;
  readonly known: Beforehand;
  /** Files that ask for this. */
  readonly files: readonly string[];
  /** Changes of watched libraries that ask for nothing, and why. */
  readonly standing: readonly Standing[];
}

/** In one text why nothing is measured. */
export function nothingToMeasure(standing: readonly Standing[]): string {
  if (standing.length === 0) return 'No watched library changed: nothing to measure.';
  const shown = standing.slice(0, MOST_REASONS).map(({ message, file, line }) => `${message} (${file}:${line})`);
  const more = standing.length - shown.length;
  return ['Nothing to measure.', ...shown, ...(more > 0 ? [`And ${more} more like it.`] : [])].join(' ');
}

export async function requestsOf(
  written: SweepRequest,
  ends: BothEnds,
  index: IndexAccess,
): Promise<readonly CheckoutRequest[]> {
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const manifests = { base: ends.base.manifests, head: ends.head.manifests };
  const watched = watchedChanges(changes, written.watch);
  const releases = watched.length > 0 ? await releasesFor(index, ends, changes, written.watch) : new Map();
  const own = await ownIndexes(index, ends);
  const findings = [...findingsOf(ends, own), ...(await indexFindings(index, ends, changes, releases))];
  stopUnlessApproved(findings, written.held);
  const cells = codeCells(ends.head);
  const unsure = written.chosenBy === 'default' ? cellFindings(cells) : [];
  const found = projectRequests(manifests, watched, releases, index.python, written.watch);
  const base = withCells(written, cells);
  const standing = standingChanges(manifests, watched, releases, index.python, written.watch);
  if (found.length === 0) return [{ request: { ...base, changes: [] }, known: { findings }, files: [], standing }];
  const left = standing.map(({ message, file, line }) => ({ kind: 'not-moved', message, file, line }));
  return Promise.all(
    found.map(async (project): Promise<CheckoutRequest> => {
      const patchable = patchableOf(ends.head, project);
      const torch = await heldTorch(project, patchable.manifests, index);
      const along = heldAlong(base, project, patchable.manifests);
      const held = { ...along, ...project.held, ...torch.held, ...written.held };
      return {
        request: withDefaultCells({ ...base, changes: project.changes, held, locked: project.locked }),
        known: { findings: [...findings, ...left, ...torch.findings, ...unsure], patchable },
        files: project.files,
        standing,
      };
    }),
  );
}

/** Versions that a project pins of what its cells need besides, such as trl where its trainer is used. */
function heldAlong({ cells, checkpoints }: SweepRequest, { changes }: ProjectRequest, manifests: readonly Manifest[]) {
  const needed = selectCells(cells, allCells(checkpoints), []).flatMap(packagesOf);
  const changed = changes.map(({ library }) => library);
  return heldVersions(manifests, changed, [...new Set(needed)]);
}

/** The project's own torch, where this machine can have it; else what is said of that. */
async function heldTorch(project: ProjectRequest, manifests: readonly Manifest[], index: IndexAccess) {
  const named = project.changes.some(({ library }) => library === 'torch') ? undefined : namedTorch(manifests);
  if (named === undefined) return { held: {}, findings: [] };
  const releases = usableReleases(await index.catalog.releases('torch'), index.python);
  if (releases.some(({ version }) => sameVersion(version.split('+')[0] ?? version, named)))
    return { held: { torch: named }, findings: [] };
  const message = `The project names torch ${named}, which has no wheel for Python ${index.python} here: measured with another one. Choose another Python with --python.`;
  return { held: {}, findings: [{ kind: 'torch-not-held', message }] };
}

/** For each watched library of a repository: from the release it resolves to now to the newest one, the others held. */
export async function upcomingRequests(
  written: SweepRequest,
  repository: Repository,
  index: IndexAccess,
): Promise<readonly CheckoutRequest[]> {
  const cells = codeCells(repository);
  const base = withCells(written, cells);
  const held = heldVersions(repository.manifests, [], written.watch);
  const patchable = { manifests: repository.manifests, contents: repository.contents };
  const found = await Promise.all(
    Object.entries(held).map(async ([library, from]): Promise<CheckoutRequest[]> => {
      const releases = usableReleases(await index.catalog.releases(library), index.python);
      const to = releases.at(-1)?.version;
      if (to === undefined || compareVersions(from, to) >= 0) return [];
      const others = Object.fromEntries(Object.entries(held).filter(([name]) => name !== library));
      const request = { ...base, changes: [{ library, from, to }], held: { ...others, ...written.held } };
      return [{ request, known: { findings: [], patchable }, files: [], standing: [] }];
    }),
  );
  return found.flat();
}

function stopUnlessApproved(findings: readonly Finding[], held: Readonly<Record<string, string>>): void {
  const open = findings.filter(({ stops }) => stops !== undefined && held[stops] === undefined);
  if (open.length > 0) throw new UserError(open.map(({ message, file, line }) => `${file}:${line}: ${message}`));
}

function patchableOf(head: Repository, project: ProjectRequest) {
  const inProject = new Set(project.manifests);
  return { manifests: head.manifests.filter(({ file }) => inProject.has(file)), contents: head.contents };
}
