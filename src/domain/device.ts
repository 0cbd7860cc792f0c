/** Where cells run. A row is all that differs between devices; nothing else asks which one it is. */

/**
 * How a probe starts a cell. `fork`: the parent imports once and forks a child for each cell. `spawn`: a fresh interpreter
 * imports once and runs cells one after another, for devices and systems where a fork may not use what its parent opened.
 */
export const START_METHODS = ['fork', 'spawn'] as const;
export type StartMethod = (typeof START_METHODS)[number];

/** What a device can lack, as errors of packages name it. */
export type Lack = 'gpu' | 'capability';

export interface Device {
  /** In options, plans, shards, configuration and keys. */
  readonly name: DeviceName;
  /** In reports. */
  readonly title: string;
  readonly start: StartMethod;
  /** What one cell may take: seconds, and bytes beyond what its process had before. */
  readonly limits: { readonly seconds: number; readonly bytes: number };
  /** Memory that a card must have: CUDA's own context and its libraries' workspaces, beside a tiny model. 0 without cards. */
  readonly cardBytes: number;
  /** Seconds of a further environment and of a cell in it, for a plan. */
  readonly predicted: { readonly environmentSeconds: number; readonly cellSeconds: number };
  /** Variables of a probe's environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** The build of torch to ask for, as uv names its backends. */
  readonly torchBackend: string;
  /** The device as torch names it in a process that sees one of them. */
  readonly place: string;
  /** Whether cells run on cards, one worker on each. */
  readonly hasCards: boolean;
  /** An error that asks for one of these says nothing about a library here. */
  readonly lacks: readonly Lack[];
}

export const DEVICE_NAMES = ['cpu', 'cuda'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** One thread for each process: many run at once, and forked children must not share a pool. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } as const;

export const DEVICES = {
  cpu: {
    name: 'cpu',
    title: 'CPU',
    start: 'fork',
    limits: { seconds: 60, bytes: 2 * 1024 ** 3 },
    cardBytes: 0,
    // `npm run bench`
    predicted: { environmentSeconds: 10, cellSeconds: 0.2 },
    variables: { ...ONE_THREAD, CUDA_VISIBLE_DEVICES: '' },
    torchBackend: 'cpu',
    place: 'cpu',
    hasCards: false,
    lacks: ['gpu'],
  },
  cuda: {
    name: 'cuda',
    title: 'CUDA',
    start: 'spawn',
    limits: { seconds: 120, bytes: 8 * 1024 ** 3 },
    cardBytes: 2 * 1024 ** 3,
    // The spawn path on a CPU, one worker, and a larger torch to read: not seen on a card.
    predicted: { environmentSeconds: 20, cellSeconds: 0.5 },
    // Errors come from the call that made them, and sums in one order.
    variables: {
      ...ONE_THREAD,
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_LAUNCH_BLOCKING: '1',
      CUBLAS_WORKSPACE_CONFIG: ':4096:8',
    },
    torchBackend: 'auto',
    place: 'cuda:0',
    hasCards: true,
    lacks: ['capability'],
  },
} as const satisfies Readonly<Record<DeviceName, Device>>;

/** Where cells run that name no device. */
export const DEFAULT_DEVICE: DeviceName = 'cpu';

/** What can be asked for: a device, `auto`, which is a card where one can be used, or `both`, one after the other. */
export const DEVICE_CHOICES = ['auto', ...DEVICE_NAMES, 'both'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

export function isDeviceName(name: string): name is DeviceName {
  return Object.hasOwn(DEVICES, name);
}

export function deviceOf(name: DeviceName = DEFAULT_DEVICE): Device {
  return DEVICES[name];
}
