/** Which runner measures a shard. Decided with the plan, so that the configuration too goes by it. */
import type { Runner } from '../configuration.ts';

/** The image of GitHub's own hosted runners, each used for one job and thrown away. */
export const HOSTED = 'ubuntu-24.04';

export interface RunnerChoice {
  /** The head is in another repository than the workflow. */
  readonly isFork: boolean;
  /** Somebody approves each job that measures. */
  readonly isApproved: boolean;
  /** Labels of runners that are thrown away after a job. */
  readonly hosted: Runner['runs-on'];
  /** Labels by class, from the configuration. */
  readonly runners: Readonly<Record<string, Runner>>;
}

/** Labels for a shard; null leaves it to the workflow. What nobody vouches for runs where nothing stays behind. */
export function labelsFor(name: string, isYoung: boolean, choice: RunnerChoice): Runner['runs-on'] | null {
  if (isYoung || (choice.isFork && !choice.isApproved)) return choice.hosted;
  return choice.runners[name]?.['runs-on'] ?? null;
}
