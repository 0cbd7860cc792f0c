import { describe, expect, it } from '@jest/globals';
import { diffManifests } from '../../src/detect/diff.ts';
import { guard } from '../../src/detect/guard.ts';
import { guardReleases } from '../../src/detect/guard-releases.ts';
import { normalizedMarker } from '../../src/detect/marker.ts';
import { projectRequests, type Releases, standingChanges } from '../../src/detect/projects.ts';
import { readManifest } from '../../src/formats/read.ts';

type Files = Readonly<Record<string, string>>;
const VERSIONS = ['4.54.1', '4.55.4', '4.56.2', '4.57.6'];
const RELEASES: Releases = new Map(
  ['transformers', 'peft', 'torch'].map((name) => [
    name,
    VERSIONS.map((version) => ({ version, yanked: false, hasWheel: true })),
  ]),
);
const manifests = (files: Files) =>
  Object.entries(files).flatMap(([file, content]) => readManifest(file, content) ?? []);
const endsOf = (base: Files, head: Files) => ({ base: manifests(base), head: manifests(head) });
const seen = (base: Files, head: Files) => {
  const ends = endsOf(base, head);
  const changes = diffManifests(ends.base, ends.head);
  return {
    changes,
    moves: projectRequests(ends, changes, RELEASES, '3.11.7').map((request) =>
      request.changes.map(({ library, from, to }) => `${library} ${from} ${to}`),
    ),
    standing: standingChanges(ends, changes, RELEASES, '3.11.7').map(({ message }) => message),
    findings: guardReleases(ends, changes, RELEASES, '3.11.7').map(({ kind, message }) => `${kind}: ${message}`),
  };
};
const project = (body: string) => `[project]\nname = "p"\n${body}\n`;
const OLD = 'transformers==4.55.4';
const NEW = 'transformers==4.57.6';
const BUMP = [['transformers 4.55.4 4.57.6']];

describe('a marker', () => {
  it.each<[string, string]>([
    ["sys_platform=='linux'", 'sys_platform == "linux"'],
    ["'linux' == sys.platform", 'sys_platform == "linux"'],
    ["( python_version<'3.9' )", 'python_version < "3.9"'],
    ["'3.9' > python_version", 'python_version < "3.9"'],
    ["os_name=='a' and (extra == 'b')", 'extra == "b" and os_name == "a"'],
    ["extra=='b' and os_name=='a'", 'extra == "b" and os_name == "a"'],
    ["(os_name=='a' or extra=='b') and extra=='c'", '( os_name == "a" or extra == "b" ) and extra == "c"'],
    ["sys_platform not in 'x y'", 'sys_platform not in "x y"'],
    ['python ^3.9', 'python ^3.9'],
  ])('%s is %s', (written, normalized) => {
    expect(normalizedMarker(written)).toBe(normalized);
  });
});

