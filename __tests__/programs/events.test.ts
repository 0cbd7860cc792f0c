/** What each event leads to, with the bundle against a GitHub server that others wrote. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlanFile } from '../../src/plan/plan-file.ts';
import { leaveShard, runAction } from '../factories/action.ts';
import { openPull, putFiles, REPOSITORY, type Server, startGitHub } from '../factories/github.ts';
import { indexPage, startIndex } from '../factories/package-index.ts';
import { passing } from '../factories/results.ts';
import { scratch } from '../factories/scratch.ts';

const TRAIN = [
  'from peft import LoraConfig, PrefixTuningConfig',
  'from transformers import AutoModelForCausalLM',
  'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")',
  'lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])',
  'prefix = PrefixTuningConfig(task_type="CAUSAL_LM")',
  '',
].join('\n');
const REQUIREMENTS = 'transformers==4.55.4\r\npeft==0.17.1\t# adapters\r\n';
const PREFIX = 'prefix-tuning/none/llama/causal-lm';

let github: Server;
let index: { readonly url: string; readonly close: () => void };
let front: ReturnType<typeof createServer>;
let pull: { readonly number: number; readonly head: string };
let base = '';
/** What the server in front of GitHub answers instead, where it does. */
let instead: (path: string, body: string) => string | undefined = () => undefined;

beforeAll(async () => {
  github = await startGitHub();
  index = await startIndex({
    transformers: indexPage('transformers', ['4.55.4', '4.56.0', '4.57.6']),
    peft: indexPage('peft', ['0.17.1', '0.18.0']),
    accelerate: indexPage('accelerate', ['1.10.0']),
    bitsandbytes: indexPage('bitsandbytes', ['0.47.0']),
    torchao: indexPage('torchao', ['0.13.0']),
  });
  const configuration =
    'budget: {minutes: 20}\nrunners:\n  cpu: {runs-on: [self-hosted, gpu]}\n  cuda: {runs-on: [self-hosted, h100], usd-per-minute: 0.5}\n';
  await putFiles(github, {
    ...{ 'requirements.txt': REQUIREMENTS, 'train.py': TRAIN, 'README.md': 'a\n' },
    '.github/peft-sweep.yml': configuration,
  });
  base = await headOf('main');
  pull = await openPull(github, 'renovate/transformers-4.x', {}, bumped());
  front = createServer((incoming, answer) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', async () => {
      const { method = 'GET', url = '' } = incoming;
      const body = parts.length > 0 ? Buffer.concat(parts) : undefined;
      const headers = { authorization: String(incoming.headers.authorization), 'content-type': 'application/json' };
      const from = await fetch(`${github.url}${url}`, { method, headers, ...(body && { body }) });
      const text = await from.text();
      const other = instead(`${method} ${url}`, text);
      answer.writeHead(other === undefined ? from.status : 200, { 'content-type': 'application/json' });
      answer.end(other ?? text);
    });
  });
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
}, 60_000);

afterAll(async () => {
  front.close();
  await github.close();
  index.close();
});

const CLASSES = [
  'runners:',
  '  t4: {runs-on: gpu-t4, capability: 7.5, memory-gb: 16, usd-per-minute: 0.052}',
  "  l4: {runs-on: [machine, 'gpu=l4'], capability: 8.9, memory-gb: 24, usd-per-minute: 0.1}",
  '',
].join('\n');

/** The path of a configuration file. */
function withConfiguration(text: string): string {
  const path = join(scratch('configuration'), 'peft-sweep.yml');
  writeFileSync(path, text);
  return path;
}

function bumped() {
  return { 'requirements.txt': REQUIREMENTS.replace('4.55.4', '4.57.6') };
}

async function headOf(branch: string): Promise<string> {
  const { data } = await github.call('GET', `/repos/${REPOSITORY}/git/ref/heads/${branch}`);
  return (data as { object: { sha: string } }).object.sha;
}

type Inputs = Readonly<Record<string, string>>;
interface Job {
  readonly folder: string;
  readonly run: (inputs: Inputs) => ReturnType<typeof runAction>;
}

function job(name: string, payload: unknown): Job {
  const { port } = front.address() as AddressInfo;
  const place = { github: `http://127.0.0.1:${port}`, index: index.url, sha: base };
  const folder = scratch('event');
  return { folder, run: (inputs) => runAction(place, { token: 'test', ...inputs }, folder, { name, payload }) };
}

