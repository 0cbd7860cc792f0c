/** What lies just beside the rules of a search: each row fails where a rule is a little off. */
import { describe, expect, it } from '@jest/globals';
import { type Cell, cellId, isControl } from '../../src/domain/cell.ts';
import type { Compared } from '../../src/domain/comparison.ts';
import type { Result } from '../../src/domain/outcome.ts';
import { bisect } from '../../src/search/bisect.ts';
import { isMended, isSameWay } from '../../src/search/compare.ts';
import { openOf } from '../../src/search/questions.ts';
import { isBase, packagesFor } from '../../src/search/requests.ts';
import { checked, failing, passing, raised, without } from '../factories/results.ts';
import { change, llama, type Pins, play, problemOf, type Script } from './world.ts';

const RELEASES = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0'];
const TWO = [change('transformers', ['1.0.0', '1.1.0'])];
const isHead = ({ transformers }: Pins) => transformers === '1.1.0';
const from = (release: string) => (pins: Pins) => (pins.transformers ?? '') >= release;
const broken = raised('forward', 'sizes differ');
const [lora, ia3] = [llama('lora'), llama('ia3')];
const [LORA, IA3] = [cellId(lora), cellId(ia3)];
const CONTROL = 'base/none/llama/causal-lm';
type Answers = NonNullable<Script['result']>;

/** Cells that fail where a rule says so; all else passes. */
const where =
  (...rules: readonly (readonly [string, (pins: Pins) => boolean])[]): Answers =>
  (cell, pins) =>
    rules.some(([id, isBad]) => id === cellId(cell) && isBad(pins)) ? failing(cellId(cell), [broken]) : undefined;

describe('a bisection', () => {
  it.each([
    ['the middle', 0, 8, [], 4],
    ['the earlier of two middles', 0, 3, [], 1],
    ['a cheap point at the edge of the middle half', 0, 8, [2], 2],
    ['a cheap point at its other edge', 0, 8, [6], 6],
    ['no cheap point beyond it', 0, 8, [1], 4],
    ['no cheap point beyond it, wherever the line begins', 8, 16, [9], 12],
    ['the cheap point that is nearest to the middle', 0, 16, [5, 7], 7],
  ])('asks for %s', (_name, low, high, cheap, ask) => {
    const found = bisect(
      low,
      high,
      () => 'unknown',
      (index) => cheap.some((one) => one === index),
    );
    expect(found).toEqual({ low, high, ask });
  });
});

describe('two cells', () => {
  const move = { kind: 'stage', stage: 'forward', before: 'ok', after: 'raised' } as const;
  const one: Compared = { comparison: 'regressed', moves: [move], fresh: [broken] };

  it.each<[string, Compared, boolean]>([
    ['all is equal', { ...one }, true],
    ['a stage ended otherwise', { ...one, moves: [{ ...move, after: 'check' }] }, true],
    ['another comparison came of it', { ...one, comparison: 'degraded' }, false],
    ['another stage moved', { ...one, moves: [{ ...move, stage: 'train' }] }, false],
    ['one more stage moved', { ...one, moves: [move, { ...move, stage: 'train' }] }, false],
    ['nothing moved', { ...one, moves: [] }, false],
    ['the failure is another', { ...one, fresh: [raised('forward', 'other')] }, false],
    ['the failure is at another stage', { ...one, fresh: [{ ...broken, stage: 'train' }] }, false],
    ['there is one failure more', { ...one, fresh: [broken, raised('train', 'x')] }, false],
    ['there is none', { ...one, fresh: [] }, false],
  ])('moved in the same way or not where %s', (_name, other, expected) => {
    expect([isSameWay(one, other), isSameWay(other, one)]).toEqual([expected, expected]);
  });
});

describe('a cell that is mended', () => {
  it.each<[string, Result, boolean]>([
    ['passes', passing(LORA), true],
    ['was not measured', without(LORA, 'inconclusive'), false],
    ['fails elsewhere', failing(LORA, [raised('train', 'x')]), false],
    ['did not come to the stage that broke', { ...passing(LORA), stages: { import: 'ok' } }, false],
  ])('%s', (_name, result, expected) => {
    const { evidence } = play({
      ...{ cells: [lora], changes: TWO, partners: { peft: ['0.1.0', '0.2.0'] } },
      result: (cell, pins) => {
        if (isControl(cell) || !isHead(pins)) return undefined;
        return pins.peft === '0.2.0' ? result : failing(LORA, [broken]);
      },
    });
    expect(isMended(evidence, lora, { transformers: '1.1.0', peft: '0.2.0' })).toBe(expected);
  });

  it('needs no stage that its base did not go through either', () => {
    const base = { ...failing(LORA, [checked('train', 'x')]), stages: { import: 'ok', merge: 'na' } as const };
    const { conclusions } = play({
      ...{ cells: [lora], changes: TWO, partners: { peft: ['0.1.0', '0.2.0'] } },
      result: (cell, pins) => {
        if (isControl(cell)) return undefined;
        if (!isHead(pins)) return base;
        return pins.peft === '0.2.0' ? base : failing(LORA, [raised('merge', 'x')]);
      },
    });
    expect(conclusions.measuredPins.map(({ kind }) => kind)).toContain('raise-partner');
  });
});

