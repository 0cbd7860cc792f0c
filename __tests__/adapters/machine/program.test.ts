import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { probeProgram, programFolder } from '../../../src/adapters/machine/program.ts';
import { scratch } from '../../factories/scratch.ts';

beforeAll(() => {
  Object.assign(globalThis, { TOOL_VERSION: '9.9.9' });
});

describe('the program that tries cells', () => {
  it('has one version: the one that it says itself', () => {
    const { stdout } = spawnSync('python3', ['-c', 'import peft_probe; print(peft_probe.VERSION)'], {
      cwd: programFolder(),
      encoding: 'utf8',
    });
    expect(probeProgram(programFolder(), undefined).version).toBe(stdout.trim());
  });

  it('has a hash for each checkpoint, and another where a weight is another', () => {
    const folder = scratch('program');
    cpSync(programFolder(), folder, { recursive: true });
    const before = probeProgram(folder, undefined);
    const [llama, bert] = [before.checkpoint('llama'), before.checkpoint('bert')];
    expect(llama).toMatch(/^[0-9a-f]{12}$/);
    writeFileSync(join(folder, 'checkpoints', 'llama', 'model.safetensors'), 'other weights');
    const after = probeProgram(folder, undefined);
    expect([after.checkpoint('llama') === llama, after.checkpoint('bert') === bert]).toEqual([false, true]);
  });

  it.each([undefined, 'spawn'] as const)('started by %s says how it runs, and of which content it is', (start) => {
    const { configuration } = probeProgram(programFolder(), start);
    const end = start === undefined ? '' : ', spawn';
    expect(configuration).toMatch(new RegExp(`^peft-sweep 9\\.9\\.9, probe of [0-9a-f]{12}${end}$`));
  });

  it.each([
    ['a line of a stage', join('peft_probe', 'stages', 'training.py')],
    ['an entry of the matrix', join('matrix', 'methods.json')],
    ['a band', join('peft_probe', 'bands.json')],
    ['an invariant', join('peft_probe', 'invariants', '__init__.py')],
  ])('is another program where %s is another, whatever version it says', (_, file) => {
    const folder = scratch('program');
    cpSync(programFolder(), folder, { recursive: true });
    const before = probeProgram(folder, undefined);
    writeFileSync(join(folder, file), 'other');
    expect(probeProgram(folder, undefined).configuration).not.toBe(before.configuration);
  });
});
