import { describe, expect, it } from '@jest/globals';
import type { OwnCheckpoint } from '../../../src/adapters/machine/checkpoints/open.ts';
import { withOwn } from '../../../src/adapters/oracle/own.ts';
import type { Cell } from '../../../src/domain/cell.ts';
import type { Oracle } from '../../../src/ports/oracle.ts';
import type { Folder } from '../../../src/ports/probes.ts';

const LEFT: Folder = { names: [], read: () => undefined };
const cell = (architecture: string): Cell => ({
  method: 'lora',
  quantization: 'none',
  architecture,
  task: 'causal-lm',
});

function checkpoint(more: Partial<OwnCheckpoint> = {}): OwnCheckpoint {
  const files = ['/mine/config.json', '/mine/model.safetensors'];
  return {
    folder: '/mine',
    files,
    trustsCode: false,
    bringsCode: false,
    isStored: false,
    extraSeconds: 0,
    modelType: 'llama',
    hash: '0'.repeat(12),
    ...more,
  };
}

function oracle() {
  const asked: unknown[] = [];
  const known: Oracle = {
    version: '1',
    covers: ({ architecture }) => architecture === 'llama',
    examine: (one, _left, folder) => {
      asked.push([one.architecture, folder]);
      return Promise.resolve({ kind: 'agrees', distance: 0 });
    },
  };
  return { asked, known };
}

describe('the oracle on checkpoints of the user’s own', () => {
  it('takes the graph of their type and the weights of their folder', async () => {
    const { asked, known } = oracle();
    const both = withOwn(known, new Map([['mine', checkpoint()]]));
    await both.examine(cell('mine'), LEFT);
    await both.examine(cell('llama'), LEFT);
    expect(asked).toEqual([
      ['llama', '/mine'],
      ['llama', undefined],
    ]);
  });

  it.each<[string, Partial<OwnCheckpoint>, boolean]>([
    ['of a type that it has a graph for', {}, true],
    ['of another type', { modelType: 'plain_tower' }, false],
    ['that is quantized in its files', { isStored: true }, false],
    ['whose trusted code is another model', { trustsCode: true, bringsCode: true }, false],
    ['whose code is not trusted, so that it is of its type', { bringsCode: true }, true],
    ['that brings no code to trust', { trustsCode: true }, true],
    ['in shards', { files: ['/mine/model-00001-of-00002.safetensors'] }, false],
  ])('covers one %s: %#', (_name, more, covers) => {
    expect(withOwn(oracle().known, new Map([['mine', checkpoint(more)]])).covers(cell('mine'))).toBe(covers);
  });

  it('covers ours as before, and no other name', () => {
    const both = withOwn(oracle().known, new Map());
    expect([both.covers(cell('llama')), both.covers(cell('mine'))]).toEqual([true, false]);
  });
});
