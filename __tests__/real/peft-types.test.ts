import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METHODS } from '../../src/domain/matrix.ts';
import { Report } from '../../src/report/model.ts';
import { scratch } from '../factories/scratch.ts';

const SHOW =
  'import json; from peft.utils.peft_types import PeftType; print(json.dumps([one.name for one in PeftType]))';

/** Types of adapters in the environment of the newest releases that the index has. */
function newestTypes(): readonly string[] {
  const out = scratch('peft-types');
  const check = spawnSync('node', ['dist/cli.js', 'check', '--cells', 'base/none/llama/causal-lm', '--out', out], {
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  if (check.status === null || check.status > 1) throw new Error(check.stderr);
  const [environment] = Report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).environments;
  const above = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const cache = process.env.PEFT_SWEEP_CACHE ?? join(above, 'peft-sweep');
  const python = join(cache, 'environments', environment?.id ?? '', 'bin', 'python');
  return JSON.parse(spawnSync(python, ['-c', SHOW], { encoding: 'utf8' }).stdout);
}

/** Of the page of the matrix: the types that have no entry, with the reason. */
function toldAsMissing(): readonly string[] {
  const [, section = ''] = readFileSync('docs/matrix.md', 'utf8').split('## What PEFT has and the matrix lacks');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (`.+`) \| .+ \|$/gm)];
  return rows.flatMap(([, types = '']) => [...types.matchAll(/`(\w+)`/g)].map(([, type = '']) => type));
}

describe('the newest PEFT', () => {
  it('has no type of adapter that the matrix and its page do not know', () => {
    const known = new Set([...Object.values(METHODS).map(({ peftType }) => peftType), ...toldAsMissing()]);
    const types = newestTypes();
    expect(types.length).toBeGreaterThanOrEqual(45);
    expect(types.filter((type) => !known.has(type))).toEqual([]);
  });
});
