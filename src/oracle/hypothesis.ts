import type { Departure } from './departure.ts';
import type { Model } from './model.ts';

/** One thing that can be wrong: what would be computed then, and how a user is told. */
export interface Hypothesis {
  readonly says: string;
  readonly departure: Departure;
}

/** The hypotheses of one kind that make sense for a model, the simplest first. */
export type Hypotheses = (model: Model) => readonly Hypothesis[];
