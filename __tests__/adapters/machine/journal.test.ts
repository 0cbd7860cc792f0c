import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FileJournal } from '../../../src/adapters/machine/journal.ts';
import { requestKey } from '../../../src/domain/environment.ts';
import { passing, without } from '../../factories/results.ts';
import { scratch } from '../../factories/scratch.ts';

const CELL = 'lora/none/llama/causal-lm';
const ASKED = { key: 'key', cell: CELL, repeat: 1 };
const place = () => join(scratch('journal'), 'results.jsonl');

describe('the journal', () => {
  it('gives a later run what an earlier one finished', () => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    expect(new FileJournal(file, 'same', false).result(ASKED)).toEqual(passing(CELL));
  });

  it('takes nothing over from a run of another plan, or when asked for a fresh one', () => {
    const file = place();
    new FileJournal(file, 'one', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    expect(new FileJournal(file, 'two', false).result(ASKED)).toBeUndefined();
    new FileJournal(file, 'two', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    expect(new FileJournal(file, 'two', true).result(ASKED)).toBeUndefined();
  });

  it('measures weather again', () => {
    const file = place();
    const journal = new FileJournal(file, 'same', false);
    journal.addResult(ASKED, 'abcabcabcabc', without(CELL, 'inconclusive'));
    journal.addEnvironment({ pins: {}, packages: [] }, { status: 'inconclusive', why: 'no network' });
    const later = new FileJournal(file, 'same', false);
    expect([later.result(ASKED), later.environment(requestKey({ pins: {}, packages: [] }))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('survives a last line that was cut off', () => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    appendFileSync(file, '{"kind":"result","key":"key","envir');
    expect(new FileJournal(file, 'same', false).result(ASKED)).toEqual(passing(CELL));
  });

  it('writes each result at once, one line each', () => {
    const file = place();
    const journal = new FileJournal(file, 'same', false);
    journal.addResult(ASKED, 'abcabcabcabc', passing(CELL));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['run', 'result']);
  });

  it('tells the lines of two runs apart that wrote to one file by turns', () => {
    const file = place();
    const other = { ...passing(CELL), outcome: 'fail' as const };
    const one = new FileJournal(file, 'python 3.13', false);
    const two = new FileJournal(file, 'python 3.11', false);
    one.addResult(ASKED, 'abcabcabcabc', passing(CELL));
    two.addResult(ASKED, 'defdefdefdef', other);
    appendFileSync(
      file,
      `${JSON.stringify({ kind: 'result', key: 'key', environment: 'abcabcabcabc', repeat: 1, result: other })}\n`,
    );
    expect(new FileJournal(file, 'python 3.13', false).result(ASKED)).toEqual(passing(CELL));
  });

  it('leaves only whole lines of its own run in the file', () => {
    const file = place();
    new FileJournal(file, 'another', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    appendFileSync(file, 'null\n{"kind":"result","result":null}\n{"kind":"res');
    new FileJournal(file, 'same', false).addResult(ASKED, 'abcabcabcabc', passing(CELL));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['run', 'result']);
  });

  it('takes over nothing that was measured under another lock of the same request', () => {
    const file = join(scratch('journal'), 'results.jsonl');
    const request = { pins: { peft: '0.1.0' }, packages: [] };
    const key = requestKey(request);
    const first = new FileJournal(file, 'same', false);
    first.addEnvironment(request, { status: 'built', id: 'aaaaaaaaaaaa', lock: { tokenizers: '0.21' } });
    first.addResult({ ...ASKED, key }, 'aaaaaaaaaaaa', passing(CELL));
    const second = new FileJournal(file, 'same', false);
    expect(second.result({ ...ASKED, key })).toBeDefined();
    second.addEnvironment(request, { status: 'built', id: 'bbbbbbbbbbbb', lock: { tokenizers: '0.22' } });
    expect(second.result({ ...ASKED, key })).toBeUndefined();
    expect(new FileJournal(file, 'same', false).result({ ...ASKED, key })).toBeUndefined();
  });

  it('tells a result with what was carried in from one without, now and in a later run', () => {
    const file = place();
    const [carried, plain] = [{ ...ASKED, carriedFrom: 'b45e00000000' }, ASKED];
    const first = new FileJournal(file, 'same', false);
    first.addResult(plain, 'abcabcabcabc', passing(CELL));
    expect(first.result(carried)).toBeUndefined();
    first.addResult(carried, 'abcabcabcabc', { ...passing(CELL), outcome: 'fail' });
    const later = new FileJournal(file, 'same', false);
    expect([later.result(carried)?.outcome, later.result(plain)?.outcome]).toEqual(['fail', 'pass']);
    expect(later.result({ ...ASKED, carriedFrom: 'c0ffee000000' })).toBeUndefined();
  });
});
