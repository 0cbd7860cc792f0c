import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openTensorFile } from '../../../src/adapters/oracle/tensor-files.ts';
import { TensorFileError } from '../../../src/oracle/tensor-file.ts';
import { scratch } from '../../factories/scratch.ts';
import { floats, tensorFile } from '../../factories/tensor-files.ts';

const folder = scratch('tensor-files');
const real = join(folder, 'real');
writeFileSync(real, tensorFile({ a: floats([1], [7]) }));
symlinkSync(real, join(folder, 'link'));
mkdirSync(join(folder, 'folder'));
execFileSync('mkfifo', [join(folder, 'pipe')]);
linkSync(real, join(folder, 'same'));

it('reads a plain file', () => {
  expect(openTensorFile(real, 1000).floats('a').values).toEqual(new Float32Array([7]));
});

it.each([
  ['a link', 'link', 'a link'],
  ['what is missing', 'nothing', 'missing'],
  ['a folder', 'folder', 'no plain file'],
  ['a pipe, without waiting', 'pipe', 'no plain file'],
  ['a device that never ends', '../../../../../../../../dev/zero', 'no plain file'],
])('refuses %s', (_, name, words) => {
  expect(() => openTensorFile(join(folder, name), 1000)).toThrow(TensorFileError);
  expect(() => openTensorFile(join(folder, name), 1000)).toThrow(words);
});

it('refuses a file over its limit before reading it', () => {
  expect(() => openTensorFile(real, 10)).toThrow('more than 10');
});
