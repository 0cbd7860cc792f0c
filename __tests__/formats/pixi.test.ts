/** What pixi.toml and pixi.lock hold besides packages: sources, indexes, Python, and older forms of the lock. */
import { describe, expect, it } from '@jest/globals';
import { diffManifests } from '../../src/detect/diff.ts';
import { effective } from '../../src/detect/effective.ts';
import { projectRequests } from '../../src/detect/projects.ts';
import { readManifest } from '../../src/formats/read.ts';

function read(file: string, content: string) {
  const manifest = readManifest(file, content);
  if (manifest === undefined) throw new Error('not a manifest');
  return manifest;
}

function locked(content: string) {
  return read('pixi.lock', content).locked.map(({ name, version, line }) => `${name} ${version} ${line}`);
}

describe('pixi.toml', () => {
  it.each<[string, object]>([
    ['{ git = "https://git.example/peft.git", rev = "abc" }', { source: 'git', specifier: '' }],
    ['{ path = "./peft" }', { source: 'path' }],
    ['{ path = "./peft", editable = true }', { source: 'editable' }],
    ['{ url = "https://x.example/peft-0.17.1-py3-none-any.whl" }', { source: 'url', version: '0.17.1' }],
    ['{ version = ">=0.17", extras = ["a", "b"] }', { source: 'index', extras: ['a', 'b'], specifier: '>=0.17' }],
    ['{ version = "*", env-markers = "sys_platform == \'linux\'" }', { marker: "sys_platform == 'linux'" }],
    ['">=0.17, <0.19"', { specifier: '>=0.17,<0.19', written: '>=0.17, <0.19', columns: [8, 21] }],
  ])('peft = %s', (written, expected) => {
    const { requirements, findings } = read('pixi.toml', `[pypi-dependencies]\npeft = ${written}\n`);
    expect(findings).toEqual([]);
    expect(requirements).toMatchObject([{ name: 'peft', group: '', line: 2, ...expected }]);
  });

  it.each(['"0.17"', '"^0.17"', '">=0.17 || <0.10"'])('says that %s is none of PEP 440’s specifiers', (written) => {
    const { requirements, findings } = read('pixi.toml', `[pypi-dependencies]\npeft = ${written}\n`);
    expect(requirements).toEqual([]);
    expect(findings).toMatchObject([{ kind: 'unreadable', line: 2, file: 'pixi.toml' }]);
  });

  it.each<[string, string]>([
    ['1.2.3', '==1.2.3'],
    ['1.2', '==1.2'],
    ['=1.2', '==1.2.*'],
    ['1.2.*', '==1.2.*'],
    ['1.2*', '==1.2.*'],
    ['>=1.2, <2', '>=1.2,<2'],
    ['*', ''],
  ])('takes conda’s %s for %j', (written, specifier) => {
    const { requirements } = read('pixi.toml', `[dependencies]\npeft = "${written}"\n`);
    expect(requirements).toMatchObject([{ specifier, group: 'conda' }]);
  });

  it('says which Python it wants, and which indexes', () => {
    const manifest = read(
      'pixi.toml',
      [
        '[dependencies]',
        'python = "3.11.*"',
        '[pypi-options]',
        'index-url = "https://user:secret@a.example/simple/"',
        'extra-index-urls = ["https://b.example", { url = "https://c.example", exclude-newer = false }]',
        'find-links = [{ path = "./links" }]',
        '[workspace.pypi-options]',
        'index-url = "https://d.example"',
        '[feature.gpu.pypi-dependencies]',
        'torch = { version = "*", index = "https://e.example" }',
      ].join('\n'),
    );
    expect(manifest.python).toBe('==3.11.*');
    expect(manifest.indexes).toEqual([
      { address: 'https://d.example', line: 8 },
      { address: 'https://a.example/simple', line: 4 },
      { address: 'https://b.example', line: 5 },
      { address: 'https://c.example', line: 5 },
      { address: 'https://e.example', line: 10 },
    ]);
    expect(read('pixi.toml', '').python).toBeUndefined();
  });

  it('that is no TOML is a finding with its line', () => {
    expect(read('pixi.toml', '[pypi-dependencies]\npeft = =\n').findings).toMatchObject([
      { kind: 'unreadable', line: 2 },
    ]);
  });
});

