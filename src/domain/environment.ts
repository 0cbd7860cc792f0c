import { z } from 'zod';
import { DEFAULT_DEVICE, DEVICE_NAMES } from './device.ts';
import type { Immutable } from './immutable.ts';
import { isName } from './package.ts';
import { isVersion } from './version.ts';

/** The libraries whose releases are swept, and held where they are not. */
export const WATCHED = ['transformers', 'peft', 'accelerate', 'bitsandbytes', 'torch', 'torchao'] as const;

/** Whether a change of a library is to be measured; `watch` are the names that a configuration gives. */
export function isWatched(library: string, watch: readonly string[] = WATCHED): boolean {
  return watch.some((name) => name === library);
}

/** What else a training stack names, each an own project on an index. */
const STACK = [
  'trl',
  'huggingface-hub',
  'tokenizers',
  'safetensors',
  'datasets',
  'diffusers',
  'hqq',
  'optimum',
  'optimum-quanto',
  'gptqmodel',
  'compressed-tensors',
  'autoawq',
  'numpy',
  'triton',
  'kernels',
  'sentencepiece',
  'scikit-learn',
] as const;

/** Libraries that may be meant where a name is mistyped. */
export const NAMED: readonly string[] = [...WATCHED, ...STACK];

/** What every environment holds besides its pins: a cell cannot be measured without them. */
export const ALWAYS = ['torch', 'transformers', 'peft', 'accelerate'] as const;

const Name = z.string().refine(isName);
const Words = z.string().max(2000);

/** A version as it is written in a pin. */
export const Version = z.string().max(100).refine(isVersion);

/** name -> version of everything that an environment holds. */
export const Lock = z.record(Name, Version);
export type Lock = Immutable<z.infer<typeof Lock>>;

/**
 * What is wanted of an environment, known before resolving. `packages` are the extra packages that its cells need
 * (a quantizer's); `heldBack` are pins on what no one asked for, to tell one cause from another.
 */
export const EnvironmentRequest = z.strictObject({
  pins: Lock,
  packages: z.array(Name).max(20),
  heldBack: Lock.exactOptional(),
  /** Where its cells run; absent for the default. */
  device: z.enum(DEVICE_NAMES).exactOptional(),
});
export type EnvironmentRequest = Immutable<z.infer<typeof EnvironmentRequest>>;

/** The first 12 digits of the hash of a lock: `lockId`. */
export const EnvironmentId = z.string().regex(/^[0-9a-f]{12}$/);

export const EnvironmentStatus = z.enum(['built', 'unresolved', 'inconclusive']);

export const Environment = z.discriminatedUnion('status', [
  z.strictObject({
    status: EnvironmentStatus.extract(['built']),
    id: EnvironmentId,
    lock: Lock,
    /** Files that several packages install with other contents each, in words. */
    contested: z.array(Words).max(10).exactOptional(),
  }),
  z.strictObject({ status: EnvironmentStatus.extract(['unresolved']), why: Words }),
  z.strictObject({ status: EnvironmentStatus.extract(['inconclusive']), why: Words }),
]);
export type Environment = Immutable<z.infer<typeof Environment>>;

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
