/** The findings of the guard, whole, and the neighbours of each that are none. */
import { describe, expect, it } from '@jest/globals';
import { diffManifests } from '../../src/detect/diff.ts';
import { guard } from '../../src/detect/guard.ts';
import { floorsOf, guardReleases } from '../../src/detect/guard-releases.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import type { Release } from '../../src/domain/version.ts';
import { readManifest } from '../../src/formats/read.ts';

type Files = Readonly<Record<string, string>>;

const manifests = (files: Files): Manifest[] =>
  Object.entries(files).flatMap(([file, content]) => readManifest(file, content) ?? []);
const found = (base: Files, head: Files, own: readonly string[] = []) => guard(manifests(base), manifests(head), own);
const requirements = (...lines: readonly string[]) => ({ 'requirements.txt': `${lines.join('\n')}\n` });
const lock = (version: string, index?: string) =>
  `[[package]]\nname = "peft"\nversion = "${version}"\n${index ? `source = { registry = "${index}" }\n` : ''}`;
const project = (dependency: string) => `[project]\ndependencies = ["${dependency}"]\n`;

describe('an exclusion that is dropped', () => {
  const dropped = (version: string, line = 1) => ({
    kind: 'exclusion-dropped',
    message: `\`peft\` loses its exclusion \`!=${version}\` and is allowed to be that release again. Keep it unless that release was mended.`,
    file: 'requirements.txt',
    line,
  });

  it.each<[string, string, string]>([
    ['peft!=0.18.0', 'peft', '0.18.0'],
    ['peft!=0.18.*', 'peft', '0.18.*'],
    ['peft!=0.18.*', 'peft>0.18.0', '0.18.*'],
    ['peft!=0.18.*', 'peft>=0.18.39', '0.18.*'],
    ['peft!=0.18.*', 'peft==0.18.77', '0.18.*'],
    ['peft>=0.17,!=0.18.0', 'peft>=0.18.0,<0.19', '0.18.0'],
  ])('is a finding from %s to %s', (from, to, version) => {
    expect(found(requirements(from), requirements(to))).toEqual([dropped(version)]);
  });

  it.each<[string, string]>([
    ['peft!=0.18.0', 'peft>0.18.0'],
    ['peft!=0.18.0', 'peft!=0.18.0,<1'],
    ['peft!=0.18.0', 'peft!=0.18.*'],
    ['peft!=0.18.*', 'peft>=0.19'],
    ['peft!=0.18.0', 'peft @ https://x.example/peft-0.18.0-py3-none-any.whl'],
    ['peft', 'peft>=0.17'],
  ])('is none from %s to %s', (from, to) => {
    expect(found(requirements(from), requirements(to)).filter(({ kind }) => kind === 'exclusion-dropped')).toEqual([]);
  });

  it('is none where another line of the same package keeps it', () => {
    expect(found(requirements('peft!=0.18.0', 'peft>=0.17'), requirements('peft', 'peft!=0.18.0'))).toEqual([]);
  });

  it('is one where only a line with another marker keeps it', () => {
    const marker = '; python_version < "3.10"';
    const [first, ...others] = found(
      requirements('peft!=0.18.0', `peft!=0.18.0${marker}`),
      requirements('peft', `peft!=0.18.0${marker}`),
    );
    expect(first).toEqual(dropped('0.18.0'));
    expect(others.filter(({ kind }) => kind !== 'drift')).toEqual([]);
  });
});

describe('manifests that drift apart', () => {
  const three = (a: string, b: string, c: string) => ({
    'a/requirements.txt': `peft${a}\n`,
    'b/requirements.txt': `\npeft${b}\n`,
    'c/requirements.txt': `peft${c}\n`,
  });
  const drifts = (base: Files, head: Files) =>
    found(base, head).flatMap(({ kind, file, message }) => (kind === 'drift' ? [[file, message]] : []));

  it('are named where they stay, with where the other one went', () => {
    expect(found(three('==0.17', '==0.17', '==0.16'), three('==0.18', '==0.17', '==0.16'))).toEqual([
      {
        kind: 'drift',
        message: '`peft` moves to `==0.18` in `a/requirements.txt` and stays at `==0.17` here.',
        file: 'b/requirements.txt',
        line: 2,
      },
    ]);
  });

  it.each<[string, Files, Files]>([
    ['all move', three('==0.17', '==0.17', '==0.17'), three('==0.18', '==0.18', '==0.18')],
    ['they said different things before', three('==0.17', '==0.16', '==0.15'), three('==0.18', '==0.16', '==0.15')],
    ['another one comes to what was left', three('==0.17', '==0.16', '==0.15'), three('==0.18', '==0.17', '==0.15')],
    [
      'one no longer asks for it',
      three('==0.17', '==0.17', '==0.15'),
      { ...three('==0.17', '==0.17', '==0.15'), 'a/requirements.txt': '\n' },
    ],
  ])('are none where %s', (_name, base, head) => {
    expect(drifts(base, head)).toEqual([]);
  });
});

