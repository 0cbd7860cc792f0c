import { describe, expect, it } from '@jest/globals';
import { deviceOf } from '../../src/domain/device.ts';
import type { OracleAnswer } from '../../src/domain/oracle-answer.ts';
import type { Oracle } from '../../src/ports/oracle.ts';
import type { Folder } from '../../src/ports/probes.ts';
import type { CellRecord } from '../../src/result/probe-record.ts';
import { asksFor } from '../../src/sweep/judges.ts';
import { oracleJudge } from '../../src/sweep/oracle-judge.ts';

const CELL = 'lora/none/llama/causal-lm';
const RECORD: CellRecord = { kind: 'cell', cell: CELL, ended: 'exit', stages: {}, failures: [], facts: {} };
const LEFT: Folder = { names: [], read: () => undefined };
const CIRCUMSTANCES = { device: deviceOf('cpu') };

function judgeWith(answer: OracleAnswer) {
  const said: string[] = [];
  const oracle: Oracle = {
    version: 'test',
    covers: ({ architecture }) => architecture === 'llama',
    examine: async () => answer,
  };
  return { said, judge: oracleJudge(oracle, { say: (line) => said.push(line) }) };
}

describe('the oracle as a judge', () => {
  it('adds the distance of a cell that agrees, and finds nothing', async () => {
    const { judge, said } = judgeWith({ kind: 'agrees', distance: 2e-6 });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toEqual([{ kind: 'facts', facts: { oracle: 2e-6 } }]);
    expect(said).toEqual([]);
  });

  it('makes a cell wrong with the sentence that explains its logits, and with the evidence', async () => {
    const { judge } = judgeWith({
      ...{ kind: 'disagrees', where: 'logits', distance: 5.314, band: 0.0005 },
      ...{ says: 'LoRA is applied at half its scale.', left: 4.2e-6 },
    });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toEqual([
      { kind: 'facts', facts: { oracle: 5.314 } },
      {
        kind: 'failure',
        explains: 'LoRA is applied at half its scale.',
        failure: {
          stage: 'forward',
          kind: 'check',
          type: 'oracle-disagrees',
          reason: 'oracle-disagrees',
          signature: 'oracle-disagrees: LoRA is applied at half its scale.',
          message:
            'LoRA is applied at half its scale. Logits are 5.31 from the reference graph, and 0.0000042 with this change (band 0.0005).',
        },
      },
    ]);
  });

  it('says that nothing explains tokens, where nothing does', async () => {
    const { judge } = judgeWith({ kind: 'disagrees', where: 'tokens', distance: 3, band: 0.0005 });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toMatchObject([
      { kind: 'facts' },
      {
        failure: {
          stage: 'generate',
          message:
            'Nothing that was tried explains it. A generated token is 3.00 below the best one of the reference graph (band 0.0005).',
        },
      },
    ]);
  });

  it.each([
    ['logits', 'forward', '2 of 3 logits are NaN or infinite.'],
    ['adapter', 'reload', 'The model computes numbers, and of its saved adapter 2 of 3 in "lora_A" are none.'],
  ] as const)('makes a cell wrong whose %s hold no numbers', async (where, stage, message) => {
    const { judge } = judgeWith({ kind: 'not finite', where, tensor: '"lora_A"', count: 2, of: 3 });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toEqual([
      {
        kind: 'failure',
        failure: {
          ...{ stage, kind: 'check', type: 'not-finite', reason: 'not-finite' },
          ...{ signature: `not-finite: ${where}`, message },
        },
      },
    ]);
  });

  it('has no fact that is no number', async () => {
    const { judge } = judgeWith({ kind: 'disagrees', where: 'logits', distance: Number.POSITIVE_INFINITY, band: 1 });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toMatchObject([{ kind: 'failure' }]);
  });

  it('says once why something is not checked, and finds nothing', async () => {
    const { judge, said } = judgeWith({ kind: 'not checked', why: 'there is no formula for POLY' });
    expect(await judge.judge(RECORD, LEFT, CIRCUMSTANCES)).toEqual([]);
    await judge.judge(RECORD, LEFT, CIRCUMSTANCES);
    expect(said).toEqual(['oracle, lora on llama: not checked, there is no formula for POLY']);
  });

  it('says nothing of a cell that left nothing, and asks for what it has graphs for', async () => {
    const { judge } = judgeWith({ kind: 'agrees', distance: 0 });
    expect(await judge.judge(RECORD, undefined, CIRCUMSTANCES)).toEqual([]);
    const cell = { method: 'lora', quantization: 'none', architecture: 'llama', task: 'causal-lm' } as const;
    expect(asksFor(judge, cell)).toBe(true);
    expect(asksFor(judge, { ...cell, architecture: 't5' })).toBe(false);
  });
});
