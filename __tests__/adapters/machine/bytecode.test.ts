/** Bytecode is shared by content: no word of a package decides what is compiled, where it goes, or who gets it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { addBytecode, type BytecodeSettings } from '../../../src/adapters/machine/bytecode.ts';
import { contested } from '../../../src/adapters/machine/claims.ts';
import { chooseContainment } from '../../../src/adapters/machine/contain.ts';
import { findPython } from '../../../src/adapters/machine/python.ts';
import { scratch } from '../../factories/scratch.ts';

const cache = scratch('cache');
let settings: BytecodeSettings;

beforeAll(async () => {
  mkdirSync(join(cache, 'tmp'));
  const python = await findPython(undefined, cache);
  const warden = { python: python.path, program: resolve('probe') };
  const show = [python.prefix, warden.program];
  const containment = await chooseContainment(warden, { show, hidden: [], cache });
  settings = { cache, warden, containment, show, tag: python.tag };
});

/** A folder of packages with these files. */
function packages(files: Readonly<Record<string, string>>): string {
  const folder = scratch('packages');
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What a module says when it is imported from compiled files, which win over sources of any date. */
function imported(folder: string, module: string): string {
  const program = `import sys; sys.path.insert(0, sys.argv[1]); import ${module} as m; print(m.WHO, m.__cached__ is not None)`;
  return spawnSync(settings.warden.python, ['-I', '-B', '-c', program, folder], { encoding: 'utf8' }).stdout.trim();
}

const compiled = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.pyc'));

describe('stored bytecode', () => {
  it('is what the importer takes, and is shared by environments that hold the same file', async () => {
    const [one, two] = [packages({ 'a/__init__.py': 'WHO = "a"\n' }), packages({ 'b.py': 'WHO = "a"\n' })];
    await addBytecode(one, [], settings);
    await addBytecode(two, [], settings);
    const places = [
      join(one, 'a/__pycache__', `__init__.${settings.tag}.pyc`),
      join(two, '__pycache__', `b.${settings.tag}.pyc`),
    ];
    const [first, second] = places.map((path) => statSync(path).ino);
    expect(first).toBe(second);
    expect([imported(one, 'a'), imported(two, 'b')]).toEqual(['a True', 'a True']);
    // The compiled file is really the one that runs: a changed source is not looked at.
    writeFileSync(join(two, 'b.py'), 'WHO = "changed"\n');
    expect(imported(two, 'b')).toBe('a True');
  });

  it('of a file that another package overwrote reaches no environment with the honest one', async () => {
    const record = 'innocent/__init__.py,sha256=honest,12\n';
    const files = { 'innocent-1.dist-info/RECORD': record, 'innocent/__init__.py': 'WHO = "honest"\n' };
    const poisoned = packages({
      ...files,
      'innocent/__init__.py': 'WHO = "evil"\n',
      'evil-1.dist-info/RECORD': record.replace('honest', 'evil'),
    });
    await addBytecode(poisoned, [], settings);
    const honest = packages(files);
    await addBytecode(honest, [], settings);
    expect(imported(honest, 'innocent')).toBe('honest True');
    expect(contested(poisoned)).toEqual(['evil-1 and innocent-1 both install `innocent/__init__.py`.']);
    expect(contested(honest)).toEqual([]);
  });

  it.each([
    [
      'a RECORD that names files above the packages',
      {
        'x-9.dist-info/RECORD':
          'a/../../../outside/evil.py,sha256=x,1\n../../outside/evil.py,sha256=x,1\n/etc/evil.py,,\n',
      },
    ],
    ['a source that does not compile', { 'broken.py': 'def (\n', 'null.py': 'WHO = 1\0' }],
    ['a source that nests deeply', { 'deep.py': `${'('.repeat(100_000)}${')'.repeat(100_000)}` }],
    ['a source with a declared encoding that is none', { 'coded.py': '# -*- coding: nonsense -*-\nx = 1\n' }],
  ])('is not moved by %s', async (_what, files) => {
    const folder = packages({ ...files, 'good.py': 'WHO = "good"\n' });
    const outside = join(dirname(folder), 'outside');
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'evil.py'), 'WHO = "outside"\n');
    await addBytecode(folder, [], settings);
    expect(compiled(folder)).toEqual([join('__pycache__', `good.${settings.tag}.pyc`)]);
    expect(existsSync(join(outside, '__pycache__'))).toBe(false);
    expect(imported(folder, 'good')).toBe('good True');
  });

  it('follows no link, runs nothing, and leaves out the packages it is told to', async () => {
    const elsewhere = packages({ 'm.py': 'WHO = "elsewhere"\n' });
    const mark = join(scratch('mark'), 'ran');
    const folder = packages({ 'swept/x.py': 'a = 1\n', 'sitecustomize.py': `open(${JSON.stringify(mark)}, "w")\n` });
    symlinkSync(elsewhere, join(folder, 'linked'));
    symlinkSync(join(elsewhere, 'm.py'), join(folder, 'link.py'));
    await addBytecode(folder, ['swept'], settings);
    expect(compiled(folder)).toEqual([join('__pycache__', `sitecustomize.${settings.tag}.pyc`)]);
    expect(compiled(elsewhere)).toEqual([]);
    expect(existsSync(mark)).toBe(false);
  });
});
