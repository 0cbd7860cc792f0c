import { describe, expect, it } from '@jest/globals';
import { explainChecks } from '../../src/report/explain-checks.ts';

const result = {
  id: 'a@e',
  cell: 'lora/none/llama/causal-lm',
  environment: 'e',
  repeat: 1,
  outcome: 'wrong',
  stages: {},
  failures: [
    {
      stage: 'reload',
      kind: 'check',
      type: 'formula-differs',
      reason: 'formula-differs',
      signature: 'formula-differs',
      message: 'apart',
    },
  ],
  facts: {
    checks: 'loss-differs 5.7e-07 of 1e-05; formula-differs 1.2 of 0.0002',
    unchecked: 'transplant-differs: AttributeError no cache',
    exempt: 'gradient-zero: a unit of a ReLU that is off for every token has no gradient',
    curve: '4.1 3.2',
  },
} as const;

describe('the checks of a result', () => {
  it('stand with what was measured and what is allowed, then what was not checked and why, then the loss', () => {
    expect(explainChecks(result)).toEqual([
      '      checks, measured and allowed',
      '        loss-differs                     5.7e-07   1e-05',
      '        formula-differs                  1.2       0.0002   does not hold',
      '      not checked',
      '        transplant-differs               could not be measured: AttributeError no cache',
      '        gradient-zero                    a unit of a ReLU that is off for every token has no gradient',
      '      loss of each step  4.1 3.2',
    ]);
  });

  it('are left out where nothing was measured', () => {
    expect(explainChecks({ ...result, facts: {} })).toEqual([]);
  });
});
