import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ownOfCell } from '../../src/commands/own-of-cell.ts';
import { UserError } from '../../src/errors.ts';
import { parseCommandLine } from '../../src/inputs.ts';
import { scratch } from '../factories/scratch.ts';

const CONFIGURATION = 'device: both\ncheckpoints:\n  mine: {path: models/mine}\n  other: {path: gone}\n';

/** What is typed, with a configuration. */
function typed(...more: readonly string[]) {
  const problems: string[] = [];
  const asked: (string | undefined)[] = [];
  const read = (path: string | undefined) => {
    asked.push(path);
    return CONFIGURATION;
  };
  const line = parseCommandLine(['replay', 'lora/none/mine/causal-lm@1b77c0de92aa', ...more], read, problems);
  return { line, problems, asked };
}

function opener() {
  const folder = scratch('replay');
  const head = Buffer.alloc(8);
  const text = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  head.writeBigUInt64LE(BigInt(text.length));
  mkdirSync(join(folder, 'models', 'mine'), { recursive: true });
  const put = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, 'models', 'mine', name), content);
    chmodSync(join(folder, 'models', 'mine', name), 0o644);
  };
  put('config.json', '{"model_type":"llama"}');
  put('model.safetensors', Buffer.concat([head, Buffer.from(text), Buffer.alloc(4)]));
  return { folder, mostBytes: 1e6, fetch: () => Promise.reject(new Error('no hub here')) };
}

describe('the checkpoint of a cell that is replayed', () => {
  it('is that of the configuration, and no other is opened', async () => {
    const { line, problems } = typed();
    expect(problems).toEqual([]);
    const own = await ownOfCell('lora/none/mine/causal-lm', line.request.checkpoints, opener());
    expect([...own].map(([name, { modelType }]) => [name, modelType])).toEqual([['mine', 'llama']]);
  });

  it('is that of a configuration that is named, on one device', () => {
    const { line, asked } = typed('--config', 'other.yml');
    expect(asked).toEqual(['other.yml']);
    expect(line.options.device).toBeUndefined();
    expect(typed('--device', 'cuda').line.options.device).toBe('cuda');
  });

  it('is nothing where the architecture is of the matrix', async () => {
    expect(await ownOfCell('lora/none/llama/causal-lm', undefined, opener())).toEqual(new Map());
  });

  it.each([
    ['lora/none/theirs/causal-lm', '`theirs` is a checkpoint of your own, and the configuration has none of that name'],
    ['lora/none/other/causal-lm', 'cannot be opened again (not there). There is no such folder.'],
  ])('is asked for where %s cannot be had', async (cell, why) => {
    const opened = ownOfCell(cell, typed().line.request.checkpoints, opener());
    await expect(opened).rejects.toThrow(UserError);
    await expect(opened).rejects.toThrow(why);
  });
});
