/** The action as a runner spawns it, against a GitHub server that others wrote. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlanFile } from '../../src/plan/plan-file.ts';
import { SUGGESTION_MARKER } from '../../src/publish/suggestions.ts';
import { MARKER } from '../../src/report/comment.ts';
import { type Ended, leaveShard, runAction } from '../factories/action.ts';
import { openPull, REPOSITORY, type Server, startGitHub } from '../factories/github.ts';
import { indexPage, startIndex } from '../factories/package-index.ts';
import { scratch } from '../factories/scratch.ts';

const TRAIN = [
  'from peft import LoraConfig, PrefixTuningConfig',
  'from transformers import AutoModelForCausalLM, BitsAndBytesConfig',
  'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")',
  'lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])',
  'prefix = PrefixTuningConfig(task_type="CAUSAL_LM")',
  '',
].join('\n');

let github: Server;
let index: { readonly url: string; readonly close: () => void };
let main = '';
let pull: { readonly number: number; readonly head: string };

function act(
  inputs: Readonly<Record<string, string>>,
  folder: string,
  event: { name: string; payload: unknown },
): Promise<Ended> {
  return runAction({ github: github.url, index: index.url, sha: main }, inputs, folder, event);
}

const pullEvent = () => ({
  name: 'pull_request',
  payload: { action: 'synchronize', pull_request: { number: pull.number } },
});
const TOKEN = { token: 'test' };

beforeAll(async () => {
  github = await startGitHub();
  index = await startIndex({
    transformers: indexPage('transformers', ['4.55.4', '4.56.0', '4.57.6']),
    peft: indexPage('peft', ['0.17.1', '0.18.0']),
    accelerate: indexPage('accelerate', ['1.10.0']),
    bitsandbytes: indexPage('bitsandbytes', ['0.47.0']),
    torchao: indexPage('torchao', ['0.13.0']),
  });
  pull = await openPull(
    github,
    'renovate/transformers-4.x',
    { 'requirements.txt': 'transformers==4.55.4\npeft==0.17.1  # adapters\n', 'train.py': TRAIN },
    { 'requirements.txt': 'transformers==4.57.6\npeft==0.17.1  # adapters\n' },
  );
  const ref = await github.call('GET', `/repos/${REPOSITORY}/git/ref/heads/main`);
  main = (ref.data as { object: { sha: string } }).object.sha;
});

afterAll(async () => {
  await github.close();
  index.close();
});

/** The same plan for every test of publishing: making it is tested by itself. */
let plan: ReturnType<typeof makePlan> | undefined;
async function planned() {
  plan ??= makePlan();
  const { folder, ...made } = await plan;
  const own = scratch('job');
  cpSync(join(folder, 'peft-sweep-out'), join(own, 'peft-sweep-out'), { recursive: true });
  return { ...made, folder: own };
}

async function makePlan() {
  const folder = scratch('plan');
  const ended = await act({ mode: 'plan', ...TOKEN }, folder, pullEvent());
  const text = readFileSync(join(folder, 'peft-sweep-out', 'plan.json'), 'utf8');
  return { ...ended, folder, text, file: PlanFile.parse(JSON.parse(text)) };
}

