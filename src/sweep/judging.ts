import type { Result } from '../domain/outcome.ts';
import type { Folder } from '../ports/probes.ts';
import type { CellRecord } from '../result/probe-record.ts';
import type { Circumstances } from './judge.ts';
import { type Judge, judged } from './judges.ts';

export interface Judging {
  /** Begins with one cell. Throws what went wrong with an earlier one, so that its probe is ended. */
  begin(record: CellRecord, left: Folder | undefined): void;
  /** Waits for all that was begun; throws what went wrong. */
  end(): Promise<void>;
}

/** Judges records while the probe goes on. */
export function judgingWith(
  judges: readonly Judge[],
  circumstances: Circumstances,
  hear: (result: Result) => void,
): Judging {
  const begun: Promise<void>[] = [];
  const errors: unknown[] = [];
  const throwFirst = () => {
    if (errors.length > 0) throw errors[0];
  };
  return {
    begin: (record, left) => {
      throwFirst();
      const one = judged(judges, record, left, circumstances).then(hear);
      begun.push(one.catch((error: unknown) => void errors.push(error)));
    },
    end: async () => {
      await Promise.all(begun);
      throwFirst();
    },
  };
}
