import { describe, expect, it } from '@jest/globals';
import { renderExplain } from '../../src/report/explain.ts';
import type { ReportResult } from '../../src/report/model.ts';
import { compared, report } from '../factories/report.ts';

const CELL = 'lora/none/llama/causal-lm';
const KEY = 'peft==0.17.1,transformers==4.57.6 | bitsandbytes | huggingface-hub==0.36.0';

function explained(result: Partial<ReportResult>) {
  const [built] = report().environments;
  if (built === undefined) throw new Error('the factory has an environment');
  const { id: _id, lock: _lock, ...rest } = built;
  const why = 'no releases fit together: because of this';
  const unresolved = { ...rest, request: KEY, status: 'unresolved' as const, why };
  const environments = [built, unresolved];
  const whole = { id: 'x', cell: CELL, environment: built.id ?? '', repeat: 1, outcome: 'pass' as const };
  const results = [{ ...whole, stages: {}, failures: [], facts: {}, ...result }];
  return renderExplain(report({ environments, comparisons: [compared(CELL, 'same')], results }), CELL);
}

describe('what is known of a measurement', () => {
  it('says of an environment that was not built why, and not its key', () => {
    const text = explained({ environment: KEY, outcome: 'unresolved', reason: 'no environment' });
    expect(text).not.toContain(KEY);
    expect(text).toContain('  unresolved   transformers 4.55.4, peft 0.17.1   not built\n');
    expect(text).toContain('      no environment: no releases fit together: because of this');
  });

  it('has no empty line where there are no facts', () => {
    expect(explained({ stages: { import: 'ok' } })).toMatch(/stages import ok\n*$/);
    expect(explained({ stages: { import: 'ok' } })).not.toMatch(/\n +\n/);
  });

  it('has facts on lines of a hundred columns, none of them broken', () => {
    const checks = Array.from({ length: 9 }, (_, index) => `transplant-differs-${index} 1.0e-5 of 4e-5`);
    const text = explained({
      stages: { import: 'ok' },
      facts: { trainable: 128, lossRatio: 0.93333333, checks: checks.join('; ') },
    });
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(text).toContain('      trainable 128, lossRatio 0.9333\n      checks, measured and allowed\n');
    for (const index of checks.keys()) expect(text).toContain(`        transplant-differs-${index}`);
  });
});
