/** What a package index tells. */
import type { Release } from '../domain/version.ts';

export interface Catalog {
  /** All releases of a library on the configured index. Throws UserError for an unknown name, WeatherError without an answer. */
  releases(library: string): Promise<readonly Release[]>;
  /** Names that the metadata of a release asks for, without its extras; none where the index serves no metadata. Never throws. */
  requires(library: string, version: string): Promise<readonly string[]>;
}

/** What the index is asked before a plan is made. */
export interface IndexAccess {
  readonly catalog: Catalog;
  /** Version of the interpreter that packages are chosen for, e.g. `3.11.7`. */
  readonly python: string;
  /** Addresses of the indexes that this machine is set to use, the default one first. Throws where nobody can tell. */
  addresses(): Promise<readonly string[]>;
  /** Whether exact pins can be installed together, from wheels; the resolver's reason where not. Weather is undefined. */
  clash(pins: Readonly<Record<string, string>>): Promise<string | false | undefined>;
}
