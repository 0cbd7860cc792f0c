import { type Environment, requestKey } from '../domain/environment.ts';
import type { Measurement, Question, Running } from '../domain/search.ts';
import type { Environments, Preferences } from '../ports/environments.ts';
import type { ExpectedProbe, Probes } from '../ports/probes.ts';

export interface Upcoming {
  readonly question: Question;
  /** Where it stands already. */
  readonly environment?: Environment | undefined;
  readonly preferences: Preferences;
}

/** What may be asked next, the likelier first, after what a batch has measured and while the rest of it runs. */
export type Foresee = (measured: readonly Measurement[], running: readonly Running[]) => readonly Upcoming[];

/** What a probe would be given for a question; undefined where nothing of it is left to measure. */
export type Expect = (question: Question, environment: Environment) => ExpectedProbe | undefined;

/**
 * Gets ready for what may be asked while something else is measured: makes environments, one at a time, and lets probes
 * import in those that stand. A new look ahead takes the place of the last one. What is ready when changes no result: cells
 * run only once they are asked for.
 */
export function looksAhead(
  environments: Environments,
  probes: Probes,
  foresee: Foresee | undefined,
  isStopped: () => boolean,
) {
  let looks = 0;
  let busy: Promise<void> = Promise.resolve();
  const begun = new Map<string, Environment | undefined>();
  const tell = (upcoming: readonly Upcoming[], expect: Expect) => {
    const expected = upcoming.flatMap(({ question, environment }) => {
      const standing = environment ?? begun.get(requestKey(question.environment));
      const one = standing && expect(question, standing);
      return one ? [one] : [];
    });
    void probes.expect(expected);
  };
  const make = async (look: number, upcoming: readonly Upcoming[], expect: Expect) => {
    for (const { question, environment, preferences } of upcoming) {
      const key = requestKey(question.environment);
      if (look !== looks || isStopped()) return;
      if (environment !== undefined || begun.has(key)) continue;
      begun.set(key, undefined);
      begun.set(key, await environments.foresee(question.environment, preferences));
      if (look === looks && !isStopped()) tell(upcoming, expect);
    }
  };
  return (measured: readonly Measurement[], running: readonly Running[], expect: Expect): void => {
    if (isStopped()) return;
    const look = ++looks;
    const [, ...certain] = running.map((one) => ({ ...one, preferences: NONE }));
    const upcoming = [...certain, ...(foresee?.(measured, running) ?? [])];
    tell(upcoming, expect);
    busy = busy.then(() => make(look, upcoming, expect));
  };
}

const NONE: Preferences = { versions: {}, ofAnyDate: [] };
