import { describe, expect, it } from '@jest/globals';
import { deviceOf } from '../../src/domain/device.ts';
import type { Stage } from '../../src/domain/outcome.ts';
import { judge } from '../../src/sweep/judge.ts';
import { isRefusal, REFUSALS } from '../../src/sweep/refusals.ts';

function outcomeOf(stage: Stage, type: string, message: string): string {
  const failures = [{ stage, kind: 'raised' as const, type, message, frames: [], causes: [type] }];
  const record = { kind: 'cell' as const, cell: 'lora/none/llama/causal-lm', ended: 'exit' as const, seconds: 1 };
  const device = deviceOf('cpu');
  return judge({ ...record, stages: { import: 'ok', [stage]: 'fail' }, failures, facts: {} }, { device }).outcome;
}

describe('what a library refuses in its own words', () => {
  it.each(REFUSALS)('$said is unsupported, at whatever stage', ({ said }) => {
    expect(outcomeOf('attach', 'ValueError', said)).toBe('unsupported');
    expect(outcomeOf('forward', 'ValueError', said)).toBe('unsupported');
  });

  it.each([
    "'DynamicCache' object does not support item assignment",
    'Target module named q_proj was not found',
    'unsupported operand type(s) for +',
  ])('%s is an accident where it is raised behind attach', (message) => {
    expect(isRefusal(message)).toBe(false);
    expect(outcomeOf('forward', 'TypeError', message)).toBe('fail');
  });

  it.each(REFUSALS)('$said is told by one entry', ({ said }) => {
    expect(REFUSALS.filter(({ message }) => message.test(said))).toHaveLength(1);
  });
});
