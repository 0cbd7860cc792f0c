import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMPARISONS } from '../../src/domain/comparison.ts';
import { annotations } from '../../src/report/annotations.ts';
import { LONGEST_COMMENT, renderComment } from '../../src/report/comment.ts';
import { renderExplain } from '../../src/report/explain.ts';
import { Report } from '../../src/report/model.ts';
import { recommended } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { exitStatus, type FailOn } from '../../src/report/verdict.ts';
import { compared, report } from '../factories/report.ts';

const CELL = 'lora/none/llama/causal-lm';
const DEFAULT: readonly FailOn[] = ['regressed', 'degraded'];

/** Prefix tuning breaks between base and head, works again, and the head is as the base. */
function island(more: Partial<Report> = {}): Report {
  const [boundary] = report().boundaries;
  if (boundary === undefined) throw new Error('the report has no boundary');
  const { before, after, cell } = boundary;
  const broken = { ...boundary, lastGood: '4.43.1', firstBad: '4.43.2', firstFixed: '4.45.0' };
  const fixed = { ...boundary, direction: 'fixed' as const, lastGood: '4.44.2', firstBad: '4.45.0' };
  return report({
    comparisons: [compared(cell, 'same')],
    boundaries: [broken, { ...fixed, before: after, after: before }],
    pins: [],
    ...more,
  });
}

describe('what breaks between base and head and works again', () => {
  it('is said with both ends in the terminal', () => {
    const shown = renderTerminal(island());
    expect(shown).toContain(
      'transformers 4.43.1 passes, 4.43.2 fails at forward; adjacent releases; 2 of 2 repeats; works again in 4.45.0\n',
    );
    expect(shown).toContain('transformers 4.44.2 fails at forward, 4.45.0 passes; adjacent releases');
  });

  it('is said in the comment, and is no cause of what the head does', () => {
    const shown = renderComment(island());
    expect(shown).toContain('✅ transformers 4.57.6 works with your fine-tuning');
    expect(shown).toContain(
      '**Between base and head, 8-bit prefix tuning on llama.** transformers 4.43.1 passes, 4.43.2 fails at forward; no release lies between; 2 of 2 repeats agree. It works again in 4.45.0.',
    );
    expect(shown).not.toContain('Cause');
  });

  it('is said by explain', () => {
    const shown = renderExplain(island(), 'prefix-tuning/bnb-int8/llama/causal-lm');
    expect(shown).toContain(
      'transformers 4.43.1 | 4.43.2 (regressed): passes, then fails at forward; works again in 4.45.0\n',
    );
    expect(shown).toContain('transformers 4.44.2 | 4.45.0 (fixed): fails at forward, then passes\n');
  });

  it('is no annotation and ends with status 0', () => {
    expect(annotations(island())).toEqual([]);
    expect(exitStatus(island(), DEFAULT)).toBe(0);
  });

  it('stands beside the cause where it breaks again for good', () => {
    const [boundary] = report().boundaries;
    const again = boundary ? [boundary] : [];
    const made = island({ comparisons: report().comparisons, boundaries: [...island().boundaries, ...again] });
    const shown = renderComment(made);
    expect(shown).toContain('**Cause, 1 cell.** transformers 4.55.4 passes, 4.56.0 fails at forward;');
    expect(shown).toContain('**Between base and head, 8-bit prefix tuning on llama.** transformers 4.43.1 passes');
    expect(annotations(made).map(({ title }) => title)).toEqual(['transformers 4.56.0 breaks prefix-tuning']);
  });
});

describe('the terminal', () => {
  it('gives a long name of a method a column of its own', () => {
    const cell = 'lora+trainer+checkpointing/none/llama/causal-lm';
    expect(renderTerminal({ ...report(), comparisons: [compared(cell, 'same')] })).toContain(
      '  lora+trainer+checkpointing  pass -> pass',
    );
  });

  it('shows the table, the cause, the ways out and totals that add up', () => {
    expect(renderTerminal(report())).toMatchSnapshot();
  });

  it('says first what the base model does, and why cells were not compared beside a broken one', () => {
    const shown = renderTerminal(brokenControl());
    expect(shown).toMatchSnapshot();
    expect(shown.indexOf('the base model')).toBeLessThan(shown.indexOf('seq-cls     '));
  });

  it('says what a limit left undone', () => {
    expect(renderTerminal(limited())).toContain(
      'the limit of environments was reached\n  Not tried as partners to raise: accelerate.',
    );
  });

  it('names why a way out is none, how many cells a pin was not measured with, and the newest patch', () => {
    const made = report();
    const [partner] = made.pins;
    const [method] = made.workarounds;
    const shown = renderTerminal(
      report({
        pins: partner ? [{ ...partner, holds: 1, of: 1, newestPatch: '0.18.1' }] : [],
        workarounds: method ? [{ ...method, helps: false, why: 'the base model is wrong there' }] : [],
      }),
    );
    expect(shown).toContain('1 of 1 (3 not measured with it) not worse, 0.18.1 measured too');
    expect(shown).toContain('pass, the base model is wrong there');
  });

  it('says why cells were not measured', () => {
    const shown = renderTerminal(
      report({
        comparisons: [
          compared(CELL, 'not-compared', { before: 'skipped', after: 'skipped', why: 'skipped: needs a GPU' }),
        ],
      }),
    );
    expect(shown).toContain('1 planned = 0 unchanged + 1 not measured');
    expect(shown).toContain('skipped: needs a GPU');
  });
});

