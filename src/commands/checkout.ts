import { baseCommit, commitOf, commitTree, workingTree } from '../adapters/git.ts';
import { openWorld, type World } from '../adapters/world.ts';
import { usedCells } from '../detect/cells.ts';
import { diffManifests } from '../detect/diff.ts';
import { guard } from '../detect/guard.ts';
import { floorsOf, guardReleases } from '../detect/guard-releases.ts';
import { lockNames } from '../detect/names.ts';
import {
  heldVersions,
  isWatched,
  type ProjectRequest,
  projectRequests,
  type Releases,
  watchedChanges,
} from '../detect/projects.ts';
import { type Repository, readRepository } from '../detect/repository.ts';
import { cellId } from '../domain/cell.ts';
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import { isName } from '../domain/package.ts';
import { compareVersions, type Release, usableReleases } from '../domain/version.ts';
import { UserError, WeatherError } from '../errors.ts';
import type { Known } from '../main.ts';
import { globMatcher } from '../plan/globs.ts';
import { allCells } from '../plan/matrix.ts';
import type { SweepRequest } from '../plan/plan.ts';
import { renderDiff } from '../report/diff.ts';
import type { Context } from './context.ts';

/** Cells found in the code that one run measures at most: contract of the public configuration. */
const MOST_CELLS = 36;
/** New names of a lock that the index is asked about at most. */
const MOST_NAMES = 20;

export interface BothEnds {
  readonly base: Repository;
  readonly head: Repository;
}

/** The repository at both ends: `--base` or the default branch, and `--head` or the working tree. */
async function readEnds({ folder, line }: Context): Promise<BothEnds> {
  const from = await baseCommit(folder, line.options.base);
  const { head } = line.options;
  const headTree = head === undefined ? await workingTree(folder) : commitTree(folder, await commitOf(folder, head));
  const { manifests } = line.options;
  const chosen = manifests.length > 0 ? globMatcher(manifests) : undefined;
  const [base, atHead] = await Promise.all(
    [commitTree(folder, from), headTree].map((tree) => readRepository(tree, chosen)),
  );
  if (base === undefined || atHead === undefined) throw new Error('two trees give two repositories');
  return { base, head: atHead };
}

/** Shows what changed in the manifests, and what that alone shows to be damaged. Runs nothing. */
export async function runDiff(context: Context): Promise<number> {
  const ends = await readEnds(context);
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const asked = context.line.options.offline ? [] : await askIndex(context, ends, changes);
  const findings = [...findingsOf(ends), ...asked];
  const cells = usedCells(ends.head.code, allCells(), MOST_CELLS);
  context.print(
    context.line.options.json
      ? `${JSON.stringify({ changes, findings, cells: cells.cells.map(({ cell, source }) => ({ id: cellId(cell), source })), unsure: cells.unsure })}\n`
      : renderDiff(changes, findings, cells),
  );
  return 0;
}

/** What the files show by themselves. */
export function findingsOf({ base, head }: BothEnds): readonly Finding[] {
  const known = new Set(base.findings.map(({ file, message }) => `${file} ${message}`));
  return [
    ...guard(base.manifests, head.manifests),
    ...head.findings.filter(({ file, message }) => !known.has(`${file} ${message}`)),
  ];
}

/** What the index adds to that; where it cannot be asked, that is said. */
async function askIndex(
  context: Context,
  ends: BothEnds,
  changes: readonly ManifestChange[],
): Promise<readonly Finding[]> {
  const isWorth =
    changes.some(({ library }) => isWatched(library)) || lockNames(ends.base.manifests, ends.head.manifests).length > 0;
  if (!isWorth) return [];
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
    return await indexFindings(world, ends, changes, await releasesFor(world, ends, changes));
  } catch (error) {
    if (!(error instanceof UserError || error instanceof WeatherError)) throw error;
    return [
      { kind: 'index-not-asked', message: `Targets, dates and Python ranges were not looked up. ${error.message}` },
    ];
  }
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

