/**
 * The three jobs run for real by act (without containers): a bump on a GitHub server that others wrote, a sweep over real
 * releases, and what ends up on the pull request. Third-party actions have stand-ins. act does not enforce permissions;
 * __tests__/setup proves those from the files.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SUGGESTION_MARKER } from '../../src/publish/suggestions.ts';
import { MARKER } from '../../src/report/comment.ts';
import { openPull, REPOSITORY, type Server, startGitHub } from '../factories/github.ts';
import { scratch } from '../factories/scratch.ts';

const ACT = 'github.com/nektos/act@v0.2.89';
const TOOLS = join(homedir(), '.cache', 'peft-sweep-tools');
const BRANCH = 'renovate/transformers-4.x';
const TRAIN = [
  'from peft import PrefixTuningConfig',
  'from transformers import AutoModelForCausalLM, BitsAndBytesConfig',
  'quantization = BitsAndBytesConfig(load_in_8bit=True)',
  'model = AutoModelForCausalLM.from_pretrained("codellama/CodeLlama-7b-hf", quantization_config=quantization)',
  'prefix = PrefixTuningConfig(task_type="CAUSAL_LM")',
  '',
].join('\n');

let github: Server;
let act: string;

beforeAll(async () => {
  act = findAct();
  github = await startGitHub();
}, 600_000);

afterAll(() => github.close());

function findAct(): string {
  if (spawnSync('act', ['--version']).status === 0) return 'act';
  const own = join(TOOLS, 'act');
  if (existsSync(own)) return own;
  const made = spawnSync('go', ['install', ACT], { encoding: 'utf8', env: { ...process.env, GOBIN: TOOLS } });
  if (made.status !== 0)
    throw new Error(`act is needed: install it, or Go, and run again. ${made.stderr ?? made.error?.message}`);
  return own;
}

/** A checkout as `init` leaves it, and the pins of the actions that it leads to. */
function userRepository(): { readonly folder: string; readonly ref: string } {
  const folder = scratch('app');
  const git = (...args: readonly string[]) =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@index.example', ...args], { cwd: folder });
  git('init', '--quiet', '--initial-branch=main');
  spawnSync(process.execPath, [resolve('dist/cli.js'), 'init'], { cwd: folder });
  git('add', '.');
  git('commit', '--quiet', '-m', 'init');
  git('remote', 'add', 'origin', `https://github.com/${REPOSITORY}`);
  const text = readFileSync(join(folder, '.github', 'workflows', 'peft-sweep.yml'), 'utf8');
  return { folder, ref: /sweep\.yml@(\S+)/.exec(text)?.[1] ?? '' };
}

function standIns(): readonly string[] {
  const text = readFileSync('.github/workflows/sweep.yml', 'utf8');
  const used = new Set(
    [...text.matchAll(/uses: actions\/([\w-]+)@([0-9a-f]{40})/g)].map(([, name, pin]) => `${name}@${pin}`),
  );
  return [...used].flatMap((one) => [
    '--local-repository',
    `actions/${one}=${resolve('__tests__/act/stand-ins', one.split('@')[0] ?? '')}`,
  ]);
}

function runAct(
  name: string,
  event: object,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly log: string }> {
  const { folder, ref } = userRepository();
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
  const args = [
    ...[name, '--eventpath', join(folder, 'event.json'), '--workflows', '.github/workflows/peft-sweep.yml'],
    ...['--platform', 'ubuntu-24.04=-self-hosted', '--secret', 'GITHUB_TOKEN=test-token'],
    ...['--local-repository', `peft-sweep/peft-sweep@${ref}=${process.cwd()}`, ...standIns()],
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  return new Promise((done) => {
    const child = spawn(act, args, { cwd: folder });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        log += chunk;
      });
    child.on('close', (status) => done({ status, log }));
  });
}

const requirements = (version: string) => ({
  'requirements.txt': `transformers==${version}\npeft==0.17.1  # adapters\n`,
});
type Pull = Awaited<ReturnType<typeof openPull>>;
let pull: Pull;
let main = '';

beforeAll(async () => {
  pull = await openPull(github, BRANCH, { ...requirements('4.55.4'), 'train.py': TRAIN }, requirements('4.56.0'));
  const ref = await github.call('GET', `/repos/${REPOSITORY}/git/ref/heads/main`);
  main = (ref.data as { object: { sha: string } }).object.sha;
});

const repository = { full_name: REPOSITORY, default_branch: 'main' };
const opened = ({ number, head }: Pull, branch: string) => ({
  ...{ action: 'opened', number, repository },
  pull_request: { number, head: { ref: branch, sha: head, repo: { full_name: REPOSITORY } } },
});