describe('a boundary', () => {
  it('of a cell that was mended names the failure that is gone, and no stage besides', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: [change('transformers', RELEASES)] },
      result: where([LORA, (pins) => !from('1.4.0')(pins)]),
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      ...{ direction: 'fixed', lastGood: '1.3.0', firstBad: '1.4.0', failure: broken, moves: [] },
      ...{ before: { outcome: 'fail', failed: ['forward'] }, after: { outcome: 'pass', failed: [] } },
    });
  });

  it('names the failure that is new, and what the last good release did', () => {
    const [merge, disable] = [raised('merge', 'm'), raised('disable', 'd')];
    const { conclusions } = play({
      ...{ cells: [lora], changes: [change('transformers', RELEASES)] },
      result: (cell, { transformers = '' }) => {
        if (isControl(cell)) return undefined;
        if (transformers === '1.0.0') return failing(LORA, [merge, disable]);
        return failing(LORA, transformers >= '1.4.0' ? [disable, broken] : [disable]);
      },
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      ...{ failure: broken, before: { outcome: 'fail', failed: ['disable'] } },
      after: { outcome: 'fail', failed: ['forward', 'disable'] },
    });
  });

  it('that a limit left open counts the releases that could still be asked for', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: [change('transformers', RELEASES)], environments: 3 },
      environment: ({ transformers }) => (transformers === '1.3.0' ? { status: 'unresolved', why: 'no' } : undefined),
      result: where([LORA, from('1.5.0')]),
    });
    expect(conclusions.boundaries[0]?.certainty).toMatchObject({ open: 5, adjacent: false });
  });
});

describe('a hold', () => {
  it('keeps out the first release that is bad, not those before it that cannot be had', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: [change('transformers', RELEASES)] },
      environment: ({ transformers }) => (transformers === '1.3.0' ? { status: 'unresolved', why: 'no' } : undefined),
      result: where([LORA, from('1.3.0')]),
    });
    expect(conclusions.measuredPins).toEqual([
      expect.objectContaining({ kind: 'hold', version: '1.2.0', below: '1.4.0' }),
    ]);
  });

  it('is of the change that breaks something, and of no other', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: [...TWO, change('peft', ['0.1.0', '0.2.0'])] },
      result: where([LORA, ({ peft }) => peft === '0.2.0']),
    });
    expect(conclusions.measuredPins.map(({ kind, library }) => [kind, library])).toEqual([['hold', 'peft']]);
  });
});

describe('a partner', () => {
  it('unlocks the cells that it mends, and no others', () => {
    const { conclusions } = play({
      ...{ cells: [lora, ia3], changes: TWO, partners: { peft: ['0.1.0', '0.2.0'] } },
      result: where([IA3, isHead], [LORA, (pins) => isHead(pins) && pins.peft === '0.1.0']),
    });
    expect(conclusions.measuredPins[0]).toMatchObject({ kind: 'raise-partner', unlocks: [LORA], holds: 1, of: 2 });
  });

  it('has the newest patch that helps as much, of the same minor', () => {
    const line = ['0.1.0', '0.2.0', '0.2.1', '0.2.2', '0.3.0'];
    const mends = (bad: readonly string[]) =>
      play({
        ...{ cells: [lora], changes: TWO, partners: { peft: line } },
        result: where([LORA, (pins) => isHead(pins) && bad.includes(pins.peft ?? '')]),
      }).conclusions.measuredPins[0];
    expect(mends(['0.1.0'])).toMatchObject({ version: '0.2.0' });
    expect(mends(['0.1.0', '0.2.0'])).toMatchObject({ version: '0.2.1' });
    expect(mends(['0.1.0', '0.2.0', '0.2.1', '0.2.2'])).toMatchObject({ version: '0.3.0' });
    expect(mends(['0.1.0', '0.2.0', '0.2.1', '0.2.2'])).not.toHaveProperty('newestPatch');
  });

  it('that was tried is not among those that a limit left', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: TWO, environments: 3, base: { accelerate: '1.0.0' } },
      partners: { peft: ['0.1.0', '0.2.0'], accelerate: ['1.0.0', '1.1.0'] },
      result: where([LORA, isHead]),
    });
    expect(conclusions.left).toEqual([
      { purpose: 'partner', cells: [CONTROL, LORA].toSorted().toReversed(), libraries: ['accelerate'] },
    ]);
  });
});

