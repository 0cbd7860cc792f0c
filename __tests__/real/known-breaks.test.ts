import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';
import { KNOWN_BREAKS, type KnownBreak } from './known-breaks.ts';

/** PEFT_SWEEP_REAL=ci replays what CI replays, a list of names those, nothing all. */
function chosen(): readonly KnownBreak[] {
  const wanted = process.env.PEFT_SWEEP_REAL;
  if (wanted === undefined || wanted === 'all') return KNOWN_BREAKS;
  return KNOWN_BREAKS.filter(({ id, inCi }) => (wanted === 'ci' ? inCi === true : wanted.split(',').includes(id)));
}

function sweep(known: KnownBreak) {
  const out = scratch(known.id);
  const held = known.held.flatMap((one) => ['--with', one]);
  const args = [
    'dist/cli.js',
    'sweep',
    known.change,
    ...held,
    '--cells',
    known.cells,
    '--out',
    out,
    '--max-minutes',
    '20',
  ];
  const run = spawnSync('node', args, { encoding: 'utf8', timeout: 24 * 60_000 });
  process.stderr.write(`\n${known.id}\n${run.stdout}`);
  if (run.status === null || run.status > 3) throw new Error(run.stderr);
  return {
    status: run.status,
    stdout: run.stdout,
    report: Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))),
  };
}

describe('a known break, replayed on real releases', () => {
  it.each(chosen().map((known) => [known.id, known] as const))('%s', (_id, known) => {
    const { status, stdout, report } = sweep(known);
    for (const { symptom, ...where } of known.expected)
      expect(report.boundaries).toContainEqual(
        expect.objectContaining({ ...where, message: expect.stringContaining(symptom) }),
      );
    if (known.expected.length === 0) expect(report.boundaries).toEqual([]);
    if (known.offered) expect(report.pins[0]?.specifier).toMatch(new RegExp(`^${known.offered}`));
    if (known.says) expect(stdout).toContain(known.says);
    const worse = report.comparisons.filter(
      ({ comparison }) => comparison === 'regressed' || comparison === 'degraded',
    );
    expect(worse.map(({ cell }) => cell).filter((cell) => known.unharmed.includes(cell))).toEqual([]);
    expect(report.totals.cells['not-compared']).toBe(0);
    expect(Object.values(report.totals.cells).reduce((sum, count) => sum + count, 0)).toBe(report.cells.length);
    expect(status).toBe(known.expected.some(({ direction }) => direction !== 'fixed') ? 1 : 0);
  });
});
