import { describe, expect, it } from '@jest/globals';
import { deviceOf } from '../../src/domain/device.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import type { CellRecord } from '../../src/result/probe-record.ts';
import { type Finding, folded, type Judge, judged, judgesOf } from '../../src/sweep/judges.ts';
import { failing, passing, raised, without } from '../factories/results.ts';

const CELL = 'lora/none/llama/causal-lm';
const RECORD: CellRecord = { kind: 'cell', cell: CELL, ended: 'exit', stages: {}, failures: [], facts: {} };
const CHECK: Failure = {
  ...{ stage: 'forward', kind: 'check', type: 'logits-differ', reason: 'logits-differ' },
  ...{ signature: 'logits-differ', message: 'logits are 2.5 off' },
};
const result = (of: ReturnType<typeof passing>): Finding => ({ kind: 'result', result: of });
const found: Finding = { kind: 'failure', failure: CHECK };

describe('what several judges find', () => {
  it('makes a pass wrong, at the stage that it names', () => {
    expect(folded(RECORD, [result(passing(CELL)), found])).toEqual({
      ...passing(CELL),
      ...{ outcome: 'wrong', reason: 'logits-differ', message: 'logits are 2.5 off' },
      stages: { ...passing(CELL).stages, forward: 'fail' },
      failures: [CHECK],
    });
  });

  it('stands behind an exception, and before what is found after it', () => {
    const failed = failing(CELL, [raised('generate', 'x')]);
    const both = folded(RECORD, [result({ ...failed, reason: 'crash', message: 'x' }), found]);
    expect([both.outcome, both.failures.map(({ stage }) => stage)]).toEqual(['fail', ['generate', 'forward']]);
    const later: Finding = { kind: 'failure', failure: raised('merge', 'y') };
    const raisedLater = folded(RECORD, [result(passing(CELL)), found, later]);
    expect([raisedLater.outcome, raisedLater.failures.map(({ stage }) => stage)]).toEqual([
      'fail',
      ['merge', 'forward'],
    ]);
  });

  it('explains a check that failed at the same stage, and is no second failure', () => {
    const other = { ...CHECK, reason: 'oracle-disagrees', signature: 'oracle-disagrees' };
    const explaining: Finding = { kind: 'failure', failure: other, explains: 'The prefix is ignored.' };
    const both = folded(RECORD, [result(passing(CELL)), found, explaining]);
    const message = 'The prefix is ignored. logits are 2.5 off';
    expect(both).toMatchObject({ outcome: 'wrong', reason: 'logits-differ', message });
    expect(both.failures).toEqual([{ ...CHECK, message }]);
    const elsewhere = folded(RECORD, [
      result(passing(CELL)),
      { ...explaining, failure: { ...other, stage: 'merge' } },
      found,
    ]);
    expect(elsewhere.failures.map(({ stage }) => stage)).toEqual(['merge', 'forward']);
  });

  it('adds facts', () => {
    const facts: Finding = { kind: 'facts', facts: { mergeDifference: 0.5 } };
    expect(folded(RECORD, [result(passing(CELL, { trainable: 8 })), facts]).facts).toEqual({
      trainable: 8,
      mergeDifference: 0.5,
    });
  });

  it.each(['inconclusive', 'skipped', 'unresolved'] as const)('says nothing of a cell that is %s', (outcome) => {
    expect(folded(RECORD, [result(without(CELL, outcome)), found])).toEqual(without(CELL, outcome));
  });

  it('is no pass where no judge looked', () => {
    expect(folded(RECORD, []).outcome).toBe('inconclusive');
  });

  it('shows what a cell left only to the judge that asked for it', async () => {
    const seen: string[] = [];
    const watching = (name: string, asks: boolean): Judge => ({
      name,
      asks: () => asks,
      judge: (_record, left) => {
        seen.push(`${name} ${left === undefined ? 'nothing' : left.names.join()}`);
        return [];
      },
    });
    const left = { names: ['judged.safetensors'], read: () => undefined };
    const judges = judgesOf([watching('asks', true), watching('does not', false)]);
    await judged(judges, RECORD, left, { device: deviceOf() });
    expect(seen).toEqual(['asks judged.safetensors', 'does not nothing']);
  });
});
