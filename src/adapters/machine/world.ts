/** Puts the real adapters together: finds Python and uv, the index, torch, and the containment that this machine allows. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_DEVICE, deviceOf, START_METHODS, type StartMethod } from '../../domain/device.ts';
import { withoutCredentials } from '../../domain/package.ts';
import type { Machine, Ports } from '../../main.ts';
import type { Plan } from '../../plan/plan.ts';
import { plain } from '../../report/escape.ts';
import { IndexCatalog } from '../index/catalog.ts';
import { patienceOf } from '../index/http.ts';
import { emittedIndexes, indexSettings, readCertificate } from '../index/settings.ts';
import { chooseTorch, type TorchBuild } from '../index/torch.ts';
import { findUv, hasNoSolution, shortReason } from '../index/uv.ts';
import { chooseContainment, hiddenFolders } from './contain.ts';
import { UvEnvironments } from './environments.ts';
import { openFolder } from './folders.ts';
import { FileJournal } from './journal.ts';
import { PythonProbes } from './probes.ts';
import { run } from './process.ts';
import { findPython } from './python.ts';
import { removeFolders, sweepScratch } from './scratch.ts';

declare const TOOL_VERSION: string;

/** The default index, as pip itself knows it. */
const DEFAULT_OF_PIP = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';

export interface WorldOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly python: string | undefined;
  readonly offline: boolean;
  /** Whether uv may be installed where the machine has none. */
  readonly mayInstall?: boolean;
  /** Stops what is being asked of the index and of uv. */
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

/** What is known of the machine before a plan is made. */
export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld(options: WorldOptions) {
  const { environment, say, signal } = options;
  const cache = cacheFolder(environment);
  openFolder(cache, 'The cache folder', 'set PEFT_SWEEP_CACHE to one');
  await sweepScratch(cache);
  const python = await findPython(options.python, options.folder);
  const pipConfig = await run(python.path, ['-m', 'pip', 'config', 'list'], { timeoutMs: 20_000, signal });
  const index = indexSettings(environment, pipConfig.stdout);
  /** uv is looked for when it is needed: a plan does without. */
  const uv = once(() =>
    findUv(python.path, cache, index, options.offline || options.mayInstall === false, say, signal),
  );
  const device = deviceOf(DEFAULT_DEVICE);
  const target = { python: python.version, platform: process.platform, machine: process.arch };
  const indexUrls = once(async () => {
    if (index.indexUrl) return [index.indexUrl, ...index.extraIndexUrls];
    if (index.uvOptions.includes('--no-index') || environment.UV_NO_INDEX) return [];
    const ofPip = await run(python.path, ['-I', '-c', DEFAULT_OF_PIP], { timeoutMs: 20_000, signal });
    if (ofPip.status === 0 && ofPip.stdout.trim() !== '') return [ofPip.stdout.trim(), ...index.extraIndexUrls];
    return emittedIndexes(
      await (await uv()).call(
        ['pip', 'compile', '-', '--emit-index-url', '--no-header', '--quiet', ...index.uvOptions],
        '',
      ),
    );
  });
  const certificate = readCertificate(index);
  const catalog = new IndexCatalog({
    indexUrls,
    findLinks: index.findLinks,
    certificate,
    folder: join(cache, 'index'),
    offline: options.offline,
    target,
    patience: patienceOf(environment),
    signal,
  });
  const torch = async (pinned: string | undefined) =>
    chooseTorch({ uv: await uv(), python, device, target, settings: index, catalog, folder: cache, pinned, signal });
  const warden = { python: python.path, program: programFolder() };
  /** What a program of strangers sees besides its environment: the interpreter. */
  const show = [python.prefix];
  const containment = once(() => {
    const environments = join(cache, 'environments');
    for (const folder of [environments, join(cache, 'tmp')]) mkdirSync(folder, { recursive: true });
    return chooseContainment(warden, {
      show: [...show, warden.program, environments],
      hidden: hiddenFolders(environment, options.folder),
      cache,
    });
  });
  const environments = async (build: TorchBuild, out: string) =>
    new UvEnvironments({
      uv: await uv(),
      python,
      index,
      torch: build,
      catalog,
      folder: cache,
      locks: join(out, 'locks'),
      compiler: { warden, containment: await containment(), show: [...show, warden.program] },
      offline: options.offline,
    });
  /** Where a probe could write to files that are shared by hard links, nothing of them is used by another run. */
  const discardUnlessProtected = async () => {
    if (!(await containment()).missing.includes('read-only files')) return;
    await removeFolders(CACHED.map((name) => join(cache, name)));
  };
  /** Whether exact pins can be installed together, from wheels; the resolver's reason where not. Weather is undefined. */
  const clash = async (pins: Readonly<Record<string, string>>): Promise<string | false | undefined> => {
    const resolver = await uv().catch(() => undefined);
    if (resolver === undefined) return undefined;
    const lines = Object.entries(pins).map(([name, version]) => `${name}==${version}\n`);
    const compiled = await resolver.call(
      [
        'pip',
        'compile',
        '-',
        '--python',
        python.path,
        '--only-binary',
        ':all:',
        '--no-header',
        '--quiet',
        ...index.uvOptions,
      ],
      lines.join(''),
    );
    if (compiled.status === 0) return false;
    return hasNoSolution(compiled) ? shortReason(compiled) : undefined;
  };
  return {
    clash,
    discardUnlessProtected,
    cache,
    device,
    start: startMethod(environment),
    python,
    index,
    uv,
    target,
    catalog,
    torch,
    indexUrls,
    environments,
    containment,
    show,
  };
}