describe('a bump is seen', () => {
  it.each<[string, Files, Files]>([
    [
      'when the marker is respaced',
      { 'requirements.txt': `${OLD} ; sys_platform == 'linux'\n` },
      { 'requirements.txt': `${NEW} ; sys_platform=='linux'\n` },
    ],
    [
      'when the marker changes',
      { 'requirements.txt': `${OLD} ; python_full_version >= '3.9'\n` },
      { 'requirements.txt': `${NEW} ; python_full_version >= '3.10'\n` },
    ],
    ['when the marker goes', { 'requirements.txt': `${OLD} ; os_name=='nt'\n` }, { 'requirements.txt': `${NEW}\n` }],
    [
      'when one row becomes several by marker',
      { 'requirements.txt': `${OLD}\n` },
      { 'requirements.txt': `${OLD} ; python_version < "3.9"\n${NEW} ; python_version >= "3.9"\n` },
    ],
    [
      'when several rows become one',
      { 'requirements.txt': `${NEW} ; python_version >= "3.9"\n${OLD} ; python_version < "3.9"\n` },
      { 'requirements.txt': `${NEW}\n` },
    ],
    [
      'when its extra gets another name',
      { 'pyproject.toml': project(`[project.optional-dependencies]\nall = ["${OLD}"]`) },
      { 'pyproject.toml': project(`[project.optional-dependencies]\nextra = ["${NEW}"]`) },
    ],
    [
      'when it goes from an extra to a group',
      { 'pyproject.toml': project(`[project.optional-dependencies]\ndev = ["${OLD}"]`) },
      { 'pyproject.toml': project(`[dependency-groups]\ndev = ["${NEW}"]`) },
    ],
    [
      'when its folder gets another name',
      { 'images/a1/requirements.txt': `${OLD}\nnumpy==1.0\n` },
      { 'images/a2/requirements.txt': `${NEW}\nnumpy==1.0\n` },
    ],
    [
      'when its file gets another name, and more',
      { 'requirements-train.txt': `${OLD}\nnumpy==1.0\nscipy\n` },
      { 'requirements/train/base.txt': `${NEW}\nnumpy==1.1\nscipy\npandas\n` },
    ],
    [
      'when it goes to another format',
      { 'requirements.txt': `${OLD}\n` },
      { 'pyproject.toml': project(`dependencies = ["${NEW}"]`) },
    ],
    [
      'when its lock is another tool’s',
      { 'poetry.lock': '[[package]]\nname = "transformers"\nversion = "4.55.4"\n' },
      { 'uv.lock': '[[package]]\nname = "transformers"\nversion = "4.57.6"\n' },
    ],
    [
      'when a lock keeps the old release too',
      { 'uv.lock': '[[package]]\nname = "transformers"\nversion = "4.55.4"\n' },
      {
        'uv.lock':
          '[[package]]\nname = "transformers"\nversion = "4.55.4"\n[[package]]\nname = "transformers"\nversion = "4.57.6"\n',
      },
    ],
    [
      'when it comes as the wheel of an address before',
      { 'requirements.txt': 'transformers @ https://files.example/transformers-4.55.4-py3-none-any.whl\n' },
      { 'requirements.txt': `${NEW}\n` },
    ],
  ])('%s', (_name, base, head) => {
    expect(seen(base, head).moves).toEqual(BUMP);
  });

  it('beside another one, in its own file', () => {
    const base = { 'a/requirements.txt': `${OLD} ; os_name=='a'\n`, 'b/requirements.txt': 'peft==4.55.4\n' };
    const head = { 'a/requirements.txt': `${NEW} ; os_name == "b"\n`, 'b/requirements.txt': 'peft==4.57.6\n' };
    expect(seen(base, head).moves).toEqual([...BUMP, ['peft 4.55.4 4.57.6']]);
  });

  it('in each of 200 packages that move to another folder', () => {
    const files = (folder: string, version: string) =>
      Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [
          `${folder}/p${index}/requirements.txt`,
          `transformers==${index === 150 ? version : '4.55.4'}\npackage-${index}==1.0\n`,
        ]),
      );
    const { changes, moves } = seen(files('packages', '4.55.4'), files('libs', '4.57.6'));
    expect(moves).toEqual(BUMP);
    expect(changes.filter(({ kind }) => kind !== 'moved').map(({ file, was }) => [file, was])).toEqual([
      ['libs/p150/requirements.txt', 'packages/p150/requirements.txt'],
    ]);
  });
});

describe('a row that another one takes the place of', () => {
  it('is another one, where only the version is written', () => {
    const poetry = (name: string) => ({ 'pyproject.toml': `[tool.poetry.dependencies]\n${name} = "4.55.4"\n` });
    expect(seen(poetry('peft'), poetry('torch')).changes.map(({ library, kind }) => [library, kind])).toEqual([
      ['torch', 'added'],
      ['peft', 'removed'],
    ]);
  });
});

describe('what is only written otherwise', () => {
  it.each<[string, string]>([
    ['transformers >= 4.45 , <5', 'transformers<5,>=4.45'],
    ['transformers==4.55.4 ; os_name=="a"', "transformers == 4.55.4; os_name == 'a'"],
  ])('%s is no change: %s', (from, to) => {
    expect(seen({ 'requirements.txt': `${from}\n` }, { 'requirements.txt': `${to}\n` }).changes).toEqual([]);
  });

  it('keeps rows apart that came in other groups', () => {
    const base = { 'pyproject.toml': project('dependencies = ["transformers>=4.50"]') };
    const head = {
      'pyproject.toml': project(
        'dependencies = ["transformers>=4.50"]\n[project.optional-dependencies]\nold = ["transformers==4.54.1"]',
      ),
    };
    expect(seen(base, head).changes.map(({ kind, group }) => [kind, group])).toEqual([['added', 'extra:old']]);
  });
});

