/** The check of a card, as far as it can be looked at without one. */
import { describe, expect, it } from '@jest/globals';
import CASES from '../../bench/gpu-check/cases.json' with { type: 'json' };
import { costsOf, statusOf, verdictOf } from '../../bench/gpu-check/verdict.mjs';
import { parseCommandLine } from '../../src/inputs.ts';
import { KNOWN_BREAKS } from '../real/known-breaks.ts';

const PASS = { cell: 'lora/none/llama/causal-lm', outcome: 'pass', facts: {} };
const FAIL = { cell: 'prefix-tuning/none/llama/causal-lm', outcome: 'fail', facts: {} };
const WORSE = { cell: FAIL.cell, comparison: 'regressed' };
const FOUND = { cell: FAIL.cell, direction: 'regressed', library: 'peft', lastGood: '1', firstBad: '2' };
const run = { ms: 2500 };
const BROKEN = { run, results: [PASS, FAIL], comparisons: [WORSE], boundaries: [FOUND] };
const HEALTHY = { run, results: [PASS], comparisons: [], boundaries: [] };
const BOUNDARY = { expects: { boundary: ['peft', '1', '2'], cells: ['prefix-tuning'] } };
const FINE = { expects: { fine: true } };

describe('the cases', () => {
  it.each(CASES.map((one) => [one.id, one] as const))('%s is a question that can be asked', (_id, { asks }) => {
    const problems: string[] = [];
    parseCommandLine([...asks, '--device', 'cuda'], () => undefined, problems);
    expect(problems).toEqual([]);
  });

  it('have the boundaries of what is replayed on the CPU', () => {
    const replaying = CASES.flatMap(({ replays, expects }) =>
      replays ? [{ replays, boundary: expects.boundary }] : [],
    );
    const known = replaying.map(({ replays }) => KNOWN_BREAKS.find(({ id }) => id === replays)?.expected[0]);
    expect(replaying.map(({ boundary }) => boundary)).toEqual(
      known.map((first) => first && [first.library, first.lastGood, first.firstBad]),
    );
    expect(replaying).toHaveLength(4);
  });
});

describe('a verdict', () => {
  it.each([
    ['a boundary where it was', BOUNDARY, BROKEN, 'as-expected'],
    ['a boundary elsewhere', BOUNDARY, { ...BROKEN, boundaries: [{ ...FOUND, lastGood: '0' }] }, 'otherwise'],
    ['no boundary', BOUNDARY, HEALTHY, 'otherwise'],
    [
      'harm to another method too',
      BOUNDARY,
      { ...BROKEN, comparisons: [WORSE, { ...WORSE, cell: PASS.cell }] },
      'otherwise',
    ],
    ['nothing worse', FINE, HEALTHY, 'as-expected'],
    ['something worse', FINE, BROKEN, 'otherwise'],
    ['weather', FINE, { ...HEALTHY, results: [{ ...PASS, outcome: 'inconclusive' }] }, 'not-measured'],
    ['no cell', FINE, { ...HEALTHY, results: [] }, 'not-measured'],
    ['no report', FINE, undefined, 'not-measured'],
  ])('of %s', (_says, one, report, verdict) => {
    expect(verdictOf(one, { status: 0, report }).verdict).toBe(verdict);
  });

  it.each([
    [['as-expected', 'as-expected'], 0],
    [['as-expected', 'not-measured'], 3],
    [['otherwise', 'not-measured'], 1],
  ])('of each, %j, gives status %d', (verdicts, status) => {
    expect(statusOf(verdicts.map((verdict) => ({ verdict })))).toBe(status);
  });

  it('comes with time and memory, where cells tell them', () => {
    expect(costsOf(HEALTHY)).toEqual({ cells: 1, seconds: 2.5 });
    const facts = { stepMs: 3, peakBytes: 5 };
    expect(costsOf({ ...HEALTHY, results: [{ ...PASS, facts }] })).toMatchObject({ medianStepMs: 3, mostBytes: 5 });
  });
});
