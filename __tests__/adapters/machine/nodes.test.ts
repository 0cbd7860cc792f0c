import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { closedNodes, nodesOf } from '../../../src/adapters/machine/nodes.ts';
import type { Card } from '../../../src/domain/card.ts';
import { scratch } from '../../factories/scratch.ts';

const CARD: Card = {
  uuid: 'GPU-7fdaf0a5',
  index: 0,
  name: 'NVIDIA A100-SXM4-80GB',
  driver: '535.216.01',
  bus: '00000000:B1:00.0',
  isSlice: false,
};

/** A machine of plain files, with their text. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = scratch('machine');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const NODES = {
  'dev/nvidiactl': '',
  'dev/nvidia-uvm': '',
  'dev/nvidia0': '',
  'dev/nvidia3': '',
  'dev/nvidia-modeset': '',
};
const INFORMATION = 'Model: \t\t NVIDIA A100-SXM4-80GB\nGPU UUID: \t GPU-7fdaf0a5\nDevice Minor: \t 3\n';
const SLICED = 'proc/driver/nvidia/capabilities/gpu3/mig';

describe('the device nodes of cards', () => {
  it('are none without a card', () => {
    expect(nodesOf([], machine(NODES))).toEqual({});
  });

  it('have the number that the driver gives by address, else that of its order', () => {
    const told = machine({ ...NODES, 'proc/driver/nvidia/gpus/0000:b1:00.0/information': INFORMATION });
    expect(Object.keys(nodesOf([CARD], told))).toEqual(['nvidiactl', 'nvidia-uvm', 'nvidia3']);
    expect(Object.keys(nodesOf([CARD], machine(NODES)))).toEqual(['nvidiactl', 'nvidia-uvm', 'nvidia0']);
  });

  it('are left out where they are not there', () => {
    expect(nodesOf([CARD], machine({ 'dev/nvidia0': '' }))).toEqual({
      nvidia0: expect.stringMatching(/dev\/nvidia0$/),
    });
  });

  it('of a slice are those that let in, none that make slices or watch them', () => {
    const root = machine({
      ...NODES,
      'proc/driver/nvidia/gpus/0000:b1:00.0/information': INFORMATION,
      [`${SLICED}/gi1/access`]: 'DeviceFileMinor: 444\nDeviceFileMode: 292\n',
      [`${SLICED}/gi1/ci0/access`]: 'DeviceFileMinor: 445\nDeviceFileMode: 292\n',
      'proc/driver/nvidia/capabilities/mig/config': 'DeviceFileMinor: 1\n',
      'dev/nvidia-caps/nvidia-cap1': '',
      'dev/nvidia-caps/nvidia-cap444': '',
      'dev/nvidia-caps/nvidia-cap445': '',
    });
    expect(Object.keys(nodesOf([{ ...CARD, isSlice: true }], root))).toEqual([
      'nvidiactl',
      'nvidia-uvm',
      'nvidia3',
      'nvidia-caps/nvidia-cap444',
      'nvidia-caps/nvidia-cap445',
    ]);
  });
});

describe('nodes that a probe of another user cannot use', () => {
  const opened = (root: string) => {
    for (const name of ['nvidiactl', 'nvidia-uvm', 'nvidia0']) chmodSync(join(root, 'dev', name), 0o666);
    return root;
  };

  it('are none where all are open, or without a card', () => {
    expect(closedNodes([CARD], opened(machine(NODES)))).toEqual([]);
    expect(closedNodes([], machine({}))).toEqual([]);
  });

  it('are those that are missing, and those that others may not write', () => {
    const root = opened(machine(NODES));
    chmodSync(join(root, 'dev/nvidia0'), 0o660);
    expect(closedNodes([CARD], root)).toEqual(['/dev/nvidia0 is closed to others']);
    expect(closedNodes([CARD], machine({}))).toEqual([
      '/dev/nvidiactl is not here',
      '/dev/nvidia-uvm is not here',
      '/dev/nvidiaN is not here',
    ]);
  });
});