/** Floors of a changed file that cannot be installed together, though each of them can alone. */
async function clashingFloors(
  world: World,
  { head }: BothEnds,
  changes: readonly ManifestChange[],
): Promise<readonly Finding[]> {
  const touched = new Set(changes.filter(({ library }) => isWatched(library)).map(({ file }) => file));
  const found: Finding[] = [];
  for (const manifest of head.manifests.filter(({ file }) => touched.has(file))) {
    const floors = floorsOf(manifest);
    if (floors.length === 0) continue;
    const why = await world.clash(Object.fromEntries(floors.map(({ name, version }) => [name, version])));
    if (!why) continue;
    const alone = await Promise.all(floors.map(({ name, version }) => world.clash({ [name]: version })));
    if (alone.some((one) => one !== false)) continue;
    const message = `The oldest versions that this file allows cannot be installed together: ${floors.map(({ name, version }) => `${name} ${version}`).join(', ')}. ${why}`;
    found.push({
      kind: 'floors-clash',
      message: message.slice(0, 600),
      file: manifest.file,
      line: floors[0]?.line ?? 1,
    });
  }
  return found;
}

export interface CheckoutRequest {
  readonly request: SweepRequest;
  readonly known: Known;
  /** Files that ask for this. */
  readonly files: readonly string[];
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
  const findings = [...findingsOf(ends), ...(await indexFindings(world, ends, changes, releases))];
  stopUnlessApproved(findings, written.held);
  const cells = usedCells(ends.head.code, allCells(), MOST_CELLS);
  const unsure = cells.unsure.map(({ value, file, line }) => ({ kind: 'cells-unsure', message: value, file, line }));
  const found = projectRequests(manifests, changes, releases, world.python.version);
  const base = withCells(
    written,
    cells.cells.map(({ cell, source }) => [cellId(cell), source]),
  );
  if (found.length === 0) return [{ request: { ...base, changes: [] }, known: { findings }, files: [] }];
  return found.map((project) => ({
    request: { ...base, changes: project.changes, held: { ...project.held, ...written.held }, locked: project.locked },
    known: { findings: [...findings, ...unsure], patchable: patchableOf(ends.head, project) },
    files: project.files,
  }));
}

/** For each watched library of a repository: from the release it resolves to now to the newest one, the others held. */
export async function upcomingRequests(
  written: SweepRequest,
  repository: Repository,
  world: World,
): Promise<readonly CheckoutRequest[]> {
  const cells = usedCells(repository.code, allCells(), MOST_CELLS);
  const base = withCells(
    written,
    cells.cells.map(({ cell, source }) => [cellId(cell), source]),
  );
  const held = heldVersions(repository.manifests, []);
  const patchable = { manifests: repository.manifests, contents: repository.contents };
  const found = await Promise.all(
    Object.entries(held).map(async ([library, from]): Promise<CheckoutRequest[]> => {
      const releases = usableReleases(await world.catalog.releases(library), world.python.version);
      const to = releases.at(-1)?.version;
      if (to === undefined || compareVersions(from, to) >= 0) return [];
      const others = Object.fromEntries(Object.entries(held).filter(([name]) => name !== library));
      const request = { ...base, changes: [{ library, from, to }], held: { ...others, ...written.held } };
      return [{ request, known: { findings: [], patchable }, files: [] }];
    }),
  );
  return found.flat();
}

/** The cells that the code uses, unless somebody chose others; what is excluded stays so. */
function withCells(request: SweepRequest, used: readonly (readonly [string, string])[]): SweepRequest {
  const sources = Object.fromEntries(used);
  if (request.chosenBy !== 'default' || used.length === 0) return { ...request, sources };
  const excluded = request.cells.filter((pattern) => pattern.startsWith('!'));
  return { ...request, cells: [...used.map(([id]) => id), ...excluded], chosenBy: 'code', sources };
}

function stopUnlessApproved(findings: readonly Finding[], held: Readonly<Record<string, string>>): void {
  const open = findings.filter(({ stops }) => stops !== undefined && held[stops] === undefined);
  if (open.length > 0) throw new UserError(open.map(({ message, file, line }) => `${file}:${line}: ${message}`));
}

function patchableOf(head: Repository, project: ProjectRequest) {
  const inProject = new Set(project.manifests);
  return { manifests: head.manifests.filter(({ file }) => inProject.has(file)), contents: head.contents };
}
