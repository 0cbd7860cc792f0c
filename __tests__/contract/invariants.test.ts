import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { DEAR_CHECKS } from '../../src/domain/checks.ts';
import { STAGES } from '../../src/domain/outcome.ts';
import { CHECK_HARM, harmText } from '../../src/report/harm.ts';
import { compared, report } from '../factories/report.ts';

const SHOW = `
import json, sys
sys.path.insert(0, 'probe')
from peft_probe.invariants import INVARIANTS
print(json.dumps([[one.name, one.stage, one.dear] for one in INVARIANTS]))`;

const invariants: [string, string, boolean][] = JSON.parse(
  spawnSync('python3', ['-c', SHOW], { encoding: 'utf8' }).stdout,
);

describe('invariants of the probe', () => {
  it('each say what they mean for somebody who trains, and nothing else does', () => {
    expect(invariants.map(([name]) => name).toSorted()).toEqual(Object.keys(CHECK_HARM).toSorted());
  });

  it('are dear by the same list on both sides', () => {
    expect(invariants.flatMap(([name, , isDear]) => (isDear ? [name] : [])).toSorted()).toEqual(DEAR_CHECKS.toSorted());
  });

  it('each belong to a stage', () => {
    expect(STAGES).toEqual(expect.arrayContaining(invariants.map(([, stage]) => stage)));
  });

  it('have their harm told instead of that of their stage', () => {
    const cell = 'prefix-tuning/none/llama/causal-lm';
    const type = 'transplant-differs';
    const failure = { stage: 'forward', kind: 'check', type, reason: type, signature: type, message: 'apart' } as const;
    const text = harmText(
      report({
        comparisons: [
          compared(cell, 'degraded', { what: ['forward'], failedAfter: [{ stage: 'forward', kind: 'check' }] }),
        ],
        results: [
          {
            id: `${cell}@e`,
            cell,
            environment: 'e',
            repeat: 1,
            outcome: 'wrong',
            stages: { forward: 'fail' },
            failures: [failure],
            facts: {},
          },
        ],
      }),
    );
    expect(text).toBe(CHECK_HARM[type]);
  });
});