async function planned({ run, folder }: Job, inputs: Inputs = {}) {
  const ended = await run({ mode: 'plan', ...inputs });
  const plan = { plan: ended.outputs.plan ?? '', 'plan-sha256': ended.outputs['plan-sha256'] ?? '' };
  const file = () => PlanFile.parse(JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'plan.json'), 'utf8')));
  return { ...ended, plan, file };
}

async function checksOf(sha: string) {
  const { data } = await github.call('GET', `/repos/${REPOSITORY}/commits/${sha}/check-runs`);
  return (data as { check_runs: { id: number; status: string; conclusion: string | null; output: { text: string } }[] })
    .check_runs;
}

async function commentsOf(number: number): Promise<readonly string[]> {
  const { data } = await github.call('GET', `/repos/${REPOSITORY}/issues/${number}/comments`);
  return (data as { body: string }[]).map(({ body }) => body);
}

const opened = (number: number) => ({ action: 'opened', pull_request: { number } });
const commented = (body: string, login = 'octo') => ({
  action: 'created',
  issue: { number: pull.number, pull_request: {} },
  comment: { id: 4, body, created_at: '2027-01-02T03:04:05Z', user: { login } },
});
const asFork = (path: string, body: string) =>
  path === `GET /repos/${REPOSITORY}/pulls/${pull.number}`
    ? body.replaceAll(`"full_name":"${REPOSITORY}"`, '"full_name":"stranger/app"')
    : undefined;

describe('a runner', () => {
  it.each<[string, typeof asFork | undefined, Inputs, unknown]>([
    ['of one’s own from the configuration is for one’s own branches', undefined, {}, ['self-hosted', 'gpu']],
    ['of one’s own is not for forks', asFork, {}, 'ubuntu-24.04'],
    ['of one’s own is for forks behind an approval', asFork, { environment: 'gpu' }, ['self-hosted', 'gpu']],
    [
      'that is thrown away can have other labels',
      asFork,
      { 'hosted-runs-on': '["self-hosted", "ephemeral"]' },
      ['self-hosted', 'ephemeral'],
    ],
  ])('%s', async (_name, change, inputs, labels) => {
    instead = change ?? (() => undefined);
    const { outputs } = await planned(job('pull_request', opened(pull.number)), { 'min-age': '0', ...inputs });
    instead = () => undefined;
    expect(JSON.parse(outputs.shards ?? '')).toMatchObject([{ 'runs-on': labels }]);
  });
});

describe('a device', () => {
  it('that is asked for is that of the plan, and of the runner', async () => {
    const { outputs, file, log } = await planned(job('pull_request', opened(pull.number)), {
      ...{ 'min-age': '0', device: 'cuda' },
    });
    expect(file().requests.map(({ plan }) => plan.device)).toEqual(['cuda']);
    expect(JSON.parse(outputs.shards ?? '')).toMatchObject([{ device: 'cuda', 'runs-on': ['self-hosted', 'h100'] }]);
    expect(log).toMatch(/1 requests? in 1 jobs?, at most \$\d+\.50/);
  });

  it('is that of the class which can measure a cell, with its labels, price and reason', async () => {
    const cells = `lora/{none,bnb-nf4,torchao-fp8dyn}/llama/causal-lm`;
    const { file, outputs, log } = await planned(job('workflow_dispatch', {}), {
      ...{ changes: 'transformers:4.55.4..4.57.6', cells, config: withConfiguration(CLASSES), 'max-usd': '9' },
    });
    expect(JSON.parse(outputs.shards ?? '')).toEqual([
      { id: '0', device: 'cpu', class: 'cpu', minutes: expect.any(Number), 'runs-on': null },
      { id: '1', device: 'cuda', class: 'l4', minutes: expect.any(Number), 'runs-on': ['machine', 'gpu=l4'] },
      { id: '2', device: 'cuda', class: 't4', minutes: expect.any(Number), 'runs-on': 'gpu-t4' },
    ]);
    const parts = file().requests.map(({ class: name, plan, why }) => [name, plan.device, plan.capability, why]);
    const kernels = 'bitsandbytes has kernels of its own for each device: those of this one are measured';
    expect(parts).toEqual([
      [
        ...['cpu', undefined, undefined],
        {
          'lora/none/llama/causal-lm': 'a CPU tells the same as a GPU',
          'lora/bnb-nf4/llama/causal-lm': kernels,
        },
      ],
      ['l4', 'cuda', 8.9, { 'lora/torchao-fp8dyn/llama/causal-lm': 'only a GPU can' }],
      ['t4', 'cuda', 7.5, { 'lora/bnb-nf4/llama/causal-lm': kernels }],
    ]);
    expect(log).toMatch(/3 requests in 3 jobs, at most \$\d\.\d\d/);
  });

  it('is none where the money does not pay for one, which is an error and no green check', async () => {
    const { status, log } = await planned(job('workflow_dispatch', {}), {
      ...{ changes: 'transformers:4.55.4..4.57.6', cells: 'lora/torchao-fp8dyn/llama/causal-lm' },
      ...{ config: withConfiguration(CLASSES), 'max-usd': '0.01' },
    });
    expect(status).not.toBe(0);
    expect(log).toContain('The budget of $0.01 does not pay for it. Raise `budget: {usd: N}`, or name fewer cells.');
  });

  it('that is whichever is there cannot be planned where none is', async () => {
    const { status, log } = await planned(job('pull_request', opened(pull.number)), { device: 'auto' });
    expect({ status, log }).toMatchObject({ log: expect.stringContaining('Write `cpu` or `cuda`') });
    expect(status).not.toBe(0);
  });
});

