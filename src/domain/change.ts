export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A library that moves from one version to another; forwards or back. `releases` are those from `from` to `to`, both included, in that order. */
export interface Change {
  readonly library: string;
  readonly from: string;
  readonly to: string;
  readonly releases: readonly string[];
  /** Where a manifest says so, where one does. */
  readonly place?: Place;
}
