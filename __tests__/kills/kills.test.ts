/** A sweep that is killed, at any write or at any moment, and resumed, says what an undisturbed one says. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { normalReport } from '../mini-sweep/normalize.ts';
import { offersOf } from '../mini-sweep/stand-ins.ts';
import { type Ended, type MiniWorld, openMiniWorld, reportIn } from '../mini-sweep/world.ts';

const KILLS = Number(process.env.KILLS ?? 20);
const SEED = Number(process.env.SEED ?? 20261125);

/** A break that only a carried adapter shows: what a lost handover would hide. */
const OFFERS = offersOf({ peft: { '1.0': {}, '2.0': { faults: ['scaling_is_tripled'] } } });
const SWEEP = ['sweep', 'peft:1.0..2.0', '--cells', 'lora/none/llama/causal-lm', '--jobs', '2'];
const KILLER = `--import ${resolve('__tests__/kills/killer.mjs')}`;

let world: MiniWorld;
let undisturbed: string;
let writes: number;
let milliseconds: number;

function sweep(
  out: string,
  environment: Readonly<Record<string, string>> = {},
  started?: (child: ChildProcess) => void,
) {
  return world.run({ root: 'kills', offers: OFFERS, args: SWEEP, out, environment, ...(started && { started }) });
}

/** What the run says, without what differs from run to run. */
const said = ({ status, out }: Ended) => `${status}\n${normalReport(reportIn(out))}`;

/** Equal numbers for an equal seed: mulberry32. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Where each kill falls: half of them at or in a write, half at a moment; each third run builds its environments anew. */
const CASES = (() => {
  const numbers = random(SEED);
  return Array.from({ length: KILLS }, (_, index) => ({
    index,
    at: numbers.next().value,
    how: index % 2 ? 'moment' : 'write',
  }));
})();

beforeAll(async () => {
  world = await openMiniWorld();
  const counted = join(world.folder, 'count');
  await sweep(join(world.folder, 'warm'), {});
  const began = performance.now();
  const ended = await sweep(join(world.folder, 'plain'), { NODE_OPTIONS: KILLER, COUNT_TO: counted });
  milliseconds = performance.now() - began;
  writes = Number(readFileSync(counted, 'utf8'));
  undisturbed = said(ended);
  expect(ended.status).toBe(1);
  expect(reportIn(ended.out).comparisons).toMatchObject([{ comparison: 'degraded' }]);
});

afterAll(() => world.close());

function commandsOfOurs(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf)
    .filter((command) => command.includes(world.folder));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

async function nothingRuns(): Promise<readonly string[]> {
  for (let tries = 0; tries < 50 && commandsOfOurs().length > 0; tries++) await wait(100);
  return commandsOfOurs();
}

function measuredTwice(out: string): readonly string[] {
  const keys = readFileSync(join(out, 'results.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const { kind, request, key, repeat, result } = JSON.parse(line);
        return kind === 'result' ? [JSON.stringify([request, key, repeat, result.stages.carry])] : [];
      } catch {
        return [];
      }
    });
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

describe('a sweep that is killed and resumed', () => {
  it.each(CASES.map((one) => [one.index, one.how, one] as const))('kill %i, at a %s', async (index, how, { at }) => {
    const out = join(world.folder, `out-${index}`);
    if (index % 3 === 0) rmSync(join(world.cache, 'environments'), { recursive: true, force: true });
    const place = Math.ceil(at * writes * 2) / 2;
    const killed =
      how === 'write'
        ? await sweep(out, { NODE_OPTIONS: KILLER, KILL_AT: String(place) })
        : await sweep(out, {}, (child) => setTimeout(() => child.kill('SIGKILL'), at * milliseconds).unref());
    const resumed = await sweep(out);
    expect(said(resumed)).toBe(undisturbed);
    expect(await nothingRuns()).toEqual([]);
    expect(existsSync(join(world.cache, 'tmp')) ? readdirSync(join(world.cache, 'tmp')) : []).toEqual([]);
    // A base cell whose handover was not written yet is measured again, and nothing else is.
    expect(measuredTwice(out).length).toBeLessThanOrEqual(killed.status === null ? 2 : 0);
  });
});
