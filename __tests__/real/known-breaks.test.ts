import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';
import type { KnownBreak } from './breaks/known-break.ts';
import { noteMeasured } from './breaks/measured.ts';
import { question } from './breaks/question.ts';
import { KNOWN_BREAKS } from './known-breaks.ts';

/** PEFT_SWEEP_REAL=ci replays what CI replays, a list of names those, nothing all. */
function chosen(): readonly KnownBreak[] {
  const wanted = process.env.PEFT_SWEEP_REAL;
  if (wanted === undefined || wanted === 'all') return KNOWN_BREAKS;
  return KNOWN_BREAKS.filter(({ id, inCi }) => (wanted === 'ci' ? inCi === true : wanted.split(',').includes(id)));
}

function sweep(known: KnownBreak) {
  const out = scratch(known.id);
  const asked = question(known);
  const args = ['dist/cli.js', 'sweep', ...asked, '--out', out, '--max-minutes', '20'];
  const began = Date.now();
  const run = spawnSync('node', args, { encoding: 'utf8', timeout: 24 * 60_000 });
  process.stderr.write(`\n${known.id}\n${run.stdout}`);
  if (run.status === null || run.status > 3) throw new Error(run.stderr);
  const report = Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  noteMeasured(known.id, asked, report, Date.now() - began);
  return { status: run.status, stdout: run.stdout, report };
}

/** Cells that the report offers in place of one that got worse, by another method. */
function otherMethods({ workarounds }: Report): readonly string[] {
  return workarounds.filter(({ kind, helps }) => kind === 'method' && helps).map(({ use }) => use);
}

/** What cells say that are broken on both sides. */
function expectStill({ comparisons, results }: Report, still: NonNullable<KnownBreak['still']>): void {
  for (const { cell, symptom } of still) {
    expect(comparisons.find((one) => one.cell === cell)?.comparison).toBe('still-broken');
    const said = results.filter((one) => one.cell === cell).flatMap(({ failures }) => failures);
    expect(said.map(({ message }) => message).join('\n')).toContain(symptom);
  }
}

describe('a known break, replayed on real releases', () => {
  it.each(chosen().map((known) => [known.id, known] as const))('%s', (_id, known) => {
    const { status, stdout, report } = sweep(known);
    for (const { symptom, ...where } of known.expected)
      expect(report.boundaries).toContainEqual(
        expect.objectContaining({ ...where, message: expect.stringContaining(symptom) }),
      );
    if (known.expected.length === 0) expect(report.boundaries).toEqual([]);
    if (known.still) expectStill(report, known.still);
    if (known.offered) expect(report.pins[0]?.specifier).toMatch(new RegExp(`^${known.offered}`));
    if (known.isWithoutMethods) expect(otherMethods(report)).toEqual([]);
    if (known.says) expect(stdout).toContain(known.says);
    const worse = report.comparisons.filter(
      ({ comparison }) => comparison === 'regressed' || comparison === 'degraded',
    );
    expect(worse.map(({ cell }) => cell).filter((cell) => known.unharmed.includes(cell))).toEqual([]);
    expect(report.totals.cells['not-compared']).toBe(0);
    expect(Object.values(report.totals.cells).reduce((sum, count) => sum + count, 0)).toBe(report.cells.length);
    expect(status).toBe(worse.length > 0 ? 1 : 0);
  });
});
