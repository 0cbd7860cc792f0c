import { describe, expect, it } from '@jest/globals';
import { cellId, isControl } from '../../src/domain/cell.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { checked, failing, passing, raised, stopped } from '../factories/results.ts';
import { change, llama, type Pins, play } from './world.ts';

const changes = [change('transformers', ['1.0.0', '1.1.0', '1.2.0'])];
const isHead = (pins: Pins) => pins.transformers === '1.2.0';
const missing = raised('quantize', "No module named 'triton.ops'");

describe('a broken control', () => {
  it('on both sides leaves its cells not compared, whatever they do', () => {
    const { asked, conclusions } = play({
      cells: [llama('lora', 'bnb-int8'), llama('ia3', 'bnb-int8'), llama('lora')],
      changes,
      result: (cell, pins) => {
        if (cell.quantization === 'none') return undefined;
        if (cell.method === 'ia3') return isHead(pins) ? failing(cellId(cell), [missing]) : undefined;
        return stopped(cellId(cell), missing);
      },
    });
    expect(conclusions.comparisons.map(({ comparison }) => comparison)).toEqual([
      'not-compared',
      'not-compared',
      'same',
    ]);
    expect(conclusions.comparisons[0]?.brokenControl?.failures).toEqual([missing]);
    expect(conclusions.controls.map(({ comparison }) => comparison)).toEqual(['still-broken', 'same']);
    expect(asked.every(({ purpose }) => purpose === 'base' || purpose === 'head')).toBe(true);
  });

  it('that is wrong rather than failing is broken as well', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes,
      result: (cell) => (isControl(cell) ? failing(cellId(cell), [checked('generate', 'differs')]) : undefined),
    });
    expect(conclusions.comparisons[0]?.comparison).toBe('not-compared');
  });

  it('that was mended is why its cells were', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes,
      result: (cell, pins) => (isHead(pins) ? undefined : failing(cellId(cell), [missing])),
    });
    expect(conclusions.comparisons[0]).toMatchObject({ comparison: 'fixed', cause: 'base model' });
    expect(conclusions.boundaries.map(({ cell }) => cell)).toEqual(['base/none/llama/causal-lm']);
  });

  it('that moved alone has its boundary and the hold before it', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes,
      result: (cell, pins) =>
        isControl(cell) && isHead(pins) ? failing(cellId(cell), [checked('carry', 'base-moved')]) : undefined,
    });
    expect(conclusions.comparisons[0]?.comparison).toBe('same');
    expect(conclusions.measuredPins).toEqual([
      expect.objectContaining({ kind: 'hold', version: '1.1.0', unlocks: ['base/none/llama/causal-lm'], holds: 1 }),
    ]);
  });
});

describe('carry', () => {
  const untrained = checked('train', 'head-not-trained');
  const prefix = llama('prefix-tuning');

  it('is no obstacle for a way out where the base saved no sound adapter', () => {
    const { conclusions } = play({
      cells: [prefix],
      changes: [change('peft', ['0.15.2', '0.16.0'])],
      partners: { peft: ['0.15.2', '0.16.0', '0.17.0', '0.18.0'] },
      result: (cell, pins) => {
        if (isControl(cell)) return undefined;
        if (pins.peft === '0.15.2') return failing(cellId(cell), [untrained, raised('disable', 'unbound')]);
        if (pins.peft === '0.16.0') return stopped(cellId(cell), raised('forward', 'sizes differ'));
        return failing(cellId(cell), [checked('carry', 'carry-differs'), raised('disable', 'unbound')]);
      },
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      before: { outcome: 'fail', failed: ['train', 'disable'] },
      after: { outcome: 'fail', failed: ['forward'] },
    });
    expect(conclusions.measuredPins).toContainEqual(
      expect.objectContaining({ kind: 'floor', library: 'peft', version: '0.17.0', holds: 1, of: 1 }),
    );
  });

  it('counts where the adapter was sound', () => {
    const { conclusions } = play({
      cells: [prefix],
      changes: [change('peft', ['0.15.2', '0.16.0'])],
      result: (cell, pins) =>
        !isControl(cell) && pins.peft === '0.16.0'
          ? failing(cellId(cell), [checked('carry', 'carry-differs')])
          : passing(cellId(cell)),
    });
    expect(conclusions.comparisons[0]?.comparison).toBe('degraded');
  });
});

describe('a way back', () => {
  const releases = ['5.0.0', '4.57.6', '4.57.0', '4.56.0'];
  const backwards = {
    cells: [llama('lora')],
    changes: [change('transformers', releases)],
    partners: { transformers: releases.toReversed(), peft: ['0.1.0', '0.2.0'] },
    result: (cell: ReturnType<typeof llama>, pins: Pins) =>
      cell.method === 'lora' && compareVersions(pins.transformers ?? '', '4.57.0') <= 0
        ? failing(cellId(cell), [checked('carry', 'carry-differs')])
        : undefined,
  };

  it('is measured like any change: the older release that breaks is found', () => {
    const { conclusions } = play(backwards);
    expect(conclusions.boundaries[0]).toMatchObject({
      direction: 'degraded',
      lastGood: '4.57.6',
      firstBad: '4.57.0',
      certainty: { adjacent: true },
    });
  });

  it('has a hold that keeps the older releases out, and no floor of the library itself', () => {
    const { conclusions } = play(backwards);
    expect(conclusions.measuredPins).toEqual([expect.not.objectContaining({ below: expect.anything() })]);
    expect(conclusions.measuredPins[0]).toMatchObject({ kind: 'hold', library: 'transformers', version: '4.57.6' });
  });
});
