import { describe, expect, it } from '@jest/globals';
import { diffManifests, specifierChange } from '../../src/detect/diff.ts';
import { guard } from '../../src/detect/guard.ts';
import { guardReleases } from '../../src/detect/guard-releases.ts';
import { projectRequests, type Releases } from '../../src/detect/projects.ts';
import { readManifest } from '../../src/formats/read.ts';

const manifests = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).flatMap(([file, content]) => readManifest(file, content) ?? []);
const changes = (base: Readonly<Record<string, string>>, head: Readonly<Record<string, string>>) =>
  diffManifests(manifests(base), manifests(head));
const found = (base: Readonly<Record<string, string>>, head: Readonly<Record<string, string>>) =>
  guard(manifests(base), manifests(head)).map(({ kind, file, line }) => [kind, file, line]);
const releases = (...versions: string[]) => versions.map((version) => ({ version, yanked: false, hasWheel: true }));
const lock = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([name, version]) => `[[package]]\nname = "${name}"\nversion = "${version}"\n`).join('\n');

describe('the diff of manifests', () => {
  it.each<[string, string, string]>([
    ['==4.55.4', '==4.57.6', 'changed'],
    ['==4.57.6', '==4.55.4', 'downgraded'],
    ['>=4.50,<4.56', '>=4.50,<5', 'widened'],
    ['>=4.50,<5', '>=4.55,<5', 'narrowed'],
    ['', '>=4', 'narrowed'],
    ['>=4,!=4.51.0', '>=4', 'widened'],
    ['>=2.3.1,<2.6.0', '>=2.4,<2.7.0', 'changed'],
  ])('%s to %s is %s', (from, to, kind) => {
    expect(specifierChange(from, to)).toBe(kind);
  });

  it('keeps rows of one package apart by file, group and marker', () => {
    const base = {
      'requirements.txt': 'torch==2.4.0 ; sys_platform == "linux"\ntorch==2.3.0 ; sys_platform == "darwin"\n',
      'b/requirements.txt': 'torch==2.2.0\n',
    };
    const head = {
      'requirements.txt': 'torch==2.5.0 ; sys_platform == "linux"\ntorch==2.3.0 ; sys_platform == "darwin"\n',
      'b/requirements.txt': 'torch==2.5.0\n',
    };
    expect(changes(base, head).map(({ from, to, file, marker }) => [from, to, file, marker])).toEqual([
      ['==2.2.0', '==2.5.0', 'b/requirements.txt', ''],
      ['==2.4.0', '==2.5.0', 'requirements.txt', 'sys_platform == "linux"'],
    ]);
  });

  it('says what was added and removed', () => {
    expect(
      changes({ 'requirements.txt': 'peft\n' }, { 'requirements.txt': 'torch\n' }).map(({ library, kind }) => [
        library,
        kind,
      ]),
    ).toEqual([
      ['torch', 'added'],
      ['peft', 'removed'],
    ]);
  });

  it('pairs several locked versions of one package in order', () => {
    const base = { 'uv.lock': lock(['torch', '2.9.0'], ['torch', '2.9.0+cu128']) };
    const head = { 'uv.lock': lock(['torch', '2.10.0'], ['torch', '2.10.0+cu128']) };
    expect(changes(base, head).map(({ from, to }) => [from, to])).toEqual([
      ['2.9.0', '2.10.0'],
      ['2.9.0+cu128', '2.10.0+cu128'],
    ]);
  });

  it('ignores what only moves or is written otherwise', () => {
    expect(
      changes({ 'requirements.txt': 'peft>=0.17\ntorch\n' }, { 'requirements.txt': '# new\ntorch\nPEFT >= 0.17\n' }),
    ).toEqual([]);
  });
});

type Files = Readonly<Record<string, string>>;
const RELEASES: Releases = new Map([['peft', releases('0.17.0', '0.17.1', '0.18.0', '0.18.1', '0.19.1', '0.20.0')]]);
const asked = (base: Files, head: Files, known: Releases = RELEASES) => {
  const ends = { base: manifests(base), head: manifests(head) };
  return projectRequests(ends, diffManifests(ends.base, ends.head), known, '3.11.7');
};
const moves = (base: Files, head: Files, known?: Releases) =>
  asked(base, head, known).map((request) => request.changes.map(({ library, from, to }) => `${library} ${from} ${to}`));

