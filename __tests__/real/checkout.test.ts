/** A bare sweep in a checkout with a lock that uv made: real releases, the user's own versions, a patch at the end. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openWorld } from '../../src/adapters/machine/world.ts';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';

const folder = scratch('checkout');
const PYPROJECT = (version: string) => `[project]
name = "app"
version = "1"
requires-python = ">=3.10"
dependencies = [
  "transformers==${version}",
  "peft==0.17.1",  # adapters
]
`;
const TRAIN = `from peft import LoraConfig, PrefixTuningConfig
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
quantization = BitsAndBytesConfig(load_in_8bit=True)
model = AutoModelForCausalLM.from_pretrained("codellama/CodeLlama-7b-hf", quantization_config=quantization)
lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])
prefix = PrefixTuningConfig(task_type="CAUSAL_LM")
`;

const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@index.example', ...args], {
    cwd: folder,
    stdio: 'ignore',
  });

beforeAll(async () => {
  const environment = { HOME: homedir(), ...process.env };
  const world = await openWorld({ environment, folder, python: undefined, offline: false, say: () => undefined });
  const { path } = await world.index.uv();
  git('init', '--quiet', '--initial-branch=main');
  for (const [index, version] of ['4.55.4', '4.56.0'].entries()) {
    writeFileSync(join(folder, 'pyproject.toml'), PYPROJECT(version));
    writeFileSync(join(folder, 'train.py'), TRAIN);
    const { status, stderr } = spawnSync(path, ['lock', '--upgrade-package', 'transformers'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    git('add', '.');
    git('commit', '--quiet', '-m', version);
    if (index === 0) git('checkout', '--quiet', '-b', 'renovate/transformers-4.x');
  }
}, 600_000);

describe('a bare sweep in a checkout with a lock', () => {
  it('measures the cells of the code at the versions of the lock, and gives the pin back as a line of the file', () => {
    const { status, stderr } = spawnSync('node', [resolve('dist/cli.js'), 'sweep'], { cwd: folder, encoding: 'utf8' });
    if (status !== 1) throw new Error(stderr);
    const report = Report.parse(JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'report.json'), 'utf8')));
    expect(report.comparisons.map(({ cell, comparison }) => [cell, comparison])).toEqual([
      ['lora/bnb-int8/codellama/causal-lm', 'same'],
      ['prefix-tuning/bnb-int8/codellama/causal-lm', 'regressed'],
    ]);
    expect(report.cells.map(({ source }) => source)).toEqual(['train.py:5', 'train.py:6']);
    expect(report.boundaries[0]).toMatchObject({
      library: 'transformers',
      lastGood: '4.55.4',
      firstBad: '4.56.0',
      stage: 'forward',
    });
    const locked = readFileSync(join(folder, 'uv.lock'), 'utf8');
    const [base] = report.environments;
    const environment = readFileSync(join(folder, 'peft-sweep-out', base?.lock ?? ''), 'utf8');
    // A package that the lock holds twice, say for two Pythons, is left to the resolver.
    const versions = (name: string) =>
      [...locked.matchAll(new RegExp(`name = "${name}"\\nversion = "([^"]+)"`, 'g'))].map((found) => found[1]);
    const single = ['huggingface-hub', 'safetensors', 'pyyaml', 'regex'].filter((name) => versions(name).length === 1);
    expect(single.length).toBeGreaterThan(2);
    for (const name of single) expect(environment).toContain(`\n${name}==${versions(name)[0]} `);
    const patch = report.patches.find(({ specifier }) => specifier.startsWith('peft>='));
    expect(patch).toMatchObject({
      file: 'pyproject.toml',
      line: 7,
      after: '  "peft==0.18.0",  # adapters',
      refresh: 'uv lock --upgrade-package peft',
    });
    execFileSync('git', ['apply', '--check', '-'], { cwd: folder, input: patch?.diff ?? '' });
  });
});
