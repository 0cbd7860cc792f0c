import type { Cell, CellId } from './cell.ts';
import type { Comparison } from './comparison.ts';
import type { Environment, EnvironmentRequest } from './environment.ts';
import type { Move } from './moves.ts';
import type { Failure, Outcome, Result, Stage } from './outcome.ts';

export type Purpose =
  | 'base'
  | 'head'
  | 'alone'
  | 'bisect'
  | 'repeat'
  | 'held-back'
  | 'partner'
  | 'hold'
  | 'workaround'
  | 'check';

/** One thing to measure: some cells in one environment. `repeat` 1 is the first time. */
export interface Question {
  readonly purpose: Purpose;
  readonly environment: EnvironmentRequest;
  readonly cells: readonly Cell[];
  readonly repeat: number;
  /** The environment whose saved adapters are loaded here too; absent where nothing is to be carried. */
  readonly carryFrom?: EnvironmentRequest;
}

/** The answer to one question, as far as it could be had. */
export interface Measurement {
  readonly question: Question;
  readonly environment: Environment;
  readonly results: ReadonlyMap<CellId, Result>;
}

/** What a cell does on one side: its outcome, and the stages that failed there, in their order. */
export interface Standing {
  readonly outcome: Outcome;
  readonly failed: readonly Stage[];
}

/** Where a cell breaks or mends between two releases, each measured. */
export interface Boundary {
  readonly cell: CellId;
  readonly library: string;
  readonly direction: 'regressed' | 'degraded' | 'fixed';
  readonly lastGood: string;
  readonly firstBad: string;
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

export interface Pin {
  readonly kind: 'hold' | 'exclude' | 'raise-partner' | 'floor';
  readonly library: string;
  /** The version that was measured to work; for a hold, `below` is the first release that it keeps out. */
  readonly version: string;
  readonly below?: string;
  /** The newest release of the same minor that was measured to work too. */
  readonly newestPatch?: string;
  readonly specifier: string;
  /** Specifiers of other libraries that were measured with it and only with it: all of them, or none. */
  readonly together?: readonly string[];
  readonly keepsBump: boolean;
  /** Cells that are worse at head and are not with this pin. */
  readonly unlocks: readonly CellId[];
  /** Planned cells that are not worse than at base with this pin, of those measured with it. */
  readonly holds: number;
  readonly of: number;
  readonly measuredIn: string;
}

export interface Workaround {
  readonly cell: CellId;
  readonly kind: 'method' | 'quantization';
  readonly use: string;
  readonly helps: boolean;
  readonly outcome: string;
  /** Why it is no way out, where its outcome does not say so. */
  readonly why?: string;
  readonly cost?: string;
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

/** A set of versions that was measured as a way out, before it is put into words. */
export interface MeasuredPin {
  readonly kind: Pin['kind'];
  readonly library: string;
  readonly version: string;
  /** For a hold: the first release that it keeps out; absent where the change goes back. */
  readonly below?: string;
  readonly newestPatch?: string;
  readonly unlocks: readonly string[];
  readonly holds: number;
  readonly of: number;
  readonly measuredIn: string;
}
