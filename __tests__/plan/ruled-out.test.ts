import { describe, expect, it } from '@jest/globals';
import { problemOf } from '../../src/main.ts';
import { librariesOf, makePlan, type SweepRequest } from '../../src/plan/plan.ts';
import { Plan } from '../../src/plan/plan-file.ts';
import { measurable, ruledOut, rulings } from '../../src/plan/ruled-out.ts';
import { conclude } from '../../src/search/conclude.ts';
import { Evidence } from '../../src/search/evidence.ts';
import { next } from '../../src/search/next.ts';

const cell = (quantization: string) => ({ method: 'lora', quantization, architecture: 'llama', task: 'causal-lm' });

describe('a cell that the matrix rules out', () => {
  it('is skipped without a card, with what the library says and the oldest card', () => {
    expect(ruledOut(cell('torchao-fp8dyn'))).toMatchObject({
      cell: 'lora/torchao-fp8dyn/llama/causal-lm',
      outcome: 'skipped',
      reason: 'needs a GPU',
      message:
        'It needs a GPU (compute capability 8.9 or newer). Without one the library says: Float8 dynamic quantization requires CUDA compute capability ≥8.9 or MI300+ or XPU.',
    });
    expect(ruledOut(cell('torchao-fp8dyn'), { device: 'cuda' })).toBeUndefined();
  });

  it('is skipped where a package has no wheel, wherever it runs', () => {
    const message =
      'hqq has no wheel: it would be built from its source, which runs its code outside of the isolation.';
    expect(ruledOut(cell('hqq-int4'), { device: 'cuda' })).toMatchObject({
      outcome: 'skipped',
      reason: 'needs a build',
      message,
    });
  });

  it('is none where the form runs here', () => {
    expect(measurable(['none', 'bnb-nf4', 'ct-int4', 'quanto-int8'].map(cell))).toHaveLength(4);
  });

  it('is counted by its form', () => {
    expect(rulings([cell('none'), cell('higgs-int4'), { ...cell('higgs-int4'), method: 'ia3' }])).toEqual([
      expect.objectContaining({ what: 'higgs-int4', cells: 2, reason: 'needs a GPU' }),
    ]);
  });
});

describe('a plan with cells that are ruled out', () => {
  const request: SweepRequest = {
    changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6' }],
    held: {},
    cells: ['lora/{none,higgs-int4,hqq-int4}/llama/causal-lm'],
    minutes: 10,
    environments: 12,
    search: 'bisect',
    chosenBy: 'user',
  };
  const releases = ['4.55.4', '4.57.6'].map((version) => ({ version, hasWheel: true, yanked: false }));
  const problems: string[] = [];
  const planned = makePlan(request, new Map([['transformers', releases]]), '3.11.7', problems);

  it('keeps them, and needs nothing of the index for them', () => {
    expect(problems).toEqual([]);
    expect(planned?.cells).toHaveLength(3);
    expect(Plan.safeParse(planned).success).toBe(true);
    expect(librariesOf(request)).toEqual(['transformers', 'peft', 'accelerate']);
  });

  it('asks no question about them, and says why in the row of each', () => {
    if (planned === undefined) throw new Error('no plan');
    const evidence = new Evidence(problemOf(planned));
    const step = next(evidence);
    const asked = step.kind === 'ask' ? step.questions.flatMap(({ cells }) => cells) : [];
    expect([...new Set(asked.map(({ quantization }) => quantization))]).toEqual(['none']);
    const rows = conclude(evidence).comparisons.map(({ cell: id, before, after }) => [
      id,
      before?.reason,
      after?.outcome,
    ]);
    expect(rows).toContainEqual(['lora/higgs-int4/llama/causal-lm', 'needs a GPU', 'skipped']);
    expect(rows).toContainEqual(['lora/hqq-int4/llama/causal-lm', 'needs a build', 'skipped']);
  });
});