describe('a manifest against its lock', () => {
  const finding = {
    kind: 'against-lock',
    message: '`peft>=0.18` does not allow 0.17.0 in `uv.lock`. Refresh the lock.',
    file: 'pyproject.toml',
    line: 2,
  };

  it('is a finding', () => {
    expect(found({}, { 'pyproject.toml': project('peft>=0.18'), 'uv.lock': lock('0.17.0') })).toEqual([finding]);
  });

  it.each<[string, Files]>([
    ['the lock fits', { 'pyproject.toml': project('peft>=0.17'), 'uv.lock': lock('0.17.0') }],
    [
      'one of its versions fits',
      { 'pyproject.toml': project('peft>=0.18'), 'uv.lock': lock('0.17.0') + lock('0.18.0') },
    ],
    ['no version is asked', { 'pyproject.toml': project('peft'), 'uv.lock': lock('0.17.0') }],
    [
      'it counts somewhere only',
      { 'pyproject.toml': project("peft>=0.18; os_name == 'nt'"), 'uv.lock': lock('0.17.0') },
    ],
    ['the lock does not hold it', { 'pyproject.toml': project('trl>=0.18'), 'uv.lock': lock('0.17.0') }],
    ['the lock is elsewhere', { 'a/pyproject.toml': project('peft>=0.18'), 'uv.lock': lock('0.17.0') }],
    ['pip made it', { 'requirements.txt': 'peft>=0.18\n', 'uv.lock': lock('0.17.0') }],
    ['it is another tool’s', { 'pixi.toml': '[pypi-dependencies]\npeft = ">=0.18"\n', 'uv.lock': lock('0.17.0') }],
  ])('is none where %s', (_name, head) => {
    expect(found({}, head)).toEqual([]);
  });
});

describe('indexes', () => {
  const changed = (address: string, file: string, line: number) => ({
    kind: 'index-changed',
    message: `This file names the index \`${address}\`, which it did not before. It is not used: indexes come from the settings of uv and pip.`,
    file,
    line,
  });
  const index = (host: string) => `--index-url https://${host}.example/simple/\n`;

  it('are news in each file whose author names one', () => {
    expect(
      found({ 'requirements.txt': index('a') }, { 'requirements.txt': index('a'), 'b/requirements.txt': index('a') }),
    ).toEqual([changed('https://a.example/simple/', 'b/requirements.txt', 1)]);
    expect(found({}, { 'requirements.txt': index('a') })).toEqual([
      changed('https://a.example/simple/', 'requirements.txt', 1),
    ]);
  });

  it('are none that uv and pip are set to use, with or without a slash', () => {
    expect(found({}, { 'requirements.txt': index('a') }, ['https://a.example/simple'])).toEqual([]);
  });

  it('of a tool are news where a lock was there before, and not in it', () => {
    const b = 'https://b.example/simple';
    const base = { 'uv.lock': lock('1.0', 'https://a.example/simple') };
    expect(found(base, { 'uv.lock': lock('1.0', b) })).toEqual([changed(b, 'uv.lock', 4)]);
    expect(found(base, { ...base, 'x/uv.lock': lock('1.0', b) })).toEqual([changed(b, 'x/uv.lock', 4)]);
    expect(found(base, { ...base, 'x/uv.lock': lock('1.0', 'https://a.example/simple') })).toEqual([]);
    expect(found({}, { 'uv.lock': lock('1.0', b) })).toEqual([]);
  });
});

describe('a watched library that is not from an index', () => {
  it.each<[string, string]>([
    ['peft @ git+https://x.example/peft', 'a repository'],
    ['-e ./peft#egg=peft', 'an editable install'],
    ['./wheels/peft-0.18.0-py3-none-any.whl', 'a path'],
    ['peft @ https://x.example/peft-0.18.0.tar.gz', 'an address'],
  ])('%s comes from %s', (written, from) => {
    expect(found({}, requirements(written))).toEqual([
      {
        kind: 'not-installable',
        message: `skipped: not installable. \`peft\` comes from ${from}, which is never fetched or built.`,
        file: 'requirements.txt',
        line: 1,
      },
    ]);
    expect(found(requirements(written), requirements(written, '# more'))).toEqual([]);
  });

  it('is none where nobody watches it', () => {
    expect(found({}, requirements('numpy @ git+https://x.example/numpy'))).toEqual([]);
  });
});

