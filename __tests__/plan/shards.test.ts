/** How a plan is divided over jobs, and what they cost. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId } from '../../src/domain/cell.ts';
import type { Plan } from '../../src/plan/plan-file.ts';
import { billedMinutes, planOfShard, type Shard, shardsOf, usdOf, usdOfAll } from '../../src/plan/shards.ts';
import { PLAN } from '../factories/plan.ts';

const cell = (method: string, quantization = 'none', architecture = 'llama', task = 'causal-lm'): Cell => ({
  ...{ method, quantization, architecture, task },
});
const some = (count: number, quantization: string) =>
  Array.from({ length: count }, (_, index) => cell(`m${index}`, quantization));
const plan = (cells: readonly Cell[], more: Partial<Plan> = {}): Plan => ({ ...PLAN, cells, ...more });
/** The number of cells in each shard, and its minutes. */
const shardsOfPlans = (...plans: readonly Plan[]) => shardsOf(plans.map((one) => ({ plan: one })));
const sizes = (...plans: readonly Plan[]) =>
  shardsOfPlans(...plans).map(({ cells, minutes }) => [cells.length, minutes]);

describe('shards', () => {
  it('of a small plan are one, with every cell once, in whole minutes that are predicted', () => {
    const cells = [...some(2, 'none'), ...some(1, 'bnb-int8')];
    expect(shardsOfPlans(plan(cells, { minutes: 60 }))).toEqual([
      { id: '0', request: 0, device: 'cpu', class: 'cpu', cells: cells.map(cellId), minutes: 3 },
    ]);
  });

  it.each<[string, number, number, readonly (readonly number[])[]]>([
    // 80 s for the environments of a set, and 1.6 s for each cell.
    ['all of a set that just fits', 25, 2, [[25, 2]]],
    [
      'halves of one that does not',
      26,
      2,
      [
        [13, 2],
        [13, 2],
      ],
    ],
    [
      'more than two where halves do not fit either',
      60,
      2,
      [
        [15, 2],
        [15, 2],
        [15, 2],
        [15, 2],
      ],
    ],
    [
      'the larger half first',
      27,
      2,
      [
        [14, 2],
        [13, 2],
      ],
    ],
    [
      'cells one by one where not even the environments fit',
      3,
      1,
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    ['one cell that does not fit as it is', 1, 1, [[1, 1]]],
    ['none of nothing', 0, 1, []],
  ])('hold %s', (_name, count, minutes, expected) => {
    expect(sizes(plan(some(count, 'none'), { minutes }))).toEqual(expected);
  });

  it('keep every cell, each in one shard', () => {
    const cells = [...some(60, 'none'), ...some(31, 'bnb-int8'), ...some(7, 'bnb-nf4')];
    const found = shardsOfPlans(plan(cells, { minutes: 3 })).flatMap((shard) => shard.cells);
    expect(found.toSorted()).toEqual(cells.map(cellId).toSorted());
  });

  it('put the longest part first, and each further one where there is most room', () => {
    // Halves of 201.6 s and 200 s, and 96 s that would fit beside either.
    const shards = shardsOfPlans(plan([...some(10, 'bnb-int8'), ...some(151, 'none')], { minutes: 5 }));
    expect(shards.map(({ cells, minutes }) => [cells.length, cells[0], minutes])).toEqual([
      [76, 'm0/none/llama/causal-lm', 4],
      [85, 'm76/none/llama/causal-lm', 5],
    ]);
  });

  it('fill a shard to the second', () => {
    // 112 s and 128 s are four minutes.
    expect(sizes(plan([...some(20, 'none'), ...some(30, 'bnb-int8')], { minutes: 4 }))).toEqual([[50, 4]]);
    expect(sizes(plan([...some(21, 'none'), ...some(30, 'bnb-int8')], { minutes: 4 }))).toEqual([
      [30, 3],
      [21, 2],
    ]);
  });

  it('keep two quantizations of one package set together', () => {
    const cells = [...some(3, 'bnb-nf4'), ...some(3, 'bnb-int8')];
    expect(sizes(plan(cells, { minutes: 2 }))).toEqual([[6, 2]]);
  });

  it('of several requests say which one each works on, and are numbered through', () => {
    const shards = shardsOfPlans(plan(some(26, 'none'), { minutes: 2 }), plan(some(1, 'none')));
    expect(shards.map(({ id, request, device }) => [id, request, device])).toEqual([
      ['0', 0, 'cpu'],
      ['1', 0, 'cpu'],
      ['2', 1, 'cpu'],
    ]);
  });

  it('are no more than a matrix may have', () => {
    const shards = shardsOfPlans(plan(some(300, 'none'), { minutes: 1 }));
    expect([shards.length, shards.at(-1)?.id]).toEqual([256, '255']);
  });
});

describe('the plan of a shard', () => {
  const shard = (cells: readonly Cell[]): Shard => ({
    ...{ id: '0', request: 0, device: 'cpu', class: 'cpu', minutes: 1 },
    cells: cells.map(cellId),
  });

  it('has its own cells, and what could stand in for one of them: same architecture and task', () => {
    const [first, other, third] = [cell('lora'), cell('ia3', 'none', 'gpt2'), cell('ia3', 'none', 'bert', 'seq-cls')];
    const near = [cell('p-tuning'), cell('ia3', 'none', 'bert', 'seq-cls')];
    const far = [cell('p-tuning', 'none', 'llama', 'seq-cls'), cell('p-tuning', 'none', 'opt')];
    const whole = plan([first, other, third], { alternatives: [...near, ...far], minutes: 7 });
    expect(planOfShard(whole, shard([first, third]))).toEqual({
      ...{ ...whole, cells: [first, third], alternatives: near },
    });
  });
});

describe('the price of shards', () => {
  const minutes = fc.double({ min: 0.01, max: 600, noNaN: true });
  const price = fc.integer({ min: 0, max: 1000 }).map((cents) => cents / 1000);
  const priced = (cells: readonly Cell[], usdPerMinute: number, isPaid = false, more: Partial<Plan> = {}) =>
    shardsOf([{ plan: plan(cells, more), of: { name: 't4', usdPerMinute }, isPaid }]);

  it('is that of their minutes, and of one more each to start', () => {
    expect(usdOf({ minutes: 4 }, { usdPerMinute: 0.5 })).toBe(2.5);
    expect(usdOf({ minutes: 4.2 }, { usdPerMinute: 0.5 })).toBe(3);
    expect(usdOf({ minutes: 4 }, {})).toBe(0);
  });

  it('is that of the minutes that a job may take, as predicted only where it ends then', () => {
    const [open, paid] = [priced(some(1, 'none'), 0.5), priced(some(1, 'none'), 0.5, true)];
    expect([open[0]?.minutes, open[0]?.limit, usdOfAll(open)]).toEqual([2, undefined, 5.5]);
    expect([paid[0]?.minutes, paid[0]?.limit, usdOfAll(paid)]).toEqual([2, 2, 1.5]);
    const [shard] = paid;
    expect(shard && planOfShard(plan(some(1, 'none'), { minutes: 10 }), shard).minutes).toBe(2);
  });

  it('bills whole minutes, never fewer than are predicted, and less than one more for each job', () => {
    const jobs = fc.array(fc.record({ minutes }), { maxLength: 20 });
    fc.assert(
      fc.property(jobs, fc.integer({ min: 0, max: 5 }), (list, start) => {
        const billed = billedMinutes(list, start);
        const predicted = list.reduce((sum, job) => sum + job.minutes + start, 0);
        expect(Number.isInteger(billed)).toBe(true);
        expect(billed).toBeGreaterThanOrEqual(predicted - 1e-6);
        expect(billed).toBeLessThanOrEqual(predicted + list.length + 1e-6);
      }),
    );
  });

  it('grows with the minutes, with the price of a minute and with the jobs', () => {
    fc.assert(
      fc.property(minutes, minutes, price, price, (one, other, cheap, dear) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        const [low, high] = [Math.min(cheap, dear), Math.max(cheap, dear)];
        const usd = usdOf({ minutes: short }, { usdPerMinute: low });
        expect(usdOf({ minutes: long }, { usdPerMinute: low })).toBeGreaterThanOrEqual(usd);
        expect(usdOf({ minutes: short }, { usdPerMinute: high })).toBeGreaterThanOrEqual(usd);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), price, (count, usdPerMinute) => {
        const shards = priced(some(count, 'none'), usdPerMinute, true, { minutes: 3 });
        for (const taken of shards.keys())
          expect(usdOfAll(shards.slice(0, taken))).toBeLessThanOrEqual(usdOfAll(shards) + 1e-9);
      }),
    );
  });

  it('is asked for the class of the plan, which is that of its device where there is no other', () => {
    const found = shardsOfPlans(plan([cell('lora')]), plan([cell('lora')], { device: 'cuda' }));
    expect(found.map(({ device, class: name, usd }) => [device, name, usd])).toEqual([
      ['cpu', 'cpu', undefined],
      ['cuda', 'cuda', undefined],
    ]);
    expect(priced([cell('lora')], 0.5).map(({ class: name }) => name)).toEqual(['t4']);
  });
});
