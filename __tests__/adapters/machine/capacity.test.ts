import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { addToCount, keepWithin, makeRoom, take } from '../../../src/adapters/machine/capacity.ts';
import { makeScratch } from '../../../src/adapters/machine/scratch.ts';
import { scratch } from '../../factories/scratch.ts';

const KB = 1024;

/** A cache of environments of 200 KB each, the first of them used longest ago. */
function cacheOf(...ids: readonly string[]): string {
  const cache = scratch('capacity');
  for (const [index, id] of ids.entries()) {
    const folder = join(cache, 'environments', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'library.so'), Buffer.alloc(200 * KB, id));
    utimesSync(folder, 1_000_000 + index, 1_000_000 + index);
  }
  return cache;
}

const environments = (cache: string) => readdirSync(join(cache, 'environments')).toSorted();

/** Marks an environment as a process would that has ended since. */
function takenByTheDead(cache: string, id: string): void {
  const mine = makeScratch(cache, 'use');
  const { pid } = spawnSync('true');
  const theirs = mine.replace(`.${process.pid}-`, `.${pid}-`);
  renameSync(mine, theirs);
  writeFileSync(join(theirs, id), '');
}

describe('a cache that grows', () => {
  it('is left alone below its cap', async () => {
    const cache = cacheOf('a', 'b', 'c');
    expect(await makeRoom(cache, 2000 * KB)).toMatchObject({ removed: [], bytesFreed: 0 });
    expect(environments(cache)).toEqual(['a', 'b', 'c']);
  });

  it('gives up what was not used for longest, and no more than it has to', async () => {
    const cache = cacheOf('a', 'b', 'c', 'd');
    const { removed, bytesFreed, bytesLeft } = await makeRoom(cache, 500 * KB);
    expect(removed).toEqual(['a', 'b']);
    expect(environments(cache)).toEqual(['c', 'd']);
    expect(bytesFreed).toBeGreaterThanOrEqual(400 * KB);
    expect(bytesLeft).toBeLessThanOrEqual(500 * KB);
    expect(readdirSync(join(cache, 'tmp'))).toEqual([]);
  });

  it('is counted once, and again where what was built since may be too much', async () => {
    const cache = cacheOf('a', 'b');
    expect(await keepWithin(cache, 700 * KB)).toMatchObject({ removed: [] });
    expect(await keepWithin(cache, 700 * KB)).toBeUndefined();
    addToCount(cache, join(cache, 'environments', 'b'));
    expect(await keepWithin(cache, 700 * KB)).toBeUndefined();
    addToCount(cache, join(cache, 'environments', 'b'));
    // It was counted too often: nothing has to go.
    expect(await keepWithin(cache, 700 * KB)).toMatchObject({ removed: [] });
    expect(await keepWithin(cache, 300 * KB)).toMatchObject({ removed: ['a'] });
  });

  it.each([
    ['alone', 0, 200],
    ['and a cache of wheels', 1, 200],
    ['and another environment', 2, 0],
  ])('grows by what is held by a new environment %s', async (_what, links, kilobytes) => {
    const cache = cacheOf('a');
    const folder = join(cache, 'environments', 'a');
    for (let link = 0; link < links; link++) linkSync(join(folder, 'library.so'), join(cache, `link-${link}`));
    await keepWithin(cache, 700 * KB);
    const counted = () => Number(readFileSync(join(cache, 'counted'), 'utf8'));
    const before = counted();
    addToCount(cache, folder);
    expect(counted() - before).toBe(kilobytes * KB);
  });

  it('is counted anew where what was noted is no number', async () => {
    const cache = cacheOf('a');
    writeFileSync(join(cache, 'counted'), 'much');
    expect(await keepWithin(cache, 700 * KB)).toMatchObject({ removed: [] });
  });

  it('keeps what a run uses, however old, and what was used again', async () => {
    const cache = cacheOf('a', 'b', 'c');
    take(cache, 'a');
    const { removed, bytesLeft } = await makeRoom(cache, 100 * KB);
    expect(removed).toEqual(['b', 'c']);
    expect(environments(cache)).toEqual(['a']);
    expect(bytesLeft).toBeGreaterThan(100 * KB);
  });

  it('does not keep what a run used that is dead', async () => {
    const cache = cacheOf('a', 'b');
    takenByTheDead(cache, 'a');
    expect((await makeRoom(cache, 300 * KB)).removed).toEqual(['a']);
  });

  it('counts a file once that several environments share, and drops wheels that none does', async () => {
    const cache = cacheOf('a', 'b');
    const archives = join(cache, 'uv', 'archive-v0');
    for (const id of ['a', 'b']) {
      mkdirSync(join(archives, id), { recursive: true });
      linkSync(join(cache, 'environments', id, 'library.so'), join(archives, id, 'library.so'));
      utimesSync(join(archives, id), 1_000_000, 1_000_000);
    }
    expect((await makeRoom(cache, 500 * KB)).removed).toEqual([]);
    expect((await makeRoom(cache, 300 * KB)).removed).toEqual(['a']);
    expect(existsSync(join(archives, 'a'))).toBe(false);
    expect(existsSync(join(archives, 'b'))).toBe(true);
  });

  it('counts bytecode, and drops what no environment shares', async () => {
    const cache = cacheOf('a', 'b');
    const stored = (name: string) => join(cache, 'bytecode', 'cpython-311', '00', name);
    mkdirSync(join(stored('x'), '..'), { recursive: true });
    for (const name of ['of-a', 'of-b', 'of-none', 'new']) writeFileSync(stored(name), Buffer.alloc(50 * KB, name));
    for (const id of ['a', 'b']) linkSync(stored(`of-${id}`), join(cache, 'environments', id, 'module.pyc'));
    for (const name of ['of-a', 'of-b', 'of-none']) utimesSync(stored(name), 1_000_000, 1_000_000);
    for (const [index, id] of ['a', 'b'].entries())
      utimesSync(join(cache, 'environments', id), 1_000_000 + index, 1_000_000 + index);
    const names = () => readdirSync(join(stored('x'), '..')).toSorted();
    expect((await makeRoom(cache, 580 * KB)).removed).toEqual([]);
    expect(names()).toEqual(['new', 'of-a', 'of-b']);
    expect((await makeRoom(cache, 400 * KB)).removed).toEqual(['a']);
    expect(names()).toEqual(['new', 'of-b']);
  });

  it('lets whoever takes an environment wait while another run decides about it', async () => {
    const cache = cacheOf('a');
    const deciding = makeScratch(cache, 'deciding');
    const other = spawn('sh', ['-c', `sleep 0.4; rmdir '${deciding}'`]);
    const began = performance.now();
    take(cache, 'a');
    expect(performance.now() - began).toBeGreaterThan(200);
    expect(existsSync(deciding)).toBe(false);
    other.kill();
  });

  it('is shared by runs that make room at the same time', async () => {
    const cache = cacheOf('a', 'b', 'c', 'd');
    const both = await Promise.all([makeRoom(cache, 500 * KB), makeRoom(cache, 500 * KB)]);
    expect(both.map(({ bytesLeft }) => bytesLeft <= 500 * KB)).toEqual([true, true]);
    expect(environments(cache)).toEqual(['c', 'd']);
    expect(readdirSync(join(cache, 'tmp'))).toEqual([]);
  });

  it('has nothing to give where it is new', async () => {
    expect(await makeRoom(scratch('new'), 1)).toEqual({ removed: [], bytesFreed: 0, bytesLeft: 0 });
  });
});
