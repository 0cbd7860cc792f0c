/** What a manifest format is: everything that the rest of the program knows of one stands in its entry. */
import type { Requirement } from '../domain/manifest.ts';
import type { Reading } from './reading.ts';

/** A part that a format does not have, and why it does not. */
export interface None {
  readonly none: string;
}

export function none(why: string): None {
  return { none: why };
}

/** A part, or undefined where the format does not have it. */
export function has<Part extends object>(part: Part | None | undefined): Part | undefined {
  return part === undefined || 'none' in part ? undefined : part;
}

/** How files of a format are known. Paths are from the top of a repository. */
export type Recognition =
  | { readonly by: 'path'; readonly fits: (file: string) => boolean }
  | {
      readonly by: 'content';
      /** Files that are opened to see. */
      readonly fits: (file: string) => boolean;
      readonly holds: (content: string) => boolean;
      /** A line of a patch that may change what such a file requires. */
      readonly changes: RegExp;
    };

/** The characters beside a written requirement, on its line. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

/** A requirement as it is written with another specifier; undefined where its form is not patched. */
export type Dialect = (requirement: Requirement, specifier: string, around: Around) => string | undefined;

/** What of a line asks for a package, and with which PEP 440 specifier. */
export interface Asked {
  readonly text: string;
  readonly specifier: string;
}

/** Finds what a line asks of a library, by the line alone; undefined where that cannot be told. */
export type InLine = (line: string, library: string) => Asked | undefined;

/** Groups of a manifest that bound its other requirements, or take their place. */
export interface Overrules {
  readonly overrides: readonly string[];
  readonly constraints: readonly string[];
}

/** The command that resolves one library of a lock anew, run in the lock's folder; undefined where none is known. */
export type Refresh = (lockFile: string, library: string) => string | undefined;

export interface Format {
  readonly name: string;
  /** A row of docs/manifests.md: its files, and what is read of them. */
  readonly docs: { readonly files: string; readonly read: string };
  readonly recognize: Recognition;
  /** Endings that are read as this format where somebody names the file as a manifest. */
  readonly named: { readonly endings: RegExp } | None;
  /** Never throws: what it cannot read is a finding. */
  readonly read: (content: string) => Reading;
  /** What a conflict marker spoils: the whole file, or only its own line, which the reader then says. */
  readonly conflict: 'the file' | 'its line';
  readonly pin: { readonly dialect: Dialect } | None;
  /** Makes a patch safe to offer as one click: the line says by itself what it pins. */
  readonly suggest: { readonly inLine: InLine } | None;
  /** Formats of the locks that its tool makes of it: what they hold has to fit what it says. */
  readonly lock: { readonly formats: readonly string[] } | None;
  /** Whether it can be a member of a workspace, so that a lock above it speaks for it too. */
  readonly workspace: { readonly sharesLock: 'above' } | None;
  readonly refresh: { readonly command: Refresh } | None;
  /** What the files are that it names, and the format that they are read in. */
  readonly includes: { readonly as: string; readonly of: 'the repository' | 'where it runs' } | None;
  /**
   * Who names the indexes in it. A tool repeats one for each package, in every lock, and the first lock of a repository
   * changes nothing; what an author names is news in each file.
   */
  readonly indexes: { readonly by: 'author' | 'tool' } | None;
  readonly overrules: Overrules | None;
}
