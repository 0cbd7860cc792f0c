/** The edges of the guard: what lies just beside each of its findings. */
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
const found = (base: Files, head: Files) => guard(manifests(base), manifests(head));
const kinds = (base: Files, head: Files) => found(base, head).map(({ kind, file, line }) => `${kind} ${file}:${line}`);
const requirements = (...lines: readonly string[]) => ({ 'requirements.txt': `${lines.join('\n')}\n` });
const lock = (version: string) => `[[package]]\nname = "peft"\nversion = "${version}"\n`;
const project = (dependency: string, more = '') => `[project]\ndependencies = ["${dependency}"]\n${more}`;

describe('a line that cannot be read', () => {
  const bad = requirements('peft >> 3');

  it('is a finding where it is new, in its own file', () => {
    expect(kinds({}, bad)).toEqual(['unreadable requirements.txt:1']);
    expect(kinds(bad, { ...bad, 'a/requirements.txt': 'peft >> 3\n' })).toEqual(['unreadable a/requirements.txt:1']);
  });

  it('is none where base had it, wherever it stands now', () => {
    expect(found(bad, requirements('# more', 'peft >> 3'))).toEqual([]);
  });
});

describe('an exclusion that is dropped', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['beside another package that has it', ['peft!=0.18.0', 'trl!=0.18.0'], ['peft', 'trl!=0.18.0']],
    ['where one of its patches is named by a wildcard', ['peft!=0.18.*'], ['peft==0.18.77.*']],
    ['where another line names a release of it', ['peft!=0.18.*', 'peft<2'], ['peft>=0.18.50', 'peft<2']],
  ])('is a finding %s', (_name, base, head) => {
    expect(kinds(requirements(...base), requirements(...head))).toEqual(['exclusion-dropped requirements.txt:1']);
  });

  it('is a finding where only another group keeps it', () => {
    const file = (plain: string) => ({
      'pyproject.toml': project(plain, '[project.optional-dependencies]\nx = ["peft!=0.18.0"]\n'),
    });
    expect(kinds(file('peft!=0.18.0'), file('peft'))).toEqual(['exclusion-dropped pyproject.toml:2']);
  });
});

describe('manifests that drift apart', () => {
  const two = "peft==0.17; os_name == 'nt'\npeft==0.17; os_name == 'posix'\n";

  it('are none where a file goes elsewhere and says the same', () => {
    const b = { 'b/requirements.txt': 'peft==0.17\n' };
    const a = 'accelerate==1.0\npeft==0.17\ntrl==0.9\n';
    expect(kinds({ ...b, 'a/requirements.txt': a }, { ...b, 'c/requirements.txt': a })).toEqual([]);
  });

  it('are none where a file is new', () => {
    const both = { 'a/requirements.txt': 'peft\n', 'b/requirements.txt': 'peft\n' };
    expect(kinds(both, { ...both, 'c/requirements.txt': 'peft==0.18\n' })).toEqual([]);
  });

  it('are other files, not other lines', () => {
    const b = { 'b/requirements.txt': 'peft==0.17\n' };
    const head = { ...b, 'a/requirements.txt': two.replace('0.17', '0.18') };
    expect(kinds({ ...b, 'a/requirements.txt': two }, head)).toEqual(['drift b/requirements.txt:1']);
  });

  it('are none where what changed stood in one file alone', () => {
    const [first, second] = ['accelerate==1.0\npeft==0.17\ntrl==0.9\n', 'peft==0.17; os_name == "nt"\n'];
    const base = { 'a/requirements.txt': first + second };
    const head = { 'c/requirements.txt': first.replace('0.17', '0.18'), 'a/requirements.txt': second };
    expect(kinds(base, head)).toEqual([]);
  });
});

describe('a manifest against its lock', () => {
  it('is no finding where the package comes from elsewhere', () => {
    const from = '[tool.uv.sources]\npeft = { git = "https://x.example/peft" }\n';
    const head = { 'pyproject.toml': project('peft>=0.18', from), 'uv.lock': lock('0.17.0') };
    expect(kinds({}, head)).toEqual(['not-installable pyproject.toml:2']);
  });

  it('names every version that the lock holds', () => {
    const head = { 'pyproject.toml': project('peft>=0.18'), 'uv.lock': lock('0.16.0') + lock('0.17.0') };
    expect(found({}, head).map(({ message }) => message)).toEqual([
      '`peft>=0.18` does not allow 0.16.0, 0.17.0 in `uv.lock`. Refresh the lock.',
    ]);
  });
});

describe('words of the guard', () => {
  it('say where a library goes back', () => {
    expect(found(requirements('peft==0.18'), requirements('peft==0.17'))).toEqual([
      {
        kind: 'downgrade',
        message: '`peft` goes back from ==0.18 to ==0.17.',
        file: 'requirements.txt',
        line: 1,
      },
    ]);
  });

  it('hold no more than 120 characters of an address', () => {
    const address = `https://a.example/${'a'.repeat(200)}`;
    const [finding] = found({}, requirements(`--index-url ${address}`));
    expect(finding?.message).toContain(`\`${address.slice(0, 120)}\``);
  });
});

