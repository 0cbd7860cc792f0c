import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bisect, type PointState } from '../../src/search/bisect.ts';

/** Plays a bisection against a known line of states; returns where it ends and how many points it measured. */
function play(truth: readonly PointState[], cheap: ReadonlySet<number> = new Set()) {
  const known = new Map<number, PointState>();
  for (let steps = 0; ; steps++) {
    const interval = bisect(
      0,
      truth.length - 1,
      (index) => known.get(index) ?? 'unknown',
      (index) => cheap.has(index),
    );
    if (interval.ask === undefined) return { ...interval, steps };
    if (known.has(interval.ask) || steps > truth.length) throw new Error('asked twice');
    known.set(interval.ask, truth[interval.ask] ?? 'unusable');
  }
}

const line = fc.integer({ min: 1, max: 200 }).chain((last) =>
  fc.record({
    last: fc.constant(last),
    broken: fc.integer({ min: 1, max: last }),
    unusable: fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, last - 1) }), { maxLength: 20 }),
    cheap: fc.uniqueArray(fc.integer({ min: 1, max: last }), { maxLength: 5 }),
  }),
);

function truthOf({
  last,
  broken,
  unusable,
}: {
  last: number;
  broken: number;
  unusable: readonly number[];
}): PointState[] {
  return Array.from({ length: last + 1 }, (_, index) =>
    index > 0 && index < last && unusable.includes(index) ? 'unusable' : index < broken ? 'base' : 'moved',
  );
}

describe('bisection', () => {
  it('finds the boundary of every line, and only steps over what cannot be used', () => {
    fc.assert(
      fc.property(line, (made) => {
        const truth = truthOf(made);
        const { low, high } = play(truth, new Set(made.cheap));
        expect(truth[low]).toBe('base');
        expect(truth[high]).toBe('moved');
        expect(truth.slice(low + 1, high).every((state) => state === 'unusable')).toBe(true);
      }),
    );
  });

  it('needs no more than the logarithm of the releases where all can be used', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.nat(), (last, seed) => {
        const truth = truthOf({ last, broken: 1 + (seed % last), unusable: [] });
        expect(play(truth).steps).toBeLessThanOrEqual(Math.ceil(Math.log2(last)));
      }),
    );
  });

  it('asks nothing about neighbours', () => {
    expect(play(['base', 'moved'])).toEqual({ low: 0, high: 1, steps: 0 });
  });

  it('takes a point that stands already before the middle, when it is near enough', () => {
    const interval = bisect(
      0,
      10,
      () => 'unknown',
      (index) => index === 6,
    );
    expect(interval.ask).toBe(6);
  });
});
