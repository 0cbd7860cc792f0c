import { type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import type { Measurement, Running } from '../domain/search.ts';
import type { Environments, Preferences } from '../ports.ts';

/** Environments that may be asked for next, the likelier first, after what a batch has measured and while the rest of it runs. */
export type Foresee = (
  measured: readonly Measurement[],
  running: readonly Running[],
) => readonly { readonly request: EnvironmentRequest; readonly preferences: Preferences }[];

/**
 * Makes environments that may be asked for while others are probed, one at a time: a probe imports on one processor. A new
 * look ahead takes the place of the last one. Which environment is made when changes nothing of what is in it.
 */
export function looksAhead(environments: Environments, foresee: Foresee | undefined, isStopped: () => boolean) {
  let looks = 0;
  let busy: Promise<void> = Promise.resolve();
  const begun = new Set<string>();
  const make = async (look: number, foreseen: ReturnType<Foresee>) => {
    for (const { request, preferences } of foreseen) {
      const key = requestKey(request);
      if (look !== looks || isStopped()) return;
      if (begun.has(key)) continue;
      begun.add(key);
      await environments.foresee(request, preferences);
    }
  };
  return (measured: readonly Measurement[], running: readonly Running[]): void => {
    if (foresee === undefined || isStopped()) return;
    const look = ++looks;
    const foreseen = foresee(measured, running);
    busy = busy.then(() => make(look, foreseen));
  };
}