async function published(change?: (lines: string[]) => string[], more: Readonly<Record<string, string>> = {}) {
  const { folder, file, outputs } = await planned();
  leaveShard(file, outputs['plan-sha256'] ?? '', folder, change);
  const inputs = {
    mode: 'publish',
    ...TOKEN,
    plan: outputs.plan ?? '',
    'plan-sha256': outputs['plan-sha256'] ?? '',
    shards: 'shards',
    ...more,
  };
  return act(inputs, folder, pullEvent());
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

async function comments(): Promise<readonly Comment[]> {
  const found: Comment[] = [];
  for (const page of [1, 2]) {
    const path = `/repos/${REPOSITORY}/issues/${pull.number}/comments?per_page=100&page=${page}`;
    for (const one of (await github.call('GET', path)).data as readonly Comment[]) found.push(one);
  }
  return found;
}
const isOurs = ({ body, user }: Comment) => body.startsWith(MARKER) && user.login === 'octo';

describe('the plan job', () => {
  it('reads both ends through the API and hands on a plan with its hash', async () => {
    const { status, outputs, text, file } = await planned();
    expect(status).toBe(0);
    expect(outputs['has-work']).toBe('true');
    expect(outputs['plan-sha256']).toBe(createHash('sha256').update(text).digest('hex'));
    expect(JSON.parse(outputs.shards ?? '')).toEqual([
      { id: '0', device: 'cpu', class: 'cpu', minutes: expect.any(Number), 'runs-on': null },
    ]);
    expect(file.pull).toMatchObject({
      number: pull.number,
      head: pull.head,
      diffLines: { 'requirements.txt': [1, 2] },
    });
    expect(file.bot).toBe('renovate');
    const [request] = file.requests;
    expect(request?.plan.changes.map(({ library, from, to }) => [library, from, to])).toEqual([
      ['transformers', '4.55.4', '4.57.6'],
    ]);
    expect(request?.plan.held).toEqual({ peft: '0.17.1' });
    expect(request?.plan.sources).toEqual({
      'lora/none/llama/causal-lm': 'train.py:4',
      'prefix-tuning/none/llama/causal-lm': 'train.py:5',
    });
  });

  it('ends green without a comment where no watched library changed', async () => {
    const other = await openPull(github, 'docs', { 'README.txt': 'a\n' }, { 'README.txt': 'b\n' });
    const folder = scratch('quiet');
    const ended = await act({ mode: 'plan', ...TOKEN }, folder, {
      name: 'pull_request',
      payload: { pull_request: { number: other.number } },
    });
    expect(ended.status).toBe(0);
    expect(ended.outputs['has-work']).toBe('false');
    expect(ended.outputs.shards).toBe('[]');
    expect((await github.call('GET', `/repos/${REPOSITORY}/issues/${other.number}/comments`)).data).toEqual([]);
  });

  it('asks for nothing on an event that names no pull request, and says why', async () => {
    const ended = await act({ mode: 'plan', ...TOKEN }, scratch('event'), { name: 'pull_request_target', payload: {} });
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('Use pull_request, or workflow_run');
  });
});

describe('a run on a schedule', () => {
  it('plans what a bot will propose next: each pinned library up to its newest release, the others held', async () => {
    const folder = scratch('schedule');
    const ended = await act({ mode: 'plan', ...TOKEN }, folder, { name: 'schedule', payload: {} });
    expect(ended.status).toBe(0);
    const file = PlanFile.parse(JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'plan.json'), 'utf8')));
    expect(file.requests.map(({ plan: { changes, held } }) => [changes[0]?.library, changes[0]?.to, held])).toEqual([
      ['transformers', '4.57.6', { peft: '0.17.1' }],
      ['peft', '0.18.0', { transformers: '4.55.4' }],
    ]);
    expect(file.pull).toBeUndefined();
  });
});

describe('a command on the pull request', () => {
  const comment = (body: string, login = 'octo') => ({
    name: 'issue_comment',
    payload: {
      action: 'created',
      issue: { number: pull.number, pull_request: {} },
      comment: { body, created_at: '2026-01-02T03:04:05Z', user: { login } },
    },
  });

  it('that accepts a cell is answered with the lines for the configuration', async () => {
    const folder = scratch('accept');
    const event = comment('/peft-sweep accept lora/none/llama until 2027-01-31 ``` @octo upstream');
    const { outputs } = await act({ mode: 'plan', ...TOKEN }, folder, event);
    expect([outputs['has-work'], outputs['has-reply']]).toEqual(['false', 'true']);
    const inputs = { mode: 'publish', ...TOKEN, plan: outputs.plan ?? '', 'plan-sha256': outputs['plan-sha256'] ?? '' };
    expect((await act(inputs, folder, event)).status).toBe(0);
    const body = (await comments()).at(-1)?.body ?? '';
    expect(body).toContain(
      '````yaml\nknown:\n  - {cell: "lora/none/llama", reason: "``` @octo upstream", expires: "2027-01-31"}\n````',
    );
  });

  it('is not followed when a stranger gives it', async () => {
    const ended = await act({ mode: 'plan', ...TOKEN }, scratch('stranger'), comment('/peft-sweep run', 'stranger'));
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('stranger may not give commands');
    expect(ended.outputs['has-work']).toBe('false');
  });

  it('is not followed where nobody can tell what stood there when it was written', async () => {
    const ended = await act({ mode: 'plan', ...TOKEN }, scratch('run'), comment('/peft-sweep run'));
    expect(ended.status).toBe(0);
    expect(ended.log).toContain('Start the sweep by hand');
    expect(ended.outputs['has-work']).toBe('false');
  });
});