export interface SweepWorldOptions {
  readonly out: string;
  readonly fresh: boolean;
  readonly offline: boolean;
  readonly jobs: number | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export const PROBE_VERSION = '4';

/** Ports for one sweep. Results of another plan, Python or torch are not taken over from the output folder. */
export async function sweepWorld(
  world: World,
  planned: Plan,
  torch: TorchBuild,
  options: SweepWorldOptions,
): Promise<{ ports: Ports; machine: Machine }> {
  const out = resolve(options.out);
  const containment = await world.containment();
  const torchVersion = torch.closure.torch ?? '';
  const { changes, held } = planned;
  const identity = JSON.stringify([
    TOOL_VERSION,
    PROBE_VERSION,
    world.python.version,
    withoutCredentials(world.index.indexUrl ?? ''),
    torchVersion,
    changes.map(({ library, from }) => [library, from]),
    held,
    planned.locked,
  ]);
  const probes = new PythonProbes({
    cache: world.cache,
    program: programFolder(),
    handover: join(out, 'handover', createHash('sha256').update(identity).digest('hex').slice(0, 12)),
    containment,
    show: world.show,
    start: world.start,
    signal: options.signal,
  });
  const { name, enforced, missing } = containment;
  return {
    ports: {
      catalog: world.catalog,
      environments: await world.environments(torch, out),
      probes,
      journal: new FileJournal(join(out, 'results.jsonl'), identity, options.fresh),
      clock: { now: () => performance.now(), date: () => new Date().toISOString() },
      progress: { say: timed(options.say) },
      isInterrupted: () => options.signal.aborted,
    },
    machine: {
      tool: TOOL_VERSION,
      probe: PROBE_VERSION,
      python: world.python.version,
      torch: `${torchVersion}, ${torch.source}`,
      device: world.device.title,
      containment: { name, enforced: [...enforced], missing: [...missing] },
      out: options.out,
      width: options.jobs ?? cpus().length,
    },
  };
}

/** How cells are started where not as their device says: macOS's own libraries do not outlive a fork; tests name one. */
function startMethod(environment: WorldOptions['environment']): StartMethod | undefined {
  const named = START_METHODS.find((method) => method === environment.PEFT_SWEEP_START);
  return named ?? (process.platform === 'darwin' ? 'spawn' : undefined);
}

/** The folder of the Python probe: beside dist/ (a chunk lies one deeper) in the action, beside src/ in a checkout. */
export function programFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ['..', '../..', '../../..']
    .map((up) => join(here, up, 'probe'))
    .find((folder) => existsSync(join(folder, 'peft_probe')));
  if (found === undefined) throw new Error(`the folder \`probe\` is not beside ${here}`);
  return found;
}

/** What the cache holds besides uv itself. */
export const CACHED = ['environments', 'bytecode', 'uv', 'index', 'stored', 'tmp'] as const;

/** A cache of our own, never the runner's uv, pip or Hugging Face cache. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  // An empty or relative XDG path is to be ignored (XDG Base Directory Specification).
  const xdg = environment.XDG_CACHE_HOME?.startsWith('/') ? environment.XDG_CACHE_HOME : join(homedir(), '.cache');
  return resolve(environment.PEFT_SWEEP_CACHE || join(xdg, 'peft-sweep'));
}

/** Progress lines with the seconds since the start in front. */
function timed(say: (line: string) => void): (line: string) => void {
  const began = performance.now();
  return (line) => say(`${`${Math.round((performance.now() - began) / 1000)} s`.padStart(6)}  ${plain(line)}`);
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
