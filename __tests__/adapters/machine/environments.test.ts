import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type EnvironmentSettings, UvEnvironments } from '../../../src/adapters/machine/environments.ts';
import type { Finished } from '../../../src/adapters/machine/process.ts';
import { scratch } from '../../factories/scratch.ts';

const REQUEST = { pins: { torch: '2.0' }, packages: [] };
const WEATHER: Finished = { status: 2, stdout: '', stderr: 'error: tcp connect error' };
const NO_SOLUTION: Finished = { status: 1, stdout: '', stderr: '  × No solution found when resolving dependencies' };

const nothing = () => {
  throw new Error('not needed here');
};

/** Environments whose resolver answers in this order, and what each call was told to prefer. */
function resolving(...answers: readonly Finished[]) {
  const folder = scratch('environments');
  const preferred: string[] = [];
  mkdirSync(join(folder, 'tmp'));
  const settings: EnvironmentSettings = {
    uv: {
      path: 'uv',
      version: '1',
      call: async (args) => {
        preferred.push(readFileSync(args[args.indexOf('--output-file') + 1] ?? '', 'utf8'));
        return answers[preferred.length - 1] ?? nothing();
      },
    },
    python: { path: 'python', version: '3.11.2', prefix: '/', tag: 'cp311' },
    index: { uvOptions: [], uvEnvironment: {}, findLinks: [], extraIndexUrls: [] },
    torch: { closure: {}, options: [], source: 'none', bytes: 0 },
    catalog: { releases: nothing, requires: nothing },
    ...{ folder, locks: folder, offline: false, mostBytes: 1e9, say: () => undefined },
    compiler: {
      ...{ warden: { python: 'python', program: folder }, show: [] },
      containment: { name: 'limits', enforced: [], missing: [], wrap: nothing },
    },
  };
  return { environments: new UvEnvironments(settings), preferred, folder };
}

const keepingTo = (numpy: string) => ({ versions: { numpy }, ofAnyDate: [] });

describe('an environment that is asked for', () => {
  it('is tried again where weather was in the way, and not where it has no solution', async () => {
    const { environments, preferred } = resolving(WEATHER, NO_SOLUTION);
    const ask = async () => (await environments.prepare(REQUEST, keepingTo('2.0'))).status;
    expect([await ask(), await ask(), await ask()]).toEqual(['inconclusive', 'unresolved', 'unresolved']);
    expect(preferred.length).toBe(2);
  });

  it('keeps to its own preferences, whatever it was foreseen with', async () => {
    const { environments, preferred } = resolving(NO_SOLUTION, NO_SOLUTION);
    await environments.foresee(REQUEST, keepingTo('1.26'));
    await environments.prepare(REQUEST, keepingTo('2.0'));
    await environments.prepare(REQUEST, keepingTo('2.0'));
    expect(preferred).toEqual(['numpy==1.26\n', 'numpy==2.0\n']);
  });

  it('gets bytecode where an older release built it with less, once', async () => {
    const { environments, folder } = resolving();
    const standing = join(folder, 'environments', 'abc');
    mkdirSync(join(standing, 'lib', 'python3.11', 'site-packages'), { recursive: true });
    writeFileSync(join(standing, 'peft-sweep-3.lock'), '');
    const mark = join(standing, 'peft-sweep-bytecode-2');
    expect(await environments.build('abc', '')).toBeUndefined();
    expect(existsSync(mark)).toBe(true);
    rmSync(join(standing, 'lib'), { recursive: true });
    expect(await environments.build('abc', '')).toBeUndefined();
    rmSync(mark);
    // What cannot be compiled only costs time.
    expect(await environments.build('abc', '')).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });
});
