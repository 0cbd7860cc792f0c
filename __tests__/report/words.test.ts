import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Standing } from '../../src/domain/outcome.ts';
import { OUTCOMES, STAGES } from '../../src/domain/outcome.ts';
import { harmText } from '../../src/report/harm.ts';
import type { ReportBoundary, ReportComparison } from '../../src/report/model.ts';
import { beforeAfter, boundaryWords, cellsText } from '../../src/report/words.ts';
import { compared, report } from '../factories/report.ts';

const PASS: Standing = { outcome: 'pass', failed: [] };
const failed = (...stages: Standing['failed']): Standing => ({ outcome: 'fail', failed: stages });
const wrong = (...stages: Standing['failed']): Standing => ({ outcome: 'wrong', failed: stages });

function boundary(before: Standing, after: Standing, direction: ReportBoundary['direction']) {
  const [made] = report().boundaries;
  if (made === undefined) throw new Error('the factory has a boundary');
  return { ...made, before, after, direction };
}

describe('a boundary in words', () => {
  it.each<[Standing, Standing, ReportBoundary['direction'], string, string]>([
    [PASS, failed('forward'), 'regressed', 'passes', 'fails at forward'],
    [PASS, wrong('generate'), 'degraded', 'passes', 'is wrong at generate'],
    [PASS, PASS, 'degraded', 'passes', 'does less'],
    [PASS, { outcome: 'unsupported', failed: ['attach'] }, 'regressed', 'passes', 'does not support it'],
    [
      failed('train', 'disable'),
      failed('forward'),
      'regressed',
      'fails at train and disable',
      'fails earlier, at forward',
    ],
    [wrong('train'), failed('train', 'disable'), 'regressed', 'is wrong at train', 'fails at train and disable'],
    [failed('forward'), PASS, 'fixed', 'fails at forward', 'passes'],
  ])('%o, %o, %s: %s, %s', (before, after, direction, first, second) => {
    expect(boundaryWords(boundary(before, after, direction))).toEqual([first, second]);
  });

  it('says passes of nothing that failed anywhere', () => {
    const standing = fc
      .record({ outcome: fc.constantFrom(...OUTCOMES), failed: fc.subarray([...STAGES]) })
      .filter(({ outcome, failed: stages }) => (outcome === 'pass') === (stages.length === 0));
    fc.assert(
      fc.property(standing, standing, fc.constantFrom('regressed', 'degraded', 'fixed'), (before, after, direction) => {
        const words = boundaryWords(boundary(before, after, direction));
        for (const [index, { outcome }] of [before, after].entries())
          if (outcome !== 'pass') expect(words[index]).not.toMatch(/pass|does less/);
      }),
    );
  });
});

