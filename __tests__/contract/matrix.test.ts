import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ARCHITECTURES, METHODS, QUANTIZATIONS } from '../../src/plan/matrix.ts';
import { Report } from '../../src/report/model.ts';

const SHOW = `
import json, sys
sys.path.insert(0, 'probe')
from peft_probe import methods, models, quantizers, stages
print(json.dumps({
  'methods': sorted(['base', *methods.METHODS]),
  'quantizations': {name: [q.package] for name, q in quantizers.QUANTIZERS.items()},
  'architectures': {name: sorted(a.auto) for name, a in models.ARCHITECTURES.items()},
  'stages': ['import', *[stage.__name__ for stage in stages.STAGES]],
}))`;

describe('the two halves of the program', () => {
  const shown = JSON.parse(spawnSync('python3', ['-c', SHOW], { encoding: 'utf8' }).stdout);

  it('know the same methods', () => {
    expect(shown.methods).toEqual([...METHODS].toSorted());
  });

  it('know the same quantizations and what they need', () => {
    const { none: _none, ...quantized } = QUANTIZATIONS;
    expect(shown.quantizations).toEqual(
      Object.fromEntries(Object.entries(quantized).map(([name, { packages }]) => [name, packages])),
    );
  });

  it('know the same architectures and tasks', () => {
    expect(shown.architectures).toEqual(
      Object.fromEntries(Object.entries(ARCHITECTURES).map(([name, tasks]) => [name, [...tasks].toSorted()])),
    );
  });

  it('go through the same stages in the same order', async () => {
    const { STAGES } = await import('../../src/domain/outcome.ts');
    expect(shown.stages).toEqual([...STAGES]);
  });
});

describe('the public schema', () => {
  it('is the one that reports are made by (npm run schema writes it)', () => {
    const written = JSON.parse(readFileSync('schema/report.schema.json', 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(Report))));
  });
});

describe('the program', () => {
  it('names no package registry and no known break', () => {
    const bundle = readFileSync('dist/cli.js', 'utf8');
    for (const word of ['pypi', 'pythonhosted', 'download.pytorch', 'known-breaks', 'hybridcache'])
      expect(bundle.toLowerCase()).not.toContain(word);
  });
});
