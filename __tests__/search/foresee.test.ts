import { describe, expect, it } from '@jest/globals';
import { type Cell, cellId, isControl } from '../../src/domain/cell.ts';
import { requestKey } from '../../src/domain/environment.ts';
import { foresee } from '../../src/search/foresee.ts';
import { failing, raised } from '../factories/results.ts';
import { change, llama, play, type Script } from './world.ts';

const RELEASES = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '2.0.0', '2.1.0', '2.2.0', '2.3.0', '2.4.0'];
const SCRIPT: Script = {
  cells: [llama('lora'), llama('ia3')],
  changes: [change('transformers', RELEASES)],
  partners: { peft: ['0.1.0', '0.2.0', '0.3.0'] },
  result: (cell, { transformers = '', peft }) =>
    cell.method === 'lora' && transformers >= '2.0.0' && peft !== '0.3.0'
      ? failing(cellId(cell), [raised('forward', 'x')])
      : undefined,
};

/** For each question of a search played to its end: its environment is new, and it was foreseen in the question before. */
function foreseen(script: Script) {
  const { problem, history } = play(script);
  return history.slice(1).map(({ question: { purpose, environment } }, index) => {
    const before = history.slice(0, index);
    const isNew = !history
      .slice(0, index + 1)
      .some((one) => requestKey(one.question.environment) === requestKey(environment));
    const { question, environment: standing } = history[index] ?? { question: undefined, environment: undefined };
    const found = question && standing ? foresee(problem, before, [{ question, environment: standing }]) : [];
    return {
      purpose,
      isNew,
      isForeseen: found.some(({ question: one }) => requestKey(one.environment) === requestKey(environment)),
    };
  });
}

describe('what may be asked for next', () => {
  it('has each environment that a search then needs, while the question before it is measured', () => {
    const needed = foreseen(SCRIPT).filter(({ isNew }) => isNew);
    expect(new Set(needed.map(({ purpose }) => purpose))).toEqual(new Set(['head', 'bisect', 'partner']));
    expect(needed.filter(({ isForeseen }) => !isForeseen)).toEqual([]);
  });

  it('is both halves of a bisection', () => {
    const { problem, history } = play(SCRIPT);
    const at = history.findIndex(({ question }) => question.purpose === 'bisect');
    const running = history.slice(at, at + 1);
    const found = foresee(problem, history.slice(0, at), running).map(
      ({ question }) => question.environment.pins.transformers,
    );
    expect(found).toEqual(['1.2.0', '2.2.0']);
  });

  it('says of what stands already that it does, and is each question once', () => {
    const { problem, history } = play(SCRIPT);
    const seen: string[] = [];
    for (const at of history.keys()) {
      const standing = history.slice(0, at + 1).map(({ question }) => requestKey(question.environment));
      const found = foresee(problem, history.slice(0, at), history.slice(at, at + 1));
      for (const { question, environment } of found)
        expect(environment !== undefined).toBe(standing.includes(requestKey(question.environment)));
      const keys = found.map(({ question }) => `${question.repeat} ${requestKey(question.environment)}`);
      expect(new Set(keys).size).toBe(keys.length);
      seen.push(...found.filter(({ environment }) => environment).map(({ question }) => question.purpose));
    }
    expect(new Set(seen)).toEqual(new Set(['repeat', 'partner', 'hold']));
  });

  it('is the next question, whatever it is, or the next but one', () => {
    const { problem, history } = play(SCRIPT);
    const missed = history.slice(2).filter(({ question }, index) => {
      const found = foresee(problem, history.slice(0, index + 1), history.slice(index + 1, index + 2));
      const sooner = found.slice(0, 3).map((one) => requestKey(one.question.environment));
      return !sooner.includes(requestKey(question.environment));
    });
    expect(missed.map(({ question }) => question.purpose)).toEqual([]);
  });

  it('is nothing where a cell was broken before: it is guessed to stay so', () => {
    const broken = (cell: Cell) => (isControl(cell) ? undefined : failing(cellId(cell), [raised('forward', 'x')]));
    const { problem, history } = play({ ...SCRIPT, result: broken });
    expect(foresee(problem, history.slice(0, 1), history.slice(1, 2))).toEqual([]);
  });

  it('is not looked for where each environment has a torch of its own, or a search costs too much', () => {
    const { problem, history } = play(SCRIPT);
    const running = history.slice(0, 1);
    const [one] = problem.changes;
    expect(foresee(problem, [], running).length).toBeGreaterThan(0);
    const torch = one ? [{ ...one, library: 'torch' }] : [];
    expect(foresee({ ...problem, changes: torch }, [], running)).toEqual([]);
    expect(foresee({ ...problem, changes: [...problem.changes, ...torch] }, [], running)).toEqual([]);
    const many = Array.from({ length: 201 }, (_, number) => llama(`m${number}`));
    expect(foresee({ ...problem, cells: many }, [], running)).toEqual([]);
  });
});
