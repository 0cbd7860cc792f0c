/** What a replay found, kept in results/known-breaks.json, which the table of docs/known-breaks.md is made from. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Report } from '../../../src/report/model.ts';

const FILE = 'results/known-breaks.json';

const Measured = z.strictObject({
  /** What was typed behind `sweep`. */
  asked: z.array(z.string()),
  /** In words, one a boundary or a cell that is broken on both sides. */
  found: z.array(z.string()),
  seconds: z.int(),
  environments: z.int(),
  /** The day it was run. */
  on: z.iso.date(),
});

export const KnownBreaksFile = z.strictObject({
  /** Every break that the sources tell of: by which case it is replayed, or why it is not. */
  entries: z.array(
    z.strictObject({
      id: z.string(),
      what: z.string(),
      stated: z.string(),
      case: z.string().optional(),
      why: z.string().optional(),
    }),
  ),
  cases: z.record(z.string(), Measured),
});

export function readKnownBreaks(): z.infer<typeof KnownBreaksFile> {
  return KnownBreaksFile.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** Notes what a case found, where PEFT_SWEEP_REAL_WRITE asks for it. */
export function noteMeasured(id: string, asked: readonly string[], report: Report, ms: number): void {
  if (process.env.PEFT_SWEEP_REAL_WRITE !== '1') return;
  const { entries, cases } = readKnownBreaks();
  const measured = {
    asked: [...asked],
    found: [...foundIn(report)],
    seconds: Math.round(ms / 1000),
    environments: report.environments.length,
    on: report.run.started.slice(0, 10),
  };
  const sorted = Object.entries({ ...cases, [id]: measured }).toSorted(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify({ entries, cases: Object.fromEntries(sorted) }, null, 1)}\n`);
}

function foundIn({ boundaries, comparisons }: Report): readonly string[] {
  const moved = boundaries.map(({ cell, library, lastGood, firstBad, firstFixed, direction, stage }) => {
    const until = firstFixed === undefined ? '' : `, works again in ${firstFixed}`;
    return `${cell}: ${library} ${lastGood} | ${firstBad} (${direction} at ${stage})${until}`;
  });
  const still = comparisons
    .filter(({ comparison }) => comparison === 'still-broken')
    .map(
      ({ cell, failedAfter }) => `${cell}: broken on both sides at ${failedAfter.map(({ stage }) => stage).join(', ')}`,
    );
  return [...new Set([...moved, ...still])];
}
