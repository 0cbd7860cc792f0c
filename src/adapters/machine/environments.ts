import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceOf } from '../../domain/device.ts';
import { ALWAYS, type Environment, type EnvironmentRequest, type Lock, requestKey } from '../../domain/environment.ts';
import { sameVersion } from '../../domain/version.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Environments, Preferences } from '../../ports/environments.ts';
import { lockId, parseLock } from '../index/locks.ts';
import type { IndexSettings } from '../index/settings.ts';
import { bytesOf, tooLarge } from '../index/sizes.ts';
import type { TorchBuild } from '../index/torch.ts';
import { compileOf, hasNoSolution, shortReason, type Uv } from '../index/uv.ts';
import { addBytecode, type BytecodeSettings } from './bytecode.ts';
import { addToCount, keepWithin, take } from './capacity.ts';
import { contested } from './claims.ts';
import { withinDisk } from './disk.ts';
import { run } from './process.ts';
import type { Python } from './python.ts';
import { makeScratch, removeFolders } from './scratch.ts';

export interface EnvironmentSettings {
  readonly uv: Uv;
  readonly python: Python;
  readonly index: IndexSettings;
  readonly torch: TorchBuild;
  readonly catalog: Catalog;
  /** Cache of our own; environments hard-link files from it. */
  readonly folder: string;
  /** Where a copy of each lock goes. */
  readonly locks: string;
  readonly offline: boolean;
  /** Bytes that the cache may take; environments that nobody uses give way before a new one is built. */
  readonly mostBytes: number;
  readonly say: (line: string) => void;
  /** How sources are compiled: contained, since they are strangers'. */
  readonly compiler: Omit<BytecodeSettings, 'cache' | 'tag'>;
}

const DAY_MS = 24 * 3600_000;
/** Marks an environment that is complete, and built in the way of this release. */
const BUILT = 'peft-sweep-3.lock';
/** Marks one whose sources have the bytecode that this release makes; an older one made less. */
const COMPILED = 'peft-sweep-bytecode-2';

/** What a request came to, with the text of its lock where it has a solution. */
interface Made {
  readonly environment: Environment;
  readonly lock?: string;
}

/** Environments resolved and built with uv. */
export class UvEnvironments implements Environments {
  constructor(private readonly settings: EnvironmentSettings) {}

  readonly #made = new Map<string, Promise<Made>>();

  async prepare(request: EnvironmentRequest, preferences: Preferences): Promise<Environment> {
    const { environment, lock } = await this.#makeOnce(request, preferences);
    if (environment.status !== 'built' || lock === undefined) return environment;
    mkdirSync(this.settings.locks, { recursive: true });
    writeFileSync(join(this.settings.locks, `${environment.id}.txt`), lock);
    return environment;
  }

  async foresee(request: EnvironmentRequest, preferences: Preferences): Promise<Environment | undefined> {
    const made = await this.#makeOnce(request, preferences).catch(() => undefined);
    return made?.environment;
  }

