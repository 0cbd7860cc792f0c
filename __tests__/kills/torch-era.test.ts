/** A sweep that has gone over to the torch of its time, is killed there and resumed: nothing is measured a second time. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resultKey } from '../../src/result/key.ts';
import { parseLine } from '../../src/result/line.ts';
import { normalReport } from '../mini-sweep/normalize.ts';
import { FOR_OLD_TORCH, TORCHES } from '../mini-sweep/scenarios.ts';
import { offersOf } from '../mini-sweep/stand-ins.ts';
import { type Ended, type MiniWorld, openMiniWorld, reportIn } from '../mini-sweep/world.ts';

const OFFERS = offersOf({ transformers: FOR_OLD_TORCH, torch: TORCHES });
const SWEEP = ['sweep', 'transformers:1.0..2.0', '--cells', 'lora/none/llama/causal-lm', '--jobs', '2'];
const KILLER = `--import ${resolve('__tests__/kills/killer.mjs')}`;

let world: MiniWorld;
let links: string;
let undisturbed: string;
let writes: number;

function sweep(out: string, environment: Readonly<Record<string, string>> = {}) {
  return world.run({
    ...{ root: 'torch-era', offers: OFFERS, args: SWEEP, out },
    environment: { UV_FIND_LINKS: links, ...environment },
  });
}

const said = ({ status, out }: Ended) => `${status}\n${normalReport(reportIn(out))}`;

/** Each result that is written down, by what was measured; its seconds tell one measurement from another. */
function results(out: string): ReadonlyMap<string, string> {
  const files = ['known.jsonl', 'results.jsonl'].map((name) => join(out, name)).filter((file) => existsSync(file));
  const found = new Map<string, string>();
  for (const line of files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))) {
    const parsed = parseLine(line);
    if (parsed?.kind === 'result')
      found.set(`${resultKey(parsed.key)} ${parsed.repeat}`, JSON.stringify(parsed.result));
  }
  return found;
}

beforeAll(async () => {
  world = await openMiniWorld();
  links = world.linksTo('torch', TORCHES);
  const counted = join(world.folder, 'count');
  await sweep(join(world.folder, 'warm'));
  const ended = await sweep(join(world.folder, 'plain'), { NODE_OPTIONS: KILLER, COUNT_TO: counted });
  writes = Number(readFileSync(counted, 'utf8'));
  undisturbed = said(ended);
  expect(reportIn(ended.out).run.torch).toMatch(/^1\.0/);
});

afterAll(() => world.close());

describe('a sweep that is killed in the torch of its time', () => {
  it.each([0.02, 0.1, 0.25, 0.4])('with %d of its writes to come', async (left) => {
    const out = join(world.folder, `out-${left}`);
    await sweep(out, { NODE_OPTIONS: KILLER, KILL_AT: String(Math.ceil(writes * (1 - left))) });
    expect(existsSync(join(out, 'torch.json'))).toBe(true);
    const before = results(out);
    expect(before.size).toBeGreaterThan(0);
    const resumed = await sweep(out);
    expect(said(resumed)).toBe(undisturbed);
    const after = results(out);
    expect([...before].filter(([key, result]) => after.get(key) !== result)).toEqual([]);
    expect(resumed.stderr).toContain('goes on with torch 1.0');
  });
});