function brokenControl(): Report {
  const broken = { before: 'fail' as const, after: 'fail' as const };
  const why = "the base model is broken on both sides: quantize: ModuleNotFoundError: No module named 'triton.ops'";
  return report({
    comparisons: ['bert', 'llama'].map((architecture) =>
      compared(`lora/bnb-nf4/${architecture}/seq-cls`, 'not-compared', { ...broken, cause: 'base model', why }),
    ),
    controls: ['bert', 'llama'].map((architecture) =>
      compared(`base/bnb-nf4/${architecture}/seq-cls`, 'still-broken', broken),
    ),
    boundaries: [],
    pins: [],
    workarounds: [],
  });
}

function limited(): Report {
  return report({
    run: { ...report().run, stoppedBy: 'environments' },
    leftUndone: ['Not tried as partners to raise: accelerate.'],
  });
}

function movedModel(): Report {
  const control = compared('base/none/llama/causal-lm', 'degraded', {
    what: ['carry'],
    after: 'wrong',
    failedAfter: [{ stage: 'carry', kind: 'check' }],
  });
  return report({
    comparisons: [compared(CELL, 'same')],
    controls: [control],
    boundaries: [],
    pins: [],
    workarounds: [],
  });
}

describe('the comment', () => {
  it('begins with the verdict and what to do', () => {
    expect(renderComment(report())).toMatchSnapshot();
  });

  it('says that nothing broke only when everything was measured', () => {
    const open = renderComment(
      report({
        comparisons: [compared(CELL, 'not-compared'), compared('ia3/none/llama/causal-lm', 'same')],
        boundaries: [],
      }),
    );
    expect(open).toContain('1 cell not measured');
    expect(open).not.toContain('works with your fine-tuning');
    expect(renderComment(report({ comparisons: [compared(CELL, 'same')], boundaries: [] }))).toContain(
      'works with your fine-tuning',
    );
  });

  it('never says that all is well where the base model moved, is broken, or the code could not be read', () => {
    for (const made of [
      movedModel(),
      brokenControl(),
      report({
        comparisons: [compared(CELL, 'same')],
        boundaries: [],
        findings: [{ kind: 'cells-unsure', message: 'x', file: 'train.py', line: 3 }],
      }),
    ])
      expect(renderComment(made)).not.toContain('works with your fine-tuning');
  });

  it('says first that the base model moved', () => {
    const text = renderComment(movedModel());
    expect(text).toContain('### ❌ transformers 4.57.6 degrades the base model on llama');
    expect(text).toContain('- `base/none/llama/causal-lm`: pass → WRONG at carry');
  });

  it('does not count what was broken before as news', () => {
    const made = report({
      comparisons: [compared(CELL, 'still-broken', { before: 'fail', after: 'fail' })],
      boundaries: [],
    });
    expect(renderComment(made)).toContain('breaks nothing that worked; 1 cell still broken as before');
  });

  it('says what a limit left undone', () => {
    expect(renderComment(limited())).toContain(
      '⚠️ The limit of environments was reached. Not tried as partners to raise: accelerate.',
    );
  });

  it('stays below the limit of GitHub whatever is in it, and keeps the verdict', () => {
    const many = Array.from({ length: 4000 }, (_, index) => compared(`lora/none/model${index}/causal-lm`, 'regressed'));
    const text = renderComment(report({ comparisons: many }));
    expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(text).toContain('### ❌');
  });

  it('lets foreign text neither ping, nor link, nor end a table, a fence or a line', () => {
    const [boundary] = report().boundaries;
    const message = 'oops ``` @octocat <img src=x> [a](http://evil.example) | x\n\n# head \u202e \u001b[31m';
    const text = renderComment(
      report({
        boundaries: boundary ? [{ ...boundary, message, firstBad: '4.56 @octocat [x](http://evil.example)' }] : [],
      }),
    );
    const outsideFences = text.replaceAll(/(`{3,})text\n[\s\S]*?\n\1/g, '');
    expect(outsideFences).not.toContain('@octocat');
    expect(outsideFences).not.toContain('](http');
    for (const hidden of ['\u202e', '\u001b']) expect(text).not.toContain(hidden);
    expect(text).toContain('````text');
  });
});

describe('a report', () => {
  it('is what its schema says', () => {
    expect(Report.parse(report())).toEqual(report());
  });

  it('has totals that add up to its cells, in every rendering', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...COMPARISONS), { minLength: 1, maxLength: 60 }), (kinds) => {
        const made = report({
          comparisons: kinds.map((kind, index) => compared(`lora/none/m${index}/causal-lm`, kind)),
        });
        expect(Object.values(made.totals.cells).reduce((sum, count) => sum + count, 0)).toBe(kinds.length);
        const line = /(\d+) planned = (.*)/.exec(renderTerminal(made));
        const parts = [...(line?.[2] ?? '').matchAll(/\d+/g)].map(Number);
        expect(parts.reduce((sum, count) => sum + count, 0)).toBe(Number(line?.[1]));
      }),
    );
  });

  it('recommends what mends everything and keeps the bump', () => {
    expect(recommended(report())?.specifier).toBe('peft>=0.18.0');
  });

  it('recommends a hold where the partner release breaks another cell', () => {
    const [partner, hold] = report().pins;
    expect(
      recommended(
        report({ pins: [{ ...partner, holds: 3 }, hold].filter((pin) => pin !== undefined) as Report['pins'] }),
      )?.kind,
    ).toBe('hold');
  });

  it('explains a cell with all that was measured of it', () => {
    const text = renderExplain(report(), 'prefix-tuning/bnb-int8/llama/causal-lm');
    expect(text).toContain('4.55.4 | 4.56.0 (regressed): passes, then fails at forward');
    expect(text).toContain('peft>=0.18.0');
  });

  it('explains that carry is not judged where the base saved no sound adapter', () => {
    const message = 'logits differ by 12';
    const carry = { stage: 'carry' as const, kind: 'check' as const, type: 'x', reason: 'x', signature: 'x', message };
    const result = {
      id: 'x',
      cell: CELL,
      environment: 'fix',
      repeat: 1,
      outcome: 'wrong' as const,
      stages: {},
      facts: {},
    };
    const explained = (stage: 'train' | 'disable' | 'forward', type = 'x') => {
      const atBase = { ...result, environment: '1b77c0de92aa', failures: [{ ...carry, stage, type }] };
      return renderExplain(
        report({ comparisons: [compared(CELL, 'same')], results: [atBase, { ...result, failures: [carry] }] }),
        CELL,
      );
    };
    const said = `carry: ${message} (not judged: the adapter that the base saved is not sound)`;
    expect(explained('train')).toContain(said);
    expect(explained('forward', 'transplant-differs')).toContain(said);
    expect(explained('forward', 'mask-ignored')).not.toContain('not judged');
    expect(explained('disable')).not.toContain('not judged');
  });

  it('explains how a cell is still broken', () => {
    const text = renderExplain(
      report({
        comparisons: [
          compared(CELL, 'still-broken', {
            before: 'fail',
            after: 'fail',
            failedBefore: [
              { stage: 'generate', kind: 'check' },
              { stage: 'disable', kind: 'raised' },
            ],
            failedAfter: [{ stage: 'disable', kind: 'raised' }],
            what: ['generate mended'],
          }),
        ],
      }),
      CELL,
    );
    expect(text).toContain(
      'still broken\n  before  generate (wrong), disable (raises)\n  after   disable (raises)\n  moved   generate mended',
    );
  });
});

describe('the exit status', () => {
  it.each<[string, Report, readonly FailOn[], number]>([
    ['0 when everything is unchanged', report({ comparisons: [compared(CELL, 'same')] }), DEFAULT, 0],
    ['1 for a regression', report(), DEFAULT, 1],
    ['1 for a degradation', report({ comparisons: [compared(CELL, 'degraded')] }), DEFAULT, 1],
    ['0 for a regression that nobody fails on', report(), [], 0],
    ['1 for a base model that moved alone', movedModel(), DEFAULT, 1],
    ['3 for a base model that is broken on both sides', brokenControl(), DEFAULT, 3],
    ['0 for what is still broken', report({ comparisons: [compared(CELL, 'still-broken')] }), DEFAULT, 0],
    ['0 for what is flaky', report({ comparisons: [compared(CELL, 'flaky')] }), DEFAULT, 0],
    ['3 when a cell was not compared', report({ comparisons: [compared(CELL, 'not-compared')] }), DEFAULT, 3],
    [
      '1 when a finding stands beside a cell not compared',
      report({ comparisons: [compared(CELL, 'not-compared'), compared(CELL, 'regressed')] }),
      DEFAULT,
      1,
    ],
    [
      '1 when incomplete counts as failure',
      report({ comparisons: [compared(CELL, 'not-compared')] }),
      ['incomplete'],
      1,
    ],
    ['130 when interrupted', report({ run: { ...report().run, stoppedBy: 'interrupted' } }), DEFAULT, 130],
  ])('is %s', (_name, given, failOn, status) => {
    expect(exitStatus(given, failOn)).toBe(status);
  });
});
