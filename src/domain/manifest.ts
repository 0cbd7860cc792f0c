import { z } from 'zod';
import type { Immutable } from './immutable.ts';

const Text = z.string().max(4000);
const Line = z.number().int();

/** A requirement as a manifest writes it, and where. Columns count from 0, the end is not included. */
export const Requirement = z.strictObject({
  /** PEP 503 normalized name. */
  name: Text,
  /** The text as written, character for character, without comment and options. */
  written: z.string(),
  /** PEP 440 specifier, empty for none. poetry's carets and tildes are translated. */
  specifier: z.string(),
  extras: z.array(z.string()),
  marker: z.string(),
  /** Dependency group, extra or section, empty for the plain list. */
  group: z.string(),
  /** Where the package comes from: only `index` requirements can be swept. */
  source: z.enum(['index', 'git', 'path', 'editable', 'url']),
  /** The release that the name of a wheel or an archive says, where the requirement is an address. */
  version: z.string().max(100).exactOptional(),
  line: Line,
  columns: z.tuple([z.number().int(), z.number().int()]),
});
export type Requirement = Immutable<z.infer<typeof Requirement>>;

/** A version that a lock file resolved to. One package can have several. */
export const Locked = z.strictObject({ name: Text, version: Text, line: Line });
export type Locked = Immutable<z.infer<typeof Locked>>;

export const Finding = z.strictObject({
  kind: Text,
  message: Text,
  file: Text.exactOptional(),
  line: Line.exactOptional(),
  /** Set where nothing may be built before somebody has looked: which name has to be approved. */
  stops: Text.exactOptional(),
});
export type Finding = Immutable<z.infer<typeof Finding>>;

/** Another file that a manifest names. */
export const Include = z.strictObject({
  path: z.string(),
  line: Line,
  /** Set where it only bounds what others require. */
  constrains: z.literal(true).exactOptional(),
});
export type Include = Immutable<z.infer<typeof Include>>;

/** An index that a manifest or a lock names. Addresses are without credentials. */
export const NamedIndex = z.strictObject({ address: z.string(), line: Line });
export type NamedIndex = Immutable<z.infer<typeof NamedIndex>>;

/** What a reader made of one file. Nothing is dropped: what it cannot read is a finding with a line. */
export const Manifest = z.strictObject({
  file: Text,
  format: Text,
  requirements: z.array(Requirement),
  locked: z.array(Locked),
  includes: z.array(Include),
  indexes: z.array(NamedIndex),
  /** `requires-python`, where the file states it. */
  python: z.string().exactOptional(),
  findings: z.array(Finding),
});
export type Manifest = Immutable<z.infer<typeof Manifest>>;

export type ManifestChangeKind = 'changed' | 'added' | 'removed' | 'widened' | 'narrowed' | 'downgraded' | 'moved';

/** One requirement or locked version that differs between base and head; `moved`: it says the same elsewhere. */
export interface ManifestChange {
  readonly library: string;
  readonly kind: ManifestChangeKind;
  readonly from: string;
  readonly to: string;
  readonly file: string;
  /** The file at base, where it is another one. */
  readonly was?: string;
  readonly line: number;
  readonly group: string;
  readonly marker: string;
  readonly locked: boolean;
}

/** The manifests of head that a request is about, with their text. */
export interface Patchable {
  readonly manifests: readonly Manifest[];
  readonly contents: ReadonlyMap<string, string>;
}

/** What files and the index say before anything is measured. */
export interface Beforehand {
  readonly findings: readonly Finding[];
  /** Absent where nobody could put a pin anywhere. */
  readonly patchable?: Patchable;
}