describe('tool.pixi in a pyproject.toml', () => {
  const content =
    '[project]\ndependencies = ["torch"]\n[tool.pixi.feature.gpu.pypi-dependencies]\npeft = ">=0.17"\n[tool.pixi.pypi-options]\nindex-url = "https://a.example"\n[tool.pixi.pypi-options.dependency-overrides]\ntransformers = "==4.57.1"\n[tool.pixi.dependencies]\npython = "3.11.*"\n';

  it('is read like a pixi.toml, beside the lists of the project', () => {
    const { requirements, indexes } = read('pyproject.toml', content);
    expect(requirements.map(({ name, specifier, group, line }) => [name, specifier, group, line])).toEqual([
      ['torch', '', '', 2],
      ['transformers', '==4.57.1', 'pixi:dependency-overrides', 8],
      ['peft', '>=0.17', 'feature:gpu', 4],
    ]);
    expect(indexes).toEqual([{ address: 'https://a.example', line: 6 }]);
  });

  it('overrides what the project asks for', () => {
    const manifests = [read('pyproject.toml', content.replace('"torch"', '"transformers>=4.50"'))];
    expect(effective(manifests, 'pyproject.toml', 'transformers', '>=4.50')).toMatchObject({
      specifier: '==4.57.1',
      by: { what: 'dependency-overrides', line: 8 },
    });
  });
});

describe('pixi.lock', () => {
  const pypi = (name: string, version: string) =>
    `- pypi: https://files.example/${name}-${version}-py3-none-any.whl\n  name: ${name}\n  version: ${version}\n`;

  it('holds each release once, whatever the platforms', () => {
    expect(locked(`packages:\n${pypi('Torch', '2.8.0')}${pypi('torch', '2.8.0')}${pypi('torch', '2.9.0')}`)).toEqual([
      'torch 2.8.0 2',
      'torch 2.9.0 8',
    ]);
  });

  it('holds watched libraries of conda, by name or by file, and no other package of conda', () => {
    expect(
      locked(
        'packages:\n- conda: https://c.example/noarch/transformers-4.57.1-pyhd8ed1ab_0.conda\n  sha256: aa\n' +
          '- conda: https://c.example/linux-64/openssl-3.6.0-h26f9b46_0.conda\n' +
          '- conda: https://c.example/noarch/peft-0.17.1-pyhd8ed1ab_0.tar.bz2\n' +
          '- kind: conda\n  name: accelerate\n  version: 1.10.0\n- kind: conda\n  name: zlib\n  version: 1.3.1\n',
      ),
    ).toEqual(['transformers 4.57.1 2', 'peft 0.17.1 5', 'accelerate 1.10.0 6']);
  });

  it('is read in its older form, with quoted versions and ends of lines of Windows', () => {
    expect(locked("packages:\r\n- kind: pypi\r\n  name: peft\r\n  version: '0.17'\r\n")).toEqual(['peft 0.17 2']);
  });

  it('names indexes once, and nothing of its environments is a package', () => {
    const manifest = read(
      'pixi.lock',
      'environments:\n  a:\n    indexes:\n    - https://x.example/simple/\n    packages:\n      linux-64:\n      - pypi: https://f.example/peft-1-py3-none-any.whl\n  b:\n    indexes:\n    - https://x.example/simple/\n    channels:\n    - https://conda.example/\n',
    );
    expect(manifest.locked).toEqual([]);
    expect(manifest.indexes).toEqual([{ address: 'https://x.example/simple', line: 4 }]);
  });

  it('says where a range of pixi.toml leads', () => {
    const files = (version: string) => [
      read('a/pixi.toml', '[feature.x.pypi-dependencies]\ntransformers = ">=4.50"\n'),
      read('a/pixi.lock', `packages:\n${pypi('transformers', version)}`),
    ];
    const ends = { base: files('4.55.4'), head: files('4.57.1') };
    const requests = projectRequests(ends, diffManifests(ends.base, ends.head), new Map(), '3.12');
    expect(requests).toMatchObject([
      {
        changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.1', place: { file: 'a/pixi.lock', line: 2 } }],
        manifests: ['a/pixi.toml', 'a/pixi.lock'],
      },
    ]);
  });
});