describe('a cell before and after', () => {
  type Failed = ReportComparison['failedAfter'];
  const raises = (...stages: Failed[number]['stage'][]): Failed => stages.map((stage) => ({ stage, kind: 'raised' }));
  const checks = (...stages: Failed[number]['stage'][]): Failed => stages.map((stage) => ({ stage, kind: 'check' }));
  const cell = (kind: ReportComparison['comparison'], more: Partial<ReportComparison>) =>
    beforeAfter(compared('lora/none/llama/causal-lm', kind, more), '->');

  it.each<[string, string, string]>([
    [
      'a new failure with its stage',
      cell('regressed', { after: 'fail', what: ['forward'], failedAfter: raises('forward') }),
      'pass -> FAIL at forward',
    ],
    [
      'one that trains and does not switch off',
      cell('regressed', { after: 'fail', what: ['disable'], failedAfter: raises('disable') }),
      'pass -> FAIL at disable',
    ],
    [
      'later, then earlier',
      cell('regressed', {
        before: 'fail',
        after: 'fail',
        what: ['forward'],
        failedBefore: raises('disable'),
        failedAfter: raises('forward'),
      }),
      'fail at disable -> FAIL at forward',
    ],
    [
      'the stage that is new, beside one that failed before',
      cell('degraded', {
        before: 'fail',
        after: 'fail',
        what: ['generate'],
        failedBefore: raises('disable'),
        failedAfter: [...checks('generate'), ...raises('disable')],
      }),
      'fail at disable -> WRONG at generate',
    ],
    ['less, though every check passes', cell('degraded', { after: 'pass', what: ['x'] }), 'pass -> DEGRADED'],
    [
      'still broken in the same way',
      cell('still-broken', {
        before: 'fail',
        after: 'fail',
        failedBefore: raises('disable'),
        failedAfter: raises('disable'),
      }),
      'fail at disable, still',
    ],
    [
      'still broken in another way',
      cell('still-broken', {
        before: 'fail',
        after: 'wrong',
        failedBefore: raises('forward'),
        failedAfter: checks('merge'),
      }),
      'fail at forward -> wrong at merge',
    ],
    [
      'mended',
      cell('fixed', { before: 'fail', after: 'pass', failedBefore: raises('forward') }),
      'fail at forward -> pass',
    ],
    [
      'by the base model',
      cell('regressed', { after: 'fail', what: ['forward'], failedAfter: raises('forward'), cause: 'base model' }),
      'pass -> FAIL at forward (base model)',
    ],
    [
      'a broken base model',
      cell('not-compared', { before: 'fail', after: 'fail', cause: 'base model' }),
      'base model broken',
    ],
    ['what was not measured', cell('not-compared', { before: 'pass', after: 'inconclusive' }), 'pass -> inconclusive'],
    ['unchanged', cell('same', {}), 'pass -> pass'],
    ['changed without harm', cell('changed', {}), 'pass -> pass (changed)'],
  ])('%s: %s', (_name, shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe('cells by name', () => {
  const planned = (...cells: string[]) => report({ comparisons: cells.map((cell) => compared(cell, 'same')) });
  const all = ['lora', 'prefix-tuning', 'p-tuning', 'prompt-tuning'].flatMap((method) =>
    ['none', 'bnb-int8'].flatMap((quantization) =>
      ['llama', 'qwen2'].map((architecture) => `${method}/${quantization}/${architecture}/causal-lm`),
    ),
  );

  it.each<[readonly string[], string]>([
    [['prefix-tuning/bnb-int8/llama/causal-lm'], '8-bit prefix tuning on llama'],
    [['prefix-tuning/none/llama/causal-lm'], 'unquantized prefix tuning on llama'],
    [['prefix-tuning/none/llama/causal-lm', 'prefix-tuning/bnb-int8/llama/causal-lm'], 'prefix tuning on llama'],
    [all.filter((cell) => cell.startsWith('p')), 'prefix tuning, p-tuning and prompt tuning on llama and qwen2'],
    [
      ['lora/none/llama/causal-lm', 'lora/none/qwen2/causal-lm', 'p-tuning/bnb-int8/llama/causal-lm'],
      'unquantized LoRA on llama and qwen2; 8-bit p-tuning on llama',
    ],
  ])('%j: %s', (cells, expected) => {
    expect(cellsText(planned(...all), cells)).toBe(expected);
  });

  it('tell tasks apart where an architecture has several', () => {
    const cells = ['lora/none/llama/causal-lm', 'lora/none/llama/seq-cls'];
    expect(cellsText(planned(...cells), cells.slice(1))).toBe('LoRA on llama (seq-cls)');
  });

  it('count what would be too long', () => {
    const some = [
      'lora/none/llama',
      'p-tuning/bnb-int8/qwen2',
      'prefix-tuning/none/qwen2',
      'prompt-tuning/bnb-int8/llama',
    ];
    expect(
      cellsText(
        planned(...all),
        some.map((cell) => `${cell}/causal-lm`),
      ),
    ).toBe('unquantized LoRA on llama; 8-bit p-tuning on qwen2; 2 more');
  });
});

describe('the harm', () => {
  const harm = (...cells: Partial<ReportComparison>[]) =>
    harmText(
      report({ comparisons: cells.map((more, index) => compared(`lora/none/m${index}/causal-lm`, 'regressed', more)) }),
    );
  const generates: Partial<ReportComparison> = {
    comparison: 'degraded',
    after: 'wrong',
    what: ['generate'],
    failedAfter: [{ stage: 'generate', kind: 'check' }],
  };

  it('of wrong generation shows after the fine-tune', () => {
    expect(harm(generates)).toBe(
      'Training passes and only what is generated is wrong: you would find out after the fine-tune.',
    );
  });

  it('of a base model that moved is told of the model, not of adapters', () => {
    const control = compared('base/none/llama/causal-lm', 'degraded', {
      what: ['carry'],
      after: 'wrong',
      failedAfter: [{ stage: 'carry', kind: 'check' }],
    });
    expect(
      harmText(report({ comparisons: [compared('lora/none/llama/causal-lm', 'same')], controls: [control] })),
    ).toBe('The model itself gives other outputs than before the change, with or without an adapter.');
  });

  it('is told for each stage apart, earliest first', () => {
    expect(harm(generates, { what: ['forward'] }, generates)).toBe(
      '1 cell: The first forward pass fails: training does not start. ' +
        '2 cells: Training passes and only what is generated is wrong: you would find out after the fine-tune.',
    );
  });

  it('of a cell that trains but does not switch off says that training passes', () => {
    expect(harm({ what: ['disable'], failedAfter: [{ stage: 'disable', kind: 'raised' }] })).toBe(
      'Training and generation pass; switching the adapter off fails.',
    );
  });

  it('never says that training passes where an earlier stage failed all along', () => {
    const text = harm({
      before: 'wrong',
      what: ['disable'],
      failedBefore: [{ stage: 'train', kind: 'check' }],
      failedAfter: [
        { stage: 'train', kind: 'check' },
        { stage: 'disable', kind: 'raised' },
      ],
    });
    expect(text).not.toContain('pass');
  });
});
