import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openCheckpoints } from '../../../src/adapters/machine/checkpoints/open.ts';
import type { Checkpoint } from '../../../src/domain/checkpoint.ts';
import { scratch } from '../../factories/scratch.ts';

type Header = Readonly<Record<string, unknown>>;
type Files = Readonly<Record<string, string | Buffer>>;

const LLAMA = JSON.stringify({ model_type: 'llama' });

function tensors(header: Header, bytes: number): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([head, text, Buffer.alloc(bytes)]);
}

function tensor(dtype: string, shape: readonly number[], from: number, to: number) {
  return { dtype, shape, data_offsets: [from, to] };
}

const ONE = tensors({ a: tensor('BF16', [2, 3], 0, 12) }, 12);
const SOUND: Files = { 'config.json': LLAMA, 'model.safetensors': ONE };

function folderOf(files: Files): string {
  const folder = scratch('own');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), 0o644);
  }
  return folder;
}

async function open(path: string, more: Partial<Checkpoint> = {}, mostBytes = 1e6) {
  const checkpoint = { source: { path }, trustsCode: false, tasks: ['causal-lm'], ...more };
  const fetch = () => Promise.resolve(path);
  const { checkpoints, own } = await openCheckpoints({ mine: checkpoint }, { folder: '/', mostBytes, fetch });
  return { found: checkpoints.mine, own: own.get('mine') };
}

function indexed(map: Readonly<Record<string, string>>): string {
  return JSON.stringify({ metadata: {}, weight_map: map });
}

