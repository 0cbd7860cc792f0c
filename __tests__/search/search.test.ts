import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellId } from '../../src/domain/cell.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { propose } from '../../src/pins/propose.ts';
import { checked, failing, raised, stopped, without } from '../factories/results.ts';
import { change, llama, play } from './world.ts';

const RELEASES = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0'];
const atLeast = (version: string | undefined, limit: string) => compareVersions(version ?? '0', limit) >= 0;
const broken = raised('forward', 'sizes differ');

describe('the search', () => {
  it('asks for nothing but both ends where nothing differs', () => {
    const { asked, conclusions } = play({ cells: [llama('lora')], changes: [change('transformers', RELEASES)] });
    expect(asked.map(({ purpose }) => purpose)).toEqual(['base', 'head']);
    expect(conclusions.comparisons.map(({ comparison }) => comparison)).toEqual(['same']);
  });

  it('finds the release that broke a cell, repeats both neighbours, and measures the hold', () => {
    const { conclusions } = play({
      cells: [llama('lora'), llama('prefix-tuning')],
      changes: [change('transformers', RELEASES)],
      result: (cell, pins) =>
        cell.method === 'prefix-tuning' && atLeast(pins.transformers, '1.5.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.boundaries).toEqual([
      expect.objectContaining({
        cell: 'prefix-tuning/none/llama/causal-lm',
        lastGood: '1.4.0',
        firstBad: '1.5.0',
        certainty: { runs: 2, agree: 2, adjacent: true, open: 0, confounded: false },
        before: { outcome: 'pass', failed: [] },
        after: { outcome: 'fail', failed: ['forward'] },
      }),
    ]);
    expect(conclusions.measuredPins).toEqual([
      expect.objectContaining({ kind: 'hold', version: '1.4.0', below: '1.5.0', holds: 2, of: 2 }),
    ]);
  });

  it('searches a change that goes back, and proposes the floor that it found', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES.toReversed())],
      result: (cell, pins) =>
        cell.method === 'lora' && !atLeast(pins.transformers, '1.5.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries).toEqual([expect.objectContaining({ lastGood: '1.5.0', firstBad: '1.4.0' })]);
    expect(propose(conclusions.measuredPins)).toEqual([
      expect.objectContaining({ kind: 'hold', specifier: 'transformers>=1.5.0', keepsBump: false }),
    ]);
  });

  it('finds any boundary at any place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: RELEASES.length - 1 }), (index) => {
        const { conclusions } = play({
          cells: [llama('lora')],
          changes: [change('transformers', RELEASES)],
          result: (cell, pins) =>
            cell.method === 'lora' && atLeast(pins.transformers, RELEASES[index] ?? '')
              ? failing(cellId(cell), [broken])
              : undefined,
        });
        expect(conclusions.boundaries[0]).toMatchObject({ lastGood: RELEASES[index - 1], firstBad: RELEASES[index] });
      }),
    );
  });

  it('measures each cell in each environment once per repeat', () => {
    const { asked } = play({
      cells: [llama('lora'), llama('ia3'), llama('prefix-tuning', 'bnb-int8')],
      changes: [change('transformers', RELEASES)],
      partners: { peft: ['0.1.0', '0.2.0', '0.3.0'] },
      result: (cell, pins) =>
        cell.method !== 'base' && atLeast(pins.transformers, '1.3.0') && !atLeast(pins.peft, '0.3.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    const keys = asked.flatMap(({ environment, cells, repeat }) =>
      cells.map((cell) => JSON.stringify([environment, cellId(cell), repeat])),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('finds the oldest partner release that mends with the change kept', () => {
    const { conclusions } = play({
      cells: [llama('prefix-tuning')],
      changes: [change('transformers', RELEASES)],
      partners: { peft: ['0.1.0', '0.2.0', '0.3.0', '0.4.0', '0.5.0'] },
      result: (cell, pins) =>
        cell.method !== 'base' && atLeast(pins.transformers, '1.5.0') && !atLeast(pins.peft, '0.3.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.measuredPins[0]).toMatchObject({
      kind: 'raise-partner',
      library: 'peft',
      version: '0.3.0',
      holds: 1,
      of: 1,
    });
  });

  it('finds a partner release that mends even where the newest one fails otherwise', () => {
    const { conclusions } = play({
      cells: [llama('prefix-tuning')],
      changes: [change('transformers', RELEASES)],
      partners: { peft: ['0.1.0', '0.2.0', '0.3.0', '0.4.0', '0.5.0', '0.6.0'] },
      result: (cell, pins) => {
        if (cell.method === 'base' || !atLeast(pins.transformers, '1.5.0')) return undefined;
        if (pins.peft === '0.3.0' || pins.peft === '0.4.0') return undefined;
        return failing(cellId(cell), [atLeast(pins.peft, '0.5.0') ? raised('attach', 'gone') : broken]);
      },
    });
    expect(conclusions.measuredPins).toContainEqual(
      expect.objectContaining({ kind: 'raise-partner', version: '0.3.0' }),
    );
  });

  it('finds a later release of the changed library itself that mends', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES.slice(0, 5))],
      partners: { transformers: RELEASES },
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.3.0') && !atLeast(pins.transformers, '1.6.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.measuredPins).toContainEqual(
      expect.objectContaining({ kind: 'floor', library: 'transformers', version: '1.6.0' }),
    );
  });

  it('steps around releases that cannot be resolved, and says that the boundary is not adjacent', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      environment: (pins) =>
        ['1.3.0', '1.4.0'].includes(pins.transformers ?? '') ? { status: 'unresolved', why: 'no' } : undefined,
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.4.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      lastGood: '1.2.0',
      firstBad: '1.5.0',
      certainty: { adjacent: false },
    });
  });

  it('never lets weather move a boundary', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      result: (cell, pins) => {
        if (cell.method !== 'lora') return undefined;
        if (pins.transformers === '1.4.0') return without(cellId(cell), 'inconclusive');
        return atLeast(pins.transformers, '1.6.0') ? failing(cellId(cell), [broken]) : undefined;
      },
    });
    expect(conclusions.boundaries[0]).toMatchObject({ lastGood: '1.5.0', firstBad: '1.6.0' });
    expect(conclusions.boundaries[0]?.measured).not.toContain('1.4.0');
  });

  it('calls a cell flaky where the repeat does not agree', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      result: (cell, pins, repeat) =>
        cell.method === 'lora' && pins.transformers === '1.1.0' && repeat === 1
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.comparisons[0]?.comparison).toBe('flaky');
    expect(conclusions.boundaries).toEqual([]);
    expect(conclusions.measuredPins).toEqual([]);
  });

  it('finds where a silent failure begins behind a loud one', () => {
    const loud = raised('attach', 'key missing');
    const silent = checked('train', 'head-not-trained');
    const { conclusions } = play({
      cells: [llama('prompt-tuning')],
      changes: [change('peft', RELEASES)],
      result: (cell, pins) => {
        if (cell.method === 'base' || !atLeast(pins.peft, '1.3.0')) return undefined;
        return atLeast(pins.peft, '1.5.0') ? failing(cellId(cell), [silent]) : stopped(cellId(cell), loud);
      },
    });
    expect(
      conclusions.boundaries.map(({ firstBad, direction, failure }) => [firstBad, direction, failure?.signature]),
    ).toEqual([
      ['1.3.0', 'regressed', loud.signature],
      ['1.5.0', 'degraded', silent.signature],
    ]);
  });

  it('reports a mended cell as fixed, with the release that mended it', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('peft', RELEASES)],
      result: (cell, pins) =>
        cell.method === 'lora' && !atLeast(pins.peft, '1.2.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries[0]).toMatchObject({ direction: 'fixed', lastGood: '1.1.0', firstBad: '1.2.0' });
    expect(conclusions.measuredPins).toEqual([]);
  });

  it('names the one of two changes that breaks a cell', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES), change('peft', ['0.1.0', '0.2.0', '0.3.0'])],
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.peft, '0.2.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries[0]).toMatchObject({ library: 'peft', lastGood: '0.1.0', firstBad: '0.2.0' });
  });

  it('says when only several changes together break a cell', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES), change('peft', ['0.1.0', '0.2.0'])],
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.peft, '0.2.0') && atLeast(pins.transformers, '1.4.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.together).toEqual(['lora/none/llama/causal-lm']);
    expect(conclusions.boundaries).toEqual([]);
  });

  it('calls a boundary confounded where holding back what else moved makes it vanish', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      extra: ({ pins }) => ({ tokenizers: pins.transformers === '1.1.0' ? '0.22' : '0.21' }),
      result: (cell, pins) =>
        cell.method === 'lora' && pins.tokenizers === '0.22' ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      alsoChanged: ['tokenizers 0.21 -> 0.22'],
      certainty: { confounded: true },
    });
  });

  it('puts what breaks the control down to the base model, not to PEFT', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      result: (cell, pins) => (atLeast(pins.transformers, '1.5.0') ? failing(cellId(cell), [broken]) : undefined),
    });
    expect(conclusions.comparisons[0]).toMatchObject({ comparison: 'regressed', cause: 'base model' });
    expect(conclusions.boundaries.map(({ cell }) => cell)).toEqual(['base/none/llama/causal-lm']);
  });

  it('tries other methods and the unquantized cell, and says which do not help', () => {
    const { conclusions } = play({
      cells: [llama('prefix-tuning', 'bnb-int8')],
      changes: [change('transformers', RELEASES)],
      alternatives: [llama('lora', 'bnb-int8'), llama('ia3', 'bnb-int8'), llama('prefix-tuning')],
      result: (cell, pins) =>
        cell.method.startsWith('prefix') && atLeast(pins.transformers, '1.5.0')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.workarounds.map(({ use, helps }) => [use, helps])).toEqual([
      ['lora/bnb-int8/llama/causal-lm', true],
      ['ia3/bnb-int8/llama/causal-lm', true],
      ['prefix-tuning/none/llama/causal-lm', false],
    ]);
  });

  it('never measures an unquantized cell beside a quantizer package that no one asked for', () => {
    const { asked } = play({
      cells: [llama('lora'), llama('lora', 'bnb-int8')],
      changes: [change('transformers', RELEASES)],
    });
    for (const { cells, environment } of asked)
      if (cells.some(({ quantization }) => quantization === 'none')) expect(environment.packages).toEqual([]);
  });

  it('stays within the number of environments and leaves the rest unmeasured', () => {
    const { history } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      environments: 3,
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.5.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(new Set(history.map(({ question }) => JSON.stringify(question.environment))).size).toBeLessThanOrEqual(3);
  });

  it('ends for every history of random outcomes', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 5 })), (stream) => {
        const seen = new Map<string, number>();
        const draw = (key: string) => {
          if (!seen.has(key)) seen.set(key, stream.next().value ?? 0);
          return seen.get(key) ?? 0;
        };
        const { conclusions, problem } = play({
          cells: [llama('lora'), llama('ia3'), llama('lora', 'bnb-int8')],
          changes: [change('transformers', RELEASES), change('peft', ['0.1.0', '0.2.0', '0.3.0'])],
          environment: (pins) => (draw(JSON.stringify(pins)) === 5 ? { status: 'unresolved', why: 'no' } : undefined),
          result: (cell, pins, repeat) => {
            const state = draw(JSON.stringify([cell, pins, repeat]));
            if (state === 1) return failing(cellId(cell), [broken]);
            if (state === 2) return failing(cellId(cell), [checked('generate', 'x')]);
            return state === 3 ? without(cellId(cell), 'inconclusive') : undefined;
          },
        });
        expect(conclusions.comparisons).toHaveLength(problem.cells.length);
      }),
      { numRuns: 60 },
    );
  });
});
