/** The files of one commit or of a working tree, wherever they are. */

/** A file of a repository; `link` for a symbolic one, which is never followed. */
export interface TreeFile {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'file' | 'link';
}

/** The files of one commit or of a working tree. */
export interface Tree {
  /** Paths from the top of the repository. Submodules are left out. */
  files(): Promise<readonly TreeFile[]>;
  /** Texts by path; what cannot be read is absent. Bytes that are no UTF-8 become U+FFFD. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