describe('another cell as a way out', () => {
  const asWayOut = (cells: readonly Cell[], alternatives: readonly Cell[], result: Answers) => {
    const { asked, conclusions } = play({
      ...{ cells, alternatives, changes: TWO, packages: { 'bnb-nf4': ['bitsandbytes'] }, result },
    });
    const tried = asked.filter(({ purpose }) => purpose === 'workaround').flatMap(({ cells: own }) => own.map(cellId));
    return { tried, found: conclusions.workarounds.map(({ use, helps, why }) => [use, helps, why]) };
  };
  const quantized = llama('lora', 'bnb-int8');
  const QUANTIZED = cellId(quantized);

  it('is another method with the same quantization, or the same method without: nothing else is measured', () => {
    const others = [llama('ia3'), llama('lora', 'bnb-nf4'), llama('ia3', 'bnb-nf4')];
    expect(asWayOut([quantized], others, where([QUANTIZED, isHead]))).toEqual({ tried: [], found: [] });
    expect(asWayOut([lora], [quantized, llama('ia3', 'bnb-int8'), ia3], where([LORA, isHead]))).toEqual({
      tried: [IA3],
      found: [[IA3, true, undefined]],
    });
  });

  it('is never the model itself', () => {
    expect(asWayOut([lora, llama('base')], [], where([LORA, isHead])).found).toEqual([]);
  });

  it('is not looked for where a cell fails now and then', () => {
    const { found } = asWayOut([lora], [ia3], (cell, pins, repeat) =>
      cell.method === 'lora' && isHead(pins) && repeat === 1 ? failing(LORA, [broken]) : undefined,
    );
    expect(found).toEqual([]);
  });

  it('names each stage that was not checked', () => {
    const { found } = asWayOut([lora], [ia3], (cell, pins) => {
      if (cell.method === 'ia3')
        return { ...passing(IA3), stages: { ...passing(IA3).stages, merge: 'na', disable: 'na' } };
      return cell.method === 'lora' && isHead(pins)
        ? failing(LORA, [raised('merge', 'x'), raised('disable', 'y')])
        : undefined;
    });
    expect(found).toEqual([[IA3, false, 'not checked there: merge, disable']]);
  });

  it('has to quantize where that is what broke', () => {
    const other = llama('ia3', 'bnb-int8');
    const { found } = asWayOut([quantized], [other], (cell, pins) => {
      if (cell.method === 'ia3')
        return { ...passing(cellId(cell)), stages: { ...passing(IA3).stages, quantize: 'na' } };
      return cell.method === 'lora' && isHead(pins) ? failing(QUANTIZED, [raised('quantize', 'x')]) : undefined;
    });
    expect(found).toEqual([[cellId(other), false, 'not checked there: quantize']]);
  });

  it('that could not be compared says which numbers nobody compared', () => {
    const { found } = asWayOut([lora], [ia3], (cell, pins) => {
      if (cell.method === 'ia3') return isHead(pins) ? undefined : without(IA3, 'inconclusive');
      return cell.method === 'lora' ? passing(LORA, { lossRatio: isHead(pins) ? 0.9 : 0.3 }) : undefined;
    });
    expect(found).toEqual([[IA3, false, 'not checked there: loss ratio 0.30 -> 0.90']]);
  });
});

describe('the base model', () => {
  it('is the cause where the cell moved in one of the ways that it moved', () => {
    const [generate, train] = [checked('generate', 'x'), checked('train', 'x')];
    const { conclusions } = play({
      ...{ cells: [lora], changes: TWO },
      result: (cell, pins) =>
        isHead(pins) ? failing(cellId(cell), isControl(cell) ? [train, generate] : [generate]) : undefined,
    });
    expect(conclusions.comparisons[0]).toMatchObject({ comparison: 'degraded', cause: 'base model' });
  });

  it('that was mended is no cause of a cell that stood still', () => {
    const { conclusions } = play({
      ...{ cells: [lora], changes: TWO },
      result: where([CONTROL, (pins) => !isHead(pins)]),
    });
    expect(conclusions.comparisons[0]).toMatchObject({ comparison: 'same' });
    expect(conclusions.comparisons[0]).not.toHaveProperty('cause');
  });
});