describe('what the index shows', () => {
  const release = (version: string, more: Partial<Release> = {}): Release => ({
    ...{ version, yanked: false, hasWheel: true, ...more },
  });
  const RELEASES = [
    release('0.17.0'),
    release('0.18.0'),
    release('0.18.2', { yanked: true }),
    release('0.19.1', { requiresPython: '>=3.10' }),
  ];
  const seen = (from: Files, to: Files) => {
    const ends = { base: manifests(from), head: manifests(to) };
    const changes = diffManifests(ends.base, ends.head);
    return guardReleases(ends, changes, new Map([['peft', RELEASES]]), '3.11.7').map(
      ({ kind, message, line }) => `${kind} ${line}: ${message}`,
    );
  };
  const python = (version: string) => ({ 'setup.cfg': `[options]\npython_requires = ${version}\n` });

  it.each<[string, string, readonly string[]]>([
    ['peft==0.17.0', 'peft==0.18.0', []],
    ['peft==0.17.0', 'peft==0.18', []],
    ['peft==0.17.0', 'peft==0.18.0+cpu', []],
    [
      'peft==0.17.0',
      'peft==0.99',
      ['no-release 1: The index has no peft 0.99. Check the version, and the index settings.'],
    ],
    [
      'peft==0.17.0',
      'peft==0.18.2',
      ['yanked 1: peft 0.18.2 was yanked: its authors took it back. Choose another release.'],
    ],
    ['peft<0.30', 'peft>=7', ['no-release 1: No release of peft fits `>=7`.']],
    [
      'peft<0.30',
      'peft<0.40',
      [
        'no-effect 1: `peft<0.40` still resolves to 0.19.1: the new ceiling allows nothing new, so there is nothing to measure.',
      ],
    ],
    ['peft<0.30', 'peft<0.30,>=0.17', []],
    ['peft<0.30', 'peft>=0.17,<0.30,!=0.16', []],
    [
      'peft>=0.17',
      'peft>=0.17,<0.19',
      ['downgrade 1: `peft` goes back from 0.19.1 to 0.18.0, since `>=0.17,<0.19` allows no newer one.'],
    ],
    ['peft==0.18.0', 'peft==0.17.0', []],
    ['numpy==1.0', 'numpy==99', []],
  ])('from %s to %s', (from, to, expected) => {
    expect(seen(requirements(from), requirements(to))).toEqual(expected);
  });

  it('an override decides, and is named', () => {
    const files = (floor: string) => ({
      'pyproject.toml': `[project]\ndependencies = ["peft>=${floor}"]\n[tool.uv]\noverride-dependencies = ["peft==0.17.0"]\n`,
    });
    expect(seen(files('0.16'), files('0.15'))).toEqual([
      'no-effect 2: `peft>=0.15` still resolves to 0.17.0: `override-dependencies` in `pyproject.toml:4` says `==0.17.0`, so there is nothing to measure.',
    ]);
  });

  it.each<[string, string | undefined]>([
    ['>=3.8', '3.8'],
    ['>=3.9.2', '3.9'],
    ['^3.9', '3.9'],
    ['~3.9', '3.9'],
    ['>3.8,<3.13', '3.8'],
    ['>=3.10', undefined],
    ['>=3.11,<4', undefined],
    ['three', undefined],
  ])('a project of Python %s is told of a release that needs 3.10: %s', (declared, oldest) => {
    const files = (version: string) => ({ ...requirements(`peft==${version}`), ...python(declared) });
    expect(seen(files('0.17.0'), files('0.19.1'))).toEqual(
      oldest === undefined
        ? []
        : [`python-range 1: peft 0.19.1 requires Python >=3.10, and this project still declares Python ${oldest}.`],
    );
    expect(seen(files('0.17.0'), files('0.18.0'))).toEqual([]);
  });

  it('Python of another folder is another project’s', () => {
    const files = (version: string) => ({ 'a/requirements.txt': `peft==${version}\n`, ...python('>=3.8') });
    expect(seen(files('0.17.0'), files('0.19.1'))).toEqual([]);
  });
});

describe('the floors of a file', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['two of them', ['peft>=0.17', 'transformers==4.57.1'], ['peft 0.17 1', 'transformers 4.57.1 2']],
    ['a compatible release, and a build', ['peft~=0.17.1', 'torch==2.8.0+cpu'], ['peft 0.17.1 1', 'torch 2.8.0 2']],
    ['one alone, which clashes with nothing', ['peft>=0.17', 'numpy>=1'], []],
    ['ceilings and exclusions', ['peft<0.17', 'transformers!=4.57.1', 'trl>=1'], []],
    ['wildcards', ['peft==0.17.*', 'transformers>=4'], []],
    ['what counts somewhere only', ['peft>=0.17; os_name == "nt"', 'transformers>=4'], []],
    ['what is not from an index', ['peft @ https://x.example/peft-0.17.0.zip', 'transformers>=4'], []],
  ])('%s', (_name, lines, expected) => {
    const [manifest] = manifests(requirements(...lines));
    expect(manifest && floorsOf(manifest).map(({ name, version, line }) => `${name} ${version} ${line}`)).toEqual(
      expected,
    );
  });
});
