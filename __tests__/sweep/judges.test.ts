import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import { deviceOf } from '../../src/domain/device.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import type { CellRecord } from '../../src/result/probe-record.ts';
import { judge } from '../../src/sweep/judge.ts';
import { asksFor, type Finding, folded, type Judge, judged, judgesOf } from '../../src/sweep/judges.ts';
import { checked, failing, passing, raised, without } from '../factories/results.ts';

const CELL = 'lora/none/llama/causal-lm';
const RECORD: CellRecord = { kind: 'cell', cell: CELL, ended: 'exit', stages: {}, failures: [], facts: {} };
const CHECK: Failure = {
  ...{ stage: 'forward', kind: 'check', type: 'logits-differ', reason: 'logits-differ' },
  ...{ signature: 'logits-differ', message: 'logits are 2.5 off' },
};
const HERE = { device: deviceOf() };
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
    expect(both.failures).toEqual([{ ...CHECK, explained: 'The prefix is ignored.', message }]);
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
    const nothing = { cell: CELL, outcome: 'inconclusive', stages: {}, failures: [], facts: {} };
    const said = { reason: 'not judged', message: 'No judge looked at the record.' };
    expect(folded(RECORD, [])).toEqual({ ...nothing, ...said });
    expect(folded(RECORD, [found, { kind: 'facts', facts: { trainable: 8 } }])).toEqual({ ...nothing, ...said });
  });

  it.each<[string, readonly Failure[], Failure, readonly string[]]>([
    ['an exception goes before a check', [CHECK], raised('merge', 'y'), ['merge', 'forward']],
    ['an exception goes behind another one', [raised('train', 'x')], raised('merge', 'y'), ['train', 'merge']],
    ['a check goes behind another one', [checked('train', 'x')], CHECK, ['train', 'forward']],
    ['a check goes behind an exception', [raised('train', 'x')], CHECK, ['train', 'forward']],
  ])('has an order: %s', (_name, known, more, stages) => {
    const both = folded(RECORD, [result(failing(CELL, known)), { kind: 'failure', failure: more }]);
    expect(both.failures.map(({ stage }) => stage)).toEqual(stages);
    const [first] = both.failures;
    expect([both.reason, both.message]).toEqual([first?.reason, first?.message]);
    expect(both.outcome).toBe([...known, more].some(({ kind }) => kind === 'raised') ? 'fail' : 'wrong');
  });

  it('of a cell that is not supported stays that', () => {
    const refused = { ...failing(CELL, [raised('attach', 'no')]), outcome: 'unsupported' as const };
    expect(folded(RECORD, [result(refused), found])).toMatchObject({ outcome: 'unsupported', message: 'no' });
  });

  it('is what the record says where no other judge is asked', async () => {
    expect(judgesOf().map((one) => [one.name, asksFor(one, parseCellId(CELL))])).toEqual([['record', false]]);
    expect(await judged(judgesOf(), RECORD, undefined, { device: deviceOf() })).toEqual(judge(RECORD, HERE));
  });

  it.each<[string, unknown]>([
    ['an error', new Error('no graph')],
    ['anything else', 'no graph'],
  ])('is nothing where a judge throws %s: the cell is not measured, and the judge is named', async (_name, thrown) => {
    const failing: Judge = {
      ...{ name: 'oracle', asks: () => false },
      judge: () => {
        throw thrown;
      },
    };
    expect(await judged(judgesOf([failing]), RECORD, undefined, HERE)).toEqual({
      ...{ cell: CELL, outcome: 'inconclusive', stages: {}, failures: [], facts: {} },
      ...{ reason: 'judging failed', message: 'The judge `oracle` ended early: no graph' },
    });
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
