import { describe, expect, it } from '@jest/globals';
import { readManifest } from '../../src/formats/read.ts';

function read(file: string, content: string) {
  const manifest = readManifest(file, content);
  if (manifest === undefined) throw new Error(`no format for ${file}`);
  return manifest;
}

const short = (file: string, content: string) =>
  read(file, content).requirements.map(({ name, specifier, group, line }) => [name, specifier, group, line]);
const kinds = (file: string, content: string) => read(file, content).findings.map(({ kind, line }) => [kind, line]);

describe('setup.py, never executed', () => {
  it('reads lists, names, sums and extras', () => {
    const content = [
      'from setuptools import setup',
      'core = ["transformers>=4.55", "torch"]',
      'core += ["accelerate>=1"]',
      'extras = {"gpu": ["bitsandbytes==0.47.0"]}',
      'extras["all"] = extras["gpu"] + ["peft"]',
      'setup(install_requires=core + ["numpy"], extras_require=extras, python_requires=">=3.10")',
    ].join('\n');
    expect(short('setup.py', content)).toEqual([
      ['transformers', '>=4.55', '', 2],
      ['torch', '', '', 2],
      ['accelerate', '>=1', '', 3],
      ['numpy', '', '', 6],
      ['bitsandbytes', '==0.47.0', 'extra:gpu', 4],
      ['bitsandbytes', '==0.47.0', 'extra:all', 4],
      ['peft', '', 'extra:all', 5],
    ]);
    expect(read('setup.py', content).python).toBe('>=3.10');
  });

  it('reads a table behind a helper', () => {
    const content = [
      '_deps = [',
      '    "accelerate>=0.26.0",',
      '    "torch>=2.1",',
      ']',
      'deps = {b: a for a, b in (re.findall(r"^(([^!=<>~ ]+).*)$", x)[0] for x in _deps)}',
      'def deps_list(*pkgs):',
      '    return [deps[pkg] for pkg in pkgs]',
      'extras = {}',
      'extras["torch"] = deps_list("torch", "accelerate")',
      'install_requires = [deps["accelerate"]]',
      'setuptools.setup(install_requires=install_requires, extras_require=extras)',
    ].join('\n');
    expect(short('setup.py', content)).toEqual([
      ['accelerate', '>=0.26.0', '', 2],
      ['torch', '>=2.1', 'extra:torch', 3],
      ['accelerate', '>=0.26.0', 'extra:torch', 2],
    ]);
  });

  it('says what is computed', () => {
    expect(kinds('setup.py', 'setup(\n  install_requires=open("r.txt").read().split(),\n)\n')).toEqual([
      ['dynamic', 2],
    ]);
    expect(kinds('setup.py', 'setup(install_requires=["peft" + version])')).toEqual([['dynamic', 1]]);
    expect(kinds('setup.py', 'setup(install_requires=[f"peft=={v}"])')).toEqual([['dynamic', 1]]);
  });

  it('ends where names go round in a circle', () => {
    expect(kinds('setup.py', 'a = b\nb = a\nsetup(install_requires=a)')).toEqual([['dynamic', expect.any(Number)]]);
  });
});

describe('Pipfile', () => {
  it('reads packages, categories, sources and Python', () => {
    const content =
      '[[source]]\nurl = "https://index.example/simple"\n[packages]\npeft = "==0.17.1"\ntorch = {version = ">=2", extras = ["x"]}\nmine = {path = "."}\n[dev-packages]\nruff = "*"\n[requires]\npython_version = "3.11"\n';
    expect(short('Pipfile', content)).toEqual([
      ['peft', '==0.17.1', '', 4],
      ['torch', '>=2', '', 5],
      ['mine', '', '', 6],
      ['ruff', '', 'group:dev', 8],
    ]);
    expect(read('Pipfile', content)).toMatchObject({
      python: '==3.11.*',
      indexes: [{ address: 'https://index.example/simple', line: 2 }],
    });
  });

  it('reads its lock, and says where that is broken', () => {
    const content = '{\n "default": {\n  "peft": {\n   "version": "==0.17.1"\n  }\n }\n}\n';
    expect(read('Pipfile.lock', content).locked).toEqual([{ name: 'peft', version: '0.17.1', line: 3 }]);
    expect(kinds('Pipfile.lock', '{\n "default": {\n  oops\n')).toEqual([['unreadable', expect.any(Number)]]);
  });
});

