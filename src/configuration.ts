/** .github/peft-sweep.yml. Pure: text in, settings or a list of what is wrong out. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { DEVICE_CHOICES, DEVICE_NAMES, type DeviceName } from './domain/device.ts';
import { OwnArguments } from './domain/own-configuration.ts';
import { SEARCHES } from './domain/search.ts';
import { didYouMean } from './domain/suggest.ts';

/** A cell that is known to be broken until a day: it fails no check before. */
export interface KnownCell {
  readonly cell: string;
  readonly reason: string;
  /** ISO 8601 day. */
  readonly expires: string;
  readonly link?: string | undefined;
}

/** A class of runners: its labels, what it has, and what a minute of it costs in US dollars. */
export interface Runner {
  readonly 'runs-on': string | readonly string[];
  /** Absent: a CPU for the class `cpu`, a card for any other. */
  readonly device?: DeviceName | undefined;
  /** Compute capability of its card, as CUDA counts: 7.5. */
  readonly capability?: number | undefined;
  /** Memory of its card, in GiB. */
  readonly 'memory-gb'?: number | undefined;
  readonly 'usd-per-minute'?: number | undefined;
}

/** More would make a plan that nobody reads. */
const MOST_CLASSES = 6;

/** A checkpoint of the user's own, as it is written. */
const Written = z.strictObject({
  path: z.string().min(1).max(1000).optional(),
  id: z.string().max(200).optional(),
  revision: z.string().max(200).optional(),
  'trust-remote-code': z.boolean().optional(),
  task: z.union([z.string(), z.array(z.string()).min(1).max(8)]).optional(),
});

/** Cells with arguments of the user's own: of PEFT's configuration class, of the quantization's, of `from_pretrained`. */
const OwnCell = z.strictObject({
  cell: z.string(),
  arguments: OwnArguments.optional(),
  quantization: OwnArguments.optional(),
  loading: OwnArguments.optional(),
});
export type OwnCell = z.infer<typeof OwnCell>;

/** The configuration, checked: what is not known is an error. */
export const Configuration = z.strictObject({
  watch: z.array(z.string()).optional(),
  cells: z.union([z.literal('auto'), z.string(), z.array(z.union([z.string(), OwnCell]))]).optional(),
  exclude: z.array(z.string()).optional(),
  search: z.enum(SEARCHES).optional(),
  device: z.enum(DEVICE_CHOICES).optional(),
  budget: z
    .strictObject({ minutes: z.number().positive().optional(), usd: z.number().positive().optional() })
    .optional(),
  'fail-on': z.array(z.string()).optional(),
  manifests: z.array(z.string().max(200)).max(100).optional(),
  checkpoints: z.record(z.string(), Written).optional(),
  known: z
    .array(
      z.strictObject({
        cell: z.string(),
        reason: z.string(),
        expires: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date like 2027-01-31'),
        link: z.string().optional(),
      }),
    )
    .optional(),
  runners: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'name a class by small letters, digits and `-`'),
      z.strictObject({
        'runs-on': z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
        device: z.enum(DEVICE_NAMES).optional(),
        capability: z.number().positive().max(99).optional(),
        'memory-gb': z.number().positive().optional(),
        'usd-per-minute': z.number().nonnegative().optional(),
      }),
    )
    .refine((runners) => Object.keys(runners).length <= MOST_CLASSES, `name at most ${MOST_CLASSES} classes`)
    .optional(),
  comment: z.enum(['changes', 'always', 'never']).optional(),
});
export type Configuration = z.infer<typeof Configuration>;

/** The configuration file's text as settings; every mistake goes to `problems`. */
export function configurationOf(
  source: string | undefined,
  path: string | undefined,
  problems: string[],
): Configuration {
  if (source === undefined) {
    if (path !== undefined) problems.push(`The configuration file \`${path}\` cannot be read. Check --config.`);
    return {};
  }
  const document = parseDocument(source);
  for (const error of document.errors) problems.push(`Configuration: ${error.message.split('\n')[0]}`);
  if (document.errors.length > 0) return {};
  const parsed = Configuration.safeParse(document.toJS({ maxAliasCount: 10 }) ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) problems.push(...configurationProblems(issue));
  return {};
}

/** Keys of the tables inside, for a did-you-mean. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  budget: ['minutes', 'usd'],
  checkpoints: Object.keys(Written.shape),
};

function configurationProblems(issue: z.core.$ZodIssue): readonly string[] {
  const where = issue.path.join('.') || 'the top level';
  if (issue.code !== 'unrecognized_keys') return [`Configuration: \`${where}\`: ${issue.message}.`];
  const known = KNOWN_KEYS[String(issue.path[0] ?? '')] ?? Object.keys(Configuration.shape);
  return issue.keys.map((key) => `Configuration: unknown key \`${key}\` at ${where}.${didYouMean(key, known)}`);
}
