import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openFolder, takeOut } from '../../../src/adapters/machine/folders.ts';
import { scratch } from '../../factories/scratch.ts';

/** A process that runs until it is killed, and when it began. */
async function somebody(): Promise<{ pid: number; started: string; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const pid = child.pid ?? 0;
  const started = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
  const gone = new Promise<void>((done) => child.once('close', () => done()));
  const kill = () => {
    child.kill('SIGKILL');
    return gone;
  };
  return { pid, started, kill };
}

describe('a folder that a run writes to', () => {
  it.each<[string, (folder: string) => string, string]>([
    ['a file', (folder) => join(folder, 'file'), 'it is a file'],
    ['below a file', (folder) => join(folder, 'file', 'out'), 'a file stands in its way'],
    ['where nothing can be made', () => '/proc/out', 'it cannot be made there'],
    ['with too long a name', (folder) => join(folder, 'n'.repeat(300)), 'its name is too long'],
    ['a circle of links', (folder) => join(folder, 'circle', 'out'), 'it is a link to itself'],
  ])('that is %s is a mistake that says what to do', (_name, place, why) => {
    const folder = scratch('folders');
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('circle', join(folder, 'circle'));
    expect(() => openFolder(place(folder), 'The output folder', 'name another with `--out DIR`')).toThrow(
      `\`${place(folder)}\` cannot be used: ${why}. Mend that, or name another with \`--out DIR\`.`,
    );
  });

  it('is left as it was', () => {
    const folder = scratch('folders');
    openFolder(folder, 'The cache folder', 'name another');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the lock of an output folder', () => {
  it('keeps a second run out while the first runs, and lets it in afterwards', async () => {
    const out = join(scratch('lock'), 'out');
    const first = await somebody();
    mkdirSync(out);
    writeFileSync(join(out, '.lock'), JSON.stringify(first));
    expect(() => takeOut(out)).toThrow(`Another run (process ${first.pid}) writes to \`${out}\` now. Wait for it`);
    await first.kill();
    const giveBack = takeOut(out);
    expect(JSON.parse(readFileSync(join(out, '.lock'), 'utf8')).pid).toBe(process.pid);
    giveBack();
    expect(readdirSync(out)).toEqual([]);
  });

  it.each<[string, (out: string) => void]>([
    [
      'of a number that another process has by now',
      (out) => writeFileSync(join(out, '.lock'), JSON.stringify({ pid: process.pid, started: '1' })),
    ],
    ['of nobody', (out) => writeFileSync(join(out, '.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }))],
    ['that is empty', (out) => writeFileSync(join(out, '.lock'), '')],
    ['that is no object', (out) => writeFileSync(join(out, '.lock'), 'null')],
    ['that is a folder', (out) => mkdirSync(join(out, '.lock'))],
    ['that is a link to nowhere', (out) => symlinkSync('/nowhere', join(out, '.lock'))],
  ])('%s is taken over', (_name, leave) => {
    const out = scratch('lock');
    leave(out);
    takeOut(out)();
    expect(readdirSync(out)).toEqual([]);
  });

  it('of another run is not given back with our own', () => {
    const out = scratch('lock');
    const giveBack = takeOut(out);
    writeFileSync(join(out, '.lock'), 'another');
    giveBack();
    expect(readFileSync(join(out, '.lock'), 'utf8')).toBe('another');
  });

  it('lets nobody else in, however often they try', () => {
    const out = scratch('lock');
    const gave = takeOut(out);
    const others = Array.from({ length: 5 }, () => {
      try {
        return takeOut(out);
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(others).toEqual(Array.from({ length: 5 }, () => 'UserError'));
    gave();
  });
});
