/**
 * Checkpoints of a hub: fetched by huggingface_hub in a process of its own, with the network and outside of what strangers'
 * packages run in. Nothing of a file is read there but its hash.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { shortReason } from '../../index/uv.ts';
import type { Host } from '../host.ts';
import { type Finished, type RunOptions, run } from '../process.ts';
import { makeScratch, removeFolders } from '../scratch.ts';
import type { World } from '../world.ts';
import { CheckpointError } from './error.ts';

/** The release that fetches. Its needs are as new as the index has them. */
const HUB_VERSION = '2.4.0';
const FETCH_MS = 30 * 60_000;
/** What a loader reads, as a pattern of Python's; code only where it is trusted. By an adapter's configuration it would load another model. */
const FILES = String.raw`(?!adapter_config\.json)[\w.-]+\.(safetensors|json|txt|jinja)|tokenizer\.model`;
const CODE = String.raw`\w+\.py`;
/** Addresses and certificates of the user's network. A token only where the environment itself has one. */
const PASSED = [
  ...['HF_ENDPOINT', 'HF_TOKEN', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
];
const Answer = z.object({ reason: z.string().max(60).optional(), message: z.string().max(2000).optional() });

export interface Asked {
  readonly id: string;
  readonly revision: string;
  readonly trustsCode: boolean;
  /** What all its files may come to. */
  readonly mostBytes: number;
}

/** What fetching takes of this machine. */
export interface HubGround {
  readonly host: Pick<Host, 'cache' | 'offline' | 'environment' | 'signal' | 'say'>;
  /** Folder of the Python package `peft_probe`. */
  readonly program: string;
  /** The interpreter of an environment that holds huggingface_hub. Throws CheckpointError. */
  readonly python: () => Promise<string>;
}

type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<Finished>;

/** The folder of its files, fetched once: a commit does not change. Throws CheckpointError. */
export async function fromHub(asked: Asked, ground: HubGround, execute: Run = run): Promise<string> {
  const { cache, offline, environment, say } = ground.host;
  const folder = folderOf(cache, asked, environment.HF_ENDPOINT);
  if (existsSync(folder)) return folder;
  if (offline) throw new CheckpointError('not there', 'It was not fetched before, and this run is offline.');
  const python = await ground.python();
  const scratch = makeScratch(cache, 'hub');
  try {
    say(`fetching ${asked.id} at ${asked.revision.slice(0, 12)}`);
    await fetched(asked, { ground, python, scratch, execute });
    // Probes may run as another user.
    await execute('chmod', ['-R', 'a+rX', join(scratch, 'files')], {});
    mkdirSync(dirname(folder), { recursive: true });
    if (!existsSync(folder)) renameSync(join(scratch, 'files'), folder);
    return folder;
  } finally {
    await removeFolders([scratch]);
  }
}

/** Another hub may have another repository under that name. */
function folderOf(cache: string, { id, revision, trustsCode }: Asked, endpoint = ''): string {
  const name = `${id.replace('/', '--')}@${revision}${trustsCode ? '+code' : ''}`;
  const hub = createHash('sha256').update(endpoint).digest('hex').slice(0, 8);
  return join(cache, 'hub', hub, name);
}

interface Fetch {
  readonly ground: HubGround;
  readonly python: string;
  readonly scratch: string;
  readonly execute: Run;
}

async function fetched({ id, revision, trustsCode, mostBytes }: Asked, fetch: Fetch): Promise<void> {
  const { ground, python, scratch, execute } = fetch;
  const files = trustsCode ? `${FILES}|${CODE}` : FILES;
  const asked = { id, revision, folder: join(scratch, 'files'), files, most: mostBytes };
  const script = join(ground.program, 'peft_probe', 'brought', 'fetch.py');
  const finished = await execute(python, ['-I', script, JSON.stringify(asked)], {
    env: hubEnvironment(ground.host.environment, scratch),
    timeoutMs: FETCH_MS,
    signal: ground.host.signal,
  });
  const { reason, message = '' } = answerIn(finished);
  if (reason !== undefined) throw new CheckpointError(reason, message);
}

/** What it said last; a process that says nothing has failed. */
function answerIn({ status, stdout, stderr }: Finished): z.infer<typeof Answer> {
  const said = stdout.trim().split('\n').at(-1) ?? '';
  try {
    if (status === 0) return Answer.parse(JSON.parse(said));
  } catch {
    // It is told of as a process that failed.
  }
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return { reason: 'cannot be fetched', message: `Fetching ended with status ${status}. ${last.slice(0, 300)}` };
}

/** Its home and its cache are in the scratch folder: no token, and no file of the user's own, lies there. */
export function hubEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  scratch: string,
): Readonly<Record<string, string>> {
  const passed = PASSED.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: scratch, TMPDIR: scratch, LANG: 'C.UTF-8' },
    ...{ HF_HOME: join(scratch, 'home'), HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1' },
    ...{ HF_HUB_DISABLE_IMPLICIT_TOKEN: environment.HF_TOKEN === undefined ? '1' : '0', HF_HUB_DISABLE_XET: '1' },
    ...{ HF_HUB_DISABLE_SYMLINKS: '1', HF_HUB_DISABLE_SHARED_BLOBS: '1', HF_HUB_DISABLE_UPDATE_CHECK: '1' },
    ...Object.fromEntries(passed),
  };
}

/** The interpreter of an environment that holds huggingface_hub and its needs, and nothing else. */
export async function fetcherOf({ host, index }: Pick<World, 'host' | 'index'>): Promise<string> {
  const folder = join(host.cache, `fetcher-${HUB_VERSION}-${host.python.tag}`);
  const python = join(folder, 'bin', 'python');
  const mark = join(folder, 'complete');
  if (existsSync(mark)) return python;
  const uv = await index.uv();
  const made = await uv.call(['venv', '--quiet', '--clear', '--python', host.python.path, folder]);
  const wanted = ['--only-binary', ':all:', `huggingface_hub==${HUB_VERSION}`];
  const installed =
    made.status === 0
      ? await uv.call(['pip', 'install', '--quiet', '--python', python, ...wanted, ...index.settings.uvOptions])
      : made;
  if (installed.status !== 0)
    throw new CheckpointError('cannot be fetched', `huggingface_hub could not be installed: ${shortReason(installed)}`);
  writeFileSync(mark, '');
  return python;
}
