/** Cells, outcomes, facts, environments and versions: their borders, and what is said of them. */
import { describe, expect, it } from '@jest/globals';
import { cellId, controlOf, isControl, parseCellId } from '../../src/domain/cell.ts';
import { COMPARISONS, isNews, isStill, isWorse } from '../../src/domain/comparison.ts';
import { Environment, EnvironmentRequest, lockDifference, requestKey } from '../../src/domain/environment.ts';
import { Facts, factMoves } from '../../src/domain/facts.ts';
import { failedStages, isBroken, isMeasured, OUTCOMES, Result } from '../../src/domain/outcome.ts';
import { own } from '../../src/domain/own.ts';
import { minorOf, sameVersion, satisfies, supportsPython } from '../../src/domain/version.ts';
import { checked, failing, passing, raised } from '../factories/results.ts';

const CELL = 'lora/none/llama/causal-lm';

describe('cells', () => {
  const cell = { method: 'lora', quantization: 'none', architecture: 'llama', task: 'causal-lm' };

  it('have an id that is read back, and a control', () => {
    expect([cellId(cell), parseCellId(CELL)]).toEqual([CELL, cell]);
    expect(parseCellId('lora')).toEqual({ method: 'lora', quantization: '', architecture: '', task: '' });
    expect(parseCellId('')).toEqual({ method: '', quantization: '', architecture: '', task: '' });
    expect([controlOf(cell), isControl(cell), isControl(controlOf(cell))]).toEqual([
      ...[{ ...cell, method: 'base' }, false, true],
    ]);
  });
});

describe('outcomes and comparisons', () => {
  const of = (outcome: Result['outcome']): Result => ({ ...passing(CELL), outcome });

  it('say something about the libraries, or not', () => {
    expect(OUTCOMES.filter((outcome) => isMeasured(of(outcome)))).toEqual(['pass', 'wrong', 'fail', 'unsupported']);
    expect(OUTCOMES.filter((outcome) => isBroken(of(outcome)))).toEqual(['wrong', 'fail']);
    expect([isMeasured(undefined), isBroken(undefined)]).toEqual([false, false]);
  });

  it('are news, worse, or stand still', () => {
    expect(COMPARISONS.filter(isNews)).toEqual(['regressed', 'degraded', 'fixed', 'changed', 'flaky', 'not-compared']);
    expect(COMPARISONS.filter(isWorse)).toEqual(['regressed', 'degraded']);
    expect(COMPARISONS.filter(isStill)).toEqual(['changed', 'still-broken', 'same']);
  });

  it('name the stages that failed in the order of stages, each once', () => {
    const failures = [raised('merge', 'x'), checked('train', 'y'), raised('train', 'z')];
    expect([failedStages(failing(CELL, failures)), failedStages(undefined)]).toEqual([['train', 'merge'], []]);
  });

  it.each<[string, object]>([
    ['a field that nobody knows', { more: 1 }],
    ['a stage that nobody knows', { stages: { party: 'ok' } }],
    ['an outcome that nobody knows', { outcome: 'great' }],
    ['a reason without end', { reason: 'r'.repeat(201) }],
    ['a message without end', { message: 'm'.repeat(5001) }],
    ['a name without end', { cell: 'c'.repeat(201) }],
    ['more failures than stages', { failures: Array.from({ length: 12 }, () => raised('train', 'x')) }],
    ['more frames than ten', { failures: [{ ...raised('train', 'x'), frames: Array(11).fill('a') }] }],
  ])('are no result with %s', (_name, more) => {
    expect(Result.safeParse(passing(CELL)).success).toBe(true);
    expect(Result.safeParse({ ...passing(CELL), ...more }).success).toBe(false);
  });
});

describe('facts', () => {
  it.each<[string, Facts, Facts, readonly (readonly unknown[])[]]>([
    ['fewer parameters', { trainable: 9 }, { trainable: 8 }, [['trainable', true]]],
    ['more parameters', { trainable: 8 }, { trainable: 9 }, [['trainable', false]]],
    ['a loss at its band', { lossRatio: 0.5 }, { lossRatio: 0.6 }, []],
    ['a loss beyond its band', { lossRatio: 0.5 }, { lossRatio: 0.61 }, [['lossRatio', true]]],
    ['a better loss', { lossRatio: 0.5 }, { lossRatio: 0.39 }, [['lossRatio', false]]],
    ['a better loss at its band', { lossRatio: 0.5 }, { lossRatio: 0.4 }, []],
    ['what one side lacks', { trainable: 9 }, {}, []],
    ['what the other side lacks', {}, { trainable: 9 }, []],
    ['what is shown only', { firstLoss: 1, peakBytes: 1, seconds: 1 }, { firstLoss: 9, peakBytes: 9, seconds: 9 }, []],
    ['words', { uncachedGenerate: 'ok' }, { uncachedGenerate: 'no' }, [['uncachedGenerate', false]]],
  ])('move or stand still: %s', (_name, before, after, moved) => {
    expect(factMoves(before, after).map(({ fact, isWorse: worse }) => [fact, worse])).toEqual(moved);
  });

  it('are numbers and words within bounds, and nothing else', () => {
    expect(Facts.safeParse({ trainable: 0, uncachedGenerate: 'ok' }).success).toBe(true);
    for (const bad of [{ more: 1 }, { trainable: -1 }, { trainable: 1.5 }, { uncachedGenerate: 'x'.repeat(201) }])
      expect(Facts.safeParse(bad).success).toBe(false);
  });
});

