import { describe, expect, it } from '@jest/globals';
import { recognizeBot } from '../../src/detect/bots.ts';
import { readEvent } from '../../src/event/event.ts';
import { parseSlash } from '../../src/event/slash.ts';
import { globMatcher } from '../../src/plan/globs.ts';
import { shownLines } from '../../src/publish/diff-lines.ts';

const comment = (body: string, more: object = {}) => ({
  action: 'created',
  issue: { number: 3, pull_request: {} },
  comment: { body, created_at: '2026-01-02T03:04:05Z', user: { login: 'octo' } },
  ...more,
});

describe('a command in a comment', () => {
  it.each<[string, unknown]>([
    ['/peft-sweep run', { command: 'run', cells: [] }],
    ['/peft-sweep run lora/*/llama !*/none\nthanks', { command: 'run', cells: ['lora/*/llama', '!*/none'] }],
    ['/peft-sweep explain lora/none/llama/causal-lm', { command: 'explain', cell: 'lora/none/llama/causal-lm' }],
    [
      '/peft-sweep accept lora/none/llama until 2027-01-31 upstream fix is coming',
      { command: 'accept', cell: 'lora/none/llama', until: '2027-01-31', reason: 'upstream fix is coming' },
    ],
    ['please /peft-sweep run', undefined],
    ['\n/peft-sweep run', undefined],
    ['/peft-sweeper run', undefined],
    ['/peft-sweep', { command: 'unknown' }],
    ['/peft-sweep run lora;rm -rf /', { command: 'unknown' }],
    ['/peft-sweep run $(id)', { command: 'unknown' }],
    ['/peft-sweep run `id`', { command: 'unknown' }],
    ['/peft-sweep run --config x', { command: 'unknown' }],
    ['/peft-sweep run ../../etc/passwd', { command: 'unknown' }],
    ['/peft-sweep accept lora until 2027-13-01 x', { command: 'unknown' }],
    ['/peft-sweep accept lora until 2027-01-31', { command: 'unknown' }],
    ['/peft-sweep toString', { command: 'unknown' }],
    [`/peft-sweep run ${'a'.repeat(200)}`, { command: 'unknown' }],
  ])('%j is %j', (body, expected) => {
    expect(parseSlash(body)).toEqual(expected);
  });
});

describe('an event', () => {
  it.each<[string, string, unknown, unknown]>([
    ['a pull request', 'pull_request', { pull_request: { number: 7 } }, { kind: 'pull', number: 7 }],
    [
      'a command',
      'issue_comment',
      comment('/peft-sweep run'),
      { kind: 'slash', number: 3, by: 'octo', at: '2026-01-02T03:04:05Z', slash: { command: 'run', cells: [] } },
    ],
    [
      'an edited command',
      'issue_comment',
      comment('/peft-sweep run', { action: 'edited' }),
      { kind: 'nothing', why: expect.stringContaining('not edits') },
    ],
    [
      'a command on an issue',
      'issue_comment',
      comment('/peft-sweep run', { issue: { number: 3 } }),
      { kind: 'nothing', why: expect.stringContaining('not on a pull request') },
    ],
    ['a comment', 'issue_comment', comment('nice'), { kind: 'nothing', why: expect.stringContaining('not a command') }],
    [
      'the end of a fork’s run',
      'workflow_run',
      {
        workflow_run: {
          id: 5,
          event: 'pull_request',
          head_sha: 'a'.repeat(40),
          head_branch: 'x',
          head_repository: { full_name: 'stranger/app' },
        },
      },
      { kind: 'run', id: 5, repository: 'stranger/app', branch: 'x', sha: 'a'.repeat(40) },
    ],
    [
      'a run whose head is no commit',
      'workflow_run',
      {
        workflow_run: {
          id: 5,
          event: 'pull_request',
          head_sha: '../x',
          head_branch: 'x',
          head_repository: { full_name: 'stranger/app' },
        },
      },
      { kind: 'nothing', why: expect.any(String) },
    ],
    ['a run by hand', 'workflow_dispatch', {}, { kind: 'manual' }],
    [
      'the dangerous trigger',
      'pull_request_target',
      {},
      { kind: 'nothing', why: expect.stringContaining('Use pull_request') },
    ],
    ['garbage', 'pull_request', { pull_request: { number: 'x' } }, { kind: 'nothing', why: expect.any(String) }],
  ])('%s is understood', (_name, event, payload, expected) => {
    expect(readEvent(event, payload)).toEqual(expected);
  });
});

describe('a bot', () => {
  const pull = (more: object) => ({ branch: 'x', title: 'x', body: '', ...more });
  it.each<[string, object, unknown]>([
    [
      'Dependabot by its trailer, squeezed onto one line',
      { body: 'Bumps x.\n\n---\nupdated-dependencies: - dependency-name: peft   dependency-version: 0.18.0 ...' },
      ['dependabot', ['peft']],
    ],
    [
      'Dependabot by its branch',
      {
        branch: 'dependabot/pip/torch-gte-2.3.1-and-lt-2.6.0',
        title: 'Update torch requirement from <2.6.0,>=2.3.1 to >=2.3.1,<2.7.0',
      },
      ['dependabot', ['torch']],
    ],
    [
      'a group of Dependabot',
      {
        branch: 'dependabot/pip/python-93cb8f3217',
        title: 'Bump the python group across 1 directory with 10 updates',
        body: 'Bumps the python group\n\nUpdates `datasets` from 4.3.0 to 5.0.1\nUpdates `transformers` to 5.15.0\n',
      },
      ['dependabot', ['datasets', 'transformers']],
    ],
    [
      'Renovate by its branch',
      { branch: 'renovate/transformers-4.x', title: 'chore(deps): update dependency transformers to v4.53.0' },
      ['renovate', ['transformers']],
    ],
    [
      'a self-hosted Renovate by its body',
      {
        author: 'our-bot',
        body: '| Package | Change | Age | Confidence |\n|---|---|---|---|\n| [transformers](https://x.example) | `4.29.2` → `4.30.2` | | |\n<!--renovate-debug:eyJ4IjoxfQ==-->',
      },
      ['renovate', ['transformers']],
    ],
    ['nobody', { title: 'Fix a typo in transformers' }, undefined],
  ])('%s is recognized', (_name, text, expected) => {
    const found = recognizeBot(pull(text));
    expect(found && [found.bot, found.names]).toEqual(expected);
  });
});

describe('globs of manifests', () => {
  it.each<[readonly string[], string, boolean]>([
    [['requirements*.txt'], 'requirements-gpu.txt', true],
    [['requirements*.txt'], 'a/requirements.txt', false],
    [['**/requirements.txt'], 'requirements.txt', true],
    [['**/requirements.txt'], 'a/b/requirements.txt', true],
    [['apps/**', '!apps/old/**'], 'apps/old/pyproject.toml', false],
    [['apps/*/pyproject.toml'], 'apps/x/pyproject.toml', true],
    [[`${'*a'.repeat(40)}`], 'a'.repeat(500), true],
  ])('%j on %s is %s', (patterns, path, expected) => {
    expect(globMatcher(patterns)(path)).toBe(expected);
  });
});

describe('the lines that a diff shows', () => {
  it('are those of its new side', () => {
    expect(
      shownLines('@@ -1,3 +1,4 @@\n a\n-b\n+B\n+C\n d\n@@ -10 +11,2 @@ x\n+e\n f\n\\ No newline at end of file'),
    ).toEqual([1, 2, 3, 4, 11, 12]);
  });
});
