import type { Conclusions, Question } from '../domain/search.ts';
import type { Evidence } from './evidence.ts';

/** One thing that a search cares for: what it asks, and what the answers allow to say. */
export interface Concern {
  /** All that it wants to know next; what is answered already may be among it. */
  readonly ask: (evidence: Evidence) => readonly Question[];
  readonly conclude?: (evidence: Evidence) => Partial<Omit<Conclusions, 'left'>>;
  /** Libraries of which nothing was tried, for a concern that tries libraries. */
  readonly untried?: (evidence: Evidence) => readonly string[];
}