describe('both ends', () => {
  it('are in each comparison, as far as they were measured', () => {
    const { conclusions } = play({ cells: [lora], changes: TWO, result: where([LORA, isHead]) });
    expect(conclusions.comparisons[0]).toMatchObject({ before: passing(LORA), after: failing(LORA, [broken]) });
    const { conclusions: none } = play({
      ...{ cells: [lora], changes: TWO },
      environment: () => ({ status: 'unresolved', why: 'no' }),
    });
    expect(none.comparisons).toStrictEqual([{ cell: LORA, comparison: 'not-compared', moves: [] }]);
  });

  it('of the smallest package set are asked for first', () => {
    const { asked } = play({ cells: [llama('lora', 'bnb-int8'), lora], changes: TWO });
    expect(asked.map(({ purpose, environment }) => [purpose, environment.packages.length])).toEqual([
      ['base', 0],
      ['base', 1],
      ['head', 0],
      ['head', 1],
    ]);
  });

  it('carry nothing into the base, even where it is measured again', () => {
    const { asked } = play({ cells: [lora], changes: TWO, result: where([LORA, isHead]) });
    const again = asked.filter(({ purpose }) => purpose === 'repeat');
    expect(again.map(({ environment, carryFrom }) => [environment.pins.transformers, carryFrom === undefined])).toEqual(
      [
        ['1.0.0', true],
        ['1.1.0', false],
      ],
    );
  });
});

describe('what moved along', () => {
  const script = (good: Pins, bad: Pins): Script => ({
    ...{ cells: [lora], changes: TWO, result: where([LORA, isHead]) },
    extra: ({ pins }) => (pins.transformers === '1.1.0' ? bad : good),
  });

  it('is not held back where it is gone', () => {
    const { asked, conclusions } = play(script({ tokenizers: '0.21', regex: '1' }, { tokenizers: '0.22' }));
    expect(asked.find(({ purpose }) => purpose === 'held-back')?.environment.heldBack).toEqual({ tokenizers: '0.21' });
    expect(conclusions.boundaries[0]?.alsoChanged).toEqual(['regex 1 -> absent', 'tokenizers 0.21 -> 0.22']);
  });

  it('is said where none of it can be held back', () => {
    const { asked, conclusions } = play(script({ regex: '1' }, {}));
    expect(asked.map(({ purpose }) => purpose)).not.toContain('held-back');
    expect(conclusions.boundaries[0]?.alsoChanged).toEqual(['regex 1 -> absent']);
  });

  it('is that of each boundary by itself', () => {
    const { conclusions } = play({
      ...{ cells: [lora, ia3], changes: [change('transformers', ['1.0.0', '1.1.0', '1.2.0'])] },
      extra: ({ pins }) => ({ tokenizers: `${pins.transformers}.0` }),
      result: where([LORA, from('1.1.0')], [IA3, from('1.2.0')]),
    });
    expect(conclusions.boundaries.map(({ alsoChanged }) => alsoChanged)).toEqual([
      ['tokenizers 1.0.0.0 -> 1.1.0.0'],
      ['tokenizers 1.1.0.0 -> 1.2.0.0'],
    ]);
  });
});

describe('packages of a quantization', () => {
  const problem = problemOf({ cells: [lora], changes: [change('bitsandbytes', ['0.40.0', '0.41.0'])] });

  it('are left out where somebody asks for a version of them', () => {
    expect(packagesFor(problem, llama('lora', 'bnb-int8'))).toEqual([]);
    expect(packagesFor({ ...problem, changes: TWO }, llama('lora', 'bnb-int8'))).toEqual(['bitsandbytes']);
    expect(
      packagesFor({ ...problem, changes: TWO, held: { bitsandbytes: '0.41.0' } }, llama('lora', 'bnb-int8')),
    ).toEqual([]);
    expect(packagesFor(problem, llama('lora', 'unheard of'))).toEqual([]);
  });

  it.each<[Pins, boolean]>([
    [{}, true],
    [{ transformers: '1.0.0', peft: '0.1.0' }, true],
    [{ peft: '0.1.0' }, true],
    [{ transformers: '1.1.0', peft: '0.1.0' }, false],
    [{ transformers: '1.0.0', peft: '0.1.0', accelerate: '1.0.0' }, false],
  ])('with %j moved is the base or not', (pins, expected) => {
    const both = { ...problem, changes: [...TWO, change('peft', ['0.1.0', '0.2.0'])] };
    expect(isBase(both, pins)).toBe(expected);
  });
});

describe('questions', () => {
  it('about two environments, or two repeats, are two', () => {
    const { evidence } = play({ cells: [lora], changes: [change('transformers', RELEASES)] });
    const at = (release: string, cell: Cell, repeat = 1) =>
      evidence.ask('bisect', { transformers: release }, [cell], repeat);
    const open = openOf(
      evidence,
      [at('1.1.0', lora), at('1.2.0', lora), at('1.1.0', ia3), at('1.1.0', lora, 2)].flat(),
    );
    expect(
      open.map(({ environment, cells, repeat }) => [environment.pins.transformers, cells.map(cellId), repeat]),
    ).toEqual([
      ['1.1.0', [LORA, IA3], 1],
      ['1.2.0', [LORA], 1],
      ['1.1.0', [LORA], 2],
    ]);
  });
});
