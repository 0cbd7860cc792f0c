/**
 * What the stand-ins for third-party actions do is what the pinned versions do. Each row was read off their own source:
 * download-artifact v7.0.0 (src/download-artifact.ts), upload-artifact v6.0.0 (src/shared/search.ts, src/upload).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratch } from '../factories/scratch.ts';

type Inputs = Readonly<Record<string, string>>;

function put(folder: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted();
  } catch {
    return [];
  }
}

function run(action: string, artifacts: string, workspace: string, inputs: Inputs) {
  const named = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { PATH: process.env.PATH ?? '', ARTIFACTS: artifacts, GITHUB_WORKSPACE: workspace };
  const file = resolve('__tests__/act/stand-ins', action, 'index.cjs');
  const { status, stdout } = spawnSync(process.execPath, [file], {
    env: { ...env, ...Object.fromEntries(named) },
    encoding: 'utf8',
  });
  return { status, stdout };
}

describe('the download', () => {
  it.each<[string, readonly string[], Inputs, readonly string[] | undefined]>([
    ['of one by its name has no folder', ['plan/plan.json'], { name: 'plan' }, ['plan.json']],
    ['of one that is not there fails', ['plan/plan.json'], { name: 'gone' }, undefined],
    ['by a pattern that one matches has no folder', ['shard-0/a', 'plan/b'], { pattern: 'shard-*' }, ['a']],
    [
      'by a pattern that two match has a folder each',
      ['shard-0/a', 'shard-1/a'],
      { pattern: 'shard-*' },
      ['shard-0/a', 'shard-1/a'],
    ],
    ['by a pattern that none matches is empty and no error', ['plan/b'], { pattern: 'shard-*' }, []],
  ])('%s', (_name, artifacts, inputs, expected) => {
    const [store, workspace] = [scratch('artifacts'), scratch('workspace')];
    put(store, artifacts);
    const { status } = run('download-artifact', store, workspace, { ...inputs, path: 'to' });
    expect(status).toBe(expected === undefined ? 1 : 0);
    expect(filesIn(join(workspace, 'to'))).toEqual(expected ?? []);
  });
});

describe('the upload', () => {
  it.each<[string, readonly string[], Inputs, readonly string[] | undefined]>([
    ['of one file has that file at its top', ['out/plan.json'], { path: 'out/plan.json' }, ['plan.json']],
    ['of a folder has what is in it', ['out/a', 'out/b/c', 'out/.hidden'], { path: 'out' }, ['a', 'b/c']],
    [
      'of several files counts from what they have in common',
      ['out/a', 'out/b'],
      { path: 'out/a\nout/b\nout/gone' },
      ['a', 'b'],
    ],
    ['of several files of which one is there counts in the same way', ['out/a'], { path: 'out/a\nout/b' }, ['a']],
    ['of nothing is a warning', [], { path: 'out' }, []],
    ['of nothing is an error where that is asked for', [], { path: 'out', 'if-no-files-found': 'error' }, undefined],
  ])('%s', (_name, files, inputs, expected) => {
    const [store, workspace] = [scratch('artifacts'), scratch('workspace')];
    put(workspace, files);
    const { status } = run('upload-artifact', store, workspace, { name: 'x', ...inputs });
    expect(status).toBe(expected === undefined ? 1 : 0);
    expect(filesIn(join(store, 'x'))).toEqual(expected ?? []);
  });

  it('under a name that is taken fails, unless it may replace', () => {
    const [store, workspace] = [scratch('artifacts'), scratch('workspace')];
    put(store, ['x/old']);
    put(workspace, ['new']);
    expect(run('upload-artifact', store, workspace, { name: 'x', path: 'new' }).status).toBe(1);
    expect(run('upload-artifact', store, workspace, { name: 'x', path: 'new', overwrite: 'true' }).status).toBe(0);
    expect(filesIn(join(store, 'x'))).toEqual(['new']);
  });
});

describe('the inputs that our workflows give', () => {
  it('are those of the stand-ins, so that none is dropped unseen', () => {
    for (const name of ['sweep.yml', 'publish.yml', 'apply.yml']) {
      const text = readFileSync(join('.github/workflows', name), 'utf8');
      for (const [, action = '', given = ''] of text.matchAll(
        /uses: actions\/([\w-]+)@.*\n\s+with:\n((?: {10}.*\n)+)/g,
      )) {
        const known = readFileSync(resolve('__tests__/act/stand-ins', action, 'action.yml'), 'utf8');
        for (const [, input] of given.matchAll(/^ {10}([\w-]+):/gm)) expect(known).toContain(`  ${input}:`);
      }
    }
  });
});
