/** Which class of runners measures which cell, as properties of any classes, cells and budgets. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId } from '../../src/domain/cell.ts';
import { ownKernels } from '../../src/domain/kernels.ts';
import { parseCommandLine } from '../../src/inputs.ts';
import { classesOf, type RunnerClass, unfit } from '../../src/plan/classes.ts';
import { type Division, divide, factsOfDivision } from '../../src/plan/divide.ts';
import { allCells } from '../../src/plan/matrix.ts';

const cell = (quantization: string, method = 'lora'): Cell => ({
  ...{ method, quantization, architecture: 'llama', task: 'causal-lm' },
});
const CPU: RunnerClass = { name: 'cpu', device: 'cpu', usdPerMinute: 0.006 };
const T4: RunnerClass = { name: 't4', device: 'cuda', capability: 7.5, memoryGb: 16, usdPerMinute: 0.052 };
const H100: RunnerClass = { name: 'h100', device: 'cuda', capability: 9, memoryGb: 80, usdPerMinute: 0.2 };

const MATRIX = allCells().filter(({ architecture }) => architecture === 'llama');
const cells = fc.uniqueArray(fc.constantFrom(...MATRIX), { selector: cellId, maxLength: 60 });
const price = fc.option(
  fc.integer({ min: 0, max: 400 }).map((mills) => mills / 1000),
  { nil: undefined },
);
const runner = fc.record({
  device: fc.constantFrom('cpu' as const, 'cuda' as const),
  capability: fc.constantFrom(undefined, 7.5, 8, 8.9, 9, 10),
  memoryGb: fc.constantFrom(undefined, 1, 16),
  usdPerMinute: price,
});
const classes = fc
  .array(runner, { minLength: 1, maxLength: 4 })
  .map((some) => some.map((one, index): RunnerClass => ({ ...one, name: `class-${index}` })));
const minutes = fc.integer({ min: 1, max: 15 });
const usd = fc.option(
  fc.integer({ min: 0, max: 3000 }).map((mills) => mills / 1000),
  { nil: undefined },
);

const placesOf = ({ placed }: Division) => Object.keys(placed);

describe('the division of cells over classes', () => {
  it('takes a CPU where it tells the same, a card where only one can, and both where their kernels differ', () => {
    const nf4 = cell('bnb-nf4');
    const { shares, placed, unplaced } = divide([cell('none'), nf4, cell('torchao-fp8dyn')], [T4, CPU, H100], {
      minutes: 10,
    });
    expect(shares.map(({ of, why }) => [of.name, why])).toEqual([
      [
        'cpu',
        {
          'lora/none/llama/causal-lm': 'a CPU tells the same as a GPU',
          'lora/bnb-nf4/llama/causal-lm':
            'bitsandbytes has kernels of its own for each device: those of this one are measured',
        },
      ],
      ['h100', { 'lora/torchao-fp8dyn/llama/causal-lm': 'only a GPU can' }],
      [
        't4',
        {
          'lora/bnb-nf4/llama/causal-lm':
            'bitsandbytes has kernels of its own for each device: those of this one are measured',
        },
      ],
    ]);
    expect(placed[cellId(nf4)]).toBe('cpu');
    expect(unplaced).toEqual({});
  });

  it('says what no class has, or that the money is over', () => {
    expect(divide([cell('nvfp4')], [CPU, T4], { minutes: 10 }).unplaced).toEqual({
      'lora/nvfp4/llama/causal-lm': 'It needs a GPU (compute capability 10.0 or newer), and this one has 7.5.',
    });
    expect(divide([cell('none')], [T4], { minutes: 10, usd: 0.1 }).unplaced).toEqual({
      'lora/none/llama/causal-lm': 'The budget of $0.1 does not pay for it.',
    });
    expect(divide([cell('eetq-int8')], [{ ...T4, memoryGb: 1 }], { minutes: 10 }).unplaced).toEqual({
      'lora/eetq-int8/llama/causal-lm': 'A cell is given 2 GiB of a card, and it has 1.',
    });
  });

  it('keeps bfloat16 from cards that are too old for it', () => {
    const half = cell('none', 'lora+bf16');
    expect(divide([half], [T4], { minutes: 10 }).unplaced).toEqual({
      'lora+bf16/none/llama/causal-lm': '`+bf16` needs a GPU (compute capability 8.0 or newer), and this one has 7.5.',
    });
    for (const one of [CPU, H100, { ...T4, capability: undefined }])
      expect(divide([half], [one], { minutes: 10 }).placed).toEqual({ [cellId(half)]: one.name });
    expect(divide([cell('none', 'lora+fp16')], [T4], { minutes: 10 }).unplaced).toEqual({});
  });

  it('gives each cell one class that can measure it, or a reason for none', () => {
    fc.assert(
      fc.property(cells, classes, minutes, usd, (some, runners, most, money) => {
        const division = divide(some, runners, { minutes: most, usd: money });
        const { placed, unplaced, shares } = division;
        expect([...placesOf(division), ...Object.keys(unplaced)].toSorted()).toEqual(some.map(cellId).toSorted());
        for (const one of some) {
          const holding = shares.filter((share) => share.cells.some((other) => cellId(other) === cellId(one)));
          const home = placed[cellId(one)];
          if (home === undefined)
            expect([holding, unplaced[cellId(one)]]).toEqual([
              [],
              expect.stringMatching(/^(It needs a GPU|A cell is given|The budget)|has no wheel/),
            ]);
          else expect(holding.filter(({ of }) => of.name === home)).toHaveLength(1);
          for (const { of, why } of holding)
            expect([unfit(one, of), why[cellId(one)]]).toEqual([undefined, expect.any(String)]);
          // Only what a card computes by other code is measured twice, and never twice on one kind of device.
          expect(holding.length).toBeLessThanOrEqual(ownKernels(one) === undefined ? 1 : 2);
          expect(new Set(holding.map(({ of }) => of.device)).size).toBe(holding.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never costs more than the budget', () => {
    fc.assert(
      fc.property(cells, classes, minutes, usd, (some, runners, most, money) => {
        const division = divide(some, runners, { minutes: most, usd: money });
        expect(division.usd).toBeLessThanOrEqual((money ?? Number.POSITIVE_INFINITY) + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('measures no fewer cells for more money, or with a further class, and loses none by one where money is no matter', () => {
    fc.assert(
      fc.property(
        cells,
        classes,
        runner,
        minutes,
        usd,
        fc.integer({ min: 0, max: 2 }),
        (some, known, one, most, money, more) => {
          const further = [...known, { ...one, name: 'further' }];
          const before = divide(some, known, { minutes: most, usd: money });
          const after = divide(some, further, { minutes: most, usd: money });
          expect(placesOf(after).length).toBeGreaterThanOrEqual(placesOf(before).length);
          if (money === undefined) {
            expect(placesOf(after)).toEqual(expect.arrayContaining(placesOf(before)));
            return;
          }
          const richer = divide(some, known, { minutes: most, usd: money + more });
          expect(placesOf(richer).length).toBeGreaterThanOrEqual(placesOf(before).length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the facts of a division', () => {
  it('count cells, jobs and minutes of each class, its money, and the reasons', () => {
    const limits = { minutes: 10 };
    const some = [cell('none'), cell('none', 'ia3'), cell('torchao-fp8dyn'), cell('nvfp4')];
    const facts = factsOfDivision(divide(some, [CPU, T4, H100], limits), limits);
    expect(facts).toEqual([
      {
        ...{ name: 'cpu', device: 'cpu', cells: 2, jobs: 1, minutes: 3, usd: expect.closeTo(0.018, 6) },
        whys: [['a CPU tells the same as a GPU', 2]],
      },
      {
        ...{ name: 'h100', device: 'cuda', cells: 1, jobs: 1, minutes: 4, usd: expect.closeTo(0.8, 6) },
        whys: [['only a GPU can', 1]],
      },
      {
        ...{ name: 'no runner', device: 'cpu', cells: 1, jobs: 0, minutes: 0 },
        whys: [['It needs a GPU (compute capability 10.0 or newer), and this one has 9.0.', 1]],
      },
    ]);
  });
});

describe('classes', () => {
  const t4 = { 'runs-on': ['gpu-t4'], capability: 7.5, 'memory-gb': 16, 'usd-per-minute': 0.052 };

  it('are those of the configuration, a card unless they say otherwise, and always one of the device that counts', () => {
    expect(classesOf({}).map(({ name }) => name)).toEqual(['cpu']);
    expect(classesOf({}, 'cuda').map(({ name, device }) => [name, device])).toEqual([['cuda', 'cuda']]);
    expect(classesOf({ t4 })).toEqual([
      { name: 'cpu', device: 'cpu' },
      { name: 't4', device: 'cuda', capability: 7.5, memoryGb: 16, usdPerMinute: 0.052 },
    ]);
    expect(classesOf({ t4 }, 'cpu').map(({ name }) => name)).toEqual(['cpu']);
    expect(classesOf({ t4 }, 'cuda').map(({ name }) => name)).toEqual(['t4']);
    expect(classesOf({ big: { ...t4, device: 'cpu' } }).map(({ name }) => name)).toEqual(['big']);
  });
});

it.each(['[]', "''", "[self-hosted, '']"])('a class without a label, `runs-on: %s`, is no class', (labels) => {
  const problems: string[] = [];
  parseCommandLine(['plan', 'peft:1.0..1.1'], () => `runners: {gpu: {runs-on: ${labels}}}\n`, problems);
  expect(problems.join('\n')).toContain('runs-on');
});
