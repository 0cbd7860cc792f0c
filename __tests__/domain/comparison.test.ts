import { describe, expect, it } from '@jest/globals';
import { compareResults } from '../../src/domain/comparison.ts';
import { isSameMove, type Move, moveKey, moveWords } from '../../src/domain/moves.ts';
import type { Result } from '../../src/domain/outcome.ts';
import { withSoundCarry } from '../../src/domain/outcome.ts';
import { checked, failing, passing, raised, stopped, without } from '../factories/results.ts';

const CELL = 'lora/none/llama/causal-lm';
const generate = raised('generate', 'sizes differ');
const disable = raised('disable', 'unbound');
const silent = checked('generate', 'cached-generation-differs');

interface Row {
  readonly name: string;
  readonly before: Result | undefined;
  readonly after: Result | undefined;
  readonly comparison: string;
}

describe('comparing one cell before and after', () => {
  it.each<Row>([
    { name: 'two passes are the same', before: passing(CELL), after: passing(CELL), comparison: 'same' },
    {
      name: 'a new exception regresses',
      before: passing(CELL),
      after: failing(CELL, [generate]),
      comparison: 'regressed',
    },
    {
      name: 'a new broken invariant degrades',
      before: passing(CELL),
      after: failing(CELL, [silent]),
      comparison: 'degraded',
    },
    {
      name: 'an invariant that becomes an exception regresses',
      before: failing(CELL, [silent]),
      after: failing(CELL, [generate]),
      comparison: 'regressed',
    },
    {
      name: 'an exception that goes away is fixed',
      before: failing(CELL, [generate]),
      after: passing(CELL),
      comparison: 'fixed',
    },
    {
      name: 'a second stage that breaks regresses a cell that failed before',
      before: failing(CELL, [disable]),
      after: failing(CELL, [generate, disable]),
      comparison: 'regressed',
    },
    {
      name: 'the same failure on both sides is still broken, never unchanged',
      before: failing(CELL, [disable]),
      after: failing(CELL, [disable]),
      comparison: 'still-broken',
    },
    {
      name: 'another failure of the same stage is still broken',
      before: failing(CELL, [generate]),
      after: failing(CELL, [raised('generate', 'other')]),
      comparison: 'still-broken',
    },
    {
      name: 'getting further before failing is still broken, not a fix',
      before: stopped(CELL, raised('forward', 'x')),
      after: failing(CELL, [generate]),
      comparison: 'still-broken',
    },
    {
      name: 'one of two failures that goes away is still broken, not a fix',
      before: failing(CELL, [generate, disable]),
      after: failing(CELL, [disable]),
      comparison: 'still-broken',
    },
    {
      name: 'a broken invariant on both sides is still broken',
      before: failing(CELL, [silent]),
      after: failing(CELL, [silent]),
      comparison: 'still-broken',
    },
    {
      name: 'failing later, then earlier, regresses',
      before: failing(CELL, [disable]),
      after: stopped(CELL, raised('forward', 'x')),
      comparison: 'regressed',
    },
    {
      name: 'a refusal on both sides is the same',
      before: without(CELL, 'unsupported'),
      after: without(CELL, 'unsupported'),
      comparison: 'same',
    },
    {
      name: 'a refusal after a pass regresses',
      before: passing(CELL),
      after: without(CELL, 'unsupported'),
      comparison: 'regressed',
    },
    {
      name: 'weather is never compared',
      before: passing(CELL),
      after: without(CELL, 'inconclusive'),
      comparison: 'not-compared',
    },
    {
      name: 'a side without a result is never compared',
      before: undefined,
      after: passing(CELL),
      comparison: 'not-compared',
    },
    {
      name: 'fewer trained parameters degrade',
      before: passing(CELL, { trainable: 576 }),
      after: passing(CELL, { trainable: 64 }),
      comparison: 'degraded',
    },
    {
      name: 'more trained parameters are a change',
      before: passing(CELL, { trainable: 64 }),
      after: passing(CELL, { trainable: 576 }),
      comparison: 'changed',
    },
    {
      name: 'a loss that falls much less degrades',
      before: passing(CELL, { lossRatio: 0.3 }),
      after: passing(CELL, { lossRatio: 0.9 }),
      comparison: 'degraded',
    },
    {
      name: 'a loss within the band is the same',
      before: passing(CELL, { lossRatio: 0.3 }),
      after: passing(CELL, { lossRatio: 0.35 }),
      comparison: 'same',
    },
    {
      name: 'uncached generation that starts to raise is a change, since it is rare in use',
      before: passing(CELL, { uncachedGenerate: 'ok' }),
      after: passing(CELL, { uncachedGenerate: 'raises TypeError' }),
      comparison: 'changed',
    },
    {
      name: 'uncached generation that raised all along is the same',
      before: passing(CELL, { uncachedGenerate: 'raises TypeError' }),
      after: passing(CELL, { uncachedGenerate: 'raises TypeError' }),
      comparison: 'same',
    },
  ])('$name', ({ before, after, comparison }) => {
    expect(compareResults(before, after).comparison).toBe(comparison);
  });

  it('takes a cell that failed before and passes now for fixed, whatever its numbers', () => {
    const before = { ...stopped(CELL, raised('forward', 'x')), facts: { trainable: 1024 } };
    expect(compareResults(before, passing(CELL, { trainable: 512 })).comparison).toBe('fixed');
  });

  it('says of two broken sides what was mended and what moved', () => {
    const { moves } = compareResults(failing(CELL, [generate, disable]), failing(CELL, [disable]));
    expect(moves).toEqual([
      { kind: 'stage', stage: 'generate', before: 'raised', after: 'ok' },
      {
        kind: 'failures',
        before: ['generate RuntimeError: sizes differ', 'disable RuntimeError: unbound'],
        after: ['disable RuntimeError: unbound'],
      },
    ]);
    expect(moves.map((move) => moveWords(move, true))).toEqual(['generate mended', 'another failure']);
  });

  it('names the stages that broke', () => {
    expect(
      compareResults(passing(CELL), failing(CELL, [generate, disable])).moves.map((one) => moveWords(one)),
    ).toEqual(['generate', 'disable']);
  });

  it('counts a stage that broke in two ways once, as raised', () => {
    expect(compareResults(passing(CELL), failing(CELL, [silent, generate])).moves).toEqual([
      { kind: 'stage', stage: 'generate', before: 'ok', after: 'raised' },
    ]);
  });

  it('takes no numbers from a side that raised', () => {
    const after = failing(CELL, [generate], { trainable: 64 });
    expect(compareResults(passing(CELL, { trainable: 576 }), after).moves).toEqual([
      { kind: 'stage', stage: 'generate', before: 'ok', after: 'raised' },
    ]);
  });
});

