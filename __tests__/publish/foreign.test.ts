/** What counts of the results that jobs hand over, and what does not. */
import { describe, expect, it } from '@jest/globals';
import { requestKey } from '../../src/domain/environment.ts';
import type { Result } from '../../src/domain/outcome.ts';
import type { Measurement } from '../../src/domain/search.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { ForeignResults } from '../../src/publish/foreign.ts';
import { differingLocks, mergedHistory, resultsOfOtherTorch } from '../../src/publish/history.ts';
import { LORA, PLAN } from '../factories/plan.ts';
import { checked, failing, keyOf, passing, raised, without } from '../factories/results.ts';

type Pins = Readonly<Record<string, string>>;

const ID = 'abcdefabcdef';
const HEAD = { transformers: '4.57.6', peft: '0.17.1' };
const requestOf = (pins: Pins) => ({ pins, packages: [] });
const built = (pins: Pins) => ({ status: 'built', id: ID, lock: pins }) as const;
const LOST = { status: 'inconclusive', why: 'no network' } as const;

function environment(pins: Pins, ended: object = built(pins)): string {
  const request = requestOf(pins);
  return JSON.stringify({ kind: 'environment', key: requestKey(request), request, environment: ended });
}
function result(value: Result, pins: Pins = HEAD, repeat = 1): string {
  return JSON.stringify({
    ...{ kind: 'result', request: requestKey(requestOf(pins)), key: keyOf(value.cell, ID), repeat, result: value },
  });
}
function taken(plan: Plan, lines: readonly string[]) {
  const results = new ForeignResults(plan);
  for (const line of lines) results.add(line);
  return { measurements: results.measurements(), rejected: results.rejected() };
}
const rejected = (lines: readonly string[], plan = PLAN) => taken(plan, lines).rejected;

describe('a result', () => {
  const contradicts = ['1 × a result that contradicts itself'];
  const { stages } = passing(LORA);
  const broken = raised('forward', 'x');

  it.each<[string, Result, readonly string[]]>([
    ['a pass', passing(LORA), []],
    ['a pass with a failure', { ...passing(LORA), failures: [broken] }, contradicts],
    ['a fail', failing(LORA, [broken]), []],
    ['a fail without a failed stage', { ...failing(LORA, [broken]), stages }, contradicts],
    ['a fail without a failure', { ...failing(LORA, [broken]), failures: [] }, contradicts],
    ['a cell that is wrong', failing(LORA, [checked('merge', 'x')]), []],
    ['a wrong one without a failed stage', { ...failing(LORA, [checked('merge', 'x')]), stages }, contradicts],
    ['a wrong one without a failure', { ...failing(LORA, [checked('merge', 'x')]), failures: [] }, contradicts],
    ['what is not supported, with no stage at all', without(LORA, 'unsupported'), []],
    ['what was not measured', without(LORA, 'inconclusive'), []],
  ])('may be or not be %s', (_name, value, expected) => {
    expect(rejected([environment(HEAD), result(value)])).toEqual(expected);
  });

  it('of an environment that was not built is turned away', () => {
    expect(rejected([environment(HEAD, LOST), result(passing(LORA))])).toEqual([
      '1 × a result of an environment that was not built',
    ]);
  });

  it('of a control, and of what could stand in for a cell, is taken', () => {
    const plan = { ...PLAN, alternatives: [{ ...PLAN.cells[0], method: 'ia3', architecture: 'opt' }] } as Plan;
    const cells = ['base/none/llama/causal-lm', 'ia3/none/opt/causal-lm', 'base/none/opt/causal-lm'];
    const lines = cells.map((cell) => result(passing(cell)));
    const { measurements, rejected: none } = taken(plan, [environment(HEAD), ...lines]);
    expect([measurements.map(({ results }) => [...results.keys()]), none]).toEqual([[cells], []]);
  });

  it('that is inconclusive gives way to what was measured later', () => {
    const lines = [environment(HEAD), result(without(LORA, 'inconclusive')), result(passing(LORA))];
    const { measurements, rejected: none } = taken(PLAN, lines);
    expect([measurements.map(({ results }) => results.get(LORA)), none]).toEqual([[passing(LORA)], []]);
  });

  it('of a repeat stands by itself', () => {
    const lines = [environment(HEAD), result(passing(LORA)), result(failing(LORA, [broken]), HEAD, 2)];
    const { measurements, rejected: none } = taken(PLAN, lines);
    const said = measurements.map(({ question, results }) => [question.repeat, results.get(LORA)?.outcome]);
    expect([said, none]).toEqual([
      [
        [1, 'pass'],
        [2, 'fail'],
      ],
      [],
    ]);
  });
});

describe('lines', () => {
  it('that are empty are none', () => {
    expect(rejected(['', '  ', '\t'])).toEqual([]);
  });

  it('that no result follows are an environment that was asked for, and no more', () => {
    const { measurements } = taken(PLAN, [environment(HEAD)]);
    expect(measurements).toEqual([
      {
        question: { purpose: 'head', environment: requestOf(HEAD), cells: [], repeat: 1 },
        environment: built(HEAD),
        results: new Map(),
      },
    ]);
  });

  it('that are turned away are counted by what is wrong with them', () => {
    expect(rejected(['{', '[]', '{'])).toEqual(['2 × a line that is not JSON', '1 × a line that is not in our form']);
  });
});

