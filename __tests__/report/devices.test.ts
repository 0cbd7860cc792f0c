/** What is said where the same cells were measured on a CPU and on a card. */
import { describe, expect, it } from '@jest/globals';
import { conclusionOf } from '../../src/publish/check.ts';
import { renderComment } from '../../src/report/comment.ts';
import { deviceName, devicesText, isOnCpuOnly, unaskedText, withElsewhere } from '../../src/report/devices.ts';
import { Report } from '../../src/report/model.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { compared, report } from '../factories/report.ts';

const CARD = '2 x NVIDIA A10G, 22 GiB, compute capability 8.6, driver 550.54';
const CELL = 'prefix-tuning/bnb-int8/llama/causal-lm';
const LORA = 'lora/bnb-int8/llama/causal-lm';

type Kind = Report['comparisons'][number]['comparison'];

function on(device: string, prefix: Kind, lora: Kind = 'same', more: Partial<Report> = {}): Report {
  const whole = report({ comparisons: [compared(CELL, prefix), compared(LORA, lora)], ...more });
  return { ...whole, run: { ...whole.run, device } };
}

function both(cpu: Report, card: Report): readonly [Report, Report] {
  const [first, second] = withElsewhere([cpu, card]);
  if (first === undefined || second === undefined) throw new Error('a report is missing');
  return [first, second];
}

describe('a cell that was measured on a CPU and on a card', () => {
  it('and is worse on the CPU only does not concern who has a GPU, and fails no check', () => {
    const [cpu, card] = both(on('CPU', 'regressed'), on(CARD, 'same'));
    const sentence = 'On the CPU only: your GPU is not affected by what happens to 8-bit prefix tuning on llama.';
    expect(devicesText(cpu)).toEqual([sentence]);
    expect(renderComment(cpu)).toContain(`**${sentence}**`);
    expect(renderTerminal(cpu)).toContain(sentence);
    expect(devicesText(card)).toEqual([
      'On the CPU only: 8-bit prefix tuning on llama, worse there; the report of that device says how.',
    ]);
    expect([isOnCpuOnly(cpu, CELL), isOnCpuOnly(cpu, LORA.replace('lora', 'ia3')), isOnCpuOnly(card, CELL)]).toEqual([
      true,
      false,
      false,
    ]);
    const judged = { failOn: ['regressed' as const], counts: () => true, isKnown: () => false, missing: [] };
    expect(conclusionOf({ ...judged, reports: [cpu, card] })).toBe('neutral');
    expect(conclusionOf({ ...judged, reports: [on('CPU', 'regressed')] })).toBe('failure');
  });

  it('and is worse on the card only is said on both sides, and fails the check', () => {
    const [cpu, card] = both(on('CPU', 'same'), on(CARD, 'regressed'));
    expect(devicesText(card)).toEqual([
      'On the GPU only: 8-bit prefix tuning on llama. A run on a CPU does not show it.',
    ]);
    expect(devicesText(cpu)).toEqual([
      'On the GPU only: 8-bit prefix tuning on llama, worse there; the report of that device says how.',
    ]);
    const judged = { failOn: ['regressed' as const], counts: () => true, isKnown: () => false, missing: [] };
    expect(conclusionOf({ ...judged, reports: [cpu, card] })).toBe('failure');
  });

  it('and is worse on both is said to be', () => {
    const [cpu, card] = both(on('CPU', 'regressed'), on(CARD, 'degraded'));
    for (const one of [cpu, card])
      expect(devicesText(one)).toEqual(['On the CPU and on the GPU: 8-bit prefix tuning on llama.']);
    expect(unaskedText(cpu)).toBe('');
  });

  it.each([
    ['broken there before and after', { before: 'fail', after: 'fail' }],
    ['refused there', { before: 'unsupported', after: 'unsupported' }],
  ] as const)('and is worse on the CPU is not excused where it is %s', (_how, ends) => {
    const whole = report({ comparisons: [compared(CELL, 'same', ends), compared(LORA, 'same')] });
    const [cpu] = both(on('CPU', 'regressed'), { ...whole, run: { ...whole.run, device: CARD } });
    expect(isOnCpuOnly(cpu, CELL)).toBe(false);
    expect(devicesText(cpu)).toEqual([]);
    const judged = { failOn: ['regressed' as const], counts: () => true, isKnown: () => false, missing: [] };
    expect(conclusionOf({ ...judged, reports: [cpu] })).toBe('failure');
  });

  it('is held against the same question only, and only where it was measured', () => {
    const other = on(CARD, 'regressed', 'same', {
      changes: [{ library: 'peft', from: '0.17.1', to: '0.18.0', kind: 'minor' }],
    });
    for (const cards of [other, on(CARD, 'not-compared', 'not-compared'), on(CARD, 'flaky', 'not-compared')])
      expect(both(on('CPU', 'regressed'), cards)[0].elsewhere).toBeUndefined();
    expect(withElsewhere([on(CARD, 'regressed'), on(CARD, 'same')])[0]?.elsewhere).toBeUndefined();
  });

  it('is in the form of the report', () => {
    for (const one of both(on('CPU', 'regressed'), on(CARD, 'same'))) expect(Report.safeParse(one).success).toBe(true);
  });
});

describe('a report of a CPU alone', () => {
  it('says that a GPU can differ where only cells with kernels of their own are worse', () => {
    expect(unaskedText(on('CPU', 'regressed'))).toBe(
      'Measured on a CPU, and a GPU can differ for 8-bit prefix tuning on llama: bitsandbytes has kernels of its own for each device.',
    );
    const plain = CELL.replace('bnb-int8', 'none');
    const too = report({ comparisons: [compared(CELL, 'regressed'), compared(plain, 'regressed')] });
    expect(unaskedText(too)).toBe('');
    expect(unaskedText(on(CARD, 'regressed'))).toBe('');
  });

  it('has its device in the headline, as one of a card has', () => {
    expect([on('CPU', 'same'), on(CARD, 'same')].map(deviceName)).toEqual(['CPU', '2 x NVIDIA A10G']);
    expect(deviceName({ ...on('CPU', 'same'), environments: [] })).toBe('');
    expect(renderComment(on(CARD, 'same'))).toMatch(/^### ✅ .* · 2 x NVIDIA A10G$/m);
  });
});
