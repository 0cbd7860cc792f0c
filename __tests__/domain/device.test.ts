import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DEVICE, DEVICE_NAMES, DEVICES, isDeviceName } from '../../src/domain/device.ts';
import { requestKey } from '../../src/domain/environment.ts';

describe('devices', () => {
  it('are named as they are asked for', () => {
    for (const [name, device] of Object.entries(DEVICES)) expect(device.name).toBe(name);
    expect(DEVICE_NAMES[0]).toBe(DEFAULT_DEVICE);
  });

  it('are no names that every object has', () => {
    expect(['cpu', 'toString', 'cuda'].map(isDeviceName)).toEqual([true, false, false]);
  });

  it('keep each process to one thread, and CUDA hidden from a parent that forks', () => {
    const forking = Object.values(DEVICES).filter(({ start }) => start === 'fork');
    expect(forking.length).toBeGreaterThan(0);
    for (const { variables } of forking)
      expect(variables).toMatchObject({ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '' });
  });

  it('leave a request as it was where none is named', () => {
    const request = { pins: { peft: '0.18.1' }, packages: [] };
    expect(requestKey({ ...request, device: DEFAULT_DEVICE })).toBe(requestKey(request));
  });
});
