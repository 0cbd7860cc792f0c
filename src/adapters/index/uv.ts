import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from '../../domain/package.ts';
import { UserError, WeatherError } from '../../errors.ts';
import { type Finished, run } from '../machine/process.ts';
import type { IndexSettings } from './settings.ts';

/** The release that is installed where the machine has no uv of its own. */
const UV_VERSION = '0.13.9';
const OLDEST_UV = [0, 8] as const;

export interface Uv {
  readonly path: string;
  readonly version: string;
  /** Runs a uv command with our cache and the user's index settings, and no configuration file of any folder. */
  call(args: readonly string[], input?: string, signal?: AbortSignal): Promise<Finished>;
}

/** Arguments that resolve what is written to uv's input, from wheels only. */
export function compileOf(python: string, more: readonly string[]): readonly string[] {
  return [
    ...['pip', 'compile', '-', '--python', python, '--only-binary', ':all:', '--no-header', '--no-annotate', '--quiet'],
    ...more,
  ];
}

/** uv from PATH, else the Python package `uv` in a private virtual environment under `folder`. */
export async function findUv(
  python: string,
  folder: string,
  settings: IndexSettings,
  offline: boolean,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Uv> {
  const own = join(folder, `uv-${UV_VERSION}`, 'bin', 'uv');
  for (const path of ['uv', own]) {
    const version = await versionOf(path);
    if (version !== undefined) return bind(path, version, folder, settings, signal);
  }
  if (offline)
    throw new WeatherError('uv is not installed here. Install uv, or let a sweep without --offline fetch it.');
  say(`installing uv ${UV_VERSION} into ${join(folder, `uv-${UV_VERSION}`)}`);
  await install(python, join(folder, `uv-${UV_VERSION}`), signal);
  const version = await versionOf(own);
  if (version === undefined)
    throw new WeatherError(`uv was installed but does not start: ${own}. Remove the folder and try again.`);
  return bind(own, version, folder, settings, signal);
}

async function versionOf(path: string): Promise<string | undefined> {
  if (path.includes('/') && !existsSync(path)) return undefined;
  const shown = await run(path, ['--version'], { timeoutMs: 20_000 });
  const version = /^uv (\d+\.\d+\.\d+)/.exec(shown.stdout)?.[1];
  if (shown.status !== 0 || version === undefined) return undefined;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_UV[0] || minor >= OLDEST_UV[1] ? version : undefined;
}

async function install(python: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const made = await run(python, ['-m', 'venv', folder], { signal });
  if (made.status !== 0)
    throw new UserError(
      `Neither uv nor Python's venv module was found: ${lastLine(made)}. Install uv, or the python3-venv package.`,
    );
  const installed = await run(
    join(folder, 'bin', 'python'),
    ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', `uv==${UV_VERSION}`],
    { signal },
  );
  if (installed.status !== 0)
    throw new WeatherError(
      `uv could not be installed with pip: ${lastLine(installed)}. Check the network and pip's index settings, or install uv yourself.`,
    );
}

function lastLine(finished: Finished): string {
  return (finished.stderr || finished.stdout).trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

async function bind(
  path: string,
  version: string,
  folder: string,
  settings: IndexSettings,
  interrupted: AbortSignal | undefined,
): Promise<Uv> {
  // What is resolved or installed for a run that was killed is of no use to anybody.
  const lead = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const follows = (await run('setpriv', [...lead.slice(1), 'true'], { timeoutMs: 20_000 })).status === 0;
  const [program = path, ...before] = follows ? [...lead, path] : [path];
  const options = [
    '--no-config',
    '--cache-dir',
    join(folder, 'uv'),
    '--no-progress',
    '--no-python-downloads',
    '--color',
    'never',
  ];
  return {
    path,
    version,
    call: (args, input, signal) =>
      run(program, [...before, ...options, ...args], {
        env: settings.uvEnvironment,
        ...(input !== undefined && { input }),
        signal: anyOf([signal, interrupted]),
      }),
  };
}

function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 0 ? AbortSignal.any(given) : undefined;
}

/**
 * Whether the resolver said that no set of releases fits. All else that can go wrong (network, server, disk, memory, a
 * file that is damaged, a resolver that was killed) is weather; so is an answer that hangs on what could not be asked.
 */
export function hasNoSolution(finished: Finished): boolean {
  return (
    finished.status === 1 &&
    /No solution found when resolving dependencies/.test(finished.stderr) &&
    !/network was disabled|could not be queried|authentication|unauthorized|forbidden|not be (?:read|parsed|fetched)|connectivity|timed? ?out/i.test(
      finished.stderr,
    )
  );
}

/** What uv says before the reason. */
const NO_SOLUTION = /^(?:error: )?No solution found when resolving dependencies(?: for [^:]+)?:? (?:cause: )?Because /;

/** The resolver's own reason on a few lines, without its decoration. */
export function shortReason(finished: Finished): string {
  const lines = finished.stderr
    .split('\n')
    .map((line) =>
      line
        .replace(/[×│├╰─▶]/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '' && !/^(warning|hint|Resolved|Using|Prepared)/i.test(line));
  const said = lines.join(' ').replace(NO_SOLUTION, 'no releases fit together: because ');
  return withoutCredentials(said).slice(0, 600) || endWords(finished);
}

function endWords({ status, signal }: Finished): string {
  if (status === 124) return 'uv took too long.';
  return signal ? `uv was killed by ${signal}.` : `uv ended with status ${status} and said nothing.`;
}
