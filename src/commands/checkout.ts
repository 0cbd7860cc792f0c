import { baseCommit, commitOf, commitTree, workingTree } from '../adapters/machine/git.ts';
import { openWorld, type World } from '../adapters/machine/world.ts';
import { diffManifests } from '../detect/diff.ts';
import { guard } from '../detect/guard.ts';
import { guardReleases } from '../detect/guard-releases.ts';
import { lockNames } from '../detect/names.ts';
import {
  heldVersions,
  isWatched,
  namedTorch,
  type ProjectRequest,
  projectRequests,
  type Releases,
  standingChanges,
  watchedChanges,
} from '../detect/projects.ts';
import { type Repository, readRepository } from '../detect/repository.ts';
import type { Standing } from '../detect/settle.ts';
import type { Finding, Manifest, ManifestChange } from '../domain/manifest.ts';
import { isName } from '../domain/package.ts';
import { compareVersions, type Release, sameVersion, usableReleases } from '../domain/version.ts';
import { UserError, WeatherError } from '../errors.ts';
import type { Known } from '../main.ts';
import { manifestChoice } from '../plan/globs.ts';
import type { SweepRequest } from '../plan/plan.ts';
import { renderDiff } from '../report/diff.ts';
import { cellFindings, codeCells, withCells } from './code-cells.ts';
import type { Context } from './context.ts';
import { clashingFloors } from './floors.ts';

/** New names of a lock that the index is asked about at most. */
const MOST_NAMES = 20;
/** Reasons for measuring nothing that one text holds. */
const MOST_REASONS = 12;

export interface BothEnds {
  readonly base: Repository;
  readonly head: Repository;
}

/** The repository at both ends: `--base` or the default branch, and `--head` or the working tree. */
async function readEnds({ folder, line }: Context): Promise<BothEnds> {
  const from = await baseCommit(folder, line.options.base);
  const { head } = line.options;
  const headTree = head === undefined ? await workingTree(folder) : commitTree(folder, await commitOf(folder, head));
  const choice = manifestChoice(line.options.manifests);
  const [base, atHead] = await Promise.all([
    readRepository(commitTree(folder, from), choice, 'manifests'),
    readRepository(headTree, choice),
  ]);
  return { base, head: atHead };
}

/** Shows what changed in the manifests, and what that alone shows to be damaged. Runs nothing. */
export async function runDiff(context: Context): Promise<number> {
  const ends = await readEnds(context);
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const asked = context.line.options.offline ? { findings: [], own: [] } : await askIndex(context, ends, changes);
  const findings = [...findingsOf(ends, asked.own), ...asked.findings];
  const cells = codeCells(ends.head);
  context.print(
    context.line.options.json
      ? `${JSON.stringify({ changes, findings, cells: cells.sure, partial: cells.partial, unsure: cells.unsure })}\n`
      : renderDiff(changes, findings, cells, isWatched),
  );
  return 0;
}

/** What the files show by themselves. */
export function findingsOf({ base, head }: BothEnds, own: readonly string[]): readonly Finding[] {
  const known = new Set(base.findings.map(({ file, message }) => `${file} ${message}`));
  return [
    ...guard(base.manifests, head.manifests, own),
    ...head.findings.filter(({ file, message }) => !known.has(`${file} ${message}`)),
  ];
}

interface FromIndex {
  readonly findings: readonly Finding[];
  /** Addresses of the indexes that this machine is set to use. */
  readonly own: readonly string[];
}

/** What the index adds to that; where it cannot be asked, that is said. */
async function askIndex(context: Context, ends: BothEnds, changes: readonly ManifestChange[]): Promise<FromIndex> {
  const isWorth =
    changes.some(({ library }) => isWatched(library)) ||
    ends.head.manifests.some(({ indexes }) => indexes.length > 0) ||
    lockNames(ends.base.manifests, ends.head.manifests).length > 0;
  if (!isWorth) return { findings: [], own: [] };
  try {
    const { environment, folder, signal, say, line } = context;
    const world = await openWorld({
      environment,
      folder,
      signal,
      python: line.options.python,
      offline: false,
      mayInstall: false,
      say,
    });
    const own = await ownIndexes(world, ends);
    return { findings: await indexFindings(world, ends, changes, await releasesFor(world, ends, changes)), own };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof WeatherError)) throw error;
    const message = `Targets, dates and Python ranges were not looked up. ${error.message}`;
    return { findings: [{ kind: 'index-not-asked', message }], own: [] };
  }
}

