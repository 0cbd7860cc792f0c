import { describe, expect, it } from '@jest/globals';
import { diffManifests, specifierChange } from '../../src/detect/diff.ts';
import { readManifest } from '../../src/detect/formats.ts';
import { guard } from '../../src/detect/guard.ts';
import { distinct, heldVersions, resolveEnds, watchedChanges } from '../../src/detect/sweepable.ts';

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
    expect(watchedChanges(changes(base, head)).map(({ from, to }) => [from, to])).toEqual([['0.17.0', '0.18.1']]);
  });

  it('resolves a range to its newest release at both ends', () => {
    const [change] = watchedChanges(
      changes({ 'requirements.txt': 'peft>=0.17,<0.18\n' }, { 'requirements.txt': 'peft>=0.17,<0.20\n' }),
    );
    expect(change && resolveEnds(change, releases('0.17.0', '0.17.1', '0.18.0', '0.19.1', '0.20.0'), '3.11.7')).toEqual(
      { library: 'peft', from: '0.17.1', to: '0.19.1', place: { file: 'requirements.txt', line: 1 } },
    );
  });

  it('sweeps nothing where both ends resolve alike, or go back', () => {
    const wide = watchedChanges(
      changes({ 'requirements.txt': 'peft<0.30\n' }, { 'requirements.txt': 'peft<0.40\n' }),
    )[0];
    const back = watchedChanges(
      changes({ 'requirements.txt': 'peft==0.18.0\n' }, { 'requirements.txt': 'peft==0.17.0\n' }),
    )[0];
    for (const change of [wide, back])
      expect(change && resolveEnds(change, releases('0.17.0', '0.18.0'), '3.11.7')).toBeUndefined();
  });

  it('is not fooled by packages and folders whose names contain a watched one', () => {
    const base = {
      'transformers/requirements.txt': 'sentence-transformers==3.0\ntransformers_stream_generator==0.0.4\n',
    };
    const head = {
      'transformers/requirements.txt': 'sentence-transformers==3.1\ntransformers_stream_generator==0.0.5\n',
    };
    expect(watchedChanges(changes(base, head))).toEqual([]);
  });

  it('asks once for the same move in twelve manifests', () => {
    const files = (version: string) =>
      Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`p${index}/requirements.txt`, `peft==${version}\n`]),
      );
    const moved = watchedChanges(changes(files('0.17.0'), files('0.18.0'))).map((change) =>
      resolveEnds(change, [], '3.11.7'),
    );
    expect(distinct(moved.filter((change) => change !== undefined))).toHaveLength(1);
  });

  it('holds the other watched libraries where a lock or a pin says where they are', () => {
    const head = manifests({
      'requirements.txt': 'peft==0.17.1\naccelerate>=1\ntorch==2.4.0\n',
      'uv.lock': lock(['accelerate', '1.10.0']),
    });
    expect(heldVersions(head, ['transformers'])).toEqual({ peft: '0.17.1', accelerate: '1.10.0' });
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
      ['index-option', 'requirements.txt', 1],
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

  it('finds nothing in a plain bump', () => {
    expect(found({ 'requirements.txt': 'peft==0.17.0\n' }, { 'requirements.txt': 'peft==0.18.0\n' })).toEqual([]);
  });
});