  /** By what the lock depends on: what was foreseen with other preferences is another one. Weather is tried again. */
  #makeOnce(request: EnvironmentRequest, preferences: Preferences): Promise<Made> {
    const key = JSON.stringify([requestKey(request), preferences]);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const making = this.#make(request, preferences);
    this.#made.set(key, making);
    const forget = () => this.#made.delete(key);
    making.then(({ environment }) => environment.status === 'inconclusive' && forget(), forget);
    return making;
  }

  async #make(request: EnvironmentRequest, preferences: Preferences): Promise<Made> {
    const resolved = await this.#resolve(request, preferences);
    if (typeof resolved !== 'string') return { environment: resolved };
    const { python } = this.settings;
    const id = lockId(resolved, {
      python: python.version,
      platform: `${process.platform}-${process.arch}`,
      accelerator: deviceOf(request.device).name,
    });
    const failed = await this.build(id, resolved);
    if (failed) return { environment: failed, lock: resolved };
    const twice = contested(sitePackages(environmentFolder(this.settings.folder, id), python));
    const found = twice.length > 0 ? { contested: twice.slice(0, 10) } : {};
    return { environment: { status: 'built', id, lock: parseLock(resolved), ...found }, lock: resolved };
  }

  /** The text of a lock with hashes, or why there is none. torch gives way where the pins need an older one. */
  async #resolve(request: EnvironmentRequest, preferences: Preferences): Promise<string | Environment> {
    const resolved = await this.#resolveWith(request, preferences, this.#torchConstraints(request));
    const mayGiveWay =
      typeof resolved !== 'string' && resolved.status === 'unresolved' && request.pins.torch === undefined;
    return mayGiveWay ? this.#resolveWith(request, preferences, {}) : resolved;
  }

  async #resolveWith(
    request: EnvironmentRequest,
    preferences: Preferences,
    torchPins: Lock,
  ): Promise<string | Environment> {
    const { uv, python, index, torch, folder } = this.settings;
    const scratch = makeScratch(folder, 'resolve');
    try {
      const wanted = [...new Set([...Object.keys(request.pins), ...ALWAYS, ...request.packages])];
      const requirements = wanted.map((name) => (request.pins[name] ? `${name}==${request.pins[name]}` : name));
      const constraints = { ...torchPins, ...request.heldBack };
      writeFileSync(join(scratch, 'constraints.txt'), pinLines(constraints));
      writeFileSync(join(scratch, 'lock.txt'), pinLines(preferences.versions));
      const finished = await uv.call(
        compileOf(python.path, [
          '--generate-hashes',
          ...['--constraint', join(scratch, 'constraints.txt'), '--output-file', join(scratch, 'lock.txt')],
          ...index.uvOptions,
          ...torch.options,
          ...(await this.#dateOptions(request, preferences.ofAnyDate)),
          ...(this.settings.offline ? ['--offline'] : []),
        ]),
        `${requirements.join('\n')}\n`,
      );
      if (finished.status === 0) return readFileSync(join(scratch, 'lock.txt'), 'utf8');
      return { status: hasNoSolution(finished) ? 'unresolved' : 'inconclusive', why: shortReason(finished) };
    } finally {
      await removeFolders([scratch]);
    }
  }

  #torchConstraints(request: EnvironmentRequest): Lock {
    const { closure } = this.settings.torch;
    const pinned = request.pins.torch;
    return pinned === undefined || sameVersion(pinned, closure.torch ?? pinned) ? closure : {};
  }

  /**
   * What nobody pins is taken as of the day after the newest pin was uploaded. torch and its needs are exempt: one
   * build serves the whole sweep; so is what the user's own lock holds. Without dates on the index there is no cut-off.
   */
  async #dateOptions(request: EnvironmentRequest, ofAnyDate: readonly string[]): Promise<readonly string[]> {
    const dates: string[] = [];
    for (const [library, version] of Object.entries(request.pins)) {
      if (library === 'torch') continue;
      const release = (await this.settings.catalog.releases(library)).find((candidate) =>
        sameVersion(candidate.version, version),
      );
      if (release?.uploaded) dates.push(release.uploaded);
    }
    const newest = dates.toSorted().at(-1);
    if (newest === undefined) return [];
    const cutoff = new Date(Date.parse(newest) + DAY_MS).toISOString();
    const exempt = new Set([...Object.keys(this.settings.torch.closure), ...Object.keys(request.pins), ...ofAnyDate]);
    return ['--exclude-newer', cutoff, ...[...exempt].flatMap((name) => ['--exclude-newer-package', `${name}=false`])];
  }

  /**
   * transformers is left out: 124 of its 2,214 modules are imported, which cost a probe 0.25 s, and each release would
   * be compiled whole.
   */
  async #addBytecode(venv: string): Promise<void> {
    const { python, folder, compiler } = this.settings;
    await addBytecode(sitePackages(venv, python), ['transformers'], {
      ...compiler,
      cache: folder,
      tag: python.tag,
    })
      .then(() => writeFileSync(join(venv, COMPILED), ''))
      .catch(() => undefined);
  }

  #installation(venv: string, lockFile: string): readonly string[] {
    const { index, torch, offline } = this.settings;
    return [
      ...['pip', 'install', '--quiet', '--python', join(venv, 'bin', 'python'), '--no-deps', '--require-hashes'],
      ...['--only-binary', ':all:', '--link-mode', 'hardlink', '--requirements', lockFile],
      ...index.uvOptions,
      ...torch.options,
      ...(offline ? ['--offline'] : []),
    ];
  }

  async #makeRoom(): Promise<void> {
    const { folder, mostBytes, say } = this.settings;
    const made = await keepWithin(folder, mostBytes);
    if (made === undefined) return;
    const { removed, bytesFreed, bytesLeft } = made;
    const [most, freed, left] = [mostBytes, bytesFreed, bytesLeft].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
    if (removed.length > 0)
      say(`the cache was over ${most}: ${removed.length} environments that were not used for longest went, ${freed}`);
    if (bytesLeft > mostBytes)
      say(`the cache takes ${left}, more than ${most}: what is left is in use, or no environment (--cache-gb)`);
  }

  /** Builds the environment of a lock unless it stands; says what went wrong, if anything did. */
  async build(id: string, lock: string): Promise<Environment | undefined> {
    const { uv, python, folder } = this.settings;
    const target = environmentFolder(folder, id);
    take(folder, id);
    if (existsSync(join(target, BUILT))) {
      if (!existsSync(join(target, COMPILED))) await this.#addBytecode(target);
      return undefined;
    }
    const bytes = await bytesOf(parseLock(lock), this.settings.catalog);
    const why = tooLarge(bytes);
    if (why !== undefined) return { status: 'unresolved', why };
    await this.#makeRoom();
    const building = makeScratch(folder, 'build');
    try {
      const venv = join(building, 'environment');
      const lockFile = join(building, 'lock.txt');
      writeFileSync(lockFile, lock);
      const made = await uv.call(['venv', '--quiet', '--relocatable', '--python', python.path, venv]);
      if (made.status !== 0) return { status: 'inconclusive', why: shortReason(made) };
      const { value: installed, stopped } = await withinDisk(folder, bytes, (signal) =>
        uv.call(this.#installation(venv, lockFile), undefined, signal),
      );
      if (stopped) return { status: 'inconclusive', why: 'Its wheels unpack to far more than they are.' };
      // What the resolver found is there: that it cannot be fetched, checked or unpacked now is no fact about a release.
      if (installed.status !== 0) return { status: 'inconclusive', why: shortReason(installed) };
      // Probes may run as another user, and some wheels hold files that only their owner may read.
      await run('chmod', ['-R', 'a+rX', venv]);
      await this.#addBytecode(venv);
      addToCount(folder, venv);
      writeFileSync(join(venv, BUILT), lock);
      ensure(join(folder, 'environments'));
      if (!existsSync(join(target, BUILT))) await removeFolders([target]);
      if (!existsSync(target)) renameSync(venv, target);
      writeFileSync(join(ensure(join(folder, 'stored')), `torch-${parseLock(lock).torch}`), '');
      return undefined;
    } finally {
      await removeFolders([building]);
    }
  }
}

/** The folder of a virtual environment where packages are. */
function sitePackages(venv: string, python: Python): string {
  const [major, minor] = python.version.split('.');
  return join(venv, 'lib', `python${major}.${minor}`, 'site-packages');
}

export function environmentFolder(cache: string, id: string): string {
  return join(cache, 'environments', id);
}

/** Whether an environment stands in the cache, complete. */
export function isBuilt(cache: string, id: string): boolean {
  return existsSync(join(environmentFolder(cache, id), BUILT));
}

function pinLines(pins: Lock): string {
  return Object.entries(pins)
    .map(([name, version]) => `${name}==${version}\n`)
    .join('');
}

function ensure(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