describe('a checkpoint of the user’s own', () => {
  it('is shown by its files alone, without code, pickles and whatever else lies there', async () => {
    const more = {
      'tokenizer.json': '{}',
      'tokenizer.model': 'x',
      'adapter_config.json': '{"base_model_name_or_path": "another/model"}',
      'adapter_model.safetensors': ONE,
      '.env': 'secret',
      'modeling_x.py': 'x',
      'a.bin': 'x',
    };
    const folder = folderOf({ ...SOUND, ...more, 'sub/config.json': '{}' });
    const { own, found } = await open(folder);
    expect(found).not.toHaveProperty('unfit');
    expect(own?.files.map((path) => path.slice(folder.length + 1))).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer.model',
    ]);
    expect((await open(folder, { trustsCode: true })).own?.files).toContain(join(folder, 'modeling_x.py'));
  });

  it('is said to bring code where its configuration does', async () => {
    const brings = JSON.stringify({ model_type: 'llama', auto_map: { AutoModelForCausalLM: 'modeling_x.Own' } });
    const folders = [SOUND, { ...SOUND, 'config.json': brings }].map(folderOf);
    const opened = await Promise.all(folders.map((folder) => open(folder)));
    expect(opened.map(({ own }) => own?.bringsCode)).toEqual([false, true]);
  });

  it('is known by its content, and by whether its code counts', async () => {
    const hashes = await Promise.all([
      open(folderOf(SOUND)),
      open(folderOf(SOUND)),
      open(folderOf({ ...SOUND, 'model.safetensors': tensors({ a: tensor('F16', [2, 3], 0, 12) }, 12) })),
      open(folderOf({ ...SOUND, 'tokenizer.json': '{}' })),
      open(folderOf(SOUND), { trustsCode: true }),
    ]);
    const [one, same, ...others] = hashes.map(({ own }) => own?.hash);
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(same).toBe(one);
    expect(new Set([one, ...others]).size).toBe(4);
  });

  it('has more time the larger it is', async () => {
    const large = tensors({ a: tensor('F32', [1_000_000], 0, 4_000_000) }, 4_000_000);
    const seconds = [SOUND, { ...SOUND, 'model.safetensors': large }].map(async (files) => {
      const { own } = await open(folderOf(files), {}, 1e9);
      return own?.extraSeconds;
    });
    expect(await Promise.all(seconds)).toEqual([1, 2]);
  });

  it('has the form that its configuration says', async () => {
    const settings = { model_type: 'llama', quantization_config: { quant_method: 'gptq', bits: 4 } };
    const { found, own } = await open(folderOf({ ...SOUND, 'config.json': JSON.stringify(settings) }));
    expect(found).toMatchObject({ stored: 'gptq-int4' });
    expect(own?.isStored).toBe(true);
  });

  it('is whole in several files that an index names', async () => {
    const shards = { 'model-1.safetensors': ONE, 'model-2.safetensors': tensors({ b: tensor('F32', [], 0, 4) }, 4) };
    const index = { 'model.safetensors.index.json': indexed({ a: 'model-1.safetensors', b: 'model-2.safetensors' }) };
    expect((await open(folderOf({ 'config.json': LLAMA, ...shards, ...index }))).own).toBeDefined();
  });

  it.each<[string, string, Files]>([
    ['not a checkpoint', 'It has no `config.json`', { 'model.safetensors': ONE }],
    ['not a checkpoint', 'no `model_type`', { ...SOUND, 'config.json': '{}' }],
    ['not a checkpoint', 'is no JSON', { ...SOUND, 'config.json': '{' }],
    ['not a checkpoint', 'is no JSON object', { ...SOUND, 'config.json': '[]' }],
    ['not a checkpoint', 'neither `model.safetensors`', { 'config.json': LLAMA }],
    ['only an adapter', 'It holds an adapter and no model', { 'adapter_config.json': '{}', 'tokenizer.json': '{}' }],
    ['only an adapter', 'It holds an adapter and no model', { 'config.json': LLAMA, 'adapter_model.safetensors': ONE }],
    ['only pickle files', '`pytorch_model.bin`, which runs code', { 'config.json': LLAMA, 'pytorch_model.bin': 'x' }],
    [
      'form not known',
      '(exl3)',
      { ...SOUND, 'config.json': '{"model_type":"a","quantization_config":{"quant_method":"exl3"}}' },
    ],
    ['partial', 'has 4 bytes, fewer than', { ...SOUND, 'model.safetensors': 'abcd' }],
    [
      'partial',
      'has 6 bytes of tensors where its header says 12',
      { ...SOUND, 'model.safetensors': ONE.subarray(0, ONE.length - 6) },
    ],
    ['partial', 'ends within its header', { ...SOUND, 'model.safetensors': ONE.subarray(0, 20) }],
    [
      'not safetensors',
      'has 13 bytes of tensors',
      { ...SOUND, 'model.safetensors': Buffer.concat([ONE, Buffer.alloc(1)]) },
    ],
    [
      'not safetensors',
      'is no JSON object',
      { ...SOUND, 'model.safetensors': Buffer.concat([ONE.subarray(0, 8), Buffer.alloc(200)]) },
    ],
    [
      'not safetensors',
      '`a` in `model.safetensors` has no dtype',
      { ...SOUND, 'model.safetensors': tensors({ a: tensor('Q9', [1], 0, 1) }, 1) },
    ],
    [
      'not safetensors',
      'where its shape asks for 24',
      { ...SOUND, 'model.safetensors': tensors({ a: tensor('F32', [2, 3], 0, 12) }, 12) },
    ],
    [
      'not safetensors',
      'where its shape asks for',
      { ...SOUND, 'model.safetensors': tensors({ a: tensor('F32', [2 ** 40, 2 ** 40], 0, 12) }, 12) },
    ],
    [
      'partial',
      '1 of them are not there: `gone.safetensors`',
      {
        'config.json': LLAMA,
        'm.safetensors': ONE,
        'model.safetensors.index.json': indexed({ a: 'm.safetensors', b: 'gone.safetensors' }),
      },
    ],
    [
      'partial',
      'are not there: `../../secret`',
      { 'config.json': LLAMA, 'model.safetensors.index.json': indexed({ a: '../../secret' }) },
    ],
    [
      'partial',
      '1 of 2 tensors that',
      {
        'config.json': LLAMA,
        'm.safetensors': ONE,
        'model.safetensors.index.json': indexed({ a: 'm.safetensors', b: 'm.safetensors' }),
      },
    ],
    ['partial', 'names no file', { 'config.json': LLAMA, 'model.safetensors.index.json': '{}' }],
  ])('is %s where %s', async (reason, message, files) => {
    const { found, own } = await open(folderOf(files));
    expect(found?.unfit).toEqual({ reason, message: expect.stringContaining(message) });
    expect(own).toBeUndefined();
  });

  it('is not there', async () => {
    expect((await open('/nowhere/at/all')).found?.unfit?.reason).toBe('not there');
    expect((await open(join(folderOf(SOUND), 'config.json'))).found?.unfit?.message).toBe('It is no folder.');
  });

  it('has a header that is not read where it is long', async () => {
    const head = Buffer.alloc(16);
    head.writeBigUInt64LE(2n ** 40n);
    const { found } = await open(folderOf({ ...SOUND, 'model.safetensors': head }));
    expect(found?.unfit).toMatchObject({ reason: 'header too long' });
  });

  it('is not loaded where it takes more than a cell may, with the numbers', async () => {
    const folder = folderOf(SOUND);
    const header = tensors({ a: tensor('BF16', [1 << 29], 0, 1 << 30) }, 0);
    writeFileSync(join(folder, 'model.safetensors'), header);
    truncateSync(join(folder, 'model.safetensors'), header.length + 2 ** 30);
    expect((await open(folder, {}, 2 ** 31)).found?.unfit).toEqual({
      reason: 'too large',
      message: 'It takes 2.15 GB loaded, and a cell about 8.59 GB with its copies; a cell may take 2.15 GB here.',
    });
  });

  it('has no link that leads out of it; one that stays inside is a file', async () => {
    const inside = folderOf({ ...SOUND, 'real.safetensors': ONE });
    symlinkSync('real.safetensors', join(inside, 'linked.safetensors'));
    expect((await open(inside)).found).not.toHaveProperty('unfit');
    for (const target of [join(folderOf(SOUND), 'config.json'), '/etc/hostname', 'nowhere']) {
      const folder = folderOf(SOUND);
      symlinkSync(target, join(folder, 'tokenizer.json'));
      expect((await open(folder)).found?.unfit).toMatchObject({ reason: 'link out of it' });
    }
  });

  it('may be what only its owner reads, where that is who runs the probe', async () => {
    const folder = folderOf(SOUND);
    chmodSync(join(folder, 'model.safetensors'), 0o600);
    const { found } = await open(folder);
    if (process.getuid?.() === 0) expect(found?.unfit).toMatchObject({ reason: 'cannot be read' });
    else expect(found).not.toHaveProperty('unfit');
  });

  it('is fetched where it is of a hub, and the others go on where it cannot be', async () => {
    const folder = folderOf(SOUND);
    const hub = { source: { id: 'o/n', revision: '0'.repeat(40) }, trustsCode: true, tasks: ['causal-lm'] };
    const asked: unknown[] = [];
    const fetch = (...given: unknown[]) => {
      asked.push(given);
      return Promise.resolve(folder);
    };
    const gone = { source: { path: 'gone' }, trustsCode: false, tasks: ['causal-lm'] };
    const { checkpoints, own } = await openCheckpoints({ gone, hub }, { folder: '/', mostBytes: 1e6, fetch });
    expect(asked).toEqual([['o/n', '0'.repeat(40), true]]);
    expect([...own.keys()]).toEqual(['hub']);
    expect(checkpoints.gone?.unfit?.reason).toBe('not there');
  });
});
