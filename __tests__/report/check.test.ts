/** A check measures one environment: no word of its report may speak of a comparison. */
import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import type { Result } from '../../src/domain/outcome.ts';
import { reportOf } from '../../src/main.ts';
import { renderComment } from '../../src/report/comment.ts';
import { renderExplain } from '../../src/report/explain.ts';
import type { Report } from '../../src/report/model.ts';
import { PLAN } from '../factories/plan.ts';
import { compared, report } from '../factories/report.ts';
import { failing, passing, raised, without } from '../factories/results.ts';

const BROKEN = 'prefix-tuning/none/llama/causal-lm';
const WORKS = 'lora/none/llama/causal-lm';
const COMPARING = /still|before|unchanged|regressed|→| -> /i;

function checked(comparisons: Report['comparisons'], more: Partial<Report> = {}): Report {
  const none = { changes: [], boundaries: [], pins: [], workarounds: [] };
  return report({ ...none, environments: report().environments.slice(1, 2), comparisons, ...more });
}

const broken = compared(BROKEN, 'alone', { before: 'unknown', after: 'fail' });
const works = compared(WORKS, 'alone', { before: 'unknown' });

const headingOf = (made: Report) => /^### .*$/m.exec(renderComment(made))?.[0];

describe('the comment of a check', () => {
  it('counts what is broken under the versions that were measured', () => {
    expect(headingOf(checked([broken]))).toBe('### ❌ transformers 4.57.6, peft 0.17.1: 1 of 1 cells broken · CPU');
    expect(headingOf(checked([broken, works]))).toBe(
      '### ❌ transformers 4.57.6, peft 0.17.1: 1 of 2 cells broken · CPU',
    );
  });

  it('counts what works', () => {
    const qwen = compared('lora/none/qwen2/causal-lm', 'alone', { before: 'unknown' });
    expect(headingOf(checked([works, qwen]))).toBe('### ✅ transformers 4.57.6, peft 0.17.1: 2 of 2 cells work · CPU');
  });

  it('does not call what was not measured working', () => {
    const open = compared(BROKEN, 'not-compared', { before: 'skipped', after: 'skipped', why: 'needs a GPU' });
    expect(headingOf(checked([works, open]))).toBe(
      '### ⚠️ transformers 4.57.6, peft 0.17.1: 1 of 2 cells work, 1 not measured · CPU',
    );
  });

  it('names what was held, as it was held', () => {
    const { run } = report();
    const held = { ...run, held: { transformers: '4.55.4', torchao: '0.10.0' } };
    expect(headingOf(checked([broken], { run: held }))).toContain('transformers 4.55.4, peft 0.17.1, torchao 0.10.0:');
  });

  it('counts what a broken base model breaks', () => {
    const cell = compared(WORKS, 'not-compared', { before: 'fail', after: 'fail', cause: 'base model' });
    expect(headingOf(checked([cell]))).toContain('1 of 1 cells broken');
    expect(renderComment(checked([cell]))).not.toMatch(/not measured:|Not measured:/);
  });

  it('says what each broken cell says, those that say the same together, and nothing of what works', () => {
    const cells = [BROKEN, 'p-tuning/none/llama/causal-lm', 'ia3/none/llama/causal-lm', WORKS];
    const one = { environment: '9f2c41d07ab3', repeat: 1, stages: {}, failures: [], facts: {} };
    const failed = (cell: string, stage: 'forward' | 'train', message: string) => ({
      ...one,
      id: cell,
      cell,
      outcome: 'fail' as const,
      stage,
      message,
    });
    const results = [
      failed(cells[0] ?? '', 'forward', 'boom 1'),
      failed(cells[1] ?? '', 'forward', 'boom 1'),
      failed(cells[2] ?? '', 'train', 'boom 2'),
      { ...one, id: WORKS, cell: WORKS, outcome: 'pass' as const },
    ];
    const comparisons = cells.map((cell) =>
      cell === WORKS ? works : compared(cell, 'alone', { before: 'unknown', after: 'fail' }),
    );
    const text = renderComment(checked(comparisons, { results }));
    expect(text).toContain(
      '`prefix-tuning/none/llama/causal-lm`, `p-tuning/none/llama/causal-lm`\n\n```text\nforward: boom 1\n```',
    );
    expect(text).toContain('`ia3/none/llama/causal-lm`\n\n```text\ntrain: boom 2\n```');
    expect(text).not.toContain('`lora/none/llama/causal-lm`');
  });

  it('speaks of no comparison, and folds no broken row away', () => {
    const control = compared('base/none/llama/causal-lm', 'alone', { before: 'unknown', after: 'fail' });
    const text = renderComment(checked([broken, works], { controls: [control] }));
    expect(text).not.toMatch(COMPARING);
    const open = text.replaceAll(/<details>[\s\S]*?<\/details>/g, '');
    expect(open).toContain('| prefix-tuning | llama | **FAIL at forward** |');
    expect(open).toContain('1 broken, 1 working, 0 not measured, of 2 cells.');
    expect(open).not.toContain('| lora |');
    expect(text).toContain('| lora | llama | pass |');
  });
});

