import type { Cell, CellId } from './cell.ts';
import type { Comparison } from './comparison.ts';
import type { Environment, EnvironmentRequest } from './environment.ts';
import type { Move } from './moves.ts';
import type { Failure, Result, Standing } from './outcome.ts';
import type { MeasuredPin, Pin, Workaround } from './ways-out.ts';

export type { MeasuredPin, Pin, Standing, Workaround };

/** Which releases are measured between two ends; `search/strategies.ts` says how. */
export const SEARCHES = ['bisect', 'islands', 'exhaustive'] as const;
export type Search = (typeof SEARCHES)[number];

export type Purpose =
  | 'base'
  | 'head'
  | 'alone'
  | 'sample'
  | 'bisect'
  | 'repeat'
  | 'held-back'
  | 'partner'
  | 'hold'
  | 'workaround';

/** One thing to measure: some cells in one environment. `repeat` 1 is the first time. */
export interface Question {
  readonly purpose: Purpose;
  readonly environment: EnvironmentRequest;
  readonly cells: readonly Cell[];
  readonly repeat: number;
  /** The environment whose saved adapters are loaded here too; absent where nothing is to be carried. */
  readonly carryFrom?: EnvironmentRequest;
  /** Cells between the ends that are measured as thoroughly as at them; absent where there are none. */
  readonly thorough?: readonly CellId[];
}

/** A question whose environment stands and whose cells are being measured. */
export interface Running {
  readonly question: Question;
  readonly environment: Environment;
}

/** The answer to one question, as far as it could be had. */
export interface Measurement {
  readonly question: Question;
  readonly environment: Environment;
  readonly results: ReadonlyMap<CellId, Result>;
}

/** Where a cell breaks or mends between two releases, each measured. */
export interface Boundary {
  readonly cell: CellId;
  readonly library: string;
  readonly direction: 'regressed' | 'degraded' | 'fixed';
  readonly lastGood: string;
  readonly firstBad: string;
  /** The first release, as far as it is known, in which what broke here works again; absent where it stays broken to the head. */
  readonly firstFixed?: string;
  /** What the cell does at these two. */
  readonly before: Standing;
  readonly after: Standing;
  /** The failure that counts; absent where only facts moved. */
  readonly failure?: Failure;
  /** What moved besides stages. */
  readonly moves: readonly Move[];
  readonly measured: readonly string[];
  readonly alsoChanged: readonly string[];
  readonly certainty: {
    readonly runs: number;
    readonly agree: number;
    readonly adjacent: boolean;
    /** Releases between the two that the limits of the run left unmeasured. */
    readonly open: number;
    readonly confounded: boolean;
  };
}

export interface CellComparison {
  readonly cell: CellId;
  readonly comparison: Comparison;
  readonly moves: readonly Move[];
  readonly cause?: 'base model';
  readonly before?: Result;
  readonly after?: Result;
  /** What the control does at head, where it is broken on both sides. */
  readonly brokenControl?: Result;
}

/** A kind of question that the limits of a run left open: about which cells, and for a partner which libraries. */
export interface LeftUndone {
  readonly purpose: Purpose;
  readonly cells: readonly CellId[];
  readonly libraries: readonly string[];
}

/** All that the measurements allow to say. */
export interface Conclusions {
  readonly comparisons: readonly CellComparison[];
  readonly controls: readonly CellComparison[];
  readonly boundaries: readonly Boundary[];
  /** Cells that no single change moves: only all of them together do. */
  readonly together: readonly string[];
  readonly measuredPins: readonly MeasuredPin[];
  readonly workarounds: readonly Workaround[];
  readonly left: readonly LeftUndone[];
}