describe('Dockerfiles', () => {
  it.each<[string, string, unknown[]]>([
    [
      'plain, quoted, over several lines, with comments between',
      'FROM x\nRUN pip install --no-cache-dir -U \\\n    peft==0.17.1 \\\n    # why\n    "transformers>=4.55,<5" && echo torch==1\n',
      [
        ['peft', '==0.17.1', '', 3],
        ['transformers', '>=4.55,<5', '', 5],
      ],
    ],
    [
      'python -m pip, uv and versions of pip',
      'RUN python3 -m pip install peft\nRUN uv pip install --system torch==2.4.0 ; pip3.11 install accelerate\n',
      [
        ['peft', '', '', 1],
        ['torch', '==2.4.0', '', 2],
        ['accelerate', '', '', 2],
      ],
    ],
    ['nested under conda run', 'RUN conda run -n env pip install peft==0.17.1\n', [['peft', '==0.17.1', '', 1]]],
    ['a quoted command', 'RUN bash -c "source a && pip install peft==0.17.1"\n', [['peft', '==0.17.1', '', 1]]],
    ['the exec form', 'RUN ["pip", "install", "peft==0.17.1"]\n', [['peft', '==0.17.1', '', 1]]],
    ['a default of ARG', 'ARG PEFT=0.17.1\nRUN pip install peft==${PEFT}\n', [['peft', '==0.17.1', '', 2]]],
    [
      'values of options are no packages',
      'RUN pip install --index-url https://index.example/simple -t /opt peft\n',
      [['peft', '', '', 1]],
    ],
    ['nothing but installs', 'RUN apt-get install torch\nCOPY pip install peft\n', []],
  ])('%s', (_name, content, expected) => {
    expect(short('Dockerfile', content)).toEqual(expected);
  });

  it('says which variable has no default, and keeps includes', () => {
    expect(kinds('docker/gpu.Dockerfile', 'RUN pip install peft==${V}\n')).toEqual([['unreadable', 1]]);
    expect(read('Dockerfile', 'RUN pip install -r requirements/gpu.txt\n').includes).toEqual([
      { path: 'requirements/gpu.txt', line: 1 },
    ]);
  });
});

describe('inline script metadata', () => {
  it('reads the block with its lines, and only where there is one', () => {
    const content =
      '#!/usr/bin/env python3\n# /// script\n# requires-python = ">=3.10"\n# dependencies = [\n#   "peft==0.17.1",\n# ]\n# ///\nimport peft\n';
    expect(short('train.py', content)).toEqual([['peft', '==0.17.1', '', 5]]);
    expect(readManifest('train.py', 'import peft\n')).toBeUndefined();
  });

  it('says that a block is not closed', () => {
    expect(kinds('train.py', '# /// script\n# dependencies = []\n')).toEqual([['unreadable', 1]]);
  });
});

describe('a conflict', () => {
  it.each([
    'pyproject.toml',
    'uv.lock',
    'Pipfile',
    'Pipfile.lock',
    'environment.yml',
    'setup.cfg',
    'setup.py',
    'Dockerfile',
  ])('that is left in %s is a finding with its line', (file) => {
    const content = 'a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> x\n';
    expect(read(file, content)).toMatchObject({
      requirements: [],
      locked: [],
      findings: [{ kind: 'conflict-marker', line: 2 }],
    });
  });
});

describe('conda', () => {
  it.each([
    ['pytorch=2.4', '==2.4.*'],
    ['pytorch=2.4.1', '==2.4.1'],
    ['pytorch==2.4', '==2.4'],
    ['conda-forge::pytorch>=2.4,<3', '>=2.4,<3'],
    ['pytorch=2.4.1=py311_cuda', '==2.4.1'],
    ['pytorch=2.*', '==2.*'],
  ])('%s means %s', (written, specifier) => {
    expect(short('environment.yml', `dependencies:\n  - ${written}\n`)).toEqual([['pytorch', specifier, 'conda', 2]]);
  });
});

