/** A requirement as a manifest writes it, and where. Columns count from 0, the end is not included. */
export interface Requirement {
  /** PEP 503 normalized name. */
  readonly name: string;
  /** The text as written, character for character, without comment and options. */
  readonly written: string;
  /** PEP 440 specifier, empty for none. poetry's carets and tildes are translated. */
  readonly specifier: string;
  readonly extras: readonly string[];
  readonly marker: string;
  /** Dependency group, extra or section, empty for the plain list. */
  readonly group: string;
  /** Where the package comes from: only `index` requirements can be swept. */
  readonly source: 'index' | 'git' | 'path' | 'editable' | 'url';
  /** The release that the name of a wheel or an archive says, where the requirement is an address. */
  readonly version?: string;
  readonly line: number;
  readonly columns: readonly [number, number];
}

/** A version that a lock file resolved to. One package can have several. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  readonly line: number;
}

export interface Finding {
  readonly kind: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  /** Set where nothing may be built before somebody has looked: which name has to be approved. */
  readonly stops?: string;
}

/** Another file that a manifest names. */
export interface Include {
  readonly path: string;
  readonly line: number;
  /** Set where it only bounds what others require. */
  readonly constrains?: true;
}

/** An index that a manifest or a lock names. Addresses are without credentials. */
export interface NamedIndex {
  readonly address: string;
  readonly line: number;
}

/** What a reader made of one file. Nothing is dropped: what it cannot read is a finding with a line. */
export interface Manifest {
  readonly file: string;
  readonly format: string;
  readonly requirements: readonly Requirement[];
  readonly locked: readonly Locked[];
  readonly includes: readonly Include[];
  readonly indexes: readonly NamedIndex[];
  /** `requires-python`, where the file states it. */
  readonly python?: string;
  readonly findings: readonly Finding[];
}

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
