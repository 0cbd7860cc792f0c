/** The action as a runner spawns it, and what a sweep job leaves behind for it. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requestKey } from '../../src/domain/environment.ts';
import { problemOf } from '../../src/main.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { PlanFile } from '../../src/plan/plan-file.ts';
import { Evidence } from '../../src/search/evidence.ts';
import { baseRequest } from '../../src/search/requests.ts';
import { REPOSITORY } from './github.ts';
import { failing, keyOf, passing, raised } from './results.ts';

const ACTION = resolve('dist/index.js');

/** Where the action finds the world. */
export interface Place {
  readonly github: string;
  readonly index: string;
  readonly sha: string;
}

export interface Ended {
  readonly status: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export function runAction(
  place: Place,
  inputs: Readonly<Record<string, string>>,
  folder: string,
  event: { name: string; payload: unknown },
): Promise<Ended> {
  const file = (name: string, text = '') => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const named = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    PEFT_SWEEP_CACHE: join(folder, 'cache'),
    UV_DEFAULT_INDEX: place.index,
    GITHUB_API_URL: place.github,
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_RUN_ID: '77',
    GITHUB_SHA: place.sha,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event.payload)),
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary'),
    ...named,
  };
  return new Promise((done) => {
    const child = spawn(process.execPath, [ACTION], { cwd: folder, env });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk;
    });
    child.on('close', (status) => {
      const outputs = [...readFileSync(join(folder, 'output'), 'utf8').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
      done({
        status,
        log,
        outputs: Object.fromEntries(outputs.map(([, name = '', , value = '']) => [name, value])),
        summary: readFileSync(join(folder, 'summary'), 'utf8'),
      });
    });
  });
}

/** What a sweep job would leave behind: prefix tuning breaks at 4.56.0, peft 0.18.0 mends it. */
export function leaveShard(
  file: PlanFile,
  sha256: string,
  folder: string,
  change: (lines: string[]) => string[] = (lines) => lines,
  /** One artifact alone is unpacked without a folder of its own. */
  layout: 'flat' | 'nested' = 'flat',
): void {
  const plan = file.requests[0]?.plan as Plan;
  const problem = problemOf(plan);
  const base = baseRequest(problem, []);
  const lock = (transformers: string, peft: string) => ({ transformers, peft, accelerate: '1.10.0', torch: '2.9.0' });
  const built = (id: string, transformers: string, peft: string) => ({
    status: 'built' as const,
    id,
    lock: lock(transformers, peft),
  });
  const history = [
    {
      question: { purpose: 'base' as const, environment: base, cells: [], repeat: 1 },
      environment: built('aaaaaaaaaaaa', '4.55.4', '0.17.1'),
      results: new Map(),
    },
  ];
  const evidence = new Evidence(problem, history);
  const at = (moved: Readonly<Record<string, string>>) => evidence.request([], moved) ?? base;
  const [lora = '', prefix = ''] = ['lora/none/llama/causal-lm', 'prefix-tuning/none/llama/causal-lm'];
  const bad = failing(prefix, [
    raised('forward', "'DynamicCache' object has no attribute 'key_cache' @octo [x](https://evil.example)"),
  ]);
  const environments = [
    {
      request: base,
      environment: built('aaaaaaaaaaaa', '4.55.4', '0.17.1'),
      results: [passing(lora), passing(prefix), passing('base/none/llama/causal-lm')],
    },
    {
      request: at({ transformers: '4.57.6' }),
      environment: built('bbbbbbbbbbbb', '4.57.6', '0.17.1'),
      results: [passing(lora), bad, passing('base/none/llama/causal-lm')],
    },
    { request: at({ transformers: '4.56.0' }), environment: built('cccccccccccc', '4.56.0', '0.17.1'), results: [bad] },
    {
      request: at({ transformers: '4.57.6', peft: '0.18.0' }),
      environment: built('dddddddddddd', '4.57.6', '0.18.0'),
      results: [passing(lora), passing(prefix), passing('base/none/llama/causal-lm')],
    },
  ];
  const lines = environments.flatMap(({ request, environment, results }) => {
    const key = requestKey(request);
    const repeats = environment.id === 'cccccccccccc' || environment.id === 'aaaaaaaaaaaa' ? [1, 2] : [1];
    return [
      JSON.stringify({ kind: 'environment', key, request, environment }),
      ...repeats.flatMap((repeat) =>
        results.map((result) =>
          JSON.stringify({ kind: 'result', request: key, key: keyOf(result.cell, environment.id), repeat, result }),
        ),
      ),
    ];
  });
  const shard = layout === 'flat' ? join(folder, 'shards') : join(folder, 'shards', 'peft-sweep-shard-0');
  mkdirSync(shard, { recursive: true });
  writeFileSync(join(shard, 'results.jsonl'), `${change(lines).join('\n')}\n`);
  const run = {
    python: '3.11.7',
    torch: '2.9.0, test',
    device: 'CPU',
    containment: { name: 'namespaces', enforced: [], missing: [] },
    ms: 1000,
    stoppedBy: 'finished',
    probe: '1',
  };
  writeFileSync(join(shard, 'shard.json'), JSON.stringify({ shard: '0', plan: sha256, run }));
}
