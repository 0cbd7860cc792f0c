import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SEARCHES } from '../../src/domain/search.ts';
import { samplesOf } from '../../src/search/strategies.ts';

const RELEASES = ['4.43.0', '4.43.1', '4.44.0', '4.44.1', '4.44.2', '4.45.0', '4.46.0', '4.46.1', '4.47.0'];
const versions = (indices: readonly number[]) => indices.map((index) => RELEASES[index]);

describe('what a strategy looks at between the ends', () => {
  it('is nothing where releases are halved', () => {
    expect(samplesOf('bisect', { releases: RELEASES })).toEqual([]);
  });

  it('is the last release of each minor for islands', () => {
    expect(versions(samplesOf('islands', { releases: RELEASES }).toSorted())).toEqual([
      '4.43.1',
      '4.44.2',
      '4.45.0',
      '4.46.1',
    ]);
  });

  it.each([
    [['4.43.0', '4.44.0', '4.45.0', '4.45.1'], ['4.44.0']],
    [
      ['4.43.0', '4.43.1', '4.44.0', '4.45.0'],
      ['4.43.1', '4.44.0'],
    ],
    [['4.45.1', '4.45.0', '4.44.0', '4.43.0'], ['4.44.0']],
  ])('is nothing beside an end that is the last of its minor: %j', (releases, expected) => {
    expect(
      samplesOf('islands', { releases })
        .map((index) => releases[index])
        .toSorted(),
    ).toEqual(expected);
  });

  it('is the last release of each minor too where the change goes back', () => {
    const back = RELEASES.toReversed();
    expect(samplesOf('islands', { releases: back }).map((index) => back[index])).toEqual(
      expect.arrayContaining(['4.43.1', '4.44.2', '4.45.0', '4.46.1']),
    );
  });

  it('is every release for an exhaustive search, and the middle comes first', () => {
    const found = samplesOf('exhaustive', { releases: RELEASES });
    expect(found.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(found[0]).toBe(4);
  });

  it.each(SEARCHES)('is never an end, and nothing twice: %s', (search) => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 5 }), (count, patches) => {
        const releases = Array.from({ length: count }, (_, at) => `1.${Math.floor(at / patches)}.${at % patches}`);
        const found = samplesOf(search, { releases });
        expect(new Set(found).size).toBe(found.length);
        expect(found.every((index) => index > 0 && index < count - 1)).toBe(true);
      }),
    );
  });

  it('leaves no stretch longer than twice another, wherever a limit cuts an exhaustive search', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.nat(), (count, seed) => {
        const releases = Array.from({ length: count }, (_, at) => `1.${at}`);
        const order = samplesOf('exhaustive', { releases });
        const seen = [0, count - 1, ...order.slice(0, 1 + (seed % order.length))].toSorted((one, two) => one - two);
        const stretches = seen.slice(1).map((index, at) => index - (seen[at] ?? 0));
        expect(Math.max(...stretches)).toBeLessThanOrEqual(2 * Math.min(...stretches) + 1);
      }),
    );
  });
});