describe('nothing to measure is said with its reason', () => {
  const uv = (spec: string, more: string) => ({
    'pyproject.toml': project(`dependencies = ["transformers${spec}"]\n[tool.uv]\n${more}`),
  });
  it.each<[string, Files, Files, string[]]>([
    ['no watched library', { 'requirements.txt': 'numpy==1\n' }, { 'requirements.txt': 'numpy==2\n' }, []],
    [
      'a ceiling that allows nothing new',
      { 'requirements.txt': 'transformers<5\n' },
      { 'requirements.txt': 'transformers<6\n' },
      ['`transformers` still resolves to 4.57.6.'],
    ],
    [
      'a floor below what is installed',
      { 'requirements.txt': 'transformers\n' },
      { 'requirements.txt': 'transformers>=4.50\n' },
      ['`transformers` still resolves to 4.57.6.'],
    ],
    [
      'an override that masks',
      uv('>=4.50,<4.57', 'override-dependencies = ["transformers<4.56"]'),
      uv('>=4.50,<4.58', 'override-dependencies = ["transformers<4.56"]'),
      ['`transformers` still resolves to 4.55.4: `override-dependencies` in `pyproject.toml:5` says `<4.56`.'],
    ],
    [
      'a constraint that masks',
      uv('>=4.50,<4.57', 'constraint-dependencies = ["transformers<4.56"]'),
      uv('>=4.50,<4.58', 'constraint-dependencies = ["transformers<4.56"]'),
      ['`transformers` still resolves to 4.55.4: `constraint-dependencies` in `pyproject.toml:5` says `<4.56`.'],
    ],
    [
      'a constraints file that masks',
      { 'requirements.txt': '-c constraints.txt\ntransformers<4.57\n', 'constraints.txt': 'transformers<4.56\n' },
      { 'requirements.txt': '-c constraints.txt\ntransformers<4.58\n', 'constraints.txt': 'transformers<4.56\n' },
      ['`transformers` still resolves to 4.55.4: `a constraint` in `constraints.txt:1` says `<4.56`.'],
    ],
    [
      'a name that is new',
      { 'requirements.txt': 'numpy\n' },
      { 'requirements.txt': `numpy\n${NEW}\n` },
      ['`transformers` is new here: there is no release before it to compare with.'],
    ],
    [
      'a name that is gone',
      { 'requirements.txt': `numpy\n${OLD}\n` },
      { 'requirements.txt': 'numpy\n' },
      ['`transformers` is no longer required here.'],
    ],
    [
      'a repository now',
      { 'requirements.txt': `${OLD}\n` },
      { 'requirements.txt': 'git+https://git.example/x/transformers@main\n' },
      ['`transformers` does not come from an index now: that is never fetched or built.'],
    ],
    [
      'a repository before',
      { 'requirements.txt': 'git+https://git.example/x/transformers.git@v4.55.4\n' },
      { 'requirements.txt': `${NEW}\n` },
      [
        '`transformers` did not come from an index before: which release that was is not known, so there is nothing to compare with.',
      ],
    ],
    [
      'a release that is not there',
      { 'requirements.txt': `${OLD}\n` },
      { 'requirements.txt': 'transformers==4.99.0\n' },
      ['`transformers` has no usable release that fits `==4.99.0` on this index.'],
    ],
    [
      'a new folder',
      { 'a/requirements.txt': `${OLD}\n` },
      { 'b/requirements.txt': `${OLD}\n` },
      ['`transformers` is written elsewhere and says the same.'],
    ],
  ])('%s', (_name, base, head, reasons) => {
    const { moves, standing } = seen(base, head);
    expect({ moves, standing }).toEqual({ moves: [], standing: reasons });
  });

  it('an override that moves is what moves', () => {
    const base = uv('<4.58', 'override-dependencies = ["transformers<4.56"]');
    const head = uv('<4.58', 'override-dependencies = ["transformers<4.58"]');
    expect(seen(base, head).moves).toEqual(BUMP);
  });

  it('a range that resolves to an older release is a downgrade, with its reason', () => {
    const { findings } = seen({ 'requirements.txt': 'torch>=4.5\n' }, { 'requirements.txt': 'torch>=4.5,<4.57\n' });
    expect(findings).toEqual([
      'downgrade: `torch` goes back from 4.57.6 to 4.56.2, since `>=4.5,<4.57` allows no newer one.',
    ]);
  });
});

