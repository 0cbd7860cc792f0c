import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findHandover, Handover } from '../../../src/adapters/machine/handover.ts';
import { scratch } from '../../factories/scratch.ts';

const CELL = 'lora/none/llama/causal-lm';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const line = (cell: string, files: Readonly<Record<string, string>>) =>
  JSON.stringify({ kind: 'handover', cell, files }).replace('{"kind":"handover"', '{"kind": "handover"');

describe('what a base cell leaves for the others', () => {
  it('is kept whole, under the name of its cell, readable for everybody', () => {
    const root = scratch('handover');
    const handover = new Handover(root);
    expect(handover.has('abc', CELL)).toBe(false);
    expect(
      handover.take('abc', line(CELL, { 'logits.json': base64('{}'), 'adapter/adapter_config.json': base64('x') }), [
        CELL,
      ]),
    ).toBe(true);
    expect(handover.has('abc', CELL)).toBe(true);
    const folder = join(root, 'abc', 'lora__none__llama__causal-lm');
    expect(readdirSync(folder).toSorted()).toEqual(['adapter', 'logits.json']);
    expect(readFileSync(join(folder, 'adapter', 'adapter_config.json'), 'utf8')).toBe('x');
  });

  it('is found again for one cell, of the plan that was measured last', () => {
    const out = scratch('handover');
    expect(findHandover(join(out, 'absent'), CELL)).toBeUndefined();
    for (const [at, plan] of ['older', 'newer'].entries()) {
      new Handover(join(out, plan)).take('abc', line(CELL, { 'logits.json': base64('{}') }), [CELL]);
      utimesSync(join(out, plan, 'abc', 'lora__none__llama__causal-lm'), 1000 - at, 1000 - at);
    }
    expect(findHandover(out, CELL)).toEqual({ folder: join(out, 'older'), environmentId: 'abc' });
    expect(findHandover(out, 'ia3/none/llama/causal-lm')).toBeUndefined();
  });

  it('has a folder that everybody may enter before anything is in it', () => {
    const handover = new Handover(scratch('handover'));
    const folder = handover.open('abc');
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(handover.has('abc', CELL)).toBe(false);
    handover.take('abc', line(CELL, { 'logits.json': base64('{}') }), [CELL]);
    expect(handover.open('abc')).toBe(folder);
    expect(readdirSync(folder)).toEqual(['lora__none__llama__causal-lm']);
  });

  it('takes the place of an earlier one as a whole', () => {
    const handover = new Handover(scratch('handover'));
    handover.take('abc', line(CELL, { 'logits.json': base64('old'), 'adapter/old': base64('old') }), [CELL]);
    handover.take('abc', line(CELL, { 'logits.json': base64('new') }), [CELL]);
    expect(readdirSync(join(handover.folder('abc'), 'lora__none__llama__causal-lm'))).toEqual(['logits.json']);
  });

  it('is not there while it is half written by a run that died', () => {
    const root = scratch('handover');
    mkdirSync(join(root, 'abc', 'lora__none__llama__causal-lm.4711'), { recursive: true });
    writeFileSync(join(root, 'abc', 'lora__none__llama__causal-lm.4711', 'logits.json'), '{"pl');
    expect(new Handover(root).has('abc', CELL)).toBe(false);
  });

  it.each([
    ['a path that leaves the folder', CELL, { '../../evil': base64('x') }],
    ['an absolute path', CELL, { '/tmp/evil': base64('x') }],
    ['a hidden name', CELL, { '.ssh/config': base64('x') }],
    ['folders in folders', CELL, { 'a/b/c': base64('x') }],
    ['a cell that is a path', '../../../evil/x/y/z', { 'logits.json': base64('x') }],
    ['a cell of other characters', 'lora/none/llama/causal lm', { 'logits.json': base64('x') }],
    ['what is not base64', CELL, { 'logits.json': 'not base64!' }],
    ['a file and a folder of one name', CELL, { 'a/b': base64('x'), a: base64('x') }],
    ['too many files', CELL, Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`f${index}`, '']))],
  ])('is thrown away with %s', (_what, cell, files) => {
    const root = scratch('handover');
    const left = line(cell, { 'logits.json': base64('{}'), ...files });
    expect(new Handover(root).take('abc', left, [cell])).toBe(true);
    expect(new Handover(root).has('abc', cell)).toBe(false);
  });

  it('is thrown away where the cell was not asked for, or left nothing', () => {
    const handover = new Handover(scratch('handover'));
    handover.take('abc', line(CELL, { 'logits.json': base64('{}') }), ['ia3/none/llama/causal-lm']);
    handover.take('abc', line(CELL, {}), [CELL]);
    expect(handover.has('abc', CELL)).toBe(false);
  });

  it('leaves other lines to others, and survives half a line', () => {
    const handover = new Handover(scratch('handover'));
    expect(handover.take('abc', '{"kind": "cell", "cell": "x"}', [CELL])).toBe(false);
    expect(handover.take('abc', '{"kind": "handover", "cell": "lo', [CELL])).toBe(true);
  });
});