async function acted(name: string, event: object, more: Readonly<Record<string, string>> = {}) {
  const cache = process.env.PEFT_SWEEP_CACHE ?? join(homedir(), '.cache', 'peft-sweep');
  mkdirSync(cache, { recursive: true });
  const artifacts = scratch('artifacts');
  const ended = await runAct(name, event, {
    GITHUB_API_URL: github.url,
    PEFT_SWEEP_SOURCE: process.cwd(),
    PEFT_SWEEP_CACHE: cache,
    ARTIFACTS: artifacts,
    ...more,
  });
  return { ...ended, artifacts };
}

async function commentsOf({ number }: Pull) {
  return (await github.call('GET', `/repos/${REPOSITORY}/issues/${number}/comments`)).data as readonly {
    body: string;
  }[];
}

async function conclusionsOf(sha: string) {
  const { data } = await github.call('GET', `/repos/${REPOSITORY}/commits/${sha}/check-runs`);
  return (data as { check_runs: readonly { conclusion: string }[] }).check_runs.map(({ conclusion }) => conclusion);
}

describe('the workflows, run by act', () => {
  let artifacts = '';

  it('lead from a bump to a measured verdict, a suggestion and a check on the pull request', async () => {
    const ended = await acted('pull_request', opened(pull, BRANCH));
    const { status, log } = ended;
    artifacts = ended.artifacts;
    if (!log.includes('comment: created')) throw new Error(log.slice(-8000));
    // A regression fails the publishing job, and by that the run.
    expect(status).toBe(1);
    expect(log).toMatch(/Job failed/);
    const comments = await commentsOf(pull);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain(
      `${MARKER}\n### ❌ transformers 4.56.0 breaks 8-bit prefix tuning on codellama`,
    );
    expect(comments[0]?.body).toContain("'DynamicCache' object has no attribute 'key_cache'");
    expect(comments[0]?.body).toContain('train.py:5');
    const lines = (await github.call('GET', `/repos/${REPOSITORY}/pulls/${pull.number}/comments`)).data as readonly {
      body: string;
    }[];
    expect(lines[0]?.body).toContain(SUGGESTION_MARKER);
    expect(lines[0]?.body).toContain('```suggestion\npeft==0.18.0  # adapters\n```');
    expect(await conclusionsOf(pull.head)).toEqual(['failure']);
    expect(log.replaceAll('***', '')).not.toContain('test-token');
  });

  it('say the same when the run is repeated: its artifacts take the place of the first ones', async () => {
    const { log } = await acted('pull_request', opened(pull, BRANCH), { ARTIFACTS: artifacts });
    expect(log).toMatch(/comment: (unchanged|updated)/);
    expect(await commentsOf(pull)).toHaveLength(1);
    expect(await conclusionsOf(pull.head)).toEqual(['failure']);
  });

  it('conclude the check of a merge queue, without a comment', async () => {
    const merge_group = { base_sha: main, head_sha: pull.head };
    const { status, log } = await acted('merge_group', { action: 'checks_requested', repository, merge_group });
    expect(log).toContain('check: failure');
    expect(status).toBe(1);
    expect(await commentsOf(pull)).toHaveLength(1);
  });

  it('are green after two jobs where nothing watched changes', async () => {
    const prose = await openPull(github, 'prose', {}, { 'README.txt': 'b\n' });
    const { status, log } = await acted('pull_request', opened(prose, 'prose'));
    expect(status).toBe(0);
    expect(log).not.toMatch(/mode: sweep|\bsweep 0 on cpu/);
    expect(await conclusionsOf(prose.head)).toEqual(['success']);
    expect(await commentsOf(prose)).toEqual([]);
  });

  it('answer a command that is none', async () => {
    const comment = { id: 4, body: '/peft-sweep rum', created_at: '2027-01-02T03:04:05Z', user: { login: 'octo' } };
    const event = { action: 'created', repository, issue: { number: pull.number, pull_request: {} }, comment };
    const { status } = await acted('issue_comment', event);
    expect(status).toBe(0);
    expect((await commentsOf(pull)).at(-1)?.body).toContain('This command is not known');
  });

  it('measure with a token that may only read, as Dependabot’s and a fork’s are, and say so', async () => {
    const front = createServer((incoming, answer) => {
      const { method, headers, url } = incoming;
      if (method !== 'GET') {
        answer.writeHead(403, { 'content-type': 'application/json' });
        answer.end('{"message":"Resource not accessible by integration"}');
        return;
      }
      incoming.pipe(
        request(`${github.url}${url}`, { method, headers }, (from) => {
          answer.writeHead(from.statusCode ?? 500, from.headers);
          from.pipe(answer);
        }),
      );
    });
    await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
    const { port } = front.address() as AddressInfo;
    const before = await commentsOf(pull);
    const { status, log } = await acted('pull_request', opened(pull, BRANCH), {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
    });
    front.close();
    expect(log).toContain('The token may only read');
    expect(status).toBe(1);
    expect(await commentsOf(pull)).toEqual(before);
  });
});
