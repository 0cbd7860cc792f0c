import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratch } from '../factories/scratch.ts';

function check(folder: string) {
  const { status, stderr } = spawnSync('node', ['docs/tables.mjs', '--check'], { cwd: folder, encoding: 'utf8' });
  return { status, said: stderr.trim() };
}

/** A copy of what the tables are made of and put into, to be changed. */
function copy(): string {
  const folder = scratch('tables');
  for (const name of ['docs', 'probe/matrix', 'src', 'results', 'README.md', 'action.yml', 'package.json']) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    cpSync(name, join(folder, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

function change(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

describe('the tables of the pages', () => {
  it('are those that npm run docs writes', () => {
    expect(check('.')).toEqual({ status: 0, said: '' });
  });

  it('are stale where an entry of the matrix says something else', () => {
    const folder = copy();
    change(join(folder, 'probe/matrix/quantizers.json'), '"words": "4-bit"', '"words": "four bits"');
    expect(check(folder)).toEqual({ status: 1, said: 'Stale: docs/matrix.md. Run npm run docs.' });
  });
});
