/** What each concern concludes, with all its numbers. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId, isControl } from '../../src/domain/cell.ts';
import { requestKey } from '../../src/domain/environment.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { affordable } from '../../src/search/questions.ts';
import { checked, failing, passing, raised, stopped, without } from '../factories/results.ts';
import { change, llama, type Pins, play } from './world.ts';

const RELEASES = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0'];
const atLeast = (version: string | undefined, limit: string) => compareVersions(version ?? '0', limit) >= 0;
const broken = raised('forward', 'sizes differ');
const lora = llama('lora');
const [LORA, CONTROL] = ['lora/none/llama/causal-lm', 'base/none/llama/causal-lm'];
const breaksAt = (release: string) => (cell: Cell, pins: Pins) =>
  cell.method === 'lora' && atLeast(pins.transformers, release) ? failing(cellId(cell), [broken]) : undefined;

describe('a boundary', () => {
  it('is between neighbours of which each was measured, for every cell by itself', () => {
    const methods = ['lora', 'ia3', 'prefix-tuning', 'prompt-tuning'];
    const starts = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(starts, fc.integer({ min: 0, max: 7 }), (from, unusable) => {
        const firstBad = (cell: Cell) => from[methods.indexOf(cell.method)] ?? 0;
        const { conclusions } = play({
          cells: methods.map((method) => llama(method)),
          changes: [change('transformers', RELEASES)],
          environment: ({ transformers = '' }) =>
            unusable > 0 && unusable < 7 && transformers === RELEASES[unusable]
              ? { status: 'unresolved', why: 'no' }
              : undefined,
          result: (cell, { transformers = '' }) =>
            firstBad(cell) > 0 && !isControl(cell) && RELEASES.indexOf(transformers) >= firstBad(cell)
              ? failing(cellId(cell), [broken])
              : undefined,
        });
        const expected = methods.flatMap((method) => {
          const at = firstBad(llama(method));
          if (at === 0) return [];
          const isGap = unusable > 0 && unusable < 7;
          const low = isGap && at - 1 === unusable ? at - 2 : at - 1;
          const high = isGap && at === unusable ? at + 1 : at;
          return [[cellId(llama(method)), RELEASES[low], RELEASES[high], high - low === 1, 2, 2, 0]];
        });
        expect(
          conclusions.boundaries.map(({ cell, lastGood, firstBad: bad, certainty }) => [
            ...[cell, lastGood, bad, certainty.adjacent],
            ...[certainty.runs, certainty.agree, certainty.open],
          ]),
        ).toEqual(expected);
        for (const { measured, lastGood, firstBad: bad } of conclusions.boundaries)
          expect(measured).toEqual(expect.arrayContaining([lastGood, bad]));
      }),
      { numRuns: 60 },
    );
  });

  const two = (again: (side: 'good' | 'bad') => ReturnType<typeof passing>) =>
    play({
      cells: [lora],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      result: (cell, pins, repeat) => {
        if (isControl(cell)) return undefined;
        const side = pins.transformers === '1.0.0' ? 'good' : 'bad';
        if (repeat > 1) return again(side);
        return side === 'bad' ? failing(LORA, [broken]) : undefined;
      },
    }).conclusions;

  it.each([
    ['the good side fails once more', failing(LORA, [broken]), failing(LORA, [broken])],
    ['the bad side passes', passing(LORA), passing(LORA)],
    ['the bad side fails otherwise', passing(LORA), failing(LORA, [raised('forward', 'other')])],
    ['the bad side fails at another stage', passing(LORA), failing(LORA, [raised('train', 'sizes differ')])],
    ['both sides change places', failing(LORA, [broken]), passing(LORA)],
  ])('is flaky where in the second run %s', (_name, good, bad) => {
    const conclusions = two((side) => (side === 'good' ? good : bad));
    expect([conclusions.comparisons[0]?.comparison, conclusions.boundaries]).toEqual(['flaky', []]);
    expect([conclusions.measuredPins, conclusions.workarounds]).toEqual([[], []]);
  });

  it('counts only the runs that said something', () => {
    const conclusions = two((side) => (side === 'good' ? without(LORA, 'inconclusive') : failing(LORA, [broken])));
    expect(conclusions.boundaries[0]?.certainty).toMatchObject({ runs: 1, agree: 1 });
  });

  it('of a number that gets worse has no failure, and moves with other numbers agree', () => {
    const { conclusions } = play({
      cells: [lora],
      changes: [change('transformers', RELEASES)],
      result: (cell, pins, repeat) =>
        isControl(cell)
          ? undefined
          : passing(LORA, { lossRatio: atLeast(pins.transformers, '1.3.0') ? 0.8 + repeat / 100 : 0.3 }),
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      ...{ lastGood: '1.2.0', firstBad: '1.3.0', direction: 'degraded' },
      certainty: { runs: 2, agree: 2 },
      moves: [{ kind: 'fact', fact: 'lossRatio', before: 0.3, after: 0.81 }],
    });
    expect(conclusions.boundaries[0]).not.toHaveProperty('failure');
  });

  it('behind another is not adjacent, and is measured from the last good release', () => {
    const { asked, conclusions } = play({
      cells: [lora],
      changes: [change('peft', RELEASES)],
      result: (cell, pins) => {
        if (isControl(cell) || !atLeast(pins.peft, '1.2.0')) return undefined;
        return atLeast(pins.peft, '1.3.0') ? failing(LORA, [checked('train', 'head')]) : stopped(LORA, broken);
      },
    });
    expect(
      conclusions.boundaries.map(({ lastGood, firstBad, certainty: { adjacent } }) => [lastGood, firstBad, adjacent]),
    ).toEqual([
      ['1.1.0', '1.2.0', true],
      ['1.1.0', '1.3.0', false],
    ]);
    const repeated = asked.filter(({ repeat }) => repeat === 2).map(({ environment }) => environment.pins.peft);
    expect(repeated.toSorted()).toEqual(['1.1.0', '1.2.0', '1.3.0']);
  });
});

describe('the base model', () => {
  it('is the cause only where all that moved in the cell moved in it too', () => {
    const { conclusions } = play({
      cells: [lora, llama('ia3')],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      result: (cell, pins) => {
        if (pins.transformers === '1.0.0') return undefined;
        const own = cell.method === 'lora' ? [checked('merge', 'differs')] : [];
        return failing(cellId(cell), [checked('generate', 'differs'), ...own]);
      },
    });
    expect(conclusions.comparisons.map(({ cause }) => cause)).toEqual([undefined, 'base model']);
    expect(conclusions.boundaries.map(({ cell }) => cell)).toEqual([CONTROL, LORA]);
  });

  it('that got better does not explain a cell that got worse', () => {
    const { conclusions } = play({
      cells: [lora],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      result: (cell, pins) => {
        const isBad = isControl(cell) === (pins.transformers === '1.0.0');
        return isBad ? failing(cellId(cell), [broken]) : undefined;
      },
    });
    expect(conclusions.comparisons[0]).toMatchObject({ comparison: 'regressed' });
    expect(conclusions.comparisons[0]).not.toHaveProperty('cause');
  });
});

describe('a hold', () => {
  it('stays before the first release that broke any cell, and counts what stands and what does not', () => {
    const { conclusions } = play({
      cells: [lora, llama('ia3'), llama('prefix-tuning'), llama('prompt-tuning')],
      changes: [change('transformers', RELEASES)],
      result: (cell, { transformers = '' }) => {
        const from = { lora: 5, ia3: 3 }[cell.method];
        const at = RELEASES.indexOf(transformers);
        if (from !== undefined && at >= from) return failing(cellId(cell), [broken]);
        if (cell.method === 'prefix-tuning' && at === 2) return failing(cellId(cell), [raised('merge', 'x')]);
        return cell.method === 'prompt-tuning' && at === 2 ? without(cellId(cell), 'inconclusive') : undefined;
      },
    });
    expect(conclusions.measuredPins).toEqual([
      {
        ...{ kind: 'hold', library: 'transformers', version: '1.2.0', below: '1.3.0', holds: 2, of: 3 },
        unlocks: [LORA, 'ia3/none/llama/causal-lm'],
        measuredIn: expect.stringContaining('transformers==1.2.0'),
      },
    ]);
  });

  it('of two changes keeps each before what it broke, measured together', () => {
    const { asked, conclusions } = play({
      cells: [lora, llama('ia3')],
      changes: [change('transformers', RELEASES), change('peft', ['0.1.0', '0.2.0', '0.3.0'])],
      result: (cell, pins) => {
        const isBad = cell.method === 'lora' ? atLeast(pins.transformers, '1.4.0') : atLeast(pins.peft, '0.3.0');
        return !isControl(cell) && isBad ? failing(cellId(cell), [broken]) : undefined;
      },
    });
    const holds = conclusions.measuredPins.filter(({ kind }) => kind === 'hold');
    expect(holds.map(({ library, version, below, holds: good, of }) => [library, version, below, good, of])).toEqual([
      ['transformers', '1.3.0', '1.4.0', 2, 2],
      ['peft', '0.2.0', '0.3.0', 2, 2],
    ]);
    expect(new Set(holds.map(({ measuredIn }) => measuredIn)).size).toBe(1);
    const [question] = asked.filter(({ purpose }) => purpose === 'hold');
    expect(question?.environment.pins).toMatchObject({ transformers: '1.3.0', peft: '0.2.0' });
  });

  it('comes after what keeps the change', () => {
    const { conclusions } = play({
      cells: [lora],
      changes: [change('transformers', RELEASES)],
      partners: { peft: ['0.1.0', '0.2.0'] },
      result: (cell, pins) => (pins.peft === '0.1.0' ? breaksAt('1.4.0')(cell, pins) : undefined),
    });
    expect(conclusions.measuredPins.map(({ kind }) => kind)).toEqual(['raise-partner', 'hold']);
  });

  it('is not asked for where cells were only mended', () => {
    const { asked } = play({
      cells: [lora],
      changes: [change('transformers', RELEASES)],
      result: (cell, pins) =>
        isControl(cell) || atLeast(pins.transformers, '1.4.0') ? undefined : failing(cellId(cell), [broken]),
    });
    expect(asked.map(({ purpose }) => purpose)).not.toContain('hold');
  });
});

describe('what moved along', () => {
  const along = (moved: Pins) => ({
    cells: [lora],
    changes: [change('transformers', ['1.0.0', '1.1.0'])],
    extra: ({ pins }: { readonly pins: Pins }): Pins =>
      pins.transformers === '1.1.0' ? moved : { tokenizers: '0.21' },
  });

  it('is held back alone, and leaves a boundary that stays where it is to the library', () => {
    const { asked, conclusions } = play({ ...along({ tokenizers: '0.22', regex: '1' }), result: breaksAt('1.1.0') });
    const [question] = asked.filter(({ purpose }) => purpose === 'held-back');
    expect(question?.environment).toMatchObject({ pins: { transformers: '1.1.0' }, heldBack: { tokenizers: '0.21' } });
    expect(conclusions.boundaries[0]).toMatchObject({
      alsoChanged: ['regex absent -> 1', 'tokenizers 0.21 -> 0.22'],
      certainty: { confounded: false },
    });
  });

  it('is not held back where nothing that both have moved', () => {
    const { asked, conclusions } = play({ ...along({ tokenizers: '0.21' }), result: breaksAt('1.1.0') });
    expect(asked.map(({ purpose }) => purpose)).not.toContain('held-back');
    expect(conclusions.boundaries[0]).toMatchObject({ alsoChanged: [], certainty: { confounded: false } });
  });

  it('says nothing where it could not be had, or could not be measured', () => {
    for (const script of [
      { environment: (pins: Pins) => (isHeldBack(pins) ? ({ status: 'unresolved', why: 'no' } as const) : undefined) },
      {
        result: (cell: Cell, pins: Pins) =>
          isHeldBack(pins) ? without(cellId(cell), 'inconclusive') : breaksAt('1.1.0')(cell, pins),
      },
    ]) {
      const { conclusions } = play({ ...along({ tokenizers: '0.22' }), result: breaksAt('1.1.0'), ...script });
      expect(conclusions.boundaries[0]?.certainty.confounded).toBe(false);
    }
  });

  const isHeldBack = (pins: Pins) => pins.transformers === '1.1.0' && pins.tokenizers === '0.21';
});

describe('several changes', () => {
  const changes = [change('transformers', RELEASES), change('peft', ['0.1.0', '0.2.0'])];
  const bothBreak = (cell: Cell, pins: Pins) =>
    !isControl(cell) && atLeast(pins.peft, '0.2.0') && atLeast(pins.transformers, '1.4.0')
      ? failing(cellId(cell), [broken])
      : undefined;

  it('are said to break a cell together only where each was measured alone', () => {
    const { conclusions } = play({
      cells: [lora],
      changes,
      environment: ({ peft, transformers }) =>
        peft === '0.2.0' && transformers === '1.0.0' ? { status: 'unresolved', why: 'no' } : undefined,
      result: bothBreak,
    });
    expect([conclusions.comparisons[0]?.comparison, conclusions.together]).toEqual(['regressed', []]);
  });

  it('are asked for alone for the cells that moved, and no other', () => {
    const { asked } = play({
      cells: [lora, llama('ia3')],
      changes,
      result: (cell, pins) => (cell.method === 'lora' ? bothBreak(cell, pins) : undefined),
    });
    const alone = asked.filter(({ purpose }) => purpose === 'alone');
    expect(alone.map(({ environment: { pins } }) => [pins.transformers, pins.peft])).toEqual([
      ['1.7.0', '0.1.0'],
      ['1.0.0', '0.2.0'],
    ]);
    expect(alone.flatMap(({ cells }) => cells.map(cellId))).toEqual([LORA, LORA]);
  });
});

describe('a way out', () => {
  it('is none where a stage that broke is not gone through, though base went through it', () => {
    const { conclusions } = play({
      cells: [lora],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      partners: { peft: ['0.1.0', '0.2.0'] },
      result: (cell, pins) => {
        if (isControl(cell) || pins.transformers === '1.0.0') return undefined;
        if (pins.peft === '0.1.0') return failing(LORA, [raised('merge', 'x')]);
        return { ...passing(LORA), stages: { ...passing(LORA).stages, merge: 'na' } };
      },
    });
    expect(conclusions.measuredPins.map(({ kind }) => kind)).toEqual(['hold']);
  });

  it('by another method is none where the base model was not measured beside it', () => {
    const { conclusions } = play({
      cells: [llama('lora', 'bnb-int8')],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      alternatives: [lora],
      result: (cell, pins) => {
        if (cellId(cell) === CONTROL) return without(CONTROL, 'inconclusive');
        return cell.quantization !== 'none' && cell.method === 'lora' && pins.transformers === '1.1.0'
          ? failing(cellId(cell), [broken])
          : undefined;
      },
    });
    expect(conclusions.workarounds).toEqual([
      {
        ...{ cell: 'lora/bnb-int8/llama/causal-lm', kind: 'quantization', use: LORA, outcome: 'pass', helps: false },
        why: 'the base model was not measured there',
      },
    ]);
  });

  it('by another cell is of the same architecture and task', () => {
    const others = [
      { ...llama('ia3'), architecture: 'gpt2' },
      { ...llama('ia3'), task: 'seq-cls' },
      llama('ia3', 'bnb-int8'),
      llama('ia3'),
    ];
    const { conclusions } = play({
      cells: [lora],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      alternatives: others,
      result: breaksAt('1.1.0'),
    });
    expect(conclusions.workarounds.map(({ use }) => use)).toEqual(['ia3/none/llama/causal-lm']);
  });
});

describe('questions', () => {
  it('about one environment are one question in each step', () => {
    const { asked } = play({
      cells: [lora, llama('ia3'), llama('prefix-tuning')],
      changes: [change('transformers', RELEASES)],
      result: (cell, { transformers }) =>
        isControl(cell) || !atLeast(transformers, cell.method === 'ia3' ? '1.2.0' : '1.5.0')
          ? undefined
          : failing(cellId(cell), [broken]),
    });
    const bisected = asked.filter(({ purpose }) => purpose === 'bisect');
    expect(bisected[0]?.cells.map(({ method }) => method)).toEqual(['lora', 'ia3', 'prefix-tuning']);
    expect(new Set(bisected.map(({ environment }) => requestKey(environment))).size).toBe(bisected.length);
  });

  it('that need an environment more than is left are dropped, and no other', () => {
    const { problem, evidence } = play({
      cells: [lora],
      changes: [change('transformers', RELEASES)],
      environments: 4,
    });
    expect(problem.environments).toBe(4);
    const at = (release: string, repeat = 1) => evidence.ask('bisect', { transformers: release }, [lora], repeat);
    const asked = [at('1.1.0'), at('1.2.0'), at('1.3.0'), at('1.2.0', 2), at('1.7.0', 2)].flat();
    expect(affordable(evidence, asked).map(({ environment: { pins }, repeat }) => [pins.transformers, repeat])).toEqual(
      [
        ['1.1.0', 1],
        ['1.2.0', 1],
        ['1.2.0', 2],
        ['1.7.0', 2],
      ],
    );
  });
});

describe('partners to raise', () => {
  const changes = [change('transformers', ['1.0.0', '1.1.0'])];
  const atHead = (pins: Pins) => pins.transformers === '1.1.0';
  const tried = (asked: ReturnType<typeof play>['asked']) =>
    asked.filter(({ purpose }) => purpose === 'partner').map(({ environment: { pins } }) => pins);

  it('are the oldest of those that mend the most cells', () => {
    const from: Readonly<Record<string, string>> = { lora: '0.2.0', ia3: '0.4.0' };
    const { conclusions } = play({
      cells: [lora, llama('ia3')],
      changes,
      partners: { peft: ['0.1.0', '0.2.0', '0.3.0', '0.4.0', '0.5.0'] },
      result: (cell, pins) =>
        atHead(pins) && !isControl(cell) && !atLeast(pins.peft, from[cell.method] ?? '')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(conclusions.measuredPins[0]).toMatchObject({ library: 'peft', version: '0.4.0', holds: 2, of: 2 });
  });

  it('have PEFT among them where the model itself is broken for some of the cells only', () => {
    const bert = { ...lora, architecture: 'bert' };
    const { asked } = play({
      cells: [lora, bert],
      changes,
      partners: { peft: ['0.1.0', '0.2.0'] },
      result: (cell, pins) =>
        atHead(pins) && (cell.architecture === 'bert' || !isControl(cell))
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(tried(asked).map(({ peft }) => peft)).toContain('0.2.0');
  });

  it('never have torch among them', () => {
    const { asked } = play({
      cells: [lora],
      changes,
      partners: { torch: ['2.0.0', '2.1.0'], accelerate: ['1.0.0', '1.1.0'] },
      base: { accelerate: '1.0.0' },
      result: (cell, pins) => (atHead(pins) && !isControl(cell) ? failing(cellId(cell), [broken]) : undefined),
    });
    expect(tried(asked).map(({ torch, accelerate }) => [torch, accelerate])).toEqual([['2.0.0', '1.1.0']]);
  });

  it('do not hold for a cell whose model is broken beside them', () => {
    const gpt2 = { ...lora, architecture: 'gpt2' };
    const { conclusions } = play({
      cells: [lora, gpt2],
      changes,
      partners: { peft: ['0.1.0', '0.2.0'] },
      result: (cell, pins) => {
        if (cell.architecture === 'gpt2')
          return isControl(cell) && pins.peft === '0.2.0' ? failing(cellId(cell), [broken]) : undefined;
        return atHead(pins) && !isControl(cell) && pins.peft === '0.1.0' ? failing(cellId(cell), [broken]) : undefined;
      },
    });
    expect(conclusions.measuredPins[0]).toMatchObject({ kind: 'raise-partner', unlocks: [LORA], holds: 1, of: 2 });
  });
});

describe('what a limit left', () => {
  it('at both ends is counted by planned cells, not by their controls', () => {
    const { conclusions } = play({
      cells: [lora, llama('ia3'), llama('lora', 'bnb-int8')],
      changes: [change('transformers', RELEASES)],
      environments: 1,
    });
    expect(conclusions.left).toEqual([
      {
        ...{ purpose: 'head', libraries: [] },
        cells: [LORA, 'ia3/none/llama/causal-lm', 'lora/bnb-int8/llama/causal-lm'],
      },
    ]);
  });
});
