/** Searches that look between ends that agree: what breaks, is mended and breaks again. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId } from '../../src/domain/cell.ts';
import type { Failure, Result } from '../../src/domain/outcome.ts';
import type { Boundary, Search } from '../../src/domain/search.ts';
import { propose } from '../../src/pins/propose.ts';
import { samplesOf } from '../../src/search/strategies.ts';
import { checked, failing, passing, raised, stopped, without } from '../factories/results.ts';
import { change, llama, type Pins, play, type Script } from './world.ts';

/** Two patches of each minor: 1.0.0, 1.0.1, 1.1.0, ... */
const RELEASES = Array.from({ length: 16 }, (_, at) => `1.${Math.floor(at / 2)}.${at % 2}`);
const LORA = llama('lora');
const PREFIX = llama('prefix-tuning');
const broken = raised('forward', 'sizes differ');
const placeOf = ({ transformers = '' }: Pins) => RELEASES.indexOf(transformers);

/** Broken in some stretches of the line, each from its first index up to the one behind its last. */
function brokenIn(method: string, ...stretches: readonly (readonly [number, number, Failure?])[]) {
  return (cell: Cell, pins: Pins): Result | undefined => {
    const at = placeOf(pins);
    const found = stretches.find(([from, until]) => at >= from && at < until);
    return cell.method === method && found ? failing(cellId(cell), [found[2] ?? broken]) : undefined;
  };
}

function search(strategy: Search, script: Omit<Script, 'changes'> & Partial<Script>) {
  return play({ changes: [change('transformers', RELEASES)], search: strategy, ...script });
}

const shown = ({ direction, lastGood, firstBad, firstFixed }: Boundary) =>
  [direction, lastGood, firstBad, ...(firstFixed ? [firstFixed] : [])].join(' ');

