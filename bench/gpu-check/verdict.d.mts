/** Exactly one of these is said of a case. */
export interface Expects {
  /** Library, last good, first bad. */
  readonly boundary?: readonly string[];
  /** The methods that break there, and no other. */
  readonly cells?: readonly string[];
  /** Nothing gets worse. */
  readonly fine?: boolean;
  /** Whatever comes is written down. */
  readonly seen?: boolean;
}
/** What is read of a report.json. */
interface Read {
  readonly run: { readonly ms: number };
  readonly results: readonly { readonly cell: string; readonly outcome: string; readonly facts: object }[];
  readonly comparisons: readonly { readonly cell: string; readonly comparison: string }[];
  readonly boundaries: readonly object[];
}
interface Said {
  readonly verdict: string;
}
export function verdictOf(
  one: { readonly expects: Expects },
  measured: { readonly status: number | null; readonly report: Read | undefined },
): Said & { readonly why: string };
export function costsOf(report: Read): object;
export function statusOf(verdicts: readonly Said[]): number;
