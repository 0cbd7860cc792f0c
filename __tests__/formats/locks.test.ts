/** Which lock speaks for which file, and the command that refreshes it. */
import { describe, expect, it } from '@jest/globals';
import { lockOver, refreshCommand } from '../../src/formats/locks.ts';
import { readManifest } from '../../src/formats/read.ts';
import { patchesFor } from '../../src/pins/patches.ts';

const LOCKS = new Map([
  ['uv.lock', 'lock'],
  ['app/pixi.lock', 'pixi-lock'],
  ['app/Pipfile.lock', 'pipfile-lock'],
  ['app/poetry.lock', 'lock'],
]);

describe('the lock over a file', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['uv.lock', 'lock', 'uv.lock'],
    ['app/poetry.lock', 'lock', 'app/poetry.lock'],
    ['pyproject.toml', 'pyproject', 'uv.lock'],
    ['packages/a/pyproject.toml', 'pyproject', 'uv.lock'],
    ['packages/a/setup.py', 'setup-py', 'uv.lock'],
    ['packages/a/setup.cfg', 'setup-cfg', 'uv.lock'],
    ['packages/a/requirements.txt', 'requirements', undefined],
    ['packages/a/Dockerfile', 'dockerfile', undefined],
    ['packages/a/environment.yml', 'conda', undefined],
    ['requirements.txt', 'requirements', 'uv.lock'],
    ['app/pyproject.toml', 'pyproject', 'app/poetry.lock'],
    ['app/Pipfile', 'pipfile', 'app/Pipfile.lock'],
    ['app/pixi.toml', 'pixi', 'app/pixi.lock'],
    ['app/deep/pixi.toml', 'pixi', 'app/pixi.lock'],
    ['apple/pyproject.toml', 'pyproject', 'uv.lock'],
    ['other/x.txt', undefined, undefined],
    ['other/x.txt', 'unread', undefined],
  ])('%s as %s has %s', (file, format, lock) => {
    expect(lockOver(file, format, LOCKS)).toBe(lock);
  });

  it('is none beside a folder whose name begins alike', () => {
    expect(lockOver('apple/pyproject.toml', 'pyproject', new Map([['app/uv.lock', 'lock']]))).toBeUndefined();
  });
});

describe('the command that refreshes', () => {
  it.each<[string, string | undefined]>([
    ['uv.lock', 'uv lock --upgrade-package peft'],
    ['a/b/uv.lock', '(cd a/b && uv lock --upgrade-package peft)'],
    ['poetry.lock', 'poetry update peft'],
    ['pdm.lock', 'pdm update peft'],
    ['Pipfile.lock', 'pipenv upgrade peft'],
    ['pixi.lock', 'pixi update peft'],
    ['pylock.toml', 'uv pip compile pyproject.toml --upgrade-package peft -o pylock.toml'],
    ['pylock.gpu.toml', 'uv pip compile pyproject.toml --upgrade-package peft -o pylock.gpu.toml'],
    ['uv-gpu.lock', undefined],
    ['requirements.txt', undefined],
    ['conda-lock.txt', undefined],
  ])('%s is %s', (lock, command) => {
    expect(refreshCommand(lock, 'peft')).toBe(command);
  });

  it('comes with the patch of a member of a workspace too', () => {
    const files = new Map([
      ['packages/a/pyproject.toml', '[project]\ndependencies = ["peft>=0.17"]\n'],
      ['uv.lock', '[[package]]\nname = "peft"\nversion = "0.17.1"\n'],
    ]);
    const manifests = [...files].flatMap(([file, text]) => readManifest(file, text) ?? []);
    const pin = { kind: 'floor', library: 'peft', version: '0.18.0', specifier: 'peft>=0.18.0' } as const;
    const rest = { keepsBump: true, unlocks: [], holds: 1, of: 1, measuredIn: 'x' };
    const { patches } = patchesFor([{ ...pin, ...rest }], { manifests, contents: files });
    expect(patches.map(({ file, refresh }) => [file, refresh])).toEqual([
      ['packages/a/pyproject.toml', 'uv lock --upgrade-package peft'],
    ]);
  });
});