describe('a search for islands', () => {
  it('finds what breaks and works again between ends that agree', () => {
    const { conclusions } = search('islands', { cells: [LORA, PREFIX], result: brokenIn('prefix-tuning', [5, 10]) });
    expect(conclusions.boundaries.map(shown)).toEqual(['regressed 1.2.0 1.2.1 1.5.0', 'fixed 1.4.1 1.5.0']);
    expect(conclusions.boundaries.map(({ certainty }) => certainty)).toEqual([
      { runs: 2, agree: 2, adjacent: true, open: 0, confounded: false },
      { runs: 2, agree: 2, adjacent: true, open: 0, confounded: false },
    ]);
    expect(conclusions.comparisons.map(({ comparison }) => comparison)).toEqual(['same', 'same']);
    expect(conclusions.measuredPins).toEqual([]);
    expect(conclusions.left).toEqual([]);
  });

  it('is not seen where releases are halved', () => {
    const { conclusions, asked } = search('bisect', { cells: [PREFIX], result: brokenIn('prefix-tuning', [5, 10]) });
    expect(conclusions.boundaries).toEqual([]);
    expect(asked.map(({ purpose }) => purpose)).toEqual(['base', 'head']);
  });

  it('holds below the break that matters for the head, not below one that was mended', () => {
    const { conclusions } = search('islands', { cells: [PREFIX], result: brokenIn('prefix-tuning', [3, 6], [11, 16]) });
    expect(conclusions.boundaries.map(shown)).toEqual([
      'regressed 1.1.0 1.1.1 1.3.0',
      'fixed 1.2.1 1.3.0',
      'regressed 1.5.0 1.5.1',
    ]);
    expect(propose(conclusions.measuredPins)).toEqual([
      expect.objectContaining({ specifier: 'transformers<1.5.1', version: '1.5.0', holds: 1, of: 1 }),
    ]);
  });

  it('does not hold at a release at which another cell is broken for a while', () => {
    const [one, other] = [brokenIn('prefix-tuning', [12, 16]), brokenIn('lora', [9, 14])];
    const { conclusions } = search('islands', {
      cells: [LORA, PREFIX],
      result: (cell, pins) => one(cell, pins) ?? other(cell, pins),
    });
    expect(propose(conclusions.measuredPins)).toEqual([
      expect.objectContaining({ specifier: 'transformers<1.4.1', version: '1.4.0', holds: 2, of: 2 }),
    ]);
  });

  it('finds a mend that does not last, where the base is broken', () => {
    const { conclusions } = search('islands', { cells: [PREFIX], result: brokenIn('prefix-tuning', [0, 4], [9, 16]) });
    expect(conclusions.boundaries.map(shown)).toEqual(['fixed 1.1.1 1.2.0', 'regressed 1.4.0 1.4.1']);
    expect(conclusions.comparisons[0]?.comparison).toBe('still-broken');
  });

  it('finds where a silent failure follows a loud one, and where both are over', () => {
    const silent = checked('train', 'head-not-trained');
    const { conclusions } = search('islands', {
      cells: [PREFIX],
      result: (cell, pins) => {
        const at = placeOf(pins);
        if (cell.method === 'base' || at < 4 || at > 11) return undefined;
        return at < 8 ? stopped(cellId(cell), raised('attach', 'key missing')) : failing(cellId(cell), [silent]);
      },
    });
    expect(conclusions.boundaries.map(shown)).toEqual([
      'regressed 1.1.1 1.2.0 1.6.0',
      'degraded 1.1.1 1.4.0 1.6.0',
      'fixed 1.5.1 1.6.0',
    ]);
  });

  it('finds a loud failure that is over where a silent one goes on, though the base has neither', () => {
    const silent = checked('generate', 'cached-generation-differs');
    const { conclusions } = search('islands', {
      cells: [PREFIX],
      result: (cell, pins) => {
        const at = placeOf(pins);
        if (cell.method === 'base' || at < 4) return undefined;
        const isLoud = at >= 7 && at < 10;
        return isLoud ? stopped(cellId(cell), raised('train', 'no such name')) : failing(cellId(cell), [silent]);
      },
    });
    expect(conclusions.boundaries.map(shown)).toEqual([
      'degraded 1.1.1 1.2.0',
      'regressed 1.3.0 1.3.1 1.5.0',
      'fixed 1.4.1 1.5.0',
    ]);
    expect(conclusions.comparisons.map(({ comparison }) => comparison)).toEqual(['degraded']);
  });

  it('takes numbers that come back for a mend', () => {
    const { conclusions } = search('islands', {
      cells: [LORA],
      result: (cell, pins) => {
        const isLess = cell.method === 'lora' && placeOf(pins) >= 4 && placeOf(pins) < 8;
        return passing(cellId(cell), { trainable: isLess ? 128 : 512 });
      },
    });
    expect(conclusions.boundaries.map(shown)).toEqual(['degraded 1.1.1 1.2.0 1.4.0', 'fixed 1.3.1 1.4.0']);
  });

  it('says nothing of PEFT where the model itself breaks for a while', () => {
    const { conclusions } = search('islands', {
      cells: [LORA, PREFIX],
      result: (cell, pins) => (placeOf(pins) >= 4 && placeOf(pins) < 8 ? failing(cellId(cell), [broken]) : undefined),
    });
    expect(new Set(conclusions.boundaries.map(({ cell }) => cell))).toEqual(new Set(['base/none/llama/causal-lm']));
  });

  it('never takes weather on the way for a break', () => {
    const { conclusions } = search('islands', {
      cells: [LORA],
      result: (cell, pins) =>
        cell.method === 'lora' && placeOf(pins) === 7 ? without(cellId(cell), 'inconclusive') : undefined,
    });
    expect(conclusions.boundaries).toEqual([]);
  });

  it('keeps the break at head though an earlier one did not come again', () => {
    const stretches = brokenIn('prefix-tuning', [5, 6], [11, 16]);
    const { conclusions } = search('islands', {
      cells: [PREFIX],
      result: (cell, pins, repeat) => (repeat > 1 && placeOf(pins) === 5 ? undefined : stretches(cell, pins)),
    });
    expect(conclusions.comparisons[0]?.comparison).toBe('regressed');
    expect(conclusions.boundaries.map(shown)).toContain('regressed 1.5.0 1.5.1');
    expect(conclusions.boundaries.map(shown)).not.toContain('regressed 1.2.0 1.2.1 1.3.0');
  });

  it('looks along each of several changes', () => {
    const { conclusions } = play({
      cells: [PREFIX],
      changes: [change('transformers', RELEASES), change('accelerate', ['0.1.0', '0.2.0', '0.3.0', '0.4.0'])],
      base: { accelerate: '0.1.0' },
      search: 'islands',
      result: (cell, pins) =>
        cell.method !== 'base' && pins.accelerate === '0.2.0' ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries.map((one) => `${one.library} ${shown(one)}`)).toEqual([
      'accelerate regressed 0.1.0 0.2.0 0.3.0',
      'accelerate fixed 0.2.0 0.3.0',
    ]);
  });

  it('looks at the end of each of several changes by itself, though together they agree with the base', () => {
    const { conclusions } = play({
      cells: [PREFIX],
      changes: [change('transformers', RELEASES), change('accelerate', ['0.1.0', '0.2.0', '0.3.0'])],
      base: { accelerate: '0.1.0' },
      search: 'islands',
      result: (cell, pins) =>
        cell.method !== 'base' && pins.accelerate === '0.3.0' && placeOf(pins) === 0
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.boundaries.map((one) => `${one.library} ${shown(one)}`)).toEqual([
      'accelerate regressed 0.2.0 0.3.0',
    ]);
  });

  it('keeps half of the environments for what it finds, and says what it left', () => {
    const { conclusions, asked } = search('islands', {
      cells: [PREFIX],
      environments: 8,
      result: brokenIn('prefix-tuning', [7, 16]),
    });
    const purposes = asked.map(({ purpose }) => purpose);
    expect(purposes.slice(0, purposes.indexOf('bisect')).filter((one) => one === 'sample')).toHaveLength(2);
    expect(conclusions.boundaries.map(shown)).toEqual(['regressed 1.3.0 1.3.1']);
    expect(conclusions.left.map(({ purpose }) => purpose)).toContain('sample');
  });
});

/** pass or broken at each release of the line. */
const history = fc.array(fc.boolean(), { minLength: RELEASES.length, maxLength: RELEASES.length });

function turnsOf(line: readonly boolean[], at: readonly number[]): number {
  return at.slice(1).filter((index, before) => line[index] !== line[at[before] ?? 0]).length;
}

describe('any history of a cell', () => {
  const measured = (strategy: Search, line: readonly boolean[]) =>
    search(strategy, {
      cells: [PREFIX],
      result: (cell, pins) =>
        cell.method !== 'base' && line[placeOf(pins)] ? failing(cellId(cell), [broken]) : undefined,
    }).conclusions;
  const every = RELEASES.map((_, index) => index);

  it('has a boundary between any two releases looked at that differ, and each boundary is true', () => {
    fc.assert(
      fc.property(history, (line) => {
        const looked = [0, ...samplesOf('islands', { releases: RELEASES }), RELEASES.length - 1];
        const { boundaries } = measured('islands', line);
        expect(boundaries).toHaveLength(
          turnsOf(
            line,
            looked.toSorted((one, two) => one - two),
          ),
        );
        for (const { direction, lastGood, firstBad } of boundaries) {
          const [low, high] = [lastGood, firstBad].map((version) => RELEASES.indexOf(version));
          expect(high).toBe((low ?? 0) + 1);
          expect([line[low ?? 0], line[high ?? 0]]).toEqual(direction === 'fixed' ? [true, false] : [false, true]);
        }
      }),
    );
  });

  it('is found whole by an exhaustive search', () => {
    fc.assert(
      fc.property(history, (line) => {
        const { boundaries } = measured('exhaustive', line);
        const places = boundaries.map(({ firstBad }) => RELEASES.indexOf(firstBad));
        expect(places).toEqual(every.slice(1).filter((index) => line[index] !== line[index - 1]));
      }),
    );
  });

  it.each<Search>(['islands', 'exhaustive'])('gives a hold that was measured to work: %s', (strategy) => {
    fc.assert(
      fc.property(history, (line) => {
        for (const { kind, version } of measured(strategy, line).measuredPins)
          if (kind === 'hold') expect(line[RELEASES.indexOf(version)]).toBe(false);
      }),
    );
  });

  it('gives the hold of the last break where it breaks for good', () => {
    fc.assert(
      fc.property(history, (line) => {
        fc.pre(line[0] === false && line.at(-1) === true);
        const [hold] = measured('exhaustive', line).measuredPins;
        expect(RELEASES.indexOf(hold?.version ?? '')).toBe(line.lastIndexOf(false));
      }),
    );
  });
});
