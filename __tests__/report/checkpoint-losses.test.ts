import { describe, expect, it } from '@jest/globals';
import type { Facts } from '../../src/domain/facts.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { renderCheck } from '../../src/report/check.ts';
import { checkpointBlocks } from '../../src/report/checkpoint-losses.ts';
import { renderComment } from '../../src/report/comment.ts';
import { lossBlocks, lossFindings } from '../../src/report/losses.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { compared, report } from '../factories/report.ts';

const HEAD = '9f2c41d07ab3';
const LEARNS = '0.001: 3.6 3.5; 0.01: 3.6 2.4; 0.1: 3.6 0.2';

function measured(facts: Facts, failures: readonly Partial<Failure>[] = [], method = 'prefix-tuning') {
  const cell = `${method}/none/mine/causal-lm`;
  const whole = failures.map((one) => ({
    ...({ stage: 'train', kind: 'check', type: 'x', reason: 'x', signature: 'x', message: 'said' } as const),
    ...one,
  }));
  const known = { baseLoss: 3.5, untrainedLoss: 3.6, ...facts };
  const result = { id: `${cell}@${HEAD}`, cell, environment: HEAD, repeat: 1, outcome: 'pass' as const };
  const results = [{ ...result, stages: {}, failures: whole, facts: known }];
  const comparisons = [compared(cell, 'same')];
  return report({ comparisons, results, boundaries: [], pins: [], workarounds: [] });
}

function row(facts: Facts, failures: readonly Partial<Failure>[] = []) {
  return checkpointBlocks(measured(facts, failures))[0]?.rows[0];
}

describe('a bad loss on a checkpoint of the user’s own', () => {
  it.each<[string, string, Facts, readonly Partial<Failure>[]]>([
    ['learns', 'It learns at every rate tried, from 3.60 to 0.20 at 0.1.', { rates: '0.01: 3.6 2; 0.1: 3.6 0.2' }, []],
    [
      'hyper-parameters',
      'Its rate decides: it learns from 3.60 to 0.20 at 0.1, and not at 0.001.',
      { rates: LEARNS },
      [],
    ],
    [
      'does not learn',
      'No rate of 0.01, 0.1 and 1 lets it learn; every tensor gets a gradient',
      { rates: '0.01: 10 9.9; 0.1: 10 9.5; 1: 10 nan' },
      [],
    ],
    ['not trained', 'no step at any rate moves the loss off 10.00.', { rates: '0.01: 10 10; 0.1: 10 10' }, []],
    [
      'not trained',
      'It is not trained: 2 of 8 tensors never receive a gradient.',
      { rates: LEARNS },
      [{ type: 'no-gradient', message: '2 of 8 tensors never receive a gradient' }],
    ],
    [
      'implemented wrongly',
      'It computes something else, at generate: said. Its loss falls in spite of that.',
      { rates: LEARNS },
      [{ stage: 'generate', type: 'cached-generation-differs' }],
    ],
    [
      'implemented wrongly',
      'at forward: The prefix is ignored.',
      { rates: '1: 9 9' },
      [{ stage: 'forward', type: 'oracle-disagrees', message: 'The prefix is ignored' }],
    ],
    [
      'fails',
      'It raises, at forward: KeyError: 0.',
      {},
      [{ stage: 'forward', kind: 'raised', type: 'KeyError', message: 'KeyError: 0' }],
    ],
    ['not tried', 'No rate was tried', {}, []],
  ])('is told as `%s`: %s', (verdict, says, facts, failures) => {
    expect(row(facts, failures)).toMatchObject({ verdict, says: expect.stringContaining(says) });
  });

  it('is put beside what the adapter does before it is trained, and beside the reference graphs', () => {
    const says = row({ rates: '0.1: 10.2 9', untrainedLoss: 10.2, oracle: 0.0000031 })?.says;
    expect(says).toContain('Attached and untrained it takes the model from 3.50 to 10.20.');
    expect(says).toContain('It ends above the model without it.');
    expect(says).toContain('The reference graphs agree with it to 3.1e-6.');
    expect(row({ rates: LEARNS })?.says).not.toMatch(/Attached|above|graphs/);
  });

  it('is shown with the rates in a terminal, in a check and in a comment', () => {
    const made = measured({ rates: LEARNS });
    for (const shown of [renderTerminal(made), renderCheck(made)]) {
      expect(shown).toContain('mine/causal-lm, none: loss on a small text, 3.50 without an adapter');
      expect(shown).toMatch(/prefix-tuning {2,}3\.60 {2,}0\.001: 3\.50 {2,}0\.01: 2\.40 {2,}0\.1: 0\.20/);
      expect(shown).toContain('prefix-tuning, hyper-parameters: Its rate decides');
    }
    const comment = renderComment(made);
    expect(comment).toContain('| `prefix-tuning` | 3.60 | 0.001: 3.50, 0.01: 2.40, 0.1: 0.20 |');
    expect(comment).toContain('- `prefix-tuning`, hyper-parameters: Its rate decides');
    expect(comment).not.toContain('your own checkpoint, data and loss are not tested');
  });

  it('is the model’s own where it fails so without an adapter too', () => {
    const made = measured({ rates: LEARNS }, [{ stage: 'generate', type: 'x' }]);
    const [result] = made.results;
    const control = { ...result, cell: 'base/none/mine/causal-lm' } as (typeof made.results)[number];
    const [block] = checkpointBlocks({ ...made, results: [...made.results, control] });
    expect(block?.rows).toEqual([expect.objectContaining({ verdict: 'base model' })]);
  });

  it('is told there alone, and not beside the losses of tiny checkpoints', () => {
    const made = measured({ rates: LEARNS, finalLoss: 9 });
    expect(lossBlocks(made)).toEqual([]);
    expect(lossFindings(made)).toEqual([]);
  });

  it('is of cells of checkpoints alone, and of no control', () => {
    expect(checkpointBlocks(report())).toEqual([]);
    expect(checkpointBlocks(measured({ rates: LEARNS }, [], 'base'))).toEqual([]);
  });
});