/** Asked only where a manifest names an index: what it names may be what is used anyway. */
async function ownIndexes(world: World, { head }: BothEnds): Promise<readonly string[]> {
  if (head.manifests.every(({ indexes }) => indexes.length === 0)) return [];
  return world.indexUrls().catch(() => []);
}

export async function releasesFor(world: World, ends: BothEnds, changes: readonly ManifestChange[]): Promise<Releases> {
  const watched = changes.map(({ library }) => library).filter(isWatched);
  const fresh = lockNames(ends.base.manifests, ends.head.manifests)
    .map(({ name }) => name)
    // Names come from a stranger's lock: only what is a name reaches an address.
    .filter(isName)
    .slice(0, MOST_NAMES);
  const found = await Promise.all(
    [...new Set([...watched, ...fresh])].map(async (name): Promise<[string, readonly Release[]]> => {
      try {
        return [name, await world.catalog.releases(name)];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return [name, []];
      }
    }),
  );
  return new Map(found);
}

export async function indexFindings(
  world: World,
  ends: BothEnds,
  changes: readonly ManifestChange[],
  releases: Releases,
): Promise<readonly Finding[]> {
  const manifests = { base: ends.base.manifests, head: ends.head.manifests };
  return [
    ...guardReleases(manifests, changes, releases, world.python.version),
    ...(await clashingFloors(world, ends, changes)),
  ];
}

export interface CheckoutRequest {
  readonly request: SweepRequest;
  readonly known: Known;
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

/** What a checkout asks for: the watched libraries that moved, the others held where they are; one for each distinct set. */
export async function requestsFromCheckout(context: Context, world: World): Promise<readonly CheckoutRequest[]> {
  const ends = await readEnds(context);
  return requestsOf(context.line.request, ends, world);
}

export async function requestsOf(
  written: SweepRequest,
  ends: BothEnds,
  world: World,
): Promise<readonly CheckoutRequest[]> {
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const manifests = { base: ends.base.manifests, head: ends.head.manifests };
  const releases = watchedChanges(changes).length > 0 ? await releasesFor(world, ends, changes) : new Map();
  const own = await ownIndexes(world, ends);
  const findings = [...findingsOf(ends, own), ...(await indexFindings(world, ends, changes, releases))];
  stopUnlessApproved(findings, written.held);
  const cells = codeCells(ends.head);
  const unsure = written.chosenBy === 'default' ? cellFindings(cells) : [];
  const found = projectRequests(manifests, changes, releases, world.python.version);
  const base = withCells(written, cells);
  const standing = standingChanges(manifests, changes, releases, world.python.version);
  if (found.length === 0) return [{ request: { ...base, changes: [] }, known: { findings }, files: [], standing }];
  const left = standing.map(({ message, file, line }) => ({ kind: 'not-moved', message, file, line }));
  return Promise.all(
    found.map(async (project): Promise<CheckoutRequest> => {
      const patchable = patchableOf(ends.head, project);
      const torch = await heldTorch(project, patchable.manifests, world);
      const held = { ...project.held, ...torch.held, ...written.held };
      return {
        request: { ...base, changes: project.changes, held, locked: project.locked },
        known: { findings: [...findings, ...left, ...torch.findings, ...unsure], patchable },
        files: project.files,
        standing,
      };
    }),
  );
}

/** The project's own torch, where this machine can have it; else what is said of that. */
async function heldTorch(project: ProjectRequest, manifests: readonly Manifest[], world: World) {
  const named = project.changes.some(({ library }) => library === 'torch') ? undefined : namedTorch(manifests);
  if (named === undefined) return { held: {}, findings: [] };
  const releases = usableReleases(await world.catalog.releases('torch'), world.python.version);
  if (releases.some(({ version }) => sameVersion(version.split('+')[0] ?? version, named)))
    return { held: { torch: named }, findings: [] };
  const message = `The project names torch ${named}, which has no wheel for Python ${world.python.version} here: measured with another one. Choose another Python with --python.`;
  return { held: {}, findings: [{ kind: 'torch-not-held', message }] };
}

/** For each watched library of a repository: from the release it resolves to now to the newest one, the others held. */
export async function upcomingRequests(
  written: SweepRequest,
  repository: Repository,
  world: World,
): Promise<readonly CheckoutRequest[]> {
  const cells = codeCells(repository);
  const base = withCells(written, cells);
  const held = heldVersions(repository.manifests, []);
  const patchable = { manifests: repository.manifests, contents: repository.contents };
  const found = await Promise.all(
    Object.entries(held).map(async ([library, from]): Promise<CheckoutRequest[]> => {
      const releases = usableReleases(await world.catalog.releases(library), world.python.version);
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