describe('an exclusion that is gone', () => {
  const dropped = (from: string, to: string) =>
    guard(manifests({ 'requirements.txt': `p${from}\n` }), manifests({ 'requirements.txt': `p${to}\n` })).flatMap(
      ({ kind, message }) => (kind === 'exclusion-dropped' ? [/!=([^`]+)/.exec(message)?.[1]] : []),
    );
  it.each<[string, string, string[]]>([
    ['>=4.40,!=4.41.0', '>=4.45', []],
    ['!=4.41.0,!=4.41.1', '!=4.41.*', []],
    ['!=4.47.0', '<4.47', []],
    ['!=4.47.0', '==4.48.0', []],
    ['!=4.41.*', '!=4.41.0', ['4.41.*']],
    ['!=4.41.*', '>=4.42', []],
    ['>=4.40,!=4.41.0', '>=4.40', ['4.41.0']],
    ['!=4.41.0,!=4.42.0', '!=4.42.0', ['4.41.0']],
    ['!=4.41', '!=4.41.0', []],
  ])('%s to %s names %j', (from, to, versions) => {
    expect(dropped(from, to)).toEqual(versions);
  });
});

describe('a build label', () => {
  const labels = (base: Files, head: Files) =>
    guard(manifests(base), manifests(head)).flatMap(({ kind, file, line }) =>
      kind === 'local-version' ? [[file, line]] : [],
    );
  it.each<[string, Files, Files, unknown[]]>([
    [
      'that comes into a lock',
      { 'uv.lock': '[[package]]\nname = "torch"\nversion = "2.6.0"\n' },
      { 'uv.lock': '[[package]]\nname = "torch"\nversion = "2.7.1+cpu"\n' },
      [['uv.lock', 3]],
    ],
    [
      'of another build in a new row of a file that says its build',
      { 'requirements-cuda.txt': 'peft\n', 'requirements-cpu.txt': 'torch==2.6.0+cpu\n' },
      { 'requirements-cuda.txt': 'peft\ntorch==2.6.0+cpu\n', 'requirements-cpu.txt': 'torch==2.6.0+cpu\n' },
      [['requirements-cuda.txt', 2]],
    ],
    [
      'under another marker',
      { 'requirements.txt': 'torch==2.6.0 ; os_name == "a"\n' },
      { 'requirements.txt': 'torch==2.7.1+cpu ; os_name == "b"\n' },
      [['requirements.txt', 1]],
    ],
    [
      'that stays',
      { 'r-cpu/requirements.txt': 'torch==2.6.0+cpu\n' },
      { 'r-cpu/requirements.txt': 'torch==2.7.1+cpu\n' },
      [],
    ],
  ])('%s', (_name, base, head, expected) => {
    expect(labels(base, head)).toEqual(expected);
  });
});

describe('an index that a manifest names', () => {
  it('is no news where it is the one that is used anyway', () => {
    const pipfile = '[[source]]\nurl = "https://index.example/simple"\n[packages]\npeft = "*"\n';
    const kinds = (own: string[]) =>
      guard(manifests({ 'requirements.txt': 'peft\n' }), manifests({ Pipfile: pipfile }), own).map(({ kind }) => kind);
    expect(kinds(['https://index.example/simple/'])).toEqual([]);
    expect(kinds(['https://other.example/simple/'])).toEqual(['index-changed']);
  });
});
