import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const CLI = resolve('dist/cli.js');
let repository: string;

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@index.example', ...args], {
    cwd: repository,
    stdio: 'ignore',
  });
}

function diff(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'diff', '--offline', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'peft-sweep-git-'));
  git('init', '--quiet', '--initial-branch=main');
  mkdirSync(join(repository, 'app'));
  writeFileSync(join(repository, 'requirements.txt'), 'transformers==4.55.4\npeft==0.17.1\n');
  writeFileSync(join(repository, 'app', 'pyproject.toml'), '[project]\ndependencies = ["peft!=0.16.0"]\n');
  symlinkSync('/etc/passwd', join(repository, 'requirements-link.txt'));
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('checkout', '--quiet', '-b', 'renovate/transformers-4.x');
  writeFileSync(join(repository, 'requirements.txt'), 'transformers==4.57.6\npeft==0.17.1\n');
  git('commit', '--quiet', '-am', 'two');
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

describe('the diff of a checkout', () => {
  it('shows what a branch changes against the default branch', () => {
    const { status, stdout } = diff('--head', 'HEAD');
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        '1 requirement changed in 1 file; 1 library that is swept.',
        'swept libraries\n  transformers  ==4.55.4 -> ==4.57.6  requirements.txt:1',
        'No call of PEFT was found in the code: a sweep measures the default cells.',
        'Next: `peft-sweep plan` shows what a sweep would measure.\n',
      ].join('\n\n'),
    );
  });

  it('sees the working tree where no head is named, and what it breaks', () => {
    writeFileSync(join(repository, 'app', 'pyproject.toml'), '[project]\ndependencies = ["peft"]\n');
    const { stdout } = diff('--base', 'main', '--json');
    const { changes, findings } = JSON.parse(stdout);
    expect(changes.map(({ library, file }: { library: string; file: string }) => `${library} ${file}`)).toEqual([
      'peft app/pyproject.toml',
      'transformers requirements.txt',
    ]);
    expect(findings).toEqual([expect.objectContaining({ kind: 'exclusion-dropped', file: 'app/pyproject.toml' })]);
    git('checkout', '--quiet', '--', '.');
  });

  it('follows no link out of the repository', () => {
    expect(diff('--base', 'main').stdout).not.toContain('root');
  });

  it('says that a commit is not there, and takes no option for one', () => {
    for (const ref of ['nowhere', '--output=/tmp/x']) {
      const { status, stderr } = diff(`--base=${ref}`);
      expect(status).toBe(2);
      expect(stderr).toContain('is no commit of this checkout');
    }
  });

  it('says how to fetch what a clone was made without', () => {
    git('config', 'uploadpack.allowFilter', 'true');
    const clone = mkdtempSync(join(tmpdir(), 'peft-sweep-partial-'));
    const cloned = ['clone', '--quiet', '--filter=blob:none', '--no-checkout', pathToFileURL(repository).href, clone];
    execFileSync('git', cloned, { stdio: 'ignore' });
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'diff', '--offline', '--base', 'HEAD~1'], {
      cwd: clone,
      encoding: 'utf8',
    });
    rmSync(clone, { recursive: true });
    expect([status, stderr]).toEqual([2, expect.stringContaining('`git fetch --refetch --no-filter`')]);
  });

  it('says what to do outside a checkout', () => {
    const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-none-'));
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'diff'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
    rmSync(folder, { recursive: true });
    expect(status).toBe(2);
    expect(stderr).toContain('not a git checkout');
  });
});
