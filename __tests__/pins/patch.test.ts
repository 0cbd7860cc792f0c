import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRepository } from '../../src/detect/repository.ts';
import { refreshCommand } from '../../src/formats/locks.ts';
import { readManifest } from '../../src/formats/read.ts';
import { botHolds } from '../../src/pins/bots.ts';
import { patchRequirement } from '../../src/pins/patch.ts';
import { patchesFor } from '../../src/pins/patches.ts';
import { propose } from '../../src/pins/propose.ts';
import { FIXTURES, treeOf } from '../factories/manifests.ts';
import { scratch } from '../factories/scratch.ts';

function patched(file: string, content: string, specifier: string, name = 'peft'): string {
  const manifest = readManifest(file, content);
  const requirement = manifest?.requirements.find((one) => one.name === name);
  if (!manifest || !requirement) throw new Error('no such requirement');
  const patch = patchRequirement(content, manifest.format, requirement, specifier);
  return 'why' in patch ? patch.why : patch.content;
}

describe('a patch in the dialect of the file', () => {
  it.each<[string, string, string, string]>([
    ['requirements.txt', 'peft==0.17.1  # why\n', '==0.18.0', 'peft==0.18.0  # why\n'],
    ['requirements.txt', 'a\r\nPEFT >= 0.17 , < 0.19\r\nb', '>=0.18.0,<0.20', 'a\r\nPEFT >= 0.18.0, < 0.20\r\nb'],
    ['requirements.txt', '\ufeffpeft', '>=0.18.0', '\ufeffpeft>=0.18.0'],
    [
      'requirements.txt',
      'peft[x]==0.17.1 ; python_version < "3.13" --hash=sha256:aa\n',
      '==0.18.0',
      'peft[x]==0.18.0 ; python_version < "3.13" --hash=sha256:aa\n',
    ],
    ['requirements.txt', 'peft (>=0.17)\n', '>=0.18.0', 'peft (>=0.18.0)\n'],
    ['requirements.txt', 'peft>=\\\n0.17\n', '>=0.18.0', 'The requirement is spread over several lines.'],
    ['requirements.txt', 'peft @ git+https://git.example/p\n', '>=0.18.0', '`peft` does not come from an index.'],
    [
      'pyproject.toml',
      '[project]\ndependencies = ["a", "peft>=0.17; python_version < \\"3.13\\""] # x\n',
      '>=0.18.0',
      '[project]\ndependencies = ["a", "peft>=0.18.0; python_version < \\"3.13\\""] # x\n',
    ],
    [
      'pyproject.toml',
      "[project]\ndependencies = ['peft']\n",
      '>=0.18.0',
      "[project]\ndependencies = ['peft>=0.18.0']\n",
    ],
    [
      'pyproject.toml',
      '[tool.poetry.dependencies]\npeft = "^0.17" # x\n',
      '>=0.18.0',
      '[tool.poetry.dependencies]\npeft = ">=0.18.0" # x\n',
    ],
    [
      'pyproject.toml',
      '[tool.poetry.dependencies]\npeft = {extras = ["x"], version = "~0.17", optional = true}\n',
      '>=0.18.0,<0.20',
      '[tool.poetry.dependencies]\npeft = {extras = ["x"], version = ">=0.18.0,<0.20", optional = true}\n',
    ],
    ['Pipfile', '[packages]\npeft = "*"\n', '>=0.18.0', '[packages]\npeft = ">=0.18.0"\n'],
    [
      'environment.yml',
      'dependencies:\n  - c::peft=0.17.1=py_0 # x\n',
      '>=0.18.0',
      'dependencies:\n  - c::peft>=0.18.0 # x\n',
    ],
    ['environment.yml', 'dependencies:\n  - "peft >=0.17"\n', '>=0.18.0', 'dependencies:\n  - "peft >=0.18.0"\n'],
    [
      'environment.yml',
      'dependencies:\n  - pip:\n    - peft==0.17.1\n',
      '>=0.18.0',
      'dependencies:\n  - pip:\n    - peft>=0.18.0\n',
    ],
    [
      'Dockerfile',
      'RUN pip install peft==0.17.1 \\\n  torch\n',
      '>=0.18.0',
      'RUN pip install "peft>=0.18.0" \\\n  torch\n',
    ],
    ['Dockerfile', "RUN pip install 'peft>=0.17'\n", '>=0.18.0', "RUN pip install 'peft>=0.18.0'\n"],
    ['Dockerfile', 'RUN pip install peft==0.17.1\n', '==0.18.0', 'RUN pip install peft==0.18.0\n'],
    ['setup.py', 'setup(install_requires=["peft>=0.17"])\n', '>=0.18.0', 'setup(install_requires=["peft>=0.18.0"])\n'],
    [
      'setup.cfg',
      '[options]\ninstall_requires = peft>=0.17\n',
      '>=0.18.0',
      '[options]\ninstall_requires = peft>=0.18.0\n',
    ],
    [
      'train.py',
      '# /// script\n# dependencies = ["peft>=0.17"]\n# ///\n',
      '>=0.18.0',
      '# /// script\n# dependencies = ["peft>=0.18.0"]\n# ///\n',
    ],
  ])('%s %j to %s', (file, content, specifier, expected) => {
    expect(patched(file, content, specifier)).toBe(expected);
  });
});

