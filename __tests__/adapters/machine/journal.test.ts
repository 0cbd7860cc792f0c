import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FileJournal } from '../../../src/adapters/machine/journal.ts';
import { requestKey } from '../../../src/domain/environment.ts';
import type { ResultKey } from '../../../src/result/key.ts';
import { keyOf, passing, without } from '../../factories/results.ts';
import { scratch } from '../../factories/scratch.ts';

const CELL = 'lora/none/llama/causal-lm';
const REQUEST = { pins: { peft: '0.1.0' }, packages: [] };
const ASKED = { request: requestKey(REQUEST), key: keyOf(CELL, 'abcabcabcabc'), repeat: 1 };
const under = (more: Partial<ResultKey>) => ({ ...ASKED, key: { ...ASKED.key, ...more } });
const kinds = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
const known = (file: string) => join(dirname(file), 'known.jsonl');
const place = () => join(scratch('journal'), 'results.jsonl');

describe('the journal', () => {
  it('gives a later run what an earlier one finished', () => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, passing(CELL));
    expect(new FileJournal(file, 'same', false).result(ASKED)).toEqual(passing(CELL));
  });

  it('takes nothing over when asked for a fresh one', () => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, passing(CELL));
    expect(new FileJournal(file, 'same', true).result(ASKED)).toBeUndefined();
  });

  it('takes over what a run of another plan measured, where it is the same measurement, and says so in its own file', () => {
    const file = place();
    new FileJournal(file, 'one', false).addResult(ASKED, passing(CELL));
    const two = new FileJournal(file, 'two', false);
    expect(kinds(file)).toEqual(['run']);
    const known = two.result({ ...ASKED, request: 'another request with the same lock' });
    expect(known).toEqual(passing(CELL));
    two.addResult(ASKED, passing(CELL));
    two.addResult(ASKED, passing(CELL));
    expect(kinds(file)).toEqual(['run', 'result']);
  });

  it.each<[string, Partial<ResultKey>]>([
    ['lock', { environment: 'defdefdefdef' }],
    ['probe', { probe: '5' }],
    ['checkpoint', { checkpoint: 'd0d0d0d0d0d0' }],
    ['cell', { cell: 'ia3/none/llama/causal-lm' }],
    ['configuration', { configuration: 'peft-sweep 9.9.9' }],
    ['base to carry from', { carriedFrom: 'b45e00000000' }],
  ])('takes nothing over that was measured with another %s', (_what, more) => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, passing(CELL));
    expect(new FileJournal(file, 'same', false).result(under(more))).toBeUndefined();
    expect(new FileJournal(file, 'same', false).result({ ...ASKED, repeat: 2 })).toBeUndefined();
  });

  it('does not take over which lock a request has in a run of another plan', () => {
    const file = place();
    const built = { status: 'built', id: 'aaaaaaaaaaaa', lock: { tokenizers: '0.21' } } as const;
    new FileJournal(file, 'one', false).addEnvironment(REQUEST, built);
    expect(new FileJournal(file, 'one', false).environment(requestKey(REQUEST))).toEqual(built);
    expect(new FileJournal(file, 'two', false).environment(requestKey(REQUEST))).toBeUndefined();
  });

  it('measures weather again', () => {
    const file = place();
    const journal = new FileJournal(file, 'same', false);
    journal.addResult(ASKED, without(CELL, 'inconclusive'));
    journal.addEnvironment({ pins: {}, packages: [] }, { status: 'inconclusive', why: 'no network' });
    const later = new FileJournal(file, 'same', false);
    expect([later.result(ASKED), later.environment(requestKey({ pins: {}, packages: [] }))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('survives a last line that was cut off', () => {
    const file = place();
    new FileJournal(file, 'same', false).addResult(ASKED, passing(CELL));
    appendFileSync(file, '{"kind":"result","key":"key","envir');
    expect(new FileJournal(file, 'same', false).result(ASKED)).toEqual(passing(CELL));
  });

  it('writes each result at once, one line each', () => {
    const file = place();
    const journal = new FileJournal(file, 'same', false);
    journal.addResult(ASKED, passing(CELL));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['run', 'result']);
  });

  it('tells the lines of two runs apart that wrote to one file by turns', () => {
    const file = place();
    const lock = (tokenizers: string) => ({ status: 'built', id: 'aaaaaaaaaaaa', lock: { tokenizers } }) as const;
    const one = new FileJournal(file, 'python 3.13', false);
    const two = new FileJournal(file, 'python 3.11', false);
    one.addEnvironment(REQUEST, lock('0.21'));
    two.addEnvironment(REQUEST, lock('0.22'));
    expect(new FileJournal(file, 'python 3.13', false).environment(requestKey(REQUEST))).toEqual(lock('0.21'));
    expect(kinds(file)).toEqual(['run', 'environment']);
  });

  it('reads nothing in the form of an older version', () => {
    const file = place();
    const old = {
      kind: 'result',
      run: 'abcabcabcabc',
      key: requestKey(REQUEST),
      environment: 'abcabcabcabc',
      repeat: 1,
    };
    new FileJournal(file, 'same', false);
    appendFileSync(file, `${JSON.stringify({ ...old, result: passing(CELL) })}\n`);
    expect(new FileJournal(file, 'same', false).result(ASKED)).toBeUndefined();
    expect(kinds(file)).toEqual(['run']);
  });

  it('leaves only whole lines of its own run in the file', () => {
    const file = place();
    new FileJournal(file, 'another', false).addResult(ASKED, passing(CELL));
    appendFileSync(file, 'null\n{"kind":"result","result":null}\n{"kind":"res');
    new FileJournal(file, 'same', false).addResult(ASKED, passing(CELL));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['run', 'result']);
  });

  it('takes over nothing that was measured under another lock of the same request', () => {
    const file = place();
    const first = new FileJournal(file, 'same', false);
    first.addEnvironment(REQUEST, { status: 'built', id: 'aaaaaaaaaaaa', lock: { tokenizers: '0.21' } });
    first.addResult(under({ environment: 'aaaaaaaaaaaa' }), passing(CELL));
    const second = new FileJournal(file, 'same', false);
    second.addEnvironment(REQUEST, { status: 'built', id: 'bbbbbbbbbbbb', lock: { tokenizers: '0.22' } });
    const later = new FileJournal(file, 'same', false);
    expect(later.environment(requestKey(REQUEST))).toMatchObject({ id: 'bbbbbbbbbbbb' });
    expect(later.result(under({ environment: 'bbbbbbbbbbbb' }))).toBeUndefined();
  });

  it('tells a result with what was carried in from one without, now and in a later run', () => {
    const file = place();
    const [carried, plain] = [under({ carriedFrom: 'b45e00000000' }), ASKED];
    const first = new FileJournal(file, 'same', false);
    first.addResult(plain, passing(CELL));
    expect(first.result(carried)).toBeUndefined();
    first.addResult(carried, { ...passing(CELL), outcome: 'fail' });
    const later = new FileJournal(file, 'same', false);
    expect([later.result(carried)?.outcome, later.result(plain)?.outcome]).toEqual(['fail', 'pass']);
    expect(later.result(under({ carriedFrom: 'c0ffee000000' }))).toBeUndefined();
  });

  describe('of two plans that use one folder by turns', () => {
    const built = (tokenizers: string) => ({ status: 'built', id: 'aaaaaaaaaaaa', lock: { tokenizers } }) as const;
    const [first, second] = [under({ environment: 'aaaaaaaaaaaa' }), under({ environment: 'bbbbbbbbbbbb' })];

    /** What the first plan measured, then the second, each in a run of its own. */
    function byTurns() {
      const file = place();
      const one = new FileJournal(file, 'torch 2.15', false);
      one.addEnvironment(REQUEST, built('0.21'));
      one.addResult(first, passing(CELL));
      new FileJournal(file, 'torch 2.2', false).addResult(second, passing(CELL));
      return file;
    }

    it('has the environments and the results of the first when it goes on with that', () => {
      const file = byTurns();
      const again = new FileJournal(file, 'torch 2.15', false);
      expect(again.environment(requestKey(REQUEST))).toEqual(built('0.21'));
      expect([again.result(first), again.result(second)]).toEqual([passing(CELL), passing(CELL)]);
      expect(kinds(file)).toEqual(['run', 'environment', 'result']);
    });

    it('has those of the second after a run of the first, and its file stands for one at a time', () => {
      const file = byTurns();
      new FileJournal(file, 'torch 2.15', false);
      const again = new FileJournal(file, 'torch 2.2', false);
      expect([again.environment(requestKey(REQUEST)), again.result(second)]).toEqual([undefined, passing(CELL)]);
      expect(kinds(file)).toEqual(['run', 'result']);
    });

    it('keeps the newest lines within its limit', () => {
      const file = byTurns();
      const most = 2_000;
      const add = (repeat: number) =>
        new FileJournal(file, `plan ${repeat}`, false, most).addResult({ ...first, repeat }, passing(CELL));
      for (let repeat = 1; repeat <= 9; repeat++) add(repeat);
      expect(statSync(known(file)).size).toBeLessThanOrEqual(most);
      const later = new FileJournal(file, 'another', false, most);
      expect([later.result({ ...first, repeat: 9 }), later.result(first)]).toEqual([passing(CELL), undefined]);
    });

    it('reads nothing of a file that is larger than any that was written', () => {
      const file = byTurns();
      new FileJournal(file, 'torch 2.15', false);
      const most = Math.floor(statSync(known(file)).size / 2) - 1;
      expect(new FileJournal(file, 'torch 2.15', false, most).result(second)).toBeUndefined();
    });

    it('believes no line that is not in our form', () => {
      const file = byTurns();
      new FileJournal(file, 'torch 2.15', false);
      const lines = readFileSync(known(file), 'utf8').replaceAll('"outcome":"pass"', '"outcome":"pass","more":1');
      writeFileSync(known(file), `null\n{"kind":"run"}\n${lines}{"kind":"res`);
      expect(new FileJournal(file, 'torch 2.15', false).result(second)).toBeUndefined();
    });

    it('forgets all of them when asked for a fresh one', () => {
      const file = byTurns();
      new FileJournal(file, 'torch 2.15', false);
      const fresh = new FileJournal(file, 'torch 2.2', true);
      expect([fresh.result(first), fresh.result(second)]).toEqual([undefined, undefined]);
      expect(readFileSync(known(file), 'utf8')).toBe('');
    });

    it('makes no file beside its own where there is one plan only', () => {
      const file = place();
      new FileJournal(file, 'one', false).addResult(ASKED, passing(CELL));
      new FileJournal(file, 'one', false);
      expect(existsSync(known(file))).toBe(false);
    });
  });
});