describe('a move', () => {
  const loss = (before: number, after: number): Move => ({ kind: 'fact', fact: 'lossRatio', before, after });
  const uncached = (after: string): Move => ({ kind: 'fact', fact: 'uncachedGenerate', before: 'ok', after });
  const refused: Move = { kind: 'outcome', before: 'pass', after: 'unsupported' };
  const forward: Move = { kind: 'stage', stage: 'forward', before: 'ok', after: 'raised' };

  it.each([
    ['a stage that broke', forward, 'forward', 'forward mended'],
    ['a number', loss(0.3, 0.9), 'loss ratio 0.30 -> 0.90', 'loss ratio 0.30 -> 0.90'],
    [
      'a number without digits behind the point',
      { kind: 'fact', fact: 'trainable', before: 576, after: 64 } as const,
      'trainable parameters 576 -> 64',
      'trainable parameters 576 -> 64',
    ],
    [
      'words',
      uncached('raises TypeError'),
      'generate without the cache: ok -> raises TypeError',
      'generate without the cache: ok -> raises TypeError',
    ],
    ['a refusal', refused, 'unsupported', 'pass -> unsupported'],
    [
      'another failure',
      { kind: 'failures', before: ['a'], after: ['b'] } as const,
      'another failure',
      'another failure',
    ],
  ])('of %s has words for what is worse, and for what stands still', (_name, move, worse, still) => {
    expect([moveWords(move), moveWords(move, true)]).toEqual([worse, still]);
  });

  it('has the same key whatever its numbers, and another for other words', () => {
    expect(moveKey(loss(0.3, 0.9))).toBe(moveKey(loss(0.2, 0.7)));
    expect(moveKey(uncached('raises TypeError'))).not.toBe(moveKey(uncached('raises KeyError')));
    expect(new Set([forward, loss(0, 1), refused, uncached('x')].map(moveKey)).size).toBe(4);
  });

  it('is the same in two cells where the same stage ended otherwise, or the same values moved', () => {
    expect(isSameMove(forward, { ...forward, after: 'check' })).toBe(true);
    expect(isSameMove(forward, { ...forward, stage: 'train' })).toBe(false);
    expect(isSameMove(loss(0.3, 0.9), loss(0.3, 0.9))).toBe(true);
    expect(isSameMove(loss(0.3, 0.9), loss(0.3, 0.8))).toBe(false);
    expect(isSameMove(loss(0.3, 0.9), loss(0.2, 0.9))).toBe(false);
    expect(isSameMove(refused, { ...refused, before: 'wrong' })).toBe(true);
  });
});

describe('carry', () => {
  const carry = checked('carry', 'carry-differs');

  it.each([
    ['a head that did not train', failing(CELL, [checked('train', 'head-not-trained')])],
    ['a save that does not come back', failing(CELL, [checked('reload', 'reload-differs')])],
    ['an adapter without parameters', failing(CELL, [checked('attach', 'nothing-trainable')])],
    ['a prefix whose keys and values are mixed', failing(CELL, [checked('forward', 'transplant-differs')])],
    ['logits that are not those of its weights', failing(CELL, [checked('forward', 'oracle-disagrees')])],
    ['logits that are none', failing(CELL, [checked('forward', 'not-finite')])],
  ])('is not judged where the base has %s', (_name, base) => {
    expect(withSoundCarry(failing(CELL, [carry]), base)).toEqual({
      ...passing(CELL),
      stages: { ...passing(CELL).stages, carry: 'na' },
    });
  });

  it('is judged where the base fails only at what leaves the saved adapter sound', () => {
    const after = failing(CELL, [carry]);
    expect(withSoundCarry(after, failing(CELL, [disable]))).toBe(after);
    for (const type of ['padding-counts', 'mask-ignored', 'left-padding-differs'])
      expect(withSoundCarry(after, failing(CELL, [checked('forward', type)]))).toBe(after);
    expect(withSoundCarry(after, failing(CELL, [checked('generate', 'oracle-disagrees')]))).toBe(after);
    expect(withSoundCarry(after, passing(CELL))).toBe(after);
  });

  it('leaves what else fails as it is', () => {
    const judged = withSoundCarry(failing(CELL, [carry, disable]), failing(CELL, [checked('train', 'x')]));
    expect([judged.outcome, judged.message, judged.failures]).toEqual(['fail', 'unbound', [disable]]);
  });
});
