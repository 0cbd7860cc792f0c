import { describe, expect, it } from '@jest/globals';
import { renderComment } from '../../src/report/comment.ts';
import { lossBlocks, lossFindings } from '../../src/report/losses.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { compared, report } from '../factories/report.ts';

const BASE = '1b77c0de92aa';
const HEAD = '9f2c41d07ab3';
/** A method that no healthy environment is known for: only others can be held against it. */
const cell = (method: string) => `${method}/none/unknown/causal-lm`;

function trained(losses: Readonly<Record<string, readonly [number, number]>>) {
  const results = Object.entries(losses).flatMap(([method, [before, after]]) =>
    [[BASE, before] as const, [HEAD, after] as const].map(([environment, finalLoss]) => ({
      id: `${cell(method)}@${environment}`,
      cell: cell(method),
      environment,
      repeat: 1,
      outcome: 'pass' as const,
      stages: {},
      failures: [],
      facts: { finalLoss },
    })),
  );
  const comparisons = Object.keys(losses).map((method) => compared(cell(method), 'same'));
  const made = report({ comparisons, results, boundaries: [], pins: [], workarounds: [] });
  return { ...made, findings: lossFindings(made) };
}

const messages = (losses: Parameters<typeof trained>[0]) => trained(losses).findings.map(({ message }) => message);

describe('the last losses of training', () => {
  it('stand side by side for every method, before and after', () => {
    const [block] = lossBlocks(trained({ lora: [0.5, 0.5], 'prefix-tuning': [1, 9.9] }));
    expect(block).toEqual({
      title: 'unknown/causal-lm',
      quantizations: ['none'],
      rows: [
        { method: 'lora', losses: ['0.50'] },
        { method: 'prefix-tuning', losses: ['1.00 -> 9.90'] },
      ],
    });
  });

  it('stand apart from long names', () => {
    const text = renderTerminal(trained({ lora: [0.5, 0.5], 'prefix-tuning+no-cache+own-12345678': [1, 1] }));
    expect(text).toMatch(/^ {4}prefix-tuning\+no-cache\+own-12345678 +1\.00$/m);
  });

  it('are no table where only one method was trained', () => {
    expect(lossBlocks(trained({ lora: [0.5, 0.5] }))).toEqual([]);
  });

  it('are a finding where a method is far off its own history', () => {
    expect(messages({ lora: [0.5, 0.5], 'prefix-tuning': [1, 9.9] })).toEqual([
      'prefix-tuning/none/unknown/causal-lm: 25 steps of training end at a loss of 9.90, where they ended at 1.00 before the change.',
    ]);
  });

  it('are a finding where a method is far off all others, before the change too', () => {
    expect(messages({ lora: [0.5, 0.5], 'p-tuning': [1, 1], 'prefix-tuning': [10, 10] })).toEqual([
      'prefix-tuning/none/unknown/causal-lm: 25 steps of training end at a loss of 10.00, where 2 other methods end at 1.00 or less.',
    ]);
  });

  it('are none where methods differ as they do by nature', () => {
    expect(messages({ lora: [0.5, 0.5], 'p-tuning': [1, 1.4], 'prefix-tuning': [1.9, 1.9] })).toEqual([]);
  });

  it('are told in the terminal and in the comment, where nothing raised', () => {
    const made = trained({ lora: [0.5, 0.5], 'p-tuning': [1, 1], 'prefix-tuning': [1, 9.9] });
    expect(renderTerminal(made)).toContain(
      [
        'loss after 25 steps on one batch, the same for every method, before -> after',
        '  unknown/causal-lm    none',
        '    lora               0.50',
        '    p-tuning           1.00',
        '    prefix-tuning      1.00 -> 9.90',
        '  prefix-tuning/none/unknown/causal-lm: 25 steps of training end at a loss of 9.90',
      ].join('\n'),
    );
    const comment = renderComment(made);
    expect(comment).toContain('#### Training that ends far off, without an error');
    expect(comment).toContain('| prefix-tuning | 1.00 → 9.90 |');
  });
});
