import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellId } from '../../src/domain/cell.ts';
import type { Measurement } from '../../src/domain/search.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { conclude } from '../../src/search/conclude.ts';
import { Evidence } from '../../src/search/evidence.ts';
import { next } from '../../src/search/next.ts';
import { checked, failing, passing, raised, without } from '../factories/results.ts';
import { change, llama, play, problemOf, type Script } from './world.ts';

const RELEASES = Array.from({ length: 20 }, (_, minor) => `1.${minor}.0`);
const broken = raised('forward', 'sizes differ');
const lora = llama('lora');

/** Cells that break each at a release of their own. */
function many(count: number): Script {
  const cells = Array.from({ length: count }, (_, at) => ({ ...lora, architecture: `model-${at}` }));
  return {
    cells,
    changes: [change('transformers', RELEASES)],
    result: (cell, pins) => {
      const from = RELEASES[1 + (Number(cell.architecture.split('-')[1]) % 19)] ?? '';
      return cell.method !== 'base' && compareVersions(pins.transformers ?? '', from) >= 0
        ? failing(cellId(cell), [broken])
        : undefined;
    },
  };
}

/** How often the environments of a history are read while the search that it ends plays once more. */
function readsOf({ problem, history }: ReturnType<typeof play>): number {
  let reads = 0;
  const counted = history.map(({ question, ...rest }) => ({
    ...rest,
    question: {
      ...question,
      get environment() {
        reads++;
        return question.environment;
      },
    },
  }));
  const evidence = new Evidence(problem);
  for (const measurement of counted) {
    next(evidence);
    evidence.add([measurement]);
  }
  conclude(evidence);
  return reads;
}

describe('evidence', () => {
  it('reads each measurement as it comes and never again, however many steps there are', () => {
    for (const count of [3, 12]) {
      const played = play(many(count));
      expect(played.history.length).toBeGreaterThan(10);
      expect(readsOf(played)).toBe(played.history.length);
    }
  });

  it('that grew with the search says at each step what the same history says at once', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 9 })), (stream) => {
        const drawn = new Map<string, number>();
        const draw = (key: string) => {
          const value = drawn.get(key) ?? stream.next().value ?? 0;
          drawn.set(key, value);
          return value;
        };
        const { problem, history } = play({
          cells: [lora, llama('ia3'), llama('lora', 'bnb-int8')],
          changes: [change('transformers', RELEASES.slice(0, 6)), change('peft', ['0.1.0', '0.2.0'])],
          alternatives: [llama('prompt-tuning'), llama('ia3', 'bnb-int8')],
          partners: { accelerate: ['0.31.0', '0.32.0', '0.33.0'] },
          base: { accelerate: '0.31.0' },
          environments: 7,
          environment: (pins) => (draw(JSON.stringify(pins)) === 9 ? { status: 'unresolved', why: 'no' } : undefined),
          result: (cell, pins, repeat) => {
            const state = draw(JSON.stringify([cell, pins, repeat > 1]));
            if (state === 1 || state === 2) return failing(cellId(cell), [broken]);
            if (state === 3) return failing(cellId(cell), [checked('generate', 'x')]);
            return state === 4 ? without(cellId(cell), 'inconclusive') : undefined;
          },
        });
        const growing = new Evidence(problem);
        for (const [at, measurement] of history.entries()) {
          growing.add([measurement]);
          const fresh = new Evidence(problem, history.slice(0, at + 1));
          expect(next(growing)).toEqual(next(fresh));
          expect(conclude(growing)).toEqual(conclude(fresh));
        }
      }),
      { numRuns: 25 },
    );
  });

  const unmeasured = () =>
    new Evidence(problemOf({ cells: [lora], changes: [change('transformers', ['1.0.0', '1.1.0'])] }));
  const lock = { torch: '2.0.0', peft: '0.1.0', transformers: '1.0.0' };
  const measured = (
    evidence: Evidence,
    pins: Readonly<Record<string, string>>,
    result: ReturnType<typeof passing>,
    repeat = 1,
  ): Measurement => {
    const environment = evidence.request([], pins) ?? { pins: {}, packages: [] };
    return {
      question: { purpose: 'head', environment, cells: [lora], repeat },
      environment: { status: 'built', id: 'aaaaaaaaaaaa', lock: { ...lock, ...pins } },
      results: new Map([[result.cell, result]]),
    };
  };

  it('knows no request but the base while no base is known', () => {
    const evidence = unmeasured();
    expect(evidence.request([], {})).toEqual({ pins: { transformers: '1.0.0' }, packages: [] });
    expect(evidence.request([], { transformers: '1.1.0' })).toBeUndefined();
    expect(evidence.ask('head', evidence.head, [lora])).toEqual([]);
    evidence.add([measured(evidence, {}, passing(cellId(lora)))]);
    expect(evidence.request([], { transformers: '1.1.0' })?.pins).toEqual({ ...lock, transformers: '1.1.0' });
    expect(evidence.request([], { transformers: '1.0.0', peft: '0.2.0' })?.pins).toEqual({ ...lock, peft: '0.2.0' });
  });

  it('counts the first answer of a cell, and a repeat on its own', () => {
    const evidence = unmeasured();
    const bad = failing(cellId(lora), [broken]);
    evidence.add([measured(evidence, {}, passing(cellId(lora)))]);
    evidence.add([measured(evidence, evidence.head, bad)]);
    expect(evidence.compared(lora, evidence.head, 2).comparison).toBe('not-compared');
    evidence.add([
      measured(evidence, evidence.head, passing(cellId(lora))),
      measured(evidence, evidence.head, passing(cellId(lora)), 2),
    ]);
    expect(evidence.at(lora, evidence.head)).toBe(bad);
    expect(evidence.compared(lora, evidence.head).comparison).toBe('regressed');
    expect(evidence.compared(lora, evidence.head, 2).comparison).toBe('same');
  });

  it('compares what could not be compared before its base was measured', () => {
    const evidence = unmeasured();
    evidence.add([measured(evidence, {}, passing('ia3/none/llama/causal-lm'))]);
    evidence.add([measured(evidence, evidence.head, failing(cellId(lora), [broken]))]);
    expect(evidence.compared(lora, evidence.head).comparison).toBe('not-compared');
    evidence.add([measured(evidence, {}, passing(cellId(lora)))]);
    expect(evidence.compared(lora, evidence.head).comparison).toBe('regressed');
  });

  it('takes back what it said of a cell when its control turns out to be broken on both sides', () => {
    const evidence = unmeasured();
    const control = failing('base/none/llama/causal-lm', [broken]);
    evidence.add([measured(evidence, {}, passing(cellId(lora)))]);
    evidence.add([measured(evidence, evidence.head, failing(cellId(lora), [broken]))]);
    expect(evidence.compared(lora, evidence.head).comparison).toBe('regressed');
    evidence.add([measured(evidence, {}, control), measured(evidence, evidence.head, control)]);
    expect(evidence.compared(lora, evidence.head).comparison).toBe('not-compared');
    expect(evidence.brokenControl(lora, evidence.head)).toBe(control);
  });
});