describe('an environment', () => {
  const unplanned = ['1 × an environment that the plan does not have'];

  it.each<[string, Pins, readonly string[]]>([
    ['a release between the ends', { transformers: '4.56.0' }, []],
    ['a release that is none of the change', { transformers: '4.55.0' }, unplanned],
    ['a held library as it is held', { peft: '0.17.1' }, []],
    ['a held library raised as a partner', { peft: '0.18.0' }, []],
    ['a held library otherwise', { peft: '0.18.1' }, unplanned],
    ['a watched library that the plan leaves open', { torch: '2.0.0' }, []],
    ['another library', { numpy: '1.0' }, unplanned],
  ])('may have or not have %s', (_name, pins, expected) => {
    expect(rejected([environment(pins)])).toEqual(expected);
  });

  it('may raise the changed library as a partner, and hold what is no partner', () => {
    const plan = { ...PLAN, partners: { transformers: ['5.0.0'] } };
    expect(rejected([environment({ transformers: '5.0.0' }), environment({ peft: '0.17.1' })], plan)).toEqual([]);
    expect(rejected([environment({ peft: '0.18.0' })], plan)).toEqual(unplanned);
  });

  it('holds its pins in whatever build', () => {
    const pins = { torch: '2.0.0+cpu' };
    expect(rejected([environment(pins, built({ torch: '2.0.0' }))])).toEqual([]);
    expect(rejected([environment(pins, built({ torch: '2.0.1+cpu' }))])).toEqual([
      '1 × an environment whose lock does not hold its pins',
    ]);
    expect(rejected([environment(pins, LOST)])).toEqual([]);
  });

  it.each<[string, Partial<Plan>, number]>([
    ['for one package set', {}, 2],
    ['for cells with a quantizer, and for the model beside them', { cells: [quantized('lora')] }, 4],
    ['for what could stand in', { alternatives: [quantized('ia3')] }, 4],
  ])('is one of as many as the plan allows %s', (_name, more, most) => {
    const plan = { ...PLAN, ...more, environments: 2 };
    const lines = Array.from({ length: 6 }, (_, index) => environment({ torch: `2.${index}.0` }));
    const { measurements, rejected: why } = taken(plan, lines);
    expect([measurements.length, why]).toEqual([most, [`${6 - most} × an environment more than the plan allows`]]);
    expect(rejected([...lines.slice(0, most), ...lines.slice(0, 1)], plan)).toEqual([]);
  });

  function quantized(method: string) {
    return { method, quantization: 'bnb-int8', architecture: 'llama', task: 'causal-lm' };
  }
});

describe('measurements of several shards', () => {
  const measured = (ended: Measurement['environment'], results: readonly Result[], repeat = 1, pins: Pins = HEAD) => ({
    question: { purpose: 'head' as const, environment: requestOf(pins), cells: [], repeat },
    environment: ended,
    results: new Map(results.map((one) => [one.cell, one])),
  });
  const ENV = built(HEAD);
  const OTHER = { ...ENV, id: 'fedcbafedcba' };
  const NEVER = { status: 'unresolved', why: 'no solution' } as const;

  it.each<[string, readonly Measurement['environment'][], Measurement['environment']]>([
    ['a built one counts before one that was not', [LOST, ENV], ENV],
    ['and stays', [ENV, LOST], ENV],
    ['of those that were not built the first', [LOST, NEVER], LOST],
  ])('are one history: %s', (_name, ended, expected) => {
    const merged = mergedHistory(ended.map((one) => [measured(one, [])]));
    expect(merged.map((one) => one.environment)).toEqual([expected]);
  });

  it('are merged by their locks, and what differs between them is said', () => {
    const other = passing('ia3/none/llama/causal-lm');
    const newer = { ...OTHER, lock: { ...ENV.lock, idna: '3.11' } };
    const shards = [[measured(ENV, [passing(LORA)])], [measured(newer, [other])], [measured(ENV, [other])]];
    const merged = mergedHistory(shards);
    expect(merged.map(({ environment, results }) => [environment, [...results.keys()]])).toEqual([
      [ENV, [other.cell, LORA]],
      [newer, [other.cell]],
    ]);
    const pins = Object.entries(HEAD).map(([name, version]) => `${name} ${version}`);
    expect(differingLocks(merged)).toEqual([
      `Shards got different packages with ${pins.join(', ')}: idna absent and 3.11.`,
    ]);
    expect(differingLocks(mergedHistory([shards[0] ?? [], shards[2] ?? []]))).toEqual([]);
  });

  it('have the results of all, and of two answers the first', () => {
    const bad = failing(LORA, [raised('forward', 'x')]);
    const other = passing('ia3/none/llama/causal-lm');
    const merged = mergedHistory([[measured(ENV, [passing(LORA)])], [measured(ENV, [bad, other])]]);
    expect(merged.map(({ results }) => results)).toEqual([
      new Map([
        [LORA, passing(LORA)],
        [other.cell, other],
      ]),
    ]);
  });

  it('leave out what was made with another torch than the rest of the same environment', () => {
    const other = passing('ia3/none/llama/causal-lm');
    const [newest, ofItsTime] = [built({ ...HEAD, torch: '2.15.0' }), built({ ...HEAD, torch: '2.2.2' })];
    const shards = [[measured(newest, [passing(LORA)])], [measured(LOST, [])], [measured(ofItsTime, [other])]];
    expect(mergedHistory(shards)).toEqual(shards[0]);
    expect([resultsOfOtherTorch(shards), resultsOfOtherTorch(shards.slice(0, 2))]).toEqual([1, 0]);
  });

  it('stay apart by repeat and by request', () => {
    const pins = { ...HEAD, transformers: '4.56.0' };
    const all = [measured(ENV, []), measured(ENV, [], 2), measured(built(pins), [], 1, pins)];
    expect(mergedHistory([all])).toEqual(all);
  });
});
