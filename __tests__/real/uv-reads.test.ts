/** uv's own reading of a pyproject.toml and of the uv.lock that it made, against ours. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openWorld } from '../../src/adapters/machine/world.ts';
import { normalizeName } from '../../src/domain/package.ts';
import { readManifest } from '../../src/formats/read.ts';
import { scratch } from '../factories/scratch.ts';

const PYPROJECT = `[project]
name = "studio"
version = "1"
requires-python = ">=3.10"
dependencies = [
  "six>=1.15,!=1.16.0",
  'iniconfig ; sys_platform != "win32"',
  "packaging[]>=23 , <26",
  'colorama==0.4.6 ; sys_platform == "win32"',
]

[project.optional-dependencies]
more = ["attrs>=23", "pluggy~=1.5"]

[dependency-groups]
dev = ["typing-extensions>=4.9", {include-group = "lint"}]
lint = ["tomli==2.*"]

[tool.uv]
constraint-dependencies = ["attrs<26"]
`;

let uv: string;
const folder = scratch('uv-reads');

function run(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(uv, ['--no-progress', '--color', 'never', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** `name==version` lines, without markers and without the project itself. */
const pinned = (text: string) =>
  [...text.matchAll(/^([A-Za-z0-9._-]+)==([^\s;]+)/gm)]
    .map(([, name = '', version]) => `${normalizeName(name)} ${version}`)
    .toSorted();

beforeAll(async () => {
  const world = await openWorld({
    environment: { HOME: homedir(), ...process.env },
    folder,
    python: undefined,
    offline: false,
    say: () => undefined,
  });
  uv = (await world.index.uv()).path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pyproject.toml'), PYPROJECT);
  run('lock');
}, 300_000);

describe('a lock', () => {
  it('holds for us the packages and versions that it holds for uv', () => {
    const manifest = readManifest('uv.lock', readFileSync(join(folder, 'uv.lock'), 'utf8'));
    const ours = manifest?.locked
      .filter(({ name }) => name !== 'studio')
      .map(({ name, version }) => `${name} ${version}`);
    const theirs = pinned(
      run('export', '--frozen', '--no-hashes', '--no-header', '--no-emit-project', '--all-extras', '--all-groups'),
    );
    expect(ours?.toSorted()).toEqual(theirs);
    expect(manifest?.indexes).toHaveLength(1);
  });

  it('was made from the requirements that we read, with their specifiers and markers', () => {
    const { requirements = [] } = readManifest('pyproject.toml', PYPROJECT) ?? {};
    const lock = readFileSync(join(folder, 'uv.lock'), 'utf8');
    const metadata = lock.slice(lock.indexOf('[package.metadata]'));
    const theirs = [
      ...metadata.matchAll(/\{ name = "([^"]+)"(?:, marker = "([^"]*)")?(?:, specifier = "([^"]*)")? \}/g),
    ].map(
      ([, name, , specifier = '']) =>
        `${name} ${specifier
          .split(',')
          .map((clause) => clause.trim())
          .toSorted()
          .join(',')}`,
    );
    const ours = requirements
      .filter(({ group }) => !group.startsWith('uv:'))
      .map(({ name, specifier }) => `${name} ${specifier.split(',').toSorted().join(',')}`);
    // The group that includes another is written out by uv.
    const included = ours.filter((one) => one.startsWith('tomli '));
    expect([...ours, ...included].toSorted()).toEqual(theirs.toSorted());
  });
});
