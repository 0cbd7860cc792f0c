import { describe, expect, it } from '@jest/globals';
import { cellId } from '../../src/domain/cell.ts';
import { isThorough } from '../../src/domain/checks.ts';
import { checked, failing } from '../factories/results.ts';
import { change, llama, play } from './world.ts';

const CHANGE = change('transformers', ['1.0.0', '1.1.0', '2.0.0', '2.1.0']);
const CELLS = [llama('lora'), llama('ia3')];

/** LoRA breaks by a check; a world that makes it only where it is asked to. */
function asked(type: string) {
  return play({
    cells: CELLS,
    changes: [CHANGE],
    result: (cell, pins) =>
      cell.method === 'lora' && pins.transformers?.startsWith('2')
        ? failing(cellId(cell), [checked('generate', type)])
        : undefined,
  }).asked;
}

const thoroughIn = (questions: ReturnType<typeof asked>, purpose: string) =>
  questions
    .filter((question) => question.purpose === purpose)
    .map((question) => question.cells.map(cellId).filter((cell) => isThorough(question, cell)));

describe('dear checks', () => {
  it('are made of every cell at both ends', () => {
    for (const purpose of ['base', 'head'])
      expect(thoroughIn(asked('loss-differs'), purpose).map((cells) => cells.toSorted())).toEqual([
        ['base/none/llama/causal-lm', 'ia3/none/llama/causal-lm', 'lora/none/llama/causal-lm'],
      ]);
  });

  it('are made between the ends of a cell that one of them moved, or the boundary would lie at the head', () => {
    const found = thoroughIn(asked('end-ignored'), 'bisect');
    expect(found.length).toBeGreaterThan(0);
    for (const cells of found) expect(cells).toContain('lora/none/llama/causal-lm');
  });

  it('are not made between the ends where another check moved it', () => {
    const found = thoroughIn(asked('loss-differs'), 'bisect');
    expect(found.length).toBeGreaterThan(0);
    for (const cells of found) expect(cells).toEqual([]);
  });
});