describe('what an address says of itself', () => {
  const rows = (file: string, content: string) =>
    read(file, content).requirements.map(({ name, source, version }) => [name, source, version]);
  it.each<[string, string, string, unknown[]]>([
    [
      'a watched repository',
      'requirements.txt',
      'git+https://git.example/x/transformers@main\n',
      [['transformers', 'git']],
    ],
    ['with .git', 'requirements.txt', 'git+ssh://git@git.example/x/peft.git\n', [['peft', 'git']]],
    [
      'an archive of one',
      'requirements.txt',
      'https://git.example/x/accelerate/archive/refs/heads/main.zip\n',
      [['accelerate', 'url']],
    ],
    ['a part of one says nothing', 'requirements.txt', 'git+https://git.example/x/peft#subdirectory=a\n', []],
    [
      'under pip: of conda',
      'environment.yml',
      'dependencies:\n  - pip:\n    - git+https://git.example/x/peft\n',
      [['peft', 'git']],
    ],
    [
      'a wheel',
      'requirements.txt',
      'https://files.example/peft-0.17.1-py3-none-any.whl\n',
      [['peft', 'url', '0.17.1']],
    ],
    [
      'a source of uv',
      'pyproject.toml',
      '[project]\ndependencies = ["peft"]\n[tool.uv.sources]\npeft = {url = "https://files.example/peft-0.17.1.tar.gz"}\n',
      [['peft', 'url', '0.17.1']],
    ],
  ])('%s', (_name, file, content, expected) => {
    expect(rows(file, content).map((row) => row.filter((part) => part !== undefined))).toEqual(expected);
  });
});

describe('versions as people write them', () => {
  it.each<[string, string]>([
    ['^v0.17.0', '>=0.17.0,<0.18'],
    ['~v1.2', '>=1.2,<1.3'],
    ['v1.2.3', '==1.2.3'],
    ['^1!2.3', '>=1!2.3,<1!3.0'],
  ])('poetry’s %s is %s', (written, specifier) => {
    const content = `[tool.poetry.dependencies]\npeft = "${written}"\n`;
    expect(short('pyproject.toml', content)).toEqual([['peft', specifier, '', 2]]);
  });

  it('a name with extras in a Pipfile', () => {
    const [one] = read('Pipfile', '[packages]\n"accelerate[rich]" = "==1.10.0"\n').requirements;
    expect(one).toMatchObject({ name: 'accelerate', extras: ['rich'], specifier: '==1.10.0' });
  });

  it('empty and several words of a variable in a Dockerfile', () => {
    const content = 'ARG MORE=""\nARG TWO="torch accelerate==1.9"\nRUN pip install peft==0.18.1 $MORE $TWO\n';
    expect(short('Dockerfile', content).map(([name, specifier]) => `${name}${specifier}`)).toEqual([
      'peft==0.18.1',
      'torch',
      'accelerate==1.9',
    ]);
    expect(kinds('Dockerfile', content)).toEqual([]);
  });

  it('overrides of pdm', () => {
    const content = '[tool.pdm.resolution.overrides]\npeft = "0.17.1"\ntorch = ">=2"\n';
    expect(short('pyproject.toml', content)).toEqual([
      ['peft', '==0.17.1', 'pdm:overrides', 2],
      ['torch', '>=2', 'pdm:overrides', 3],
    ]);
  });
});

describe('what counts as a manifest by its name', () => {
  it.each<[string, string]>([
    ['requirements/gpu/train.txt', 'requirements'],
    ['deps/requirements/a/b/c.in', 'requirements'],
    ['requirements-dev.lock', 'requirements'],
    ['uv-pytorch.lock', 'lock'],
    ['poetry.gpu.lock', 'lock'],
  ])('%s is %s', (file, format) => {
    expect(readManifest(file, '')?.format).toBe(format);
  });

  it.each(['docs/notes.txt', 'flake.lock', 'yarn.lock', 'my-requirements/x.md'])('%s is none', (file) => {
    expect(readManifest(file, '')).toBeUndefined();
  });
});
