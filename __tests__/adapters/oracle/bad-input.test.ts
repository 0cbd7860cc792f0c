/** What strangers' code may leave in the place of a cell's tensors: each is an error of that cell, with a sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { OracleProcess, type OracleSettings } from '../../../src/adapters/oracle/process.ts';
import { parseCellId } from '../../../src/domain/cell.ts';
import { scratch } from '../../factories/scratch.ts';
import { fileOf, floats, integers, tensorFile, type Written } from '../../factories/tensor-files.ts';

const settings: OracleSettings = {
  version: 'test',
  program: join(scratch('oracle-bad-input'), 'oracle-process.mjs'),
  graphs: resolve('oracle/graphs'),
  checkpoints: resolve('probe/checkpoints'),
  runtime: resolve('.'),
};
const CELL = 'lora/none/llama/causal-lm';
const ROOT = join('__tests__/fixtures/oracle', CELL.replaceAll('/', '__'));
const SOUND = new Map(
  ['judged.safetensors', 'adapter/adapter_config.json', 'adapter/adapter_model.safetensors'].map(
    (name) => [name, new Uint8Array(readFileSync(join(ROOT, name)))] as const,
  ),
);
const Q = 'base_model.model.model.layers.0.self_attn.q_proj';
let oracle: OracleProcess;

beforeAll(async () => {
  const entry = resolve('src/adapters/oracle/main.ts');
  const bundled = { bundle: true, platform: 'node', format: 'esm' } as const;
  await build({ ...bundled, entryPoints: [entry], outfile: settings.program, external: ['onnxruntime-node'] });
  oracle = new OracleProcess(settings);
});

async function answerTo(changed: Readonly<Record<string, Uint8Array>>) {
  const names = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => SOUND.has(name));
  return oracle.examine(parseCellId(CELL), { names, read: (name) => changed[name] ?? SOUND.get(name) });
}

function soundFile(name = 'judged.safetensors'): Uint8Array {
  return SOUND.get(name) ?? new Uint8Array();
}

/** The sound text with some of its tensors replaced: two rows of three tokens, of which one is padding. */
function judged(changed: Readonly<Record<string, Written>>): Uint8Array {
  const logits = floats([5, 64], Array<number>(320).fill(0));
  const text = { ids: integers([2, 3], [1, 2, 3, 0, 4, 5]), mask: integers([2, 3], [1, 1, 1, 0, 1, 1]) };
  return tensorFile({ ...text, logits, ...changed });
}

function described(entries: Readonly<Record<string, unknown>>, bytes: number): Uint8Array {
  return fileOf(JSON.stringify(entries), new Uint8Array(bytes));
}

function entry(shape: readonly number[], from: number, to: number) {
  return { dtype: 'F32', shape, data_offsets: [from, to] };
}

function settingsOf(words: object): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(words)));
}

const long = Array<number>(5000).fill(1);
const BAD_TEXT: readonly (readonly [string, Uint8Array, string])[] = [
  ['half of its bytes', soundFile().slice(0, soundFile().length >> 1), 'the file ends within'],
  ['one byte less', soundFile().slice(0, -1), 'the file ends within'],
  ['one byte more', new Uint8Array([...soundFile(), 0]), '1 bytes stand behind'],
  ['a header over 1 MiB', fileOf(`{"a":"${'x'.repeat(1 << 20)}"}`), 'longer than 1 MiB'],
  [
    'over 10,000 entries',
    described(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`t${n}`, entry([0], 0, 0)])), 0),
    'more than 10,000',
  ],
  ['a shape that overflows', described({ logits: entry([2 ** 31, 2 ** 31], 0, 4) }, 4), 'overflows'],
  ['ranges that overlap', described({ logits: entry([2], 0, 8), ids: entry([2], 4, 12) }, 12), 'overlaps'],
  ['a range outside of the file', described({ logits: entry([1], 2 ** 40, 2 ** 40 + 4) }, 4), 'ends within'],
  ['more than the cap of a cell', new Uint8Array((16 << 20) + 1), 'more than 16777216'],
  ['logits of whole numbers', judged({ logits: integers([5, 1], [1, 2, 3, 4, 5]) }), 'holds whole numbers'],
  [
    'logits of a dtype that is not read',
    judged({ logits: { ...floats([5, 1], [1, 2, 3, 4, 5]), dtype: 'F8_E5M2' } }),
    'dtype',
  ],
  ['logits of one row too few', judged({ logits: floats([4, 1], [1, 2, 3, 4]) }), 'where 5 rows are expected'],
  ['logits of three axes', judged({ logits: floats([5, 1, 1], [1, 2, 3, 4, 5]) }), 'where 5 rows are expected'],
  ['tokens of numbers with a point', judged({ ids: floats([2, 3], [1, 2, 3, 0, 4, 5]) }), 'holds no whole numbers'],
  ['tokens of one axis', judged({ ids: integers([6], [1, 2, 3, 0, 4, 5]) }), 'no rows of tokens'],
  ['no tokens at all', judged({ ids: integers([0, 3], []) }), 'no rows of tokens'],
  ['5,000 tokens', judged({ ids: integers([1, 5000], long), mask: integers([1, 5000], long) }), 'no rows of tokens'],
  [
    'a token outside of the vocabulary',
    judged({ ids: integers([2, 3], [1, 2, 64, 0, 4, 5]) }),
    'not in the vocabulary',
  ],
  ['a token below 0', judged({ ids: integers([2, 3], [1, 2, -1, 0, 4, 5]) }), 'not in the vocabulary'],
  ['a mask of another shape', judged({ mask: integers([2, 2], [1, 1, 1, 1]) }), 'a mask of [2, 2]'],
  ['a mask of other numbers', judged({ mask: integers([2, 3], [1, 7, 1, 0, 1, 1]) }), 'other than 0 and 1'],
  [
    'a prompt as long as what was made of it',
    judged({ tokens: integers([1, 2], [1, 2]), prompts: integers([1, 2], [1, 2]) }),
    'not the beginning of 2',
  ],
  [
    'a prompt without tokens',
    judged({
      tokens: integers([1, 2], [1, 2]),
      prompts: integers([1, 0], []),
    }),
    'a prompt of 0 tokens',
  ],
  [
    'base weights with NaN, which are our own',
    judged({
      'base.model.layers.0.self_attn.q_proj.weight': floats([128, 128], [Number.NaN, ...Array<number>(16_383).fill(0)]),
    }),
    'NaN or an infinity',
  ],
  [
    'base weights of another shape',
    judged({ 'base.model.layers.0.self_attn.q_proj.weight': floats([1, 1], [0]) }),
    'do not',
  ],
];

