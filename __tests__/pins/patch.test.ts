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
      'Dockerfile',
      "RUN pip install peft==0.17.1 && echo 'done'\n",
      '>=0.18.0',
      'RUN pip install "peft>=0.18.0" && echo \'done\'\n',
    ],
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
    expect(botHolds('transformers', '4.56.0')).toEqual([
      {
        ...{ file: 'renovate.json', language: 'json', how: 'Add it to `packageRules`.' },
        text: '{"matchPackageNames":["transformers"],"allowedVersions":"<4.56.0"}',
      },
      {
        ...{ file: '.github/dependabot.yml', language: 'yaml' },
        text: 'ignore: [{dependency-name: "transformers", versions: [">=4.56.0"]}]',
        how: 'Add it to the entry of your package ecosystem under `updates`.',
      },
    ]);
  });
});

describe('patches of a pin', () => {
  type Files = Readonly<Record<string, string>>;
  const read = (files: Files) => ({
    manifests: Object.entries(files).flatMap(([file, text]) => readManifest(file, text) ?? []),
    contents: new Map(Object.entries(files)),
  });
  const measured = { unlocks: ['a'], holds: 1, of: 1, measuredIn: 'x', library: 'peft', version: '0.17.0' } as const;
  const hold = propose([{ ...measured, kind: 'hold', below: '0.18.0' }]);
  const holdBack = propose([{ ...measured, kind: 'hold' }]);
  const floor = propose([{ ...measured, kind: 'floor' }]);
  const whole = 'requirements.txt';

  it('have the line before and after, and the diff', () => {
    expect(patchesFor(hold, read({ [whole]: '# ours\npeft>=0.15\n' })).patches).toStrictEqual([
      {
        ...{ specifier: 'peft<0.18.0', file: whole, line: 2, before: 'peft>=0.15', after: 'peft>=0.15,<0.18.0' },
        diff: '--- a/requirements.txt\n+++ b/requirements.txt\n@@ -1,2 +1,2 @@\n # ours\n-peft>=0.15\n+peft>=0.15,<0.18.0\n',
      },
    ]);
  });

  it.each<[string, typeof hold, string]>([
    ['keeps the bad release out', hold, 'peft<0.18.0'],
    ['is a floor where the change goes back', holdBack, 'peft>=0.17.0'],
  ])('of a hold: it %s', (_name, pins, after) => {
    expect(patchesFor(pins, read({ [whole]: 'peft\n' })).patches.map((patch) => patch.after)).toEqual([after]);
  });

  it('name the bots for a hold that keeps something out, and for nothing else', () => {
    const held = (pins: typeof hold) => patchesFor(pins, read({})).botHolds;
    expect(held(hold)).toEqual(botHolds('peft', '0.18.0'));
    expect([held(holdBack), held(floor)]).toEqual([[], []]);
    expect(held(hold.map((pin) => ({ ...pin, kind: 'exclude' })))).toEqual([]);
  });

  it('touch no other library, and no manifest whose text is not at hand', () => {
    expect(patchesFor(hold, read({ [whole]: 'trl>=0.15\n' }))).toMatchObject({ patches: [], notPatched: [] });
    const { manifests } = read({ [whole]: 'peft>=0.15\n' });
    expect(patchesFor(hold, { manifests, contents: new Map() })).toMatchObject({ patches: [], notPatched: [] });
  });

  it.each<[string, Files, string]>([
    [
      'its form cannot follow',
      { [whole]: 'peft===0.18.0\n' },
      '`peft===0.18.0` cannot take `peft<0.18.0` and stay what it is.',
    ],
    ['it stands on several lines', { [whole]: 'peft>=\\\n0.15\n' }, 'The requirement is spread over several lines.'],
  ])('say why a place is left as it is: %s', (_name, files, why) => {
    const { patches, notPatched } = patchesFor(hold, read(files));
    expect([patches, notPatched.map((one) => one.why)]).toEqual([[], [why]]);
  });

  it('are made only where the line is read back as what is meant', () => {
    const { manifests, contents } = read({ [whole]: 'peft>=0.15\n' });
    const [manifest] = manifests;
    const [requirement] = manifest?.requirements ?? [];
    if (!manifest || !requirement) throw new Error('no requirement');
    const why = 'The patched line would not be read back as what is meant.';
    const refused = { specifier: 'peft<0.18.0', file: whole, line: 1, why };
    const twice = { ...manifest, requirements: [{ ...requirement, name: 'trl' }, requirement] };
    expect(patchesFor(hold, { manifests: [twice], contents }).notPatched).toEqual([refused]);
    const text = new Map([[whole, 'peft>=0.15\npeft\n']]);
    const other = {
      ...manifest,
      requirements: [
        { ...requirement, name: 'trl' },
        { ...requirement, line: 1 },
      ],
    };
    expect(patchesFor(hold, { manifests: [other], contents: text }).notPatched).toEqual([refused]);
  });
});

describe('one requirement', () => {
  const asked = (content: string) => {
    const [found] = readManifest('requirements.txt', content)?.requirements ?? [];
    if (!found) throw new Error('no requirement');
    return found;
  };

  it.each(['uv-lock', 'nobody knows'])('of a file that is %s is not ours to patch', (format) => {
    expect(patchRequirement('peft\n', format, asked('peft\n'), '>=0.18')).toEqual({
      why: `A ${format} file is refreshed by its own tool.`,
    });
  });

  it('with a variable of the shell in it is not patched', () => {
    const line = 'RUN pip install peft==$PEFT';
    const requirement = { ...asked('peft==0.17'), written: 'peft==$PEFT', columns: [16, 27] } as const;
    const why = 'The requirement is written in a form that is not patched.';
    expect(patchRequirement(line, 'dockerfile', requirement, '>=0.18')).toEqual({ why });
  });

  it.each([
    ['\npeft==0.17\n', 2, '\npeft>=0.18\n'],
    ['peft==0.17', 1, 'peft>=0.18'],
    ['peft==0.17\n', 2, undefined],
    ['peft==0.17', 2, undefined],
    ['peft==0.17\n', 9, undefined],
  ])('of %j is looked for in line %d and nowhere else', (content, line, expected) => {
    const patch = patchRequirement(content, 'requirements', { ...asked(content), line }, '>=0.18');
    expect('why' in patch ? undefined : patch.content).toBe(expected);
  });
});
