/** Runs the command line in a world of its own: an index on the loopback, a cache, a home, and uv on the PATH. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { openWorld } from '../../src/adapters/world.ts';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';
import { type Offer, type PackageIndex, startPackageIndex } from './package-index.ts';
import { contentOf, offersOf } from './stand-ins.ts';
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
  readonly form?: 'json' | 'html';
  readonly args: readonly string[];
  readonly out?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface MiniWorld {
  readonly index: PackageIndex;
  readonly cache: string;
  readonly home: string;
  run(asked: Asked): Promise<Ended>;
}

const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

export async function openMiniWorld(): Promise<MiniWorld> {
  const folder = scratch('mini');
  const index = await startPackageIndex();
  const [cli, bin] = await Promise.all([bundled(folder), uvFolder(folder)]);
  const [cache, home, links] = [join(folder, 'cache'), join(folder, 'home'), join(folder, 'links')];
  for (const one of [home, links]) mkdirSync(one);
  const torch = writeWheel(contentOf('torch', '1.0'));
  writeFileSync(join(links, torch.filename), torch.bytes);
  const run = ({ root, offers = offersOf({}), form, args, environment, ...asked }: Asked) => {
    const url = index.offer(root, offers, form);
    const [out, cwd] = [asked.out ?? scratch('mini-out'), asked.cwd ?? home];
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: home,
      PEFT_SWEEP_CACHE: cache,
      UV_DEFAULT_INDEX: url,
      UV_FIND_LINKS: links,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: url,
      ...environment,
    };
    return spawned(cli, [...args, '--out', out], cwd, env).then((ended) => ({ ...ended, out }));
  };
  return { index, cache, home, run };
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
  const { path } = await world.uv();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  if (existsSync(path)) symlinkSync(path, join(bin, 'uv'));
  return bin;
}

function spawned(cli: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  return new Promise<Omit<Ended, 'out'>>((done) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env });
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