it.each(BAD_TEXT)('a cell that left %s is not checked, and says why', async (_, content, words) => {
  const answer = await answerTo({ 'judged.safetensors': content });
  expect(answer).toEqual({ kind: 'not checked', why: expect.stringContaining(words) });
});

const thin = (rows: number, columns: number) => floats([rows, columns], Array<number>(rows * columns).fill(1));
const BAD_ADAPTERS: readonly (readonly [string, object, Readonly<Record<string, Written>>, string])[] = [
  [
    'a product of 160 GB',
    { peft_type: 'LORA', r: 1 },
    { 'lora_A.weight': thin(1, 200_000), 'lora_B.weight': thin(200_000, 1) },
    'larger than any weight',
  ],
  [
    'a product of Kronecker of 4 GB',
    { peft_type: 'LOKR', r: 1 },
    { lokr_w1: thin(1, 32_768), lokr_w2: thin(32_768, 1) },
    'larger than any weight',
  ],
  [
    'a circulant block of 40 GB',
    { peft_type: 'C3A' },
    { c3a_kernel: floats([1, 1, 100_000], Array<number>(100_000).fill(1)) },
    'larger than any weight',
  ],
  [
    '20,000 frequencies',
    { peft_type: 'FOURIERFT' },
    { fourierft_spectrum: floats([20_000], Array<number>(20_000).fill(1)) },
    '20000 numbers for a weight of 16384',
  ],
  [
    'a rotation of 1,500 inputs',
    { peft_type: 'OFT', use_cayley_neumann: true, peft_version: '0.18.1' },
    { 'oft_R.weight': thin(1, (1500 * 1499) / 2) },
    'larger than any weight',
  ],
  ['a part that no module has', { peft_type: 'LORA' }, { 'ia3_l.weight': thin(1, 128) }, 'which no graph here has'],
];

it.each(BAD_ADAPTERS)(
  'an adapter that asks for %s is not checked, and the next cell is',
  async (_, words, parts, says) => {
    const tensors = Object.fromEntries(Object.entries(parts).map(([name, written]) => [`${Q}.${name}`, written]));
    const answer = await answerTo({
      'adapter/adapter_config.json': settingsOf(words),
      'adapter/adapter_model.safetensors': tensorFile(tensors),
    });
    expect(answer).toEqual({ kind: 'not checked', why: expect.stringContaining(says) });
    expect(await answerTo({})).toMatchObject({ kind: 'agrees' });
  },
);

it('20,000 virtual tokens are more than is run', async () => {
  const answer = await answerTo({
    'adapter/adapter_config.json': settingsOf({ peft_type: 'PROMPT_TUNING' }),
    'adapter/adapter_model.safetensors': tensorFile({ prompt_embeddings: thin(20_000, 128) }),
  });
  expect(answer).toEqual({ kind: 'not checked', why: expect.stringContaining('larger than any weight') });
});

it.each([
  ['no JSON', new Uint8Array([0x7b])],
  ['JSON of 1 MiB and more', new Uint8Array((1 << 20) + 1).fill(0x20)],
  ['deep JSON', new Uint8Array(Buffer.from('['.repeat(500_000)))],
  ['a list', settingsOf([])],
  ['a type of 100 letters', settingsOf({ peft_type: 'x'.repeat(100) })],
])('an adapter whose configuration is %s is not checked', async (_, content) => {
  expect(await answerTo({ 'adapter/adapter_config.json': content })).toMatchObject({ kind: 'not checked' });
});