describe('what a checkout asks to sweep', () => {
  it('takes the versions of the lock before those of the manifest', () => {
    const base = {
      'pyproject.toml': '[project]\ndependencies = ["peft>=0.17"]\n',
      'uv.lock': lock(['peft', '0.17.0']),
    };
    const head = {
      'pyproject.toml': '[project]\ndependencies = ["peft>=0.18"]\n',
      'uv.lock': lock(['peft', '0.18.1']),
    };
    expect(moves(base, head)).toEqual([['peft 0.17.0 0.18.1']]);
  });

  it('resolves a range to its newest release at both ends', () => {
    const [request] = asked({ 'requirements.txt': 'peft>=0.17,<0.18\n' }, { 'requirements.txt': 'peft>=0.17,<0.20\n' });
    expect(request?.changes).toEqual([
      { library: 'peft', from: '0.17.1', to: '0.19.1', place: { file: 'requirements.txt', line: 1 } },
    ]);
  });

  it('sweeps nothing where both ends resolve alike', () => {
    expect(asked({ 'requirements.txt': 'peft<0.30\n' }, { 'requirements.txt': 'peft<0.40\n' })).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['peft==0.18.0', 'peft==0.17.0', 'peft 0.18.0 0.17.0'],
    ['peft>=0.17', 'peft>=0.17,<0.19', 'peft 0.20.0 0.18.1'],
  ])('measures what goes back like any change: %s to %s', (from, to, move) => {
    expect(moves({ 'requirements.txt': `${from}\n` }, { 'requirements.txt': `${to}\n` })).toEqual([[move]]);
  });

  it('sweeps nothing to a release that the index does not have', () => {
    expect(asked({ 'requirements.txt': 'peft==0.17.0\n' }, { 'requirements.txt': 'peft==0.99\n' })).toEqual([]);
  });

  it('is not fooled by packages and folders whose names contain a watched one', () => {
    const base = {
      'transformers/requirements.txt': 'sentence-transformers==3.0\ntransformers_stream_generator==0.0.4\n',
    };
    const head = {
      'transformers/requirements.txt': 'sentence-transformers==3.1\ntransformers_stream_generator==0.0.5\n',
    };
    expect(asked(base, head)).toEqual([]);
  });

  it('asks once for the same move in twelve manifests with the same held set', () => {
    const files = (version: string) =>
      Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [
          `p${index}/requirements.txt`,
          `peft==${version}\ntransformers==4.57.6\n`,
        ]),
      );
    const requests = asked(files('0.17.0'), files('0.18.0'));
    expect(requests).toHaveLength(1);
    expect(requests[0]?.files).toHaveLength(12);
    expect(requests[0]?.held).toEqual({ transformers: '4.57.6' });
  });

  it('asks twice where the held versions differ', () => {
    const files = (version: string) => ({
      'a/requirements.txt': `peft==${version}\ntransformers==4.57.6\n`,
      'b/requirements.txt': `peft==${version}\ntransformers==4.55.4\n`,
    });
    expect(asked(files('0.17.0'), files('0.18.0')).map(({ held }) => held)).toEqual([
      { transformers: '4.57.6' },
      { transformers: '4.55.4' },
    ]);
  });

  it('holds every package at the version of the lock, at both ends', () => {
    const files = (peft: string, tokenizers: string) => ({
      'pyproject.toml': '[project]\ndependencies = ["peft"]\n',
      'uv.lock': lock(['peft', peft], ['tokenizers', tokenizers], ['numpy', '2.1.0'], ['torch', '2.4.0']),
    });
    expect(asked(files('0.17.0', '0.21.0'), files('0.18.0', '0.22.0'))[0]?.locked).toEqual({
      base: { tokenizers: '0.21.0', numpy: '2.1.0' },
      head: { tokenizers: '0.22.0', numpy: '2.1.0' },
    });
  });

  it('lets no name out of a lock that is none', () => {
    const files = (peft: string) => ({
      'uv.lock': lock(
        ['peft', peft],
        ['x --index-url https://evil.example', '1.0'],
        ['numpy', '1.0 --pre'],
        ['six', '1.17.0'],
      ),
    });
    expect(asked(files('0.17.0'), files('0.18.0'))[0]?.locked.head).toEqual({ six: '1.17.0' });
  });

  it('lets a lock speak for the workspace below it, and for no requirements file in another folder', () => {
    const files = (locked: string, pinned: string) => ({
      'uv.lock': lock(['peft', locked]),
      'member/pyproject.toml': `[project]\ndependencies = ["peft>=${pinned}"]\n`,
      'examples/requirements.txt': `peft==${pinned}\n`,
    });
    expect(moves(files('0.17.0', '0.17.1'), files('0.18.1', '0.19.1'))).toEqual([
      ['peft 0.17.1 0.19.1'],
      ['peft 0.17.0 0.18.1'],
    ]);
  });

  it('moves several libraries of one project together', () => {
    const files = (peft: string, accelerate: string) => ({
      'requirements.txt': `peft==${peft}\naccelerate==${accelerate}\n`,
    });
    expect(moves(files('0.17.0', '1.9.0'), files('0.18.0', '1.10.0'))).toEqual([
      ['peft 0.17.0 0.18.0', 'accelerate 1.9.0 1.10.0'],
    ]);
  });
});