describe('what the index shows', () => {
  const release = (version: string, more: Partial<Release> = {}): Release => ({
    ...{ version, yanked: false, hasWheel: true, ...more },
  });
  const PEFT = [release('0.17.0'), release('0.18.0'), release('0.19.1', { requiresPython: '>=3.10' })];
  const RELEASES = new Map([
    ['peft', PEFT],
    ['numpy', [release('1.0')]],
  ]);
  const seen = (from: Files, to: Files) => {
    const ends = { base: manifests(from), head: manifests(to) };
    const findings = guardReleases(ends, diffManifests(ends.base, ends.head), RELEASES, '3.11.7');
    return findings.map(({ kind, message }) => `${kind}: ${message}`);
  };
  const python = { 'setup.cfg': '[options]\npython_requires = >=3.8\n' };
  const still = (written: string) =>
    `no-effect: \`peft${written}\` still resolves to 0.19.1: the new ceiling allows nothing new, so there is nothing to measure.`;

  it.each<[string, string, string, readonly string[]]>([
    ['a library that nobody watches', 'numpy==1.0', 'numpy==99', []],
    ['a library that the index was not asked for', 'trl==1.0', 'trl==99', []],
    ['a library that is gone', 'peft==0.17.0', '# peft', []],
    ['a library that comes from elsewhere now', 'peft==0.17.0', 'peft @ git+https://x.example/peft', []],
    ['a floor that ends in letters', 'peft<0.30', 'peft>=7.dev', ['no-release: No release of peft fits `>=7.dev`.']],
    ['a wider range that resolves to more', 'peft<0.18', 'peft<0.30', []],
    ['a narrower range that resolves alike', 'peft<0.40', 'peft<0.30', []],
    ['an exact pin to what a range resolved to', 'peft<0.30', 'peft==0.19.1', []],
    ['a lower floor', 'peft>=0.17,<0.30', 'peft>=0.16,<0.30', []],
    ['a new ceiling with its bound', 'peft<=0.29', 'peft<=0.39', [still('<=0.39')]],
    ['a new ceiling by a wildcard', 'peft==0.19.*', 'peft==0.*', [still('==0.*')]],
    ['a new ceiling by a compatible release', 'peft~=0.19.0', 'peft~=0.19', [still('~=0.19')]],
    [
      'releases that are not there on either side',
      'peft==0.98',
      'peft==0.99',
      ['no-release: The index has no peft 0.99. Check the version, and the index settings.'],
    ],
  ])('of %s', (_name, from, to, expected) => {
    expect(seen(requirements(from), requirements(to))).toEqual(expected);
  });

  it('of a lock is whether its version is there, and nothing else', () => {
    const locked = (version: string) => ({ 'uv.lock': lock(version) });
    expect(seen(locked('0.17.0'), locked('0.99'))).toEqual([
      'no-release: The index has no peft 0.99. Check the version, and the index settings.',
    ]);
    expect(seen(locked('0.17.0'), locked('main'))).toEqual([]);
    expect(seen(locked('0.19.1'), locked('0.17.0'))).toEqual([]);
  });

  it('of a file that went elsewhere is nothing', () => {
    const text = 'accelerate==1.0\npeft>=7\ntrl==0.9\n';
    expect(seen({ 'a/requirements.txt': text }, { 'b/requirements.txt': text })).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    [
      'peft==0.19.1+cpu',
      ['python-range: peft 0.19.1 requires Python >=3.10, and this project still declares Python 3.8.'],
    ],
    ['peft<0.30', []],
    ['peft==0.18.0', []],
    ['peft==0.99', ['no-release: The index has no peft 0.99. Check the version, and the index settings.']],
  ])('of the Python of %s', (to, expected) => {
    expect(seen({ ...requirements('peft<0.18'), ...python }, { ...requirements(to), ...python })).toEqual(expected);
  });
});

describe('the floors of a file', () => {
  const floors = (content: string) => {
    const [manifest] = manifests({ 'pyproject.toml': content });
    return manifest && floorsOf(manifest).map(({ name }) => name);
  };
  const both = '[project]\ndependencies = ["peft>=0.17", "transformers>=4"]\n';

  it('are those that count for everyone', () => {
    expect(floors(both)).toEqual(['peft', 'transformers']);
    expect(floors(`${both}[project.optional-dependencies]\nx = ["torch>=2"]\n`)).toEqual(['peft', 'transformers']);
  });

  it('are none of what comes from elsewhere', () => {
    expect(floors(`${both}[tool.uv.sources]\npeft = { path = "../peft" }\n`)).toEqual([]);
  });
});
