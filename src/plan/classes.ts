/** Classes of runners that a plan divides its cells over: what each has, and what a minute of it costs. */
import type { Runner } from '../configuration.ts';
import type { Cell } from '../domain/cell.ts';
import { DEFAULT_DEVICE, type DeviceName, deviceOf } from '../domain/device.ts';
import { rulingOfCell } from './ruled-out.ts';

export interface RunnerClass {
  readonly name: string;
  readonly device: DeviceName;
  /** Of its card, as CUDA counts: 7.5. Absent where nobody said it: then a card is taken to be new enough. */
  readonly capability?: number | undefined;
  /** Of its card. */
  readonly memoryGb?: number | undefined;
  /** Absent where nobody said it: counted as nothing. */
  readonly usdPerMinute?: number | undefined;
}

/** The class that a device has where the configuration names none. */
function plainClass(device: DeviceName): RunnerClass {
  return { name: device, device };
}

/** The device of a class: what it says, else that of its name, else a card, which is why one names classes. */
export function deviceOfRunner(name: string, { device }: Runner): DeviceName {
  if (device !== undefined) return device;
  return name === DEFAULT_DEVICE ? DEFAULT_DEVICE : 'cuda';
}

/**
 * The classes of a configuration, only those of one device where somebody chose it. There is always one of the device
 * that was chosen, and of the default one where none was.
 */
export function classesOf(runners: Readonly<Record<string, Runner>>, chosen?: DeviceName): readonly RunnerClass[] {
  const named = Object.entries(runners).map(([name, runner]): RunnerClass => {
    const { capability, 'memory-gb': memoryGb, 'usd-per-minute': usdPerMinute } = runner;
    return { name, device: deviceOfRunner(name, runner), capability, memoryGb, usdPerMinute };
  });
  const fitting = named.filter(({ device }) => chosen === undefined || device === chosen);
  const least = chosen ?? DEFAULT_DEVICE;
  return fitting.some(({ device }) => device === least) ? fitting : [plainClass(least), ...fitting];
}

/** Why a class cannot measure a cell; undefined where it can. */
export function unfit(cell: Cell, { device, capability, memoryGb }: RunnerClass): string | undefined {
  const ruling = rulingOfCell(cell, { device, capability });
  if (ruling) return ruling.message;
  const least = deviceOf(device).cardBytes / 1024 ** 3;
  if (memoryGb !== undefined && memoryGb < least)
    return `A cell is given ${least} GiB of a card, and it has ${memoryGb}.`;
  return undefined;
}
