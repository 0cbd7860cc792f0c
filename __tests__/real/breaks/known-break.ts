/**
 * A real incompatibility, replayed end to end against the real index. Boundaries and symptoms are from the sources
 * named and from our own measurements; docs/known-breaks.md says where the two differ.
 */
export interface KnownBreak {
  readonly id: string;
  /** Entries of results/known-breaks.json that it measures, where they are not called like it. */
  readonly entries?: readonly string[];
  readonly change: string;
  readonly held: readonly string[];
  readonly cells: string;
  readonly search?: 'islands';
  /** The limit, where it is not the default. */
  readonly environments?: number;
  readonly expected: readonly ExpectedBoundary[];
  /** Cells that fail in the same way on both sides, and what they say. */
  readonly still?: readonly { readonly cell: string; readonly symptom: string }[];
  /** How the way out that is offered first begins, where one way is right. */
  readonly offered?: string;
  /** No other method is offered in place of what broke. */
  readonly isWithoutMethods?: true;
  /** A sentence that the report says. */
  readonly says?: string;
  /** Cells that must not get worse. */
  readonly unharmed: readonly string[];
  readonly sources: readonly string[];
  /** Replayed by CI; the others by `npm run test:real` alone. */
  readonly inCi?: boolean;
}

export interface ExpectedBoundary {
  readonly cell: string;
  readonly direction: 'regressed' | 'degraded' | 'fixed';
  readonly library: string;
  readonly lastGood: string;
  readonly firstBad: string;
  readonly firstFixed?: string;
  readonly stage: string;
  readonly symptom: string;
}
