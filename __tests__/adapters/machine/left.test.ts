import { describe, expect, it } from '@jest/globals';
import { Evidence } from '../../../src/adapters/machine/left.ts';

const CELL = 'lora/none/llama/causal-lm';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const GOOD = { 'judged.safetensors': base64('tensors'), 'adapter/adapter_config.json': base64('{}') };
const line = (cell: unknown, files: unknown) =>
  JSON.stringify({ kind: 'evidence', cell, files }).replace('{"kind":"evidence"', '{"kind": "evidence"');

describe('what a cell leaves for a judge', () => {
  it('is given once, with the contents that it had', () => {
    const evidence = new Evidence([CELL]);
    expect(evidence.take(line(CELL, GOOD))).toBe(true);
    const folder = evidence.give(CELL);
    expect(folder?.names).toEqual(['judged.safetensors', 'adapter/adapter_config.json']);
    expect(Buffer.from(folder?.read('judged.safetensors') ?? []).toString()).toBe('tensors');
    expect(folder?.read('constructor')).toBeUndefined();
    expect(evidence.give(CELL)).toBeUndefined();
  });

  it.each<[string, unknown, unknown]>([
    ['a path that climbs out', CELL, { ...GOOD, '../x': base64('x') }],
    ['an absolute path', CELL, { ...GOOD, '/etc/passwd': base64('x') }],
    ['a backslash', CELL, { ...GOOD, 'a\\b': base64('x') }],
    ['a folder in a folder', CELL, { ...GOOD, 'a/b/c': base64('x') }],
    ['a name that is too long', CELL, { ...GOOD, ['a'.repeat(101)]: base64('x') }],
    ['a hidden file', CELL, { ...GOOD, '.x': base64('x') }],
    ['what is no base64', CELL, { ...GOOD, x: '\u0000' }],
    ['a number for a file', CELL, { ...GOOD, x: 5 }],
    ['too many files', CELL, { ...GOOD, ...Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`f${at}`, ''])) }],
    ['no tensors', CELL, { x: base64('x') }],
    ['a cell that was not asked for', 'ia3/none/llama/causal-lm', GOOD],
    ['no cell', 5, GOOD],
    ['files that are a list', CELL, [GOOD]],
  ])('is thrown away with %s', (_what, cell, files) => {
    const evidence = new Evidence([CELL]);
    expect(evidence.take(line(cell, files))).toBe(true);
    expect(evidence.give(CELL)).toBeUndefined();
  });

  it('is no record, whatever is wrong with it, and a record is no evidence', () => {
    const evidence = new Evidence([CELL]);
    expect(evidence.take('{"kind": "evidence", ')).toBe(true);
    expect(evidence.take(`{"kind": "cell", "cell": "${CELL}"}`)).toBe(false);
  });

  it('cannot be put in place of what was left before', () => {
    const evidence = new Evidence([CELL]);
    evidence.take(line(CELL, GOOD));
    evidence.take(line(CELL, { 'judged.safetensors': base64('another') }));
    expect(Buffer.from(evidence.give(CELL)?.read('judged.safetensors') ?? []).toString()).toBe('tensors');
  });
});