describe('the run of a fork', () => {
  it('has the plan that is made with the rights of the base, whatever is configured', async () => {
    const { data } = await github.call('GET', `/repos/${REPOSITORY}/pulls/${pull.number}`);
    const found = asFork(`GET /repos/${REPOSITORY}/pulls/${pull.number}`, JSON.stringify(data));
    instead = (path, body) => (path.startsWith(`GET /repos/${REPOSITORY}/pulls?`) ? `[${found}]` : asFork(path, body));
    const own = await planned(job('pull_request', opened(pull.number)));
    const run = { id: 9, event: 'pull_request', conclusion: 'success', head_sha: pull.head };
    const payload = {
      workflow_run: {
        ...run,
        head_branch: 'renovate/transformers-4.x',
        head_repository: { full_name: 'stranger/app' },
      },
    };
    const forks = job('workflow_run', payload);
    const again = await planned(forks);
    expect(again.plan['plan-sha256']).toBe(own.plan['plan-sha256']);
    expect(again.file().requests[0]?.plan.minutes).toBe(20);
    // Its author has every cell pass.
    leaveShard(again.file(), again.plan['plan-sha256'], forks.folder, (lines) =>
      lines.map((text) => {
        const line = JSON.parse(text);
        return JSON.stringify(line.kind === 'result' ? { ...line, result: passing(line.result.cell) } : line);
      }),
    );
    const ended = await forks.run({ mode: 'publish', ...again.plan, shards: 'shards' });
    instead = () => undefined;
    expect(ended.log).toMatch(/check: neutral/);
    expect((await checksOf(pull.head)).map(({ conclusion }) => conclusion)).not.toContain('success');
  });
});

