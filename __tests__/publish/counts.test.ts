import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { cellsThatCount } from '../../src/publish/counts.ts';

const [SURE, GUESS] = ['lora/none/llama/causal-lm', 'lora/none/qwen2/causal-lm'];

function plan(chosenBy: Plan['chosenBy'], guesses: readonly string[] = []) {
  const guessed = [{ pattern: 'lora/none/*', source: 'a.py:1', why: 'the model is not in the source', cells: guesses }];
  return { cells: [SURE, GUESS].map(parseCellId), chosenBy, guessed };
}

describe('cells that may fail a check', () => {
  it.each<[string, readonly ReturnType<typeof plan>[], readonly boolean[]]>([
    ['those that the code surely uses, and no guess', [plan('code', [GUESS])], [true, false]],
    ['those that somebody named', [plan('user')], [true, true]],
    ['none of the default', [plan('default')], [false, false]],
    ['a guess of one request that is sure in another', [plan('code', [GUESS]), plan('code', [SURE])], [true, true]],
    ['none beside the default that is guessed', [plan('default'), plan('code', [GUESS])], [true, false]],
  ])('are %s', (_name, plans, expected) => {
    const counts = cellsThatCount(plans);
    expect([SURE, GUESS].map(counts)).toEqual(expected);
  });

  it('and none that stands beside one with arguments of the user’s own', () => {
    const counts = cellsThatCount([{ ...plan('code'), beside: [GUESS] }]);
    expect([SURE, GUESS].map(counts)).toEqual([true, false]);
  });

  it('and never one that nobody planned', () => {
    expect(cellsThatCount([plan('user')])('ia3/none/llama/causal-lm')).toBe(false);
  });
});
