/** Artifacts of the sweep jobs as the download leaves them: a folder each, or one alone without a folder of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gather } from '../../src/action/publish/gather.ts';
import { requestKey } from '../../src/domain/environment.ts';
import { HOLD_A_TORCH, NEEDS_ANOTHER_TORCH } from '../../src/domain/torch-era.ts';
import { packed } from '../../src/publish/packed.ts';
import { LORA, planFile, resultLines, shardJson } from '../factories/plan.ts';
import { processorMs } from '../factories/processor.ts';
import { failing, passing, raised, without } from '../factories/results.ts';
import { scratch } from '../factories/scratch.ts';

const BROKEN = resultLines(passing(LORA), failing(LORA, [raised('forward', 'gone')]));

function put(folder: string, shard: string, results = BROKEN): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'shard.json'), shardJson(shard, 'hash'));
  writeFileSync(join(folder, 'results.jsonl'), results);
}
const named = (...ids: readonly string[]) =>
  ids.map((id, index) => ({ id: index, name: `peft-sweep-shard-${id}`, bytes: 100 }));
async function comparisonsOf(count: number, folder: string, ids: readonly string[] | undefined) {
  const file = planFile(count);
  const { reports, missing } = await gather(
    file,
    'hash',
    folder,
    { tool: 'test', started: '2026-01-01T00:00:00.000Z' },
    ids && packed(file.shards, named(...ids)),
  );
  return { found: reports.map(({ comparisons }) => comparisons[0]?.comparison), missing };
}

describe('the results of a sweep', () => {
  it('are found where the only artifact was unpacked without a folder of its own', async () => {
    const folder = scratch('flat');
    put(folder, '0');
    const expected = { found: ['regressed'], missing: [] };
    expect(await comparisonsOf(1, folder, ['0'])).toEqual(expected);
    expect(await comparisonsOf(1, folder, undefined)).toEqual(expected);
  });

  it('say which checkpoints of the user were not measured', async () => {
    const folder = scratch('unfit');
    put(folder, '0');
    const unfit = ['not there: `mine` (models/mine): There is no such folder.'];
    const text = { ...JSON.parse(shardJson('0', 'hash')), unfit };
    writeFileSync(join(folder, 'shard.json'), JSON.stringify(text));
    expect((await comparisonsOf(1, folder, ['0'])).missing).toEqual([`A checkpoint was not measured: ${unfit[0]}`]);
  });

  it('are found in folders of their own', async () => {
    const folder = scratch('nested');
    for (const id of ['0', '1']) put(join(folder, `peft-sweep-shard-${id}`), id);
    expect(await comparisonsOf(2, folder, ['0', '1'])).toEqual({ found: ['regressed', 'regressed'], missing: [] });
    expect(await comparisonsOf(2, folder, undefined)).toEqual({ found: ['regressed', 'regressed'], missing: [] });
  });

  it('are found in a folder of their own though they are alone', async () => {
    const folder = scratch('alone-nested');
    put(join(folder, 'peft-sweep-shard-0'), '0');
    put(join(folder, 'peft-sweep-shard-1'), '1');
    expect((await comparisonsOf(2, folder, ['0'])).found).toEqual(['regressed', 'not-compared']);
  });

  it('are those of the one shard that came, where the others are missing', async () => {
    const folder = scratch('one-of-two');
    put(folder, '1');
    expect(await comparisonsOf(2, folder, ['1'])).toEqual({
      found: ['not-compared', 'regressed'],
      missing: ['Shard 0 is missing: this run has no artifact of it.'],
    });
  });

  it('of other shards are not believed to an artifact that is alone', async () => {
    const folder = scratch('forged');
    put(folder, '1');
    put(join(folder, 'peft-sweep-shard-0'), '0');
    expect((await comparisonsOf(2, folder, ['1'])).found).toEqual(['not-compared', 'regressed']);
  });

  it('are judged in time though 50,000 forged environments stand beside them', async () => {
    const folder = scratch('flood');
    const forged = Array.from({ length: 50_000 }, (_, index) => {
      const request = { pins: { transformers: '4.57.6', peft: '0.17.1', accelerate: `1.0.${index}` }, packages: [] };
      const environment = { status: 'inconclusive', why: 'x' };
      return JSON.stringify({ kind: 'environment', key: requestKey(request), request, environment });
    });
    put(folder, '0', `${BROKEN}${forged.join('\n')}\n`);
    const began = processorMs();
    const { found, missing } = await comparisonsOf(1, folder, ['0']);
    expect(processorMs() - began).toBeLessThan(5000);
    expect(found).toEqual(['regressed']);
    expect(missing).toEqual(['Shard 0: turned away 49990 × an environment more than the plan allows.']);
  });

  it('that lie flat belong to nobody where GitHub lists several artifacts', async () => {
    const folder = scratch('flat-of-two');
    put(folder, '0');
    const { found } = await comparisonsOf(2, folder, ['0', '1']);
    expect(found).toEqual(['not-compared', 'not-compared']);
  });

  it('are not taken from a stranger’s artifact that is alone', async () => {
    const folder = scratch('stranger');
    put(folder, '0');
    const { found, missing } = await comparisonsOf(1, folder, ['zzz']);
    expect(found).toEqual(['not-compared']);
    expect(missing).toContain('An artifact that the plan does not name was not read.');
  });

  it('say of cells that wait for another torch what their shard had found of one', async () => {
    const folder = scratch('waiting');
    const why = 'torch 2.2.2 is of its time: 2.8 GB to fetch, more than 1.5 GB.';
    const waits = { ...without(LORA, 'skipped'), reason: NEEDS_ANOTHER_TORCH, message: `no triton. ${HOLD_A_TORCH}` };
    put(folder, '0', resultLines(waits, waits));
    writeFileSync(join(folder, 'shard.json'), shardJson('0', 'hash', {}, { torchOfItsTime: why }));
    const at = { tool: 'test', started: '2026-01-01T00:00:00.000Z' };
    const { reports, missing } = await gather(planFile(1), 'hash', folder, at);
    expect(missing).toEqual([]);
    expect(reports[0]?.comparisons[0]?.why).toBe(`skipped: needs another torch: ${why}`);
    expect(reports[0]?.results.map(({ message }) => message)).toEqual([`no triton. ${why}`, `no triton. ${why}`]);
    writeFileSync(join(folder, 'shard.json'), shardJson('0', 'hash', {}, { torchOfItsTime: 'x'.repeat(301) }));
    expect((await gather(planFile(1), 'hash', folder, at)).missing).toEqual(['Shard 0 was not made from this plan.']);
  });
});