describe('environments', () => {
  const request: EnvironmentRequest = { pins: { peft: '0.18.1', torch: '2.0.0' }, packages: ['b', 'a'] };

  it('have a key that is equal for equal requests, and for no others', () => {
    const plain = 'peft==0.18.1,torch==2.0.0 | a,b';
    expect(requestKey(request)).toBe(plain);
    expect(requestKey({ pins: { torch: '2.0.0', peft: '0.18.1' }, packages: ['a', 'b'], heldBack: {} })).toBe(plain);
    expect(requestKey({ ...request, heldBack: { x: '1', a: '2' } })).toBe(`${plain} | a==2,x==1`);
  });

  it('differ in what their locks hold, without what is asked for', () => {
    const before = { a: '1', b: '1', peft: '0.17', same: '1' };
    const after = { c: '2', b: '2', peft: '0.18', same: '1' };
    expect(lockDifference(before, after, ['peft'])).toEqual(['a 1 -> absent', 'b 1 -> 2', 'c absent -> 2']);
  });

  it.each<[string, object]>([
    ['a name that is none', { pins: { 'peft @ x': '1' } }],
    ['a version that is none', { pins: { peft: 'latest' } }],
    ['a version without end', { pins: { peft: `1.${'0'.repeat(100)}` } }],
    ['a package that is none', { packages: ['-r x'] }],
    ['packages without end', { packages: Array(21).fill('a') }],
    ['a device that nobody knows', { device: 'abacus' }],
    ['a field that nobody knows', { more: 1 }],
  ])('are not asked for with %s', (_name, more) => {
    expect(EnvironmentRequest.safeParse(request).success).toBe(true);
    expect(EnvironmentRequest.safeParse({ ...request, ...more }).success).toBe(false);
  });

  it.each<[string, object, boolean]>([
    ['built', { status: 'built', id: 'abcdefabcdef', lock: { peft: '1.0' } }, true],
    ['built, with files that are contested', { status: 'built', id: 'abcdefabcdef', lock: {}, contested: ['x'] }, true],
    ['built under no id', { status: 'built', id: 'abcdefabcdefa', lock: {} }, false],
    ['built under another id', { status: 'built', id: 'xabcdefabcdef', lock: {} }, false],
    ['unresolved', { status: 'unresolved', why: 'no' }, true],
    ['unresolved with a lock', { status: 'unresolved', why: 'no', lock: {} }, false],
    ['inconclusive', { status: 'inconclusive', why: 'no' }, true],
    ['inconclusive, and says nothing', { status: 'inconclusive' }, false],
    ['inconclusive, and says too much', { status: 'inconclusive', why: 'w'.repeat(2001) }, false],
    ['lost', { status: 'lost', why: 'no' }, false],
  ])('end or do not end %s', (_name, value, isOne) => {
    expect(Environment.safeParse(value).success).toBe(isOne);
  });
});

describe('versions', () => {
  it('belong to a minor, are equal, satisfy', () => {
    expect(['0.18.1', '2', '1!3.4.5', 'x'].map(minorOf)).toEqual(['0.18', '2.0', '3.4', '0.0']);
    expect([sameVersion('1.0', '1.0.0'), sameVersion('1.0', '1.1')]).toEqual([true, false]);
    expect([satisfies('1.0rc1', '>=0.9'), satisfies('1.0', '<1.0')]).toEqual([true, false]);
  });

  it.each([
    [undefined, true],
    ['', true],
    ['  ', true],
    ['>=3.8', true],
    ['>=3.12', false],
  ])('of Python %j are installable here: %s', (requiresPython, expected) => {
    const release = { version: '1.0', yanked: false, hasWheel: true };
    expect(supportsPython(requiresPython === undefined ? release : { ...release, requiresPython }, '3.11.7')).toBe(
      expected,
    );
  });

  it('are entries of a table by their own name alone', () => {
    expect([own({ a: 1 }, 'a'), own({ a: 1 }, 'b'), own({ a: 1 }, 'constructor')]).toEqual([1, undefined, undefined]);
  });
});
