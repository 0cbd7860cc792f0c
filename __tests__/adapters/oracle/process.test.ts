import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { openOracle } from '../../../src/adapters/oracle/open.ts';
import { hasRuntime, OracleProcess, type OracleSettings } from '../../../src/adapters/oracle/process.ts';
import { parseCellId } from '../../../src/domain/cell.ts';
import type { Folder } from '../../../src/ports/probes.ts';
import { scratch } from '../../factories/scratch.ts';
import { floats, tensorFile } from '../../factories/tensor-files.ts';

const folder = scratch('oracle-process');
const settings: OracleSettings = {
  version: 'test',
  program: join(folder, 'oracle-process.mjs'),
  graphs: resolve('oracle/graphs'),
  checkpoints: resolve('probe/checkpoints'),
  runtime: resolve('.'),
};
const LORA = 'lora/none/llama/causal-lm';

beforeAll(async () => {
  const entry = resolve('src/adapters/oracle/main.ts');
  const bundled = { bundle: true, platform: 'node', format: 'esm' } as const;
  await build({ ...bundled, entryPoints: [entry], outfile: settings.program, external: ['onnxruntime-node'] });
});

function left(cell: string, changed: Readonly<Record<string, Uint8Array>> = {}): Folder {
  const root = join('__tests__/fixtures/oracle', cell.replaceAll('/', '__'));
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
  return { names, read: (name) => changed[name] ?? new Uint8Array(readFileSync(join(root, name))) };
}

describe('the oracle in its own process', () => {
  it('answers all that ask, one after the other', async () => {
    const oracle = new OracleProcess(settings);
    const cells = [LORA, 'base/none/bert/seq-cls', 'prefix-tuning/none/opt/causal-lm', LORA];
    const answers = await Promise.all(cells.map((cell) => oracle.examine(parseCellId(cell), left(cell))));
    expect(answers).toEqual(cells.map(() => ({ kind: 'agrees', distance: expect.any(Number) })));
  });

  it('gives each cell its own time, however many wait before it', async () => {
    const program = join(folder, 'slow.mjs');
    writeFileSync(
      program,
      `let last = Promise.resolve();
      process.on('message', ({ id }) => {
        last = last.then(() => new Promise((done) => setTimeout(done, 1200)));
        last = last.then(() => process.send({ id, answer: { kind: 'agrees', distance: 0 } }));
      });`,
    );
    const oracle = new OracleProcess({ ...settings, program, patience: 4000 });
    const none: Folder = { names: [], read: () => undefined };
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => oracle.examine(parseCellId(LORA), none)));
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'agrees'));
  }, 30_000);

  it.each([
    ['a file that is none', { 'judged.safetensors': new Uint8Array([1, 2, 3]) }, 'fewer than its own length'],
    ['no text', { 'judged.safetensors': tensorFile({ logits: floats([1], [1]) }) }, 'is missing'],
    ['no JSON', { 'adapter/adapter_config.json': new Uint8Array([0xff]) }, 'no JSON'],
    ['an unknown method', { 'adapter/adapter_config.json': Buffer.from('{"peft_type": "constructor"}') }, 'no formula'],
    ['another shape', { 'adapter/adapter_model.safetensors': tensorFile(ofAnotherShape()) }, 'do not'],
    ['17 MiB', { 'judged.safetensors': new Uint8Array(17 << 20) }, 'more than 16777216'],
  ])('does not check a cell that left %s, and goes on', async (_, changed, words) => {
    const oracle = new OracleProcess(settings);
    const answer = await oracle.examine(parseCellId(LORA), left(LORA, changed));
    expect(answer).toEqual({ kind: 'not checked', why: expect.stringContaining(words) });
    expect(await oracle.examine(parseCellId(LORA), left(LORA))).toMatchObject({ kind: 'agrees' });
  });

  it('finds logits that are no numbers, whatever there is no formula for', async () => {
    const changed = {
      'judged.safetensors': tensorFile({ logits: floats([3], [1, Number.NaN, Number.NEGATIVE_INFINITY]) }),
      'adapter/adapter_config.json': Buffer.from('{"peft_type": "POLY"}'),
    };
    const answer = await new OracleProcess(settings).examine(parseCellId(LORA), left(LORA, changed));
    expect(answer).toEqual({ kind: 'not finite', where: 'logits', tensor: '"logits"', count: 2, of: 3 });
  });

  it('finds a saved adapter that holds none, where the logits are numbers', async () => {
    const name = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight';
    const changed = { 'adapter/adapter_model.safetensors': tensorFile({ [name]: floats([1, 2], [1, Number.NaN]) }) };
    const answer = await new OracleProcess(settings).examine(parseCellId(LORA), left(LORA, changed));
    expect(answer).toEqual({ kind: 'not finite', where: 'adapter', tensor: `"${name}"`, count: 1, of: 2 });
  });

  it('gets nothing of the environment of whoever asks', async () => {
    const program = join(folder, 'tells.mjs');
    const says = "process.send({ id, answer: { kind: 'not checked', why: JSON.stringify(process.env) } })";
    writeFileSync(program, `process.on('message', ({ id }) => ${says});\n`);
    process.env.PEFT_SWEEP_TEST_TOKEN = 'secret';
    const answer = await new OracleProcess({ ...settings, program }).examine(parseCellId(LORA), left(LORA));
    delete process.env.PEFT_SWEEP_TEST_TOKEN;
    expect(answer).toEqual({ kind: 'not checked', why: expect.not.stringContaining('secret') });
  });

  it('says nothing of a cell where its process ends: that is weather, and no answer', async () => {
    const oracle = new OracleProcess({ ...settings, program: join(folder, 'missing.mjs') });
    await expect(oracle.examine(parseCellId(LORA), left(LORA))).rejects.toThrow('ended or did not answer');
  });

  it.each([
    ['has its runtime', {}, true],
    ['cannot load it', { runtime: folder }, false],
    ['is not there', { program: join(folder, 'missing.mjs') }, false],
  ])('that %s says so before it is asked about a cell', async (_, changed, isReady) => {
    expect(await new OracleProcess({ ...settings, ...changed }).canAnswer()).toBe(isReady);
  });

  it('does not check where its runtime cannot be loaded', async () => {
    const without = new OracleProcess({ ...settings, runtime: folder });
    const answer = await without.examine(parseCellId(LORA), left(LORA));
    expect(answer).toEqual({ kind: 'not checked', why: 'onnxruntime-node cannot be loaded' });
  });
});

