/** Attacks from docs/threat-model.md on what the sweep jobs hand over; those on text are in report/ and event/. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { shardFolders } from '../../src/adapters/github/artifacts.ts';
import { requestKey } from '../../src/domain/environment.ts';
import type { Result } from '../../src/domain/outcome.ts';
import { ForeignResults } from '../../src/publish/foreign.ts';
import { mergedHistory } from '../../src/publish/history.ts';
import { packed } from '../../src/publish/packed.ts';
import { LORA, PLAN } from '../factories/plan.ts';
import { processorMs } from '../factories/processor.ts';
import { failing, keyOf, passing, raised } from '../factories/results.ts';
import { scratch } from '../factories/scratch.ts';

const CELL = LORA;
const REQUEST = { pins: { transformers: '4.57.6', peft: '0.17.1' }, packages: [] as string[] };
const ID = 'abcdefabcdef';

function environment(request: object = REQUEST, more: object = {}, key?: string): string {
  const { pins } = request as typeof REQUEST;
  const built = { status: 'built', id: ID, lock: { ...pins }, ...more };
  return JSON.stringify({
    kind: 'environment',
    key: key ?? requestKey(request as typeof REQUEST),
    request,
    environment: built,
  });
}
function result(value: Result, more: object = {}, key: object = {}): string {
  return JSON.stringify({
    kind: 'result',
    request: requestKey(REQUEST),
    key: keyOf(value.cell, ID, key),
    repeat: 1,
    result: value,
    ...more,
  });
}
function taken(...lines: readonly string[]) {
  const results = new ForeignResults(PLAN);
  for (const line of lines) results.add(line);
  return { results: results.measurements().flatMap((one) => [...one.results.values()]), rejected: results.rejected() };
}

describe('results of a job that ran strangers’ packages', () => {
  it('are taken where they fit the plan', () => {
    expect(taken(environment(), result(passing(CELL)))).toEqual({ results: [passing(CELL)], rejected: [] });
  });

  it.each<[string, readonly string[], string]>([
    [
      'a cell that nobody planned',
      [environment(), result(passing('lora/none/opt/causal-lm'))],
      'a cell that the plan does not have',
    ],
    [
      'a version that is not in the plan',
      [environment({ pins: { transformers: '9.9.9' }, packages: [] })],
      'an environment that the plan does not have',
    ],
    [
      'a held library at another version',
      [environment({ pins: { transformers: '4.57.6', peft: '0.1.0' }, packages: [] })],
      'an environment that the plan does not have',
    ],
    [
      'a library that is not watched',
      [environment({ pins: { evil: '1.0' }, packages: [] })],
      'an environment that the plan does not have',
    ],
    [
      'a library named like a property of every object',
      [environment({ pins: { constructor: '1.0' }, packages: [] })],
      'an environment that the plan does not have',
    ],
    [
      'an environment under another’s name',
      [environment(REQUEST, {}, 'peft==0.17.1 | ')],
      'an environment under another name',
    ],
    [
      'a lock that does not hold the pins',
      [environment(REQUEST, { lock: { transformers: '4.55.4', peft: '0.17.1' } })],
      'an environment whose lock does not hold its pins',
    ],
    [
      'a result under the name of another cell',
      [environment(), result(passing(CELL), {}, { cell: 'lora/none/qwen2/causal-lm' })],
      'a result under another name',
    ],
    [
      'a result of another lock',
      [environment(), result(passing(CELL), {}, { environment: 'fedcbafedcba' })],
      'a result of an environment that was not built',
    ],
    ['a result without its environment', [result(passing(CELL))], 'a result of an unknown environment'],
    [
      'a pass with a failed stage',
      [environment(), result({ ...passing(CELL), stages: { forward: 'fail' } })],
      'a result that contradicts itself',
    ],
    [
      'a fail without a failure',
      [environment(), result({ ...passing(CELL), outcome: 'fail' })],
      'a result that contradicts itself',
    ],
    [
      'a second answer',
      [environment(), result(passing(CELL)), result(failing(CELL, [raised('forward', 'x')]))],
      'a second result for the same question',
    ],
    [
      'an outcome that does not exist',
      [environment(), result(passing(CELL), { result: { ...passing(CELL), outcome: 'great' } })],
      'a line that is not in our form',
    ],
    [
      'a field that nobody knows',
      [environment(), result(passing(CELL), { pins: ['evil==1'] })],
      'a line that is not in our form',
    ],
    [
      'a message without end',
      [environment(), result({ ...failing(CELL, [raised('forward', 'x')]), message: 'x'.repeat(10_000) })],
      'a line that is not in our form',
    ],
    [
      'a name that is none',
      [environment({ pins: { 'peft @ https://evil.example': '1' }, packages: [] })],
      'a line that is not in our form',
    ],
    ['no JSON', ['{'], 'a line that is not JSON'],
  ])('are turned away for %s', (_name, lines, why) => {
    const { rejected, results } = taken(...lines);
    expect(rejected).toEqual([`1 × ${why}`]);
    expect(results.length).toBeLessThanOrEqual(1);
  });

  it('of two shards are one history, in which a built environment counts before one that was not', () => {
    const one = new ForeignResults(PLAN);
    one.add(environment());
    one.add(result(passing(CELL)));
    const other = new ForeignResults(PLAN);
    other.add(
      JSON.stringify({
        kind: 'environment',
        key: requestKey(REQUEST),
        request: REQUEST,
        environment: { status: 'inconclusive', why: 'no network' },
      }),
    );
    const [merged, ...more] = mergedHistory([other.measurements(), one.measurements()]);
    expect(more).toEqual([]);
    expect(merged?.environment.status).toBe('built');
    expect(merged?.results.get(CELL)).toEqual(passing(CELL));
  });
});

describe('a flood of environments', () => {
  it('of 50,000 ends at once, with as many as the plan allows and a sentence about the rest', () => {
    const results = new ForeignResults({ ...PLAN, held: {} });
    const began = processorMs();
    for (let count = 0; count < 50_000; count++)
      results.add(environment({ pins: { transformers: '4.57.6', peft: `0.17.${count}` }, packages: [] }));
    expect(results.measurements()).toHaveLength(PLAN.environments);
    expect(results.rejected()).toEqual(['49988 × an environment more than the plan allows']);
    expect(processorMs() - began).toBeLessThan(5000);
  });
});

describe('what GitHub says of the artifacts', () => {
  const artifact = (name: string, more: object = {}) => ({ id: 1, name, bytes: 1000, ...more });
  it.each<[string, readonly { id: number; name: string; bytes: number }[], string | undefined]>([
    ['one of each is read', [artifact('peft-sweep-shard-0')], undefined],
    ['a missing one is said', [artifact('peft-sweep-shard-1')], 'no artifact of it'],
    [
      'of two attempts the newest counts, whatever the order',
      [artifact('peft-sweep-shard-0', { id: 9 }), artifact('peft-sweep-shard-0', { id: 4, bytes: 65 * 1024 * 1024 })],
      undefined,
    ],
    [
      'the newest of two attempts is not read where it is too large',
      [artifact('peft-sweep-shard-0', { id: 4 }), artifact('peft-sweep-shard-0', { id: 9, bytes: 65 * 1024 * 1024 })],
      'larger than 64 MiB',
    ],
    [
      'one that is too large is not read',
      [artifact('peft-sweep-shard-0', { bytes: 65 * 1024 * 1024 })],
      'larger than 64 MiB',
    ],
  ])('%s', (_name, artifacts, why) => {
    const problem = packed([{ id: '0' }], artifacts).refused.get('0');
    if (why === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(why);
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['one artifact is alone', ['peft-sweep-shard-1', 'peft-sweep-plan'], 'peft-sweep-shard-1'],
    ['two attempts of one are', ['peft-sweep-shard-1', 'peft-sweep-shard-1'], 'peft-sweep-shard-1'],
    ['one beside another that nobody planned is not', ['peft-sweep-shard-1', 'peft-sweep-shard-x'], undefined],
    ['none is not', [], undefined],
  ])('%s', (_name, names, alone) => {
    expect(
      packed(
        [{ id: '0' }, { id: '1' }],
        names.map((name, id) => artifact(name, { id })),
      ).alone,
    ).toBe(alone);
  });
});

describe('folders of artifacts', () => {
  it('are not read where they hold a link, are too large, or are no folders', () => {
    const folder = scratch('artifacts');
    for (const name of ['good', 'linked', 'large']) mkdirSync(join(folder, name, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'good', 'results.jsonl'), '');
    symlinkSync('/etc/passwd', join(folder, 'linked', 'deep', 'results.jsonl'));
    writeFileSync(join(folder, 'large', 'results.jsonl'), '');
    truncateSync(join(folder, 'large', 'results.jsonl'), 600 * 1024 * 1024);
    writeFileSync(join(folder, 'file'), '');
    expect(shardFolders(folder)).toEqual([
      { name: 'file', path: join(folder, 'file'), why: 'it is not a folder' },
      { name: 'good', path: join(folder, 'good') },
      { name: 'large', path: join(folder, 'large'), why: 'it is larger than 512 MiB' },
      { name: 'linked', path: join(folder, 'linked'), why: 'it holds a link or a special file' },
    ]);
    expect(shardFolders(join(folder, 'gone'))).toEqual([]);
  });
});
