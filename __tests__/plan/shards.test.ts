/** How a plan is divided over jobs, and what they cost. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId } from '../../src/domain/cell.ts';
import type { Plan } from '../../src/plan/plan-file.ts';
import { billedMinutes, planOfShard, priceByClass, priceOf, type Shard, shardsOf } from '../../src/plan/shards.ts';
import { PLAN } from '../factories/plan.ts';

const cell = (method: string, quantization = 'none', architecture = 'llama', task = 'causal-lm'): Cell => ({
  ...{ method, quantization, architecture, task },
});
const some = (count: number, quantization: string) =>
  Array.from({ length: count }, (_, index) => cell(`m${index}`, quantization));
const plan = (cells: readonly Cell[], more: Partial<Plan> = {}): Plan => ({ ...PLAN, cells, ...more });
/** The number of cells in each shard, and its minutes. */
const sizes = (...plans: readonly Plan[]) => shardsOf(plans).map(({ cells, minutes }) => [cells.length, minutes]);

describe('shards', () => {
  it('of a small plan are one, with every cell once, in whole minutes that are predicted', () => {
    const cells = [...some(2, 'none'), ...some(1, 'bnb-int8')];
    expect(shardsOf([plan(cells, { minutes: 60 })])).toEqual([
      { id: '0', request: 0, device: 'cpu', cells: cells.map(cellId), minutes: 3 },
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
    const found = shardsOf([plan(cells, { minutes: 3 })]).flatMap((shard) => shard.cells);
    expect(found.toSorted()).toEqual(cells.map(cellId).toSorted());
  });

  it('put the longest part first, and each further one where there is most room', () => {
    // Halves of 201.6 s and 200 s, and 96 s that would fit beside either.
    const shards = shardsOf([plan([...some(10, 'bnb-int8'), ...some(151, 'none')], { minutes: 5 })]);
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
    const shards = shardsOf([plan(some(26, 'none'), { minutes: 2 }), plan(some(1, 'none'))]);
    expect(shards.map(({ id, request, device }) => [id, request, device])).toEqual([
      ['0', 0, 'cpu'],
      ['1', 0, 'cpu'],
      ['2', 1, 'cpu'],
    ]);
  });

  it('are no more than a matrix may have', () => {
    const shards = shardsOf([plan(some(300, 'none'), { minutes: 1 })]);
    expect([shards.length, shards.at(-1)?.id]).toEqual([256, '255']);
  });
});

describe('the plan of a shard', () => {
  const shard = (cells: readonly Cell[]): Shard => ({
    ...{ id: '0', request: 0, device: 'cpu', minutes: 1 },
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
  const shard = (minutes: number): Shard => ({ id: '0', request: 0, device: 'cpu', cells: [], minutes });

  it('is that of their minutes, and of one more each to start', () => {
    expect(priceOf([shard(4), shard(9)], 0.5)).toBe(7.5);
    expect(priceOf([shard(4), shard(9)], 0.5, 3)).toBe(9.5);
    expect(priceOf([], 0.5)).toBe(0);
  });

  const devices = fc.constantFrom('cpu', 'cuda');
  const some = fc.array(fc.record({ device: devices, minutes: fc.double({ min: 0.01, max: 600, noNaN: true }) }), {
    maxLength: 20,
  });
  const shards = some.map((list) => list.map(({ device, minutes }) => ({ ...shard(minutes), device })));
  const price = fc.integer({ min: 0, max: 1000 }).map((cents) => cents / 1000);

  it('bills whole minutes, never fewer than are predicted, and less than one more for each job', () => {
    fc.assert(
      fc.property(shards, fc.integer({ min: 0, max: 5 }), (list, start) => {
        const billed = billedMinutes(list, start);
        const predicted = list.reduce((sum, { minutes }) => sum + minutes + start, 0);
        expect(Number.isInteger(billed)).toBe(true);
        expect(billed).toBeGreaterThanOrEqual(predicted - 1e-6);
        expect(billed).toBeLessThanOrEqual(predicted + list.length + 1e-6);
      }),
    );
  });

  it('is that of each class on its own, added up, whatever their order', () => {
    fc.assert(
      fc.property(shards, price, price, (list, cpu, cuda) => {
        const of = (device: string) => list.filter((one) => one.device === device);
        const whole = priceByClass(list, (device) => (device === 'cpu' ? cpu : cuda));
        expect(whole).toBeCloseTo(priceOf(of('cpu'), cpu) + priceOf(of('cuda'), cuda), 6);
        expect(priceByClass(list.toReversed(), (device) => (device === 'cpu' ? cpu : cuda))).toBeCloseTo(whole, 6);
        expect(priceByClass(list, () => undefined)).toBe(0);
      }),
    );
  });

  it('is asked for the device of the plan', () => {
    const found = shardsOf([plan([cell('lora')]), plan([cell('lora')], { device: 'cuda' })]);
    expect(found.map(({ device }) => device)).toEqual(['cpu', 'cuda']);
  });
});