describe('explain after a check', () => {
  it.each<[string, Report['comparisons'][number], string]>([
    ['what fails', broken, `${BROKEN}     FAIL at forward\n`],
    [
      'what is wrong',
      compared(BROKEN, 'alone', { before: 'unknown', after: 'wrong' }),
      `${BROKEN}     WRONG at train\n`,
    ],
    ['what works', works, `${WORKS}     pass\n`],
  ])('says %s, and no more', (_name, comparison, expected) => {
    expect(renderExplain(checked([comparison]), comparison.cell)).toBe(expected);
  });

  it('names the versions of what was measured', () => {
    const result = { id: 'x', cell: WORKS, environment: '9f2c41d07ab3', repeat: 1, outcome: 'pass' as const };
    const results = [{ ...result, stages: { forward: 'ok' as const }, failures: [], facts: {} }];
    expect(renderExplain(checked([works], { results }), WORKS)).toContain(
      'transformers 4.57.6, peft 0.17.1   9f2c41d07ab3',
    );
  });
});

describe('the report of a check', () => {
  const ENV = { status: 'built', id: 'aaaaaaaaaaaa', lock: { transformers: '4.57.6' } } as const;
  const request = { pins: { transformers: '4.57.6' }, packages: [] };
  const plan = { ...PLAN, changes: [], held: request.pins, cells: [WORKS, BROKEN].map(parseCellId) };

  /** The comparisons of one environment in which cells did this. */
  function comparisonsOf(results: readonly Result[]) {
    const question = { purpose: 'base', environment: request, cells: [], repeat: 1 } as const;
    const history = [{ question, environment: ENV, results: new Map(results.map((one) => [one.cell, one])) }];
    const made = reportOf(plan, history, { findings: [] }, report().run);
    expect(made.totals.cells).toMatchObject({ same: 0, 'still-broken': 0 });
    return made.comparisons.map(({ comparison, before, after, failedBefore }) => [
      comparison,
      before,
      after,
      failedBefore.length,
    ]);
  }

  it('says of no cell that it is as it was', () => {
    const broken = failing(BROKEN, [raised('forward', 'x')]);
    expect(comparisonsOf([passing('base/none/llama/causal-lm'), passing(WORKS), broken])).toEqual([
      ['alone', 'unknown', 'pass', 0],
      ['alone', 'unknown', 'fail', 0],
    ]);
  });

  it('counts what was not measured as such', () => {
    expect(comparisonsOf([passing('base/none/llama/causal-lm'), without(WORKS, 'skipped')])).toEqual([
      ['not-compared', 'unknown', 'skipped', 0],
      ['not-compared', 'unknown', 'unknown', 0],
    ]);
  });
});