describe('patches for measured pins', () => {
  const pins = propose([
    { kind: 'raise-partner', library: 'peft', version: '0.18.0', unlocks: ['a'], holds: 4, of: 4, measuredIn: 'x' },
    {
      kind: 'hold',
      library: 'transformers',
      version: '4.55.4',
      below: '4.56.0',
      unlocks: ['a'],
      holds: 4,
      of: 4,
      measuredIn: 'y',
    },
  ]);

  it('are applied by git to exactly what they say, in every fixture that takes one', async () => {
    const { manifests, contents } = await readRepository(treeOf(FIXTURES));
    const made = patchesFor(pins, { manifests, contents });
    expect(made.patches.length).toBeGreaterThan(10);
    for (const patch of made.patches) {
      const folder = scratch('apply');
      mkdirSync(dirname(join(folder, patch.file)), { recursive: true });
      writeFileSync(join(folder, patch.file), contents.get(patch.file) ?? '');
      execFileSync('git', ['apply', '--unidiff-zero', '-'], {
        cwd: folder,
        input: patch.diff,
        env: { ...process.env, GIT_CEILING_DIRECTORIES: folder },
      });
      const lines = readFileSync(join(folder, patch.file), 'utf8').split('\n');
      expect(lines[patch.line - 1]).toBe(patch.after);
    }
  });

  it('keep quiet where the manifest says so already, and say why where they cannot', () => {
    const files = {
      'requirements.txt': 'peft>=0.18.0\ntransformers===4.57.6\n',
      'a/requirements.txt': 'transformers==4.57.6+x\n',
    };
    const manifests = Object.entries(files).flatMap(([file, text]) => readManifest(file, text) ?? []);
    const made = patchesFor(pins, { manifests, contents: new Map(Object.entries(files)) });
    expect(made.patches).toEqual([]);
    expect(made.notPatched.map(({ file, line }) => [file, line])).toEqual([
      ['requirements.txt', 2],
      ['a/requirements.txt', 1],
    ]);
  });

  it('name the command for the lock beside the file', () => {
    const files = {
      'app/pyproject.toml': '[project]\ndependencies = ["peft>=0.17"]\n',
      'app/uv.lock': '[[package]]\nname = "peft"\nversion = "0.17.1"\n',
    };
    const manifests = Object.entries(files).flatMap(([file, text]) => readManifest(file, text) ?? []);
    const made = patchesFor(pins, { manifests, contents: new Map(Object.entries(files)) });
    expect(made.patches[0]).toMatchObject({ refresh: '(cd app && uv lock --upgrade-package peft)', line: 2 });
    expect(refreshCommand('poetry.lock', 'peft')).toBe('poetry update peft');
  });

  it('hold a release in the language of the bots', () => {
    const [renovate, dependabot] = botHolds('transformers', '4.56.0');
    expect(JSON.parse(renovate?.text ?? '')).toEqual({
      matchPackageNames: ['transformers'],
      allowedVersions: '<4.56.0',
    });
    expect(dependabot?.text).toBe('ignore: [{dependency-name: "transformers", versions: [">=4.56.0"]}]');
  });
});
