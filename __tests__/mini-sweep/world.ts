/** Runs the command line in a world of its own: an index on the loopback, a cache, a home, and uv on the PATH. */
import { type ChildProcess, execFileSync, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { openWorld } from '../../src/adapters/machine/world.ts';
import { Report } from '../../src/report/model.ts';
import { type Form, type Offer, type PackageIndex, startPackageIndex } from './package-index.ts';
import { contentOf, type Line, offersOf } from './stand-ins.ts';
import { writeWheel } from './wheel.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The folder that `--out` named. */
  readonly out: string;
}

export interface Asked {
  /** Name of the question's own root on the index; the same name shares pages that are cached. */
  readonly root: string;
  readonly offers?: readonly Offer[];
  readonly form?: Form;
  readonly args: readonly string[];
  readonly out?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of the process once it runs. */
  readonly started?: (child: ChildProcess) => void;
}

export interface MiniWorld {
  readonly index: PackageIndex;
  readonly folder: string;
  readonly cache: string;
  readonly home: string;
  run(asked: Asked): Promise<Ended>;
  /** A find-links folder with releases of a stand-in. */
  linksTo(name: string, line: Line): string;
  close(): void;
}

/** Who runs the program: the one who runs the tests, or, where that is root, another. */
export type User = 'same' | 'ordinary';

const ORDINARY = { uid: 54321, gid: 54321 };

const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

export async function openMiniWorld(user: User = 'same'): Promise<MiniWorld> {
  // A space, since paths of mounts are written with escapes.
  const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-mini- '));
  const index = await startPackageIndex();
  const [cli, bin] = await Promise.all([bundled(folder), uvFolder(folder)]);
  let runs = 0;
  const [cache, home, links] = [join(folder, 'cache'), join(folder, 'home'), join(folder, 'links')];
  for (const one of [home, links]) mkdirSync(one);
  mkdirSync(cache);
  const torch = writeWheel(contentOf('torch', '1.0'));
  writeFileSync(join(links, torch.filename), torch.bytes);
  if (user === 'ordinary') execFileSync('chown', ['-R', `${ORDINARY.uid}:${ORDINARY.gid}`, folder]);
  const run = ({ root, offers = offersOf({}), form, args, environment, started, ...asked }: Asked) => {
    const url = index.offer(root, offers, form);
    const [out, cwd] = [asked.out ?? join(folder, 'out', String(++runs)), asked.cwd ?? home];
    const env = {
      PATH: user === 'same' ? `${bin}:${process.env.PATH}` : `${bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      HOME: home,
      PEFT_SWEEP_CACHE: cache,
      UV_DEFAULT_INDEX: url,
      UV_FIND_LINKS: links,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: url,
      ...(process.env.PEFT_SWEEP_START && { PEFT_SWEEP_START: process.env.PEFT_SWEEP_START }),
      ...environment,
    };
    const options = { cwd, env, ...(user === 'ordinary' && ORDINARY) };
    return spawned(cli, [...args, '--out', out], options, started).then((ended) => ({ ...ended, out }));
  };
  const linksTo = (name: string, line: Line) => {
    const own = mkdtempSync(join(folder, 'links-'));
    for (const [version, release] of Object.entries(line)) {
      const wheel = writeWheel(contentOf(name, version, release));
      writeFileSync(join(own, wheel.filename), wheel.bytes);
    }
    return own;
  };
  const close = () => {
    index.close();
    // Paths may be longer than Node can remove.
    execFileSync('rm', ['-rf', folder]);
  };
  return { index, folder, cache, home, run, linksTo, close };
}

/** The command line from its sources, beside a copy of the probe. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'program', 'dist', 'cli.mjs');
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  await build({
    entryPoints: [resolve('src/cli.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: BANNER },
    define: { TOOL_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
  cpSync(resolve('probe'), join(folder, 'program', 'probe'), { recursive: true });
  return outfile;
}

/** A folder for the PATH with the uv that sweeps on this machine use; it is installed where there is none. */
async function uvFolder(folder: string): Promise<string> {
  const environment = { HOME: homedir(), ...process.env };
  const world = await openWorld({ environment, folder, python: undefined, offline: false, say: () => undefined });
  const { path } = await world.index.uv();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  if (existsSync(path)) copyFileSync(path, join(bin, 'uv'));
  return bin;
}

function spawned(
  cli: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio,
  started: (child: ChildProcess) => void = () => undefined,
) {
  return new Promise<Omit<Ended, 'out'>>((done) => {
    const child = spawn(process.execPath, [cli, ...args], options);
    started(child);
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk;
    });
    child.on('close', (status) => done({ status, ...said }));
  });
}

export function reportIn(out: string): Report {
  return Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
}