describe('the guard', () => {
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, unknown[]]>([
    [
      'an exclusion that is dropped',
      { 'requirements.txt': 'peft>=0.17,!=0.18.0\n' },
      { 'requirements.txt': 'peft>=0.17\n' },
      ['exclusion-dropped', 'requirements.txt', 1],
    ],
    [
      'a build copied to where it does not belong',
      { 'requirements-cpu.txt': 'torch==2.6.0+cpu\n' },
      { 'requirements-cpu.txt': 'torch==2.7.1+cu126\n' },
      ['local-version', 'requirements-cpu.txt', 1],
    ],
    [
      'a build that gets lost',
      { 'requirements-cpu.txt': 'torch==2.6.0+cpu\n' },
      { 'requirements-cpu.txt': 'torch==2.7.1\n' },
      ['local-version', 'requirements-cpu.txt', 1],
    ],
    [
      'siblings that drift apart',
      { 'a/requirements.txt': 'peft==0.17.0\n', 'b/requirements.txt': '\npeft==0.17.0\n' },
      { 'a/requirements.txt': 'peft==0.18.0\n', 'b/requirements.txt': '\npeft==0.17.0\n' },
      ['drift', 'b/requirements.txt', 2],
    ],
    [
      'a manifest that its lock does not meet',
      {},
      { 'pyproject.toml': '[project]\ndependencies = ["peft>=0.18"]\n', 'uv.lock': lock(['peft', '0.17.0']) },
      ['against-lock', 'pyproject.toml', 2],
    ],
    [
      'a downgrade',
      { 'requirements.txt': 'peft==0.18.0\n' },
      { 'requirements.txt': 'peft==0.17.0\n' },
      ['downgrade', 'requirements.txt', 1],
    ],
    [
      'an index that appears in a requirements file',
      { 'requirements.txt': 'peft\n' },
      { 'requirements.txt': '--index-url https://index.example/simple\npeft\n' },
      ['index-changed', 'requirements.txt', 1],
    ],
    [
      'a version that is a template',
      { 'requirements.txt': 'peft\n' },
      { 'requirements.txt': 'peft=={{x}}\n' },
      ['unreadable', 'requirements.txt', 1],
    ],
  ])('sees %s', (_name, base, head, finding) => {
    expect(found(base, head)).toContainEqual(finding);
  });

  it('stops for a new name that looks like a watched library, and for no other', () => {
    const stops = guard(
      manifests({ 'requirements.txt': 'peft\ntorchx\n' }),
      manifests({ 'requirements.txt': 'peft\ntorchx\ntransformer\nnumpy\n' }),
    ).flatMap(({ stops }) => stops ?? []);
    expect(stops).toEqual(['transformer']);
  });

  it('sees that a lock takes packages from another index', () => {
    const locked = (index: string) =>
      `[[package]]\nname = "peft"\nversion = "0.17.0"\nsource = { registry = "https://${index}/simple" }\n`;
    expect(found({ 'uv.lock': locked('a.index.example') }, { 'uv.lock': locked('b.index.example') })).toEqual([
      ['index-changed', 'uv.lock', 4],
    ]);
  });

  it.each<[string, string, string, string, unknown[]]>([
    ['a target that does not exist', '', 'peft==0.17.0', 'peft==0.99.0', ['no-release', 1]],
    ['a yanked target', '', 'peft==0.17.0', 'peft==0.18.2', ['yanked', 1]],
    ['a ceiling that allows nothing new', '', 'peft<0.30', 'peft<0.40', ['no-effect', 1]],
    ['a range that nothing fits', '', 'peft<0.30', 'peft>=7', ['no-release', 1]],
    [
      'a Python that the release gave up',
      'python_requires = >=3.8',
      'peft==0.17.0',
      'peft==0.19.1',
      ['python-range', 1],
    ],
  ])('sees %s', (_name, python, from, to, expected) => {
    const known: Releases = new Map([
      [
        'peft',
        [
          ...releases('0.17.0', '0.18.0'),
          { version: '0.18.2', yanked: true, hasWheel: true },
          { version: '0.19.1', yanked: false, hasWheel: true, requiresPython: '>=3.10' },
        ],
      ],
    ]);
    const files = (requirement: string) =>
      manifests({ 'requirements.txt': `${requirement}\n`, 'setup.cfg': `[options]\n${python}\n` });
    const ends = { base: files(from), head: files(to) };
    const seen = guardReleases(ends, diffManifests(ends.base, ends.head), known, '3.11.7');
    expect(seen.map(({ kind, line }) => [kind, line])).toEqual([expected]);
  });

  it('says since when a name that is new to the lock exists', () => {
    const ends = {
      base: manifests({ 'uv.lock': lock(['peft', '0.17.0']) }),
      head: manifests({ 'uv.lock': lock(['peft', '0.17.0'], ['newcomer', '1.0']) }),
    };
    const known: Releases = new Map([
      ['newcomer', [{ version: '1.0', uploaded: '2026-01-02T03:04:05Z', yanked: false, hasWheel: true }]],
    ]);
    const [finding] = guardReleases(ends, diffManifests(ends.base, ends.head), known, '3.11.7');
    expect(finding?.message).toContain('first release was uploaded on 2026-01-02');
  });

  it('finds nothing in a plain bump', () => {
    expect(found({ 'requirements.txt': 'peft==0.17.0\n' }, { 'requirements.txt': 'peft==0.18.0\n' })).toEqual([]);
  });
});
