/** Environments between the two ends of a plan, before anything is measured. Pure. */
import { type EnvironmentRequest, type Lock, requestKey } from '../domain/environment.ts';
import type { Problem } from './problem.ts';
import { headPins, isBase, movedRequest, type Pins } from './requests.ts';

/**
 * The head, and each release of each change with the others as in the base: all that a search for one change asks for
 * between its ends. Releases beside them, which partners and holds need, are not among these.
 */
export function reachOf(problem: Problem, packages: readonly string[], base: Lock): readonly EnvironmentRequest[] {
  const alone = problem.changes.flatMap(({ library, releases }): Pins[] =>
    releases.map((version) => ({ [library]: version })),
  );
  const requests = [headPins(problem), ...alone]
    .filter((moved) => !isBase(problem, moved))
    .map((moved) => movedRequest(problem, packages, base, moved));
  return [...new Map(requests.map((request) => [requestKey(request), request])).values()];
}
