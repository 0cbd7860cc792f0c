/** How many requests a pull request costs: a job's token has 1,000 an hour for the whole repository. */
import { readFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlanFile } from '../../src/plan/plan-file.ts';
import { leaveShard, runAction } from '../factories/action.ts';
import { openPull, putFiles, REPOSITORY, type Server, startGitHub } from '../factories/github.ts';
import { indexPage, startIndex } from '../factories/package-index.ts';
import { scratch } from '../factories/scratch.ts';

const PYTHON = 980;
const TRAIN = [
  'from peft import LoraConfig, PrefixTuningConfig',
  'from transformers import AutoModelForCausalLM',
  'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")',
  'lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])',
  'prefix = PrefixTuningConfig(task_type="CAUSAL_LM")',
  '',
].join('\n');
const REQUIREMENTS = 'numpy==1.26.4\ntransformers==4.55.4\npeft==0.17.1\n';

let github: Server;
let index: { readonly url: string; readonly close: () => void };
let proxy: ReturnType<typeof createServer>;
let sent: string[] = [];

beforeAll(async () => {
  github = await startGitHub();
  index = await startIndex({
    transformers: indexPage('transformers', ['4.55.4', '4.56.0', '4.57.6']),
    peft: indexPage('peft', ['0.17.1', '0.18.0']),
    accelerate: indexPage('accelerate', ['1.10.0']),
    bitsandbytes: indexPage('bitsandbytes', ['0.47.0']),
    torchao: indexPage('torchao', ['0.13.0']),
  });
  const code = Array.from({ length: PYTHON }, (_, at): [string, string] => [`src/part${at}.py`, `VALUE = ${at}\n`]);
  const prose = Array.from({ length: 16 }, (_, at): [string, string] => [`docs/page${at}.md`, `# ${at}\n`]);
  await putFiles(github, {
    ...Object.fromEntries([...code, ...prose]),
    'requirements.txt': REQUIREMENTS,
    'pyproject.toml': '[project]\nname = "app"\n',
    'train.py': TRAIN,
    'README.md': 'a\n',
  });
  proxy = createServer((incoming, answer) => {
    sent.push(`${incoming.method} ${incoming.url}`);
    const { method, headers, url } = incoming;
    const onwards = send(`${github.url}${url}`, { method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(answer);
    });
    incoming.pipe(onwards);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
}, 120_000);

afterAll(async () => {
  proxy.close();
  await github.close();
  index.close();
});

async function counted(branch: string, head: Readonly<Record<string, string>>) {
  const pull = await openPull(github, branch, {}, head);
  const { port } = proxy.address() as AddressInfo;
  const place = { github: `http://127.0.0.1:${port}`, index: index.url, sha: pull.head };
  const event = { name: 'pull_request', payload: { action: 'opened', pull_request: { number: pull.number } } };
  const folder = scratch('requests');
  const run = (inputs: Readonly<Record<string, string>>) =>
    runAction(place, { token: 'test', ...inputs }, folder, event);
  sent = [];
  const { status, outputs, log } = await run({ mode: 'plan' });
  if (status !== 0) throw new Error(log);
  const plan = { plan: outputs.plan ?? '', 'plan-sha256': outputs['plan-sha256'] ?? '' };
  const begun = await run({ mode: 'publish', ...plan });
  return { pull, folder, outputs, plan, run, check: begun.outputs.check ?? '' };
}

describe('the requests of a pull request in a repository of 1,000 files', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['prose', { 'README.md': 'b\n' }],
    ['code', { 'src/part7.py': 'VALUE = "transformers"\n' }],
    ['another library', { 'requirements.txt': REQUIREMENTS.replace('1.26.4', '2.0.0') }],
    ['a file of an unknown kind', { NOTICE: 'hello\n' }],
    [
      'all of these',
      { 'README.md': 'c\n', 'src/part8.py': 'X = 1\n', 'requirements.txt': REQUIREMENTS.replace('1.26.4', '2.1.0') },
    ],
  ])('that changes %s are at most 10, with a check that passes', async (name, head) => {
    const { pull, outputs } = await counted(`quiet/${name.replaceAll(' ', '-')}`, head);
    expect(outputs['has-work']).toBe('false');
    expect(sent.length).toBeLessThanOrEqual(10);
    const { data } = await github.call('GET', `/repos/${REPOSITORY}/commits/${pull.head}/check-runs`);
    expect((data as { check_runs: object[] }).check_runs).toMatchObject([
      { name: 'peft-sweep', status: 'completed', conclusion: 'success' },
    ]);
  });

  it('that changes a watched library are at most 60, with verdict, suggestion and comment', async () => {
    const bump = { 'requirements.txt': REQUIREMENTS.replace('4.55.4', '4.57.6') };
    const { folder, plan, run, check } = await counted('renovate/transformers-4.x', bump);
    const file = PlanFile.parse(JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'plan.json'), 'utf8')));
    expect(file.requests[0]?.plan.sources).toMatchObject({ 'lora/none/llama/causal-lm': 'train.py:4' });
    leaveShard(file, plan['plan-sha256'], folder);
    const ended = await run({ mode: 'publish', ...plan, shards: 'shards', check });
    expect(ended.log).toContain('comment: created');
    expect(ended.log).toContain('suggestions: 1 created');
    expect(sent.length).toBeLessThanOrEqual(60);
  });

  it('that adds a file of requirements moves no version', async () => {
    const { outputs } = await counted('quiet/none', { 'requirements-gpu.txt': 'transformers==4.56.0\n' });
    expect(outputs['has-work']).toBe('false');
  });
});
