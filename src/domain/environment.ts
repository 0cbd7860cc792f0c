import { DEFAULT_DEVICE, type DeviceName } from './device.ts';

/** The libraries whose releases are swept, and held where they are not. */
export const WATCHED = ['transformers', 'peft', 'accelerate', 'bitsandbytes', 'torch', 'torchao'] as const;

/** What every environment holds besides its pins: a cell cannot be measured without them. */
export const ALWAYS = ['torch', 'transformers', 'peft', 'accelerate'] as const;

/**
 * What is wanted of an environment, known before resolving. `packages` are the extra packages that its cells need
 * (a quantizer's); `heldBack` are pins on what no one asked for, to tell one cause from another.
 */
export interface EnvironmentRequest {
  readonly pins: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  readonly heldBack?: Readonly<Record<string, string>>;
  /** Where its cells run; absent for the default. */
  readonly device?: DeviceName;
}

/** name -> version of everything that an environment holds. */
export type Lock = Readonly<Record<string, string>>;

export type Environment =
  | {
      readonly status: 'built';
      readonly id: string;
      readonly lock: Lock;
      /** Files that several packages install with other contents each, in words. */
      readonly contested?: readonly string[] | undefined;
    }
  | { readonly status: 'unresolved'; readonly why: string }
  | { readonly status: 'inconclusive'; readonly why: string };

/** A text that is equal for equal requests. */
export function requestKey(request: EnvironmentRequest): string {
  const pins = (record: Readonly<Record<string, string>>) =>
    Object.keys(record)
      .toSorted()
      .map((name) => `${name}==${record[name]}`)
      .join(',');
  const parts = [pins(request.pins), request.packages.toSorted().join(',')];
  if (request.heldBack && Object.keys(request.heldBack).length > 0) parts.push(pins(request.heldBack));
  if (request.device !== undefined && request.device !== DEFAULT_DEVICE) parts.push(request.device);
  return parts.join(' | ');
}

/** What differs between two locks, without the packages named. */
export function lockDifference(before: Lock, after: Lock, except: readonly string[]): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !except.includes(name))
    .toSorted();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'absent'} -> ${after[name] ?? 'absent'}`);
}
