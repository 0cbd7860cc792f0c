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
    ['/peft-sweep accept lora until 2026-02-31 x', { command: 'unknown' }],
    [
      '/peft-sweep accept lora until 2028-02-29 x',
      { command: 'accept', cell: 'lora', until: '2028-02-29', reason: 'x' },
    ],
    ['/peft-sweep accept lora until 2027-02-29 x', { command: 'unknown' }],
    ['/peft-sweep accept lora until 2027-04-31 x', { command: 'unknown' }],
    ['/peft-sweep apply', { command: 'apply' }],
    ['/peft-sweep apply everything', { command: 'unknown' }],
    ['/peft-sweep toString', { command: 'unknown' }],
    [`/peft-sweep run ${'a'.repeat(200)}`, { command: 'unknown' }],
  ])('%j is %j', (body, expected) => {
    expect(parseSlash(body)).toEqual(expected);
  });
});

const run = (more: object) => ({
  workflow_run: {
    ...{ id: 5, event: 'pull_request', head_sha: 'a'.repeat(40), head_branch: 'x' },
    ...{ head_repository: { full_name: 'stranger/app' }, ...more },
  },
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
    ...['mona', 'mona_octo', 'a-b-c', 'renovate[bot]', 'x'.repeat(39), `${'x'.repeat(39)}_short`].map(
      (login): [string, string, unknown, unknown] => [
        `a command of ${login}`,
        'issue_comment',
        comment('/peft-sweep run', { comment: { ...comment('/peft-sweep run').comment, id: 8, user: { login } } }),
        {
          ...{ kind: 'slash', number: 3, comment: 8, by: login, at: '2026-01-02T03:04:05Z' },
          slash: { command: 'run', cells: [] },
        },
      ],
    ),
    [
      'a command at a time with an offset',
      'issue_comment',
      comment('/peft-sweep run', {
        comment: { body: '/peft-sweep run', created_at: '2026-01-02T03:04:05+02:00', user: { login: 'octo' } },
      }),
      expect.objectContaining({ kind: 'slash', at: '2026-01-02T03:04:05+02:00' }),
    ],
    [
      'the end of a managed user’s run',
      'workflow_run',
      run({ head_repository: { full_name: 'mona_octo/app' } }),
      expect.objectContaining({ kind: 'run', repository: 'mona_octo/app' }),
    ],
    ...['action_required', 'cancelled', 'skipped', 'startup_failure'].map(
      (conclusion): [string, string, unknown, unknown] => [
        `a run that ended as ${conclusion}`,
        'workflow_run',
        run({ conclusion }),
        { kind: 'nothing', why: expect.stringContaining('measured nothing') },
      ],
    ),
    ...['success', 'failure', null].map((conclusion): [string, string, unknown, unknown] => [
      `a run that ended as ${conclusion}`,
      'workflow_run',
      run({ conclusion }),
      expect.objectContaining({ kind: 'run' }),
    ]),
    [
      'a merge queue',
      'merge_group',
      { action: 'checks_requested', merge_group: { base_sha: 'a'.repeat(40), head_sha: 'b'.repeat(40) } },
      { kind: 'queue', base: 'a'.repeat(40), head: 'b'.repeat(40) },
    ],
    [
      'a merge group that is gone',
      'merge_group',
      { action: 'destroyed', merge_group: { base_sha: 'a'.repeat(40), head_sha: 'b'.repeat(40) } },
      { kind: 'nothing', why: 'The merge group is gone.' },
    ],
    [
      'a closed pull request',
      'pull_request',
      { action: 'closed', pull_request: { number: 7 } },
      { kind: 'nothing', why: 'The pull request is closed.' },
    ],
    ['a bare push', 'push', {}, { kind: 'nothing', why: expect.stringContaining('Name them in `changes`') }],
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
