/** What tries cells in an environment. */
import type { Cell, CellId } from '../domain/cell.ts';
import type { Device } from '../domain/device.ts';
import type { OwnOfCell } from '../domain/own-configuration.ts';

/**
 * One cell of a job; `leaves`: whether it leaves a folder for a judge, `thorough`: whether checks that are dear are made,
 * `own`: the arguments that it is made with, where they are not the matrix's.
 */
export type ProbeCell = Cell &
  OwnOfCell & {
    readonly id: CellId;
    readonly packages: readonly string[];
    readonly leaves: boolean;
    readonly thorough: boolean;
  };

/** What a cell left for judges. Its contents come from strangers' code: a plain name says nothing of what is in it. */
export interface Folder {
  readonly names: readonly string[];
  read(name: string): Uint8Array | undefined;
}

/** Told each record as it comes, and what a cell left, once. */
export type OnRecord = (line: string, left: (cell: CellId) => Folder | undefined) => void;

export interface ProbeJob {
  readonly cells: readonly ProbeCell[];
  readonly packages: readonly string[];
  /** Where they run. */
  readonly device: Device;
  /** How many cells run at once. */
  readonly width: number;
  /** The environment whose saved adapters are loaded here. */
  readonly carryFrom?: string | undefined;
  /** Whether this one leaves its own behind. */
  readonly saveHandover: boolean;
  /** What is left of the run's time; nothing is measured beyond it. */
  readonly milliseconds?: number;
  /** Whether nothing else may run meanwhile: what is unsure may have been for want of room. */
  readonly isAlone?: boolean;
}

/** A job that may be given to an environment next. */
export interface ExpectedProbe {
  readonly environmentId: string;
  readonly job: ProbeJob;
}

export interface ProbeEnd {
  readonly how: 'exit' | 'signal' | 'timeout' | 'interrupted';
  readonly code: number;
  /** The last lines that the process itself wrote. */
  readonly output: string;
}

/** The program that tries cells, as far as results depend on it. */
export interface ProbeProgram {
  readonly version: string;
  /** How it runs cells and what judges them. */
  readonly configuration: string;
  /** Hash of the checkpoint of an architecture. */
  checkpoint(architecture: string): string;
}

export interface Probes {
  readonly program: ProbeProgram;
  /** The kind of card that cells run on, where they do. */
  readonly accelerator?: string | undefined;
  run(environmentId: string, job: ProbeJob, onRecord: OnRecord): Promise<ProbeEnd>;
  /** Gets ready for the likeliest of these, and for nothing else any more; waits until what was ready for that is gone. */
  expect(expected: readonly ExpectedProbe[]): Promise<void>;
  /** Whether a cell of a base environment has left behind what the others load. */
  hasHandover(environmentId: string, cell: string): boolean;
}
