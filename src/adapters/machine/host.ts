/** This machine before anything is asked of an index: its cache, its interpreter, its device. */
import type { Card } from '../../domain/card.ts';
import { type Device, type DeviceChoice, START_METHODS, type StartMethod } from '../../domain/device.ts';
import { cacheFolder } from './cache.ts';
import { openDevice } from './devices.ts';
import { openFolder } from './folders.ts';
import { findPython, type Python } from './python.ts';
import { sweepScratch } from './scratch.ts';

export interface HostOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that the program was started in. */
  readonly folder: string;
  /** The interpreter that was asked for: a version or a path. */
  readonly python: string | undefined;
  readonly offline: boolean;
  /** A folder that onnxruntime-node is installed in, or `off`; absent for the default. */
  readonly oraclePath?: string | undefined;
  /** Where cells are to run; absent for the default. */
  readonly device?: DeviceChoice | undefined;
  /** Nothing is to be measured here: a device that this machine lacks can be planned for. */
  readonly isPlanning?: boolean | undefined;
  /** Stops what is being asked of the index and of uv. */
  readonly signal?: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

export interface Host extends Omit<HostOptions, 'python' | 'device' | 'isPlanning'> {
  readonly cache: string;
  readonly python: Python;
  /** Version of Node, e.g. `v24.1.0`. */
  readonly node: string;
  readonly device: Device;
  /** The cards that cells run on, all of one kind; none on a processor. */
  readonly cards: readonly Card[];
  /** Why there is none, where one was asked for and nothing is to be measured here. */
  readonly noCard: string | undefined;
  /** How cells are started, where not as their device says. */
  readonly start: StartMethod | undefined;
}

/** Opens the cache and finds the interpreter. Throws UserError where one cannot be had. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { environment, folder, offline, oraclePath, signal, say } = options;
  const cache = cacheFolder(environment);
  openFolder(cache, 'The cache folder', 'set PEFT_SWEEP_CACHE to one');
  await sweepScratch(cache);
  const python = await findPython(options.python, folder);
  const start = startMethod(environment);
  const { device, cards, noCard } = await openDevice(options.device, environment, say, options.isPlanning);
  return {
    environment,
    folder,
    offline,
    oraclePath,
    signal,
    say,
    cache,
    python,
    node: process.version,
    device,
    cards,
    noCard,
    start,
  };
}

/** macOS's own libraries do not outlive a fork; tests name a method. */
function startMethod(environment: HostOptions['environment']): StartMethod | undefined {
  const named = START_METHODS.find((method) => method === environment.PEFT_SWEEP_START);
  return named ?? (process.platform === 'darwin' ? 'spawn' : undefined);
}