describe('a check', () => {
  it('is green at once where a pull request changes nothing watched', async () => {
    const other = await openPull(github, 'prose', {}, { 'README.md': 'b\n' });
    const quiet = job('pull_request', opened(other.number));
    const { plan, outputs } = await planned(quiet);
    expect([outputs['has-work'], outputs['has-reply']]).toEqual(['false', 'false']);
    await quiet.run({ mode: 'publish', ...plan, result: 'success' });
    expect(await checksOf(other.head)).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
  });

  it('is concluded where the run was cancelled', async () => {
    const cancelled = job('pull_request', opened(pull.number));
    const { plan } = await planned(cancelled);
    const { outputs } = await cancelled.run({ mode: 'publish', ...plan, result: 'success' });
    const check = outputs.check ?? '';
    await cancelled.run({ mode: 'publish', ...plan, check, shards: 'shards', result: 'cancelled' });
    const found = (await checksOf(pull.head)).find(({ id }) => String(id) === check);
    expect(found).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(await commentsOf(pull.number)).toEqual([]);
  });

  it('is concluded where the branch moved on', async () => {
    const moved = job('pull_request', opened(pull.number));
    const { plan, file } = await planned(moved);
    const { outputs } = await moved.run({ mode: 'publish', ...plan, result: 'success' });
    leaveShard(file(), plan['plan-sha256'], moved.folder);
    instead = (path, body) =>
      path === `GET /repos/${REPOSITORY}/pulls/${pull.number}` ? body.replaceAll(pull.head, 'f'.repeat(40)) : undefined;
    const ended = await moved.run({ mode: 'publish', ...plan, shards: 'shards', check: outputs.check ?? '' });
    instead = () => undefined;
    const found = (await checksOf(pull.head)).find(({ id }) => String(id) === outputs.check);
    expect(found).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(ended.log).toContain('comment: not written, the pull request moved on');
  });

  it('fails where the sweep could not be planned', async () => {
    const bad = await openPull(github, 'bad', {}, { 'README.md': 'c\n' });
    const failed = job('pull_request', opened(bad.number));
    expect((await planned(failed, { 'max-minutes': 'never' })).status).toBe(2);
    await failed.run({ mode: 'publish', plan: 'peft-sweep-plan/plan.json', 'plan-sha256': '', result: 'failure' });
    expect(await checksOf(bad.head)).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });

  it('is written for a commit of a merge queue, which has no comment', async () => {
    const payload = { action: 'checks_requested', merge_group: { base_sha: base, head_sha: pull.head } };
    const queue = job('merge_group', payload);
    const { plan, file, outputs } = await planned(queue);
    expect(outputs['has-work']).toBe('true');
    expect(file()).toMatchObject({ queued: pull.head });
    leaveShard(file(), plan['plan-sha256'], queue.folder);
    const ended = await queue.run({ mode: 'publish', ...plan, shards: 'shards' });
    expect([ended.status, ended.log.match(/check: \w+/)?.[0]]).toEqual([1, 'check: failure']);
    expect(await commentsOf(pull.number)).toEqual([]);
  });
});

describe('a command', () => {
  async function answered(body: string, login?: string) {
    const command = job('issue_comment', commented(body, login));
    const { outputs, plan, status } = await planned(command);
    const before = (await commentsOf(pull.number)).length;
    await command.run({ mode: 'publish', ...plan, result: 'success' });
    return { status, outputs, said: (await commentsOf(pull.number)).slice(before) };
  }

  it.each<[string, string, string, string | undefined]>([
    ['of a stranger', '/peft-sweep run', 'takes write permission', 'stranger'],
    ['with a typo', '/peft-sweep rum', 'There are: `/peft-sweep run [CELLS]`', undefined],
    ['with cells that are none', '/peft-sweep run nosuch/none/llama', 'Unknown method', undefined],
    ['that asks about cells that are none', '/peft-sweep explain nosuch', 'Unknown method', undefined],
    ['that asks for a commit where that is not set up', '/peft-sweep apply', 'init --apply', undefined],
    ['at a time that nobody can tell about', '/peft-sweep run', 'Start the sweep by hand', undefined],
  ])('%s is answered with a sentence', async (_name, body, sentence, login) => {
    const { status, outputs, said } = await answered(body, login);
    expect([status, outputs['has-work'], outputs['has-reply']]).toEqual([0, 'false', 'true']);
    expect(said).toHaveLength(1);
    expect(said[0]?.replaceAll('&#96;', '`')).toContain(sentence);
    expect(said[0]).not.toMatch(/^\/peft-sweep/);
  });

  it('that measures is answered at once, and planned with its cells', async () => {
    instead = (path) =>
      path.includes('/activity?')
        ? JSON.stringify([{ after: pull.head, timestamp: '2026-01-01T00:00:00Z' }])
        : undefined;
    const command = job('issue_comment', commented('/peft-sweep run lora'));
    const { outputs, plan, file } = await planned(command);
    const before = (await commentsOf(pull.number)).length;
    await command.run({ mode: 'publish', ...plan, result: 'success' });
    instead = () => undefined;
    expect([outputs['has-work'], outputs['has-reply']]).toEqual(['true', 'false']);
    expect(file().requests[0]?.plan.cells.every(({ method }) => method === 'lora')).toBe(true);
    const [said] = (await commentsOf(pull.number)).slice(before);
    expect(said).toMatch(
      /^Measuring \d+ cells in \[this run\]\(https:\/\/github\.example\/octo\/app\/actions\/runs\/77\)/,
    );
  });

  it('that asks what is known is answered with the facts of the check', async () => {
    const { said } = await answered('/peft-sweep explain prefix-tuning/none/llama');
    expect(said[0]).toContain(`#### \`${PREFIX}\``);
    expect(said[0]).toContain('transformers 4.55.4 | 4.56.0 (regressed)');
    expect(said[0]).toContain('peft>=0.18.0');
    expect((await answered('/peft-sweep explain lora/none/gpt2')).said[0]).toContain('Nothing is known of');
  });

  it('that asks for a commit gets one on the branch: the measured line, nothing else, and its line ends', async () => {
    const { status, outputs } = await job('issue_comment', commented('/peft-sweep apply')).run({ mode: 'apply' });
    expect(status).toBe(0);
    const head = await headOf('renovate/transformers-4.x');
    expect(outputs.commit).toBe(head);
    const { data } = await github.call('GET', `/repos/${REPOSITORY}/contents/requirements.txt?ref=${head}`);
    const text = Buffer.from((data as { content: string }).content, 'base64').toString();
    expect(text).toBe('transformers==4.57.6\r\npeft==0.18.0\t# adapters\r\n');
    expect((await commentsOf(pull.number)).at(-1)).toContain('Committed `peft>=0.18.0` as');
  });

  it.each<[string, string, string | undefined, typeof asFork | undefined]>([
    ['on top of what was measured before', 'The commit was refused', undefined, undefined],
    ['of a stranger', 'takes write permission', 'stranger', undefined],
    ['for the branch of a fork', 'in another repository', undefined, asFork],
  ])('that asks for a commit %s gets none', async (_name, sentence, login, change) => {
    instead = change ?? (() => undefined);
    const before = await headOf('renovate/transformers-4.x');
    const { status, outputs } = await job('issue_comment', commented('/peft-sweep apply', login)).run({
      mode: 'apply',
    });
    instead = () => undefined;
    expect([status, outputs.commit]).toEqual([0, '']);
    expect(await headOf('renovate/transformers-4.x')).toBe(before);
    expect((await commentsOf(pull.number)).at(-1)).toContain(sentence);
  });
});