it('covers what it has graphs for, unquantized or in 4 bit', () => {
  const oracle = new OracleProcess(settings);
  const covered = [
    LORA,
    'lora/bnb-nf4/llama/causal-lm',
    'lora/none/bert/token-cls',
    'base/none/gpt2/causal-lm',
    'adaption-prompt/bnb-nf4/llama/causal-lm',
    'lora/bnb-nf4/gpt2/causal-lm',
  ];
  const others = ['lora/bnb-int8/llama/causal-lm', 'lora/none/t5/seq2seq-lm'];
  expect([...covered, ...others].filter((cell) => oracle.covers(parseCellId(cell)))).toEqual(covered);
});

it('is off where its runtime is missing, with how to switch it on, and where it is told so', async () => {
  const why = `onnxruntime-node is not found in ${folder}. To switch it on: \`npm ci\` in a checkout of peft-sweep, or name a folder that has it with \`--oracle-path\`.`;
  expect(await openOracle(resolve('probe'), folder)).toEqual({ kind: 'off', why });
  expect(await openOracle(resolve('probe'), 'off')).toEqual({ kind: 'asked' });
  expect([hasRuntime(folder), hasRuntime(resolve('.'))]).toEqual([false, true]);
});

function ofAnotherShape() {
  const name = 'base_model.model.model.layers.0.self_attn.q_proj.lora_';
  return { [`${name}A.weight`]: floats([1, 3], [1, 2, 3]), [`${name}B.weight`]: floats([128, 1], Array(128).fill(1)) };
}
