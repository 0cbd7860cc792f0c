import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { poetrySpecifier } from '../../src/formats/languages/poetry.ts';
import { readManifest } from '../../src/formats/read.ts';
import { FORMATS, isManifest } from '../../src/formats/table.ts';
import { LOCKS, SAMPLES } from '../formats/samples.ts';

function read(file: string, content: string) {
  const manifest = readManifest(file, content);
  if (manifest === undefined) throw new Error(`no format for ${file}`);
  return manifest;
}

const short = (file: string, content: string) =>
  read(file, content).requirements.map(({ name, specifier, group, line, source }) => [
    name,
    specifier,
    group,
    line,
    source,
  ]);

describe('requirements files', () => {
  it('reads names, specifiers, extras, markers and places', () => {
    const { requirements } = read(
      'requirements.txt',
      '# comment\ntransformers[torch] == 4.55.4 ; python_version < "3.13"  # why\n',
    );
    expect(requirements).toEqual([
      {
        name: 'transformers',
        written: 'transformers[torch] == 4.55.4 ; python_version < "3.13"',
        specifier: '==4.55.4',
        extras: ['torch'],
        marker: 'python_version < "3.13"',
        group: '',
        source: 'index',
        line: 2,
        columns: [0, 55],
      },
    ]);
  });

  it.each<[string, string, unknown[]]>([
    [
      'hashes and continuation lines',
      'peft==0.17.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\ntorch\n',
      [
        ['peft', '==0.17.1', '', 1, 'index'],
        ['torch', '', '', 4, 'index'],
      ],
    ],
    [
      'CRLF and no newline at the end',
      'peft>=0.17\r\ntorch',
      [
        ['peft', '>=0.17', '', 1, 'index'],
        ['torch', '', '', 2, 'index'],
      ],
    ],
    ['a byte order mark', '\ufeffpeft', [['peft', '', '', 1, 'index']]],
    ['spaces inside specifiers', 'peft >= 0.17 , < 0.19', [['peft', '>=0.17,<0.19', '', 1, 'index']]],
    [
      'git, paths, wheels and URLs',
      'peft @ git+https://git.example/peft@main\n-e ./local#egg=mine\n./x-1.0.whl\nhttps://files.example/y-2.0.tar.gz\n',
      [
        ['peft', '', '', 1, 'git'],
        ['mine', '', '', 2, 'editable'],
        ['x', '', '', 3, 'path'],
        ['y', '', '', 4, 'url'],
      ],
    ],
    ['the triple equals sign', 'odd===1.0-weird', [['odd', '===1.0-weird', '', 1, 'index']]],
    [
      'includes and constraints are no requirements',
      '-r other.txt\n-c constraints.txt\npeft\n',
      [['peft', '', '', 3, 'index']],
    ],
  ])('%s', (_name, content, expected) => {
    expect(short('requirements.txt', content)).toEqual(expected);
  });

  it.each<[string, string, string, number]>([
    ['a templated version', 'torch\npeft=={{ latest }}\n', 'unreadable', 2],
    ['a conflict marker', 'torch\n<<<<<<< HEAD\npeft\n', 'conflict-marker', 2],
    ['NULs', 'peft\u0000', 'unreadable', 1],
    ['a path without a name', './here\n', 'not-installable', 1],
    ['a repository without a name', 'git+https://user:secret@git.example/x\n', 'not-installable', 1],
    ['UTF-16', '\ufffd\ufffdp\u0000', 'unreadable', 1],
  ])('%s is a finding with its line, and shows no credentials', (_name, content, kind, line) => {
    const { findings } = read('requirements.txt', content);
    expect(findings).toEqual([expect.objectContaining({ kind, line, file: 'requirements.txt' })]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });
});

describe('what requirements files name', () => {
  it('is kept with its line, and without credentials', () => {
    const content =
      '-r base.txt\n--requirement=more.in\n-c constraints.txt\n-i https://me:secret@index.example/simple\n';
    expect(read('requirements.txt', content)).toMatchObject({
      requirements: [],
      includes: [
        { path: 'base.txt', line: 1 },
        { path: 'more.in', line: 2 },
        { path: 'constraints.txt', line: 3 },
      ],
      indexes: [{ address: 'https://index.example/simple', line: 4 }],
    });
  });
});

describe('pyproject.toml', () => {
  it('keeps the place of equal entries in several groups, in whatever order they stand', () => {
    const content =
      '[dependency-groups]\ndev = ["peft>=0.17"]\n[project]\ndependencies = ["peft>=0.17"]\n[project.optional-dependencies]\nx = ["peft>=0.17"]\n';
    expect(short('pyproject.toml', content).map(([, , group, line]) => [group, line])).toEqual([
      ['', 4],
      ['extra:x', 6],
      ['group:dev', 2],
    ]);
  });

  it('reads every list, with its group and line', () => {
    const content = [
      '[project]',
      'dependencies = [',
      '  "transformers>=4.55,<5",',
      "  'peft',",
      ']',
      '[project.optional-dependencies]',
      'gpu = ["bitsandbytes==0.47.0"]',
      '[dependency-groups]',
      'dev = ["peft", {include-group = "x"}]',
      '[tool.uv]',
      'constraint-dependencies = ["accelerate<2"]',
      '[tool.uv.sources]',
      'peft = {git = "https://git.example/peft"}',
    ].join('\n');
    expect(short('pyproject.toml', content)).toEqual([
      ['transformers', '>=4.55,<5', '', 3, 'index'],
      ['peft', '', '', 4, 'git'],
      ['bitsandbytes', '==0.47.0', 'extra:gpu', 7, 'index'],
      ['peft', '', 'group:dev', 9, 'git'],
      ['accelerate', '<2', 'uv:constraint-dependencies', 11, 'index'],
    ]);
  });

  it('reads poetry with carets, tables and groups', () => {
    const content =
      '[tool.poetry.dependencies]\npython = "^3.11"\npeft = "^0.17.1"\ntransformers = {version = "~4.55", extras = ["torch"]}\nmine = {path = "../mine"}\n[tool.poetry.group.dev.dependencies]\ntorch = "*"\n';
    expect(short('pyproject.toml', content)).toEqual([
      ['peft', '>=0.17.1,<0.18', '', 3, 'index'],
      ['transformers', '>=4.55,<4.56', '', 4, 'index'],
      ['mine', '', '', 5, 'path'],
      ['torch', '', 'group:dev', 7, 'index'],
    ]);
  });

  it('makes a finding of TOML that cannot be read, with its line', () => {
    const { findings } = read('pyproject.toml', '[project]\nname = "x"\nname = "y"\n');
    expect(findings).toEqual([expect.objectContaining({ kind: 'unreadable', line: 3 })]);
  });
});

describe('poetry specifiers', () => {
  it.each([
    ['^1.2.3', '>=1.2.3,<2.0'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['~1.2', '>=1.2,<1.3'],
    ['~1', '>=1,<2.0'],
    ['>=1,<2', '>=1,<2'],
    ['1.2.*', '==1.2.*'],
    ['*', ''],
  ])('%s means %s', (written, specifier) => {
    expect(poetrySpecifier(written)).toBe(specifier);
  });
});

describe('locks', () => {
  it('reads every version of a package, and no key of a nested table', () => {
    const content =
      '[[package]]\nname = "torch"\nversion = "2.10.0"\n\n[[package]]\nname = "torch"\nversion = "2.10.0+cu128"\n[package.optional-dependencies]\nname = "x"\nversion = "9"\n';
    expect(read('uv.lock', content).locked).toEqual([
      { name: 'torch', version: '2.10.0', line: 3 },
      { name: 'torch', version: '2.10.0+cu128', line: 7 },
    ]);
  });
});

describe('other formats', () => {
  it('reads environment.yml with its pip block', () => {
    const content =
      'name: x\ndependencies:\n  - python=3.11\n  - conda-forge::numpy>=1.26\n  - pip:\n      - peft==0.17.1\n';
    expect(short('environment.yml', content)).toEqual([
      ['python', '==3.11.*', 'conda', 3, 'index'],
      ['numpy', '>=1.26', 'conda', 4, 'index'],
      ['peft', '==0.17.1', 'pip', 6, 'index'],
    ]);
  });

  it('reads setup.cfg', () => {
    const content =
      '[options]\ninstall_requires =\n    peft>=0.17\n    transformers\n[options.extras_require]\ngpu =\n    bitsandbytes\n';
    expect(short('setup.cfg', content)).toEqual([
      ['peft', '>=0.17', '', 3, 'index'],
      ['transformers', '', '', 4, 'index'],
      ['bitsandbytes', '', 'extra:gpu', 7, 'index'],
    ]);
  });

  it.each(['sentence-transformers/readme.txt', 'src/transformers/model.py', 'docs/requirements.md'])(
    'takes %s for no manifest',
    (file) => {
      expect(readManifest(file, '')).toBeUndefined();
    },
  );
});

describe('every reader', () => {
  const samples = [...Object.values(SAMPLES).flatMap(([first]) => first ?? []), ...Object.values(LOCKS)];
  const files = samples.map(({ file }) => file).filter(isManifest);
  const words = [
    'peft',
    '==',
    '>=0.17',
    '"',
    "'",
    '[',
    ']',
    '[[package]]',
    '\n',
    '\\\n',
    ' ',
    '#',
    '-e ',
    '{',
    '}',
    ':',
    '- ',
    '\r\n',
    'dependencies',
    ' = ',
    '^1.2',
    '@ git+x',
    ';',
    '\t',
    '\u202e',
  ];

  it.each(files)('%s never throws, whatever stands in it', (file) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (parts) => {
        read(file, parts.join(''));
      }),
      { numRuns: 400 },
    );
  });

  // Quadratic time would take minutes here; how long it takes is bench/detect.mjs.
  it.each(files)('%s comes to the end of a megabyte, however it is made', (file) => {
    for (const part of ['a', '"', '[', 'peft==1 \\\n', '- ', '\\', 'a = "b"\n', ' '.repeat(50)])
      expect(read(file, part.repeat(Math.floor(1_000_000 / part.length))).file).toBe(file);
  });

  it('has a name of its own', () => {
    expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
  });
});