describe('other workflows', () => {
  it('are told the comment, the cells that got worse and the pin, and may only be warned', async () => {
    const fresh = await openPull(github, 'renovate/again', {}, bumped());
    const outputs = job('pull_request', opened(fresh.number));
    const { plan, file } = await planned(outputs);
    leaveShard(file(), plan['plan-sha256'], outputs.folder);
    const ended = await outputs.run({ mode: 'publish', ...plan, shards: 'shards', 'warn-only': 'true' });
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.outputs.regressed ?? '')).toEqual([PREFIX]);
    expect(ended.outputs.pin).toBe('peft>=0.18.0');
    const { data } = await github.call('GET', `/repos/${REPOSITORY}/issues/comments/${ended.outputs['comment-id']}`);
    expect((data as { body: string }).body.trim()).toBe(ended.outputs['comment-content']?.trim());
    expect((await checksOf(fresh.head)).map(({ conclusion }) => conclusion)).toEqual(['neutral']);
  });

  it('and people see nothing that a captured job put into the facts of its machine', async () => {
    const fresh = await openPull(github, 'renovate/forged', {}, bumped());
    const forged = job('pull_request', opened(fresh.number));
    const { plan, file } = await planned(forged);
    leaveShard(file(), plan['plan-sha256'], forged.folder);
    const path = join(forged.folder, 'shards', 'shard.json');
    const text =
      '</sub>\n\n### ✅ Correction by the maintainers\n@octo [click](https://evil.example) ![x](https://evil.example)\n```suggestion\nevil==1\n```';
    const shard = JSON.parse(readFileSync(path, 'utf8'));
    const run = {
      ...shard.run,
      device: text,
      python: text,
      torch: text,
      probe: text,
      containment: { name: text, enforced: [text], missing: [text] },
    };
    writeFileSync(path, JSON.stringify({ ...shard, run }));
    const ended = await forged.run({ mode: 'publish', ...plan, shards: 'shards' });
    const [body = ''] = await commentsOf(fresh.number);
    expect(body).toContain('breaks prefix tuning on llama');
    for (const shown of [body, ended.summary]) {
      const outside = shown.replaceAll(/(`{3,})text\n[\s\S]*?\n\1/g, '');
      expect(outside).not.toMatch(/^### ✅|@octo|\]\(https:\/\/evil|```suggestion|<\/sub>\n\n###/m);
    }
  });
});
