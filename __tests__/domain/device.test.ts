import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DEVICE, DEVICE_NAMES, DEVICES, isDeviceName } from '../../src/domain/device.ts';
import { requestKey } from '../../src/domain/environment.ts';
import { problemOf } from '../../src/main.ts';
import { resultKey } from '../../src/result/key.ts';
import { baseRequest, movedRequest } from '../../src/search/requests.ts';
import { PLAN } from '../factories/plan.ts';

describe('devices', () => {
  it('are named as they are asked for', () => {
    for (const [name, device] of Object.entries(DEVICES)) expect(device.name).toBe(name);
    expect(DEVICE_NAMES[0]).toBe(DEFAULT_DEVICE);
  });

  it('are no names that every object has', () => {
    expect(['cpu', 'toString', 'rocm', 'cuda'].map(isDeviceName)).toEqual([true, false, false, true]);
  });

  it('keep each process to one thread, and CUDA hidden from a parent that forks', () => {
    const forking = Object.values(DEVICES).filter(({ start }) => start === 'fork');
    expect(forking.length).toBeGreaterThan(0);
    for (const { variables } of forking)
      expect(variables).toMatchObject({ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '' });
  });

  it('with cards are never forked to, and lack at most what newer cards have', () => {
    const withCards = Object.values(DEVICES).filter(({ hasCards }) => hasCards);
    expect(withCards.map(({ name, start, lacks }) => ({ name, start, lacks }))).toEqual([
      { name: 'cuda', start: 'spawn', lacks: ['capability'] },
    ]);
    for (const { variables } of withCards) expect(variables).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
  });

  it('of a plan are those of all its environments', () => {
    const problem = problemOf({ ...PLAN, device: 'cuda' });
    const requests = [baseRequest(problem, []), movedRequest(problem, [], {}, { peft: '9' })];
    expect(requests.map(({ device }) => device)).toEqual(['cuda', 'cuda']);
    expect(baseRequest(problemOf(PLAN), [])).not.toHaveProperty('device');
  });

  it('tell measurements apart, and so do the cards', () => {
    const common = { environment: '1b77c0de92aa', probe: '4', checkpoint: '1b77c0de92aa', configuration: '' };
    const key = { ...common, cell: 'lora/none/llama/causal-lm', device: 'cuda' } as const;
    const cards = ['NVIDIA A10G, driver 550.54', 'NVIDIA A10G, driver 535.216', 'NVIDIA L4, driver 550.54'];
    const keys = cards.map((accelerator) => resultKey({ ...key, accelerator }));
    expect(new Set([...keys, resultKey(key), resultKey({ ...key, device: 'cpu' })]).size).toBe(5);
  });

  it('leave a request as it was where none is named', () => {
    const request = { pins: { peft: '0.18.1' }, packages: [] };
    expect(requestKey({ ...request, device: DEFAULT_DEVICE })).toBe(requestKey(request));
  });
});