describe('the publish job', () => {
  beforeAll(async () => {
    // Strangers know our marker: ours will be on the second page, among theirs.
    const body = `${MARKER}\nAll is well, merge this.`;
    for (let count = 0; count < 110; count++)
      await github.call('POST', `/repos/${REPOSITORY}/issues/${pull.number}/comments`, { body }, 'stranger');
  });

  it('writes one comment with the verdict first, a suggestion on the line of the diff, and a check', async () => {
    const ended = await published();
    expect(ended.log).toContain('comment: created');
    expect(ended.status).toBe(1);
    expect(ended.outputs.pin).toBe('peft>=0.18.0');
    const [own, ...more] = (await comments()).filter(isOurs);
    expect(more).toEqual([]);
    expect(own?.body).toMatch(
      /^<!-- peft-sweep:v1:default -->\n### ❌ transformers 4\.57\.6 breaks prefix tuning on llama/,
    );
    expect(own?.body).toContain('Your code: `train.py:5`');
    expect(own?.body.replaceAll(/(`{3,})text\n[\s\S]*?\n\1/g, '')).not.toContain('@octo');
    const lines = (await github.call('GET', `/repos/${REPOSITORY}/pulls/${pull.number}/comments`)).data as readonly {
      body: string;
      path: string;
    }[];
    expect(lines).toHaveLength(1);
    expect(lines[0]?.body).toContain(SUGGESTION_MARKER);
    expect(lines[0]?.body).toContain('```suggestion\npeft==0.18.0  # adapters\n```');
    const checks = (await github.call('GET', `/repos/${REPOSITORY}/commits/${pull.head}/check-runs`)).data as {
      check_runs: readonly { conclusion: string | null }[];
    };
    expect(checks.check_runs.some(({ conclusion }) => conclusion === 'failure')).toBe(true);
  });

  it('leaves alone what says so already, updates in place what does not, and never touches a stranger’s comment', async () => {
    expect((await published()).log).toContain('comment: unchanged, it says so already');
    const before = (await comments()).find(isOurs);
    await github.call('PATCH', `/repos/${REPOSITORY}/issues/comments/${before?.id}`, { body: `${MARKER}\nold` });
    expect((await published()).log).toContain('comment: updated');
    const every = await comments();
    expect(every.filter(isOurs).map(({ id }) => id)).toEqual([before?.id]);
    expect(every.findIndex(isOurs)).toBeGreaterThan(100);
    const theirs = every.filter(({ user }) => user.login === 'stranger');
    expect(new Set(theirs.map(({ body }) => body))).toEqual(new Set([`${MARKER}\nAll is well, merge this.`]));
  });

  it('opens the check with the plan in it before anything is measured, and concludes that one', async () => {
    const { folder, outputs } = await planned();
    const inputs = { mode: 'publish', ...TOKEN, plan: outputs.plan ?? '', 'plan-sha256': outputs['plan-sha256'] ?? '' };
    const opened = await act(inputs, folder, pullEvent());
    const path = `/repos/${REPOSITORY}/check-runs/${opened.outputs.check}`;
    const before = (await github.call('GET', path)).data as { status: string; output: { summary: string } };
    expect(before.status).toBe('in_progress');
    expect(before.output.summary).toContain('**transformers 4.55.4 → 4.57.6** in `requirements.txt`');
    await published(undefined, { check: opened.outputs.check ?? '' });
    const after = (await github.call('GET', path)).data as { status: string; conclusion: string };
    expect([after.status, after.conclusion]).toEqual(['completed', 'failure']);
  });

  it('turns away what the plan does not have, says so, and does not pass', async () => {
    const ended = await published((lines) => [
      ...lines.map((line) => line.replaceAll('prefix-tuning/none/llama', 'prefix-tuning/none/opt')),
      '{"kind":"result"}',
      'not json',
    ]);
    const body = (await comments()).find(isOurs)?.body;
    expect(body).toContain('a cell that the plan does not have');
    expect(ended.outputs.status).toBe('3');
  });

  it('refuses a plan that is not the one of the plan job', async () => {
    const { folder, outputs } = await planned();
    const inputs = {
      mode: 'publish',
      ...TOKEN,
      plan: outputs.plan ?? '',
      'plan-sha256': '0'.repeat(64),
      shards: 'shards',
    };
    const ended = await act(inputs, folder, pullEvent());
    expect(ended.status).toBe(2);
    expect(ended.log).toContain('its SHA-256 differs');
  });

  it('writes nothing once the pull request is closed or has moved on', async () => {
    const { folder, file, outputs } = await planned();
    leaveShard(file, outputs['plan-sha256'] ?? '', folder);
    await github.call('PATCH', `/repos/${REPOSITORY}/pulls/${pull.number}`, { state: 'closed' });
    const inputs = {
      mode: 'publish',
      ...TOKEN,
      plan: outputs.plan ?? '',
      'plan-sha256': outputs['plan-sha256'] ?? '',
      shards: 'shards',
    };
    const ended = await act(inputs, folder, pullEvent());
    expect(ended.log).toContain('comment: not written, the pull request moved on');
    expect(ended.summary).toContain('breaks prefix tuning');
  });
});
