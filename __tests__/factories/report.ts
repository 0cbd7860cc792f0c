import type { Report } from '../../src/report/model.ts';

type Comparison = Report['comparisons'][number];

export function compared(
  cell: string,
  comparison: Comparison['comparison'],
  more: Partial<Comparison> = {},
): Comparison {
  const after = comparison === 'regressed' ? 'fail' : comparison === 'degraded' ? 'wrong' : 'pass';
  const failed = (outcome: string): Comparison['failedAfter'] =>
    outcome === 'fail'
      ? [{ stage: 'forward', kind: 'raised' }]
      : outcome === 'wrong'
        ? [{ stage: 'train', kind: 'check' }]
        : [];
  const sides = { before: 'pass' as const, after: after as Comparison['after'], ...more };
  return {
    cell,
    comparison,
    what: failed(sides.after).map(({ stage }) => stage),
    failedBefore: failed(sides.before),
    failedAfter: failed(sides.after),
    ...sides,
  };
}

const ZERO = {
  regressed: 0,
  degraded: 0,
  fixed: 0,
  changed: 0,
  flaky: 0,
  'still-broken': 0,
  same: 0,
  alone: 0,
  'not-compared': 0,
};

/** A report of prefix tuning that breaks on 8-bit Llama, with some parts replaced. */
export function report(more: Partial<Report> = {}): Report {
  const comparisons = more.comparisons ?? [
    compared('lora/none/llama/causal-lm', 'same'),
    compared('lora/bnb-int8/llama/causal-lm', 'same'),
    compared('prefix-tuning/none/llama/causal-lm', 'same'),
    compared('prefix-tuning/bnb-int8/llama/causal-lm', 'regressed', { what: ['forward'] }),
  ];
  const cells = { ...ZERO };
  for (const { comparison } of comparisons) cells[comparison]++;
  const environment = (request: string, id: string, transformers: string, peft: string) => ({
    request,
    id,
    python: '3.11.7',
    device: 'CPU',
    pins: { transformers, peft, torch: '2.4.1' },
    optional: [],
    lock: `locks/${id}.txt`,
    status: 'built' as const,
    containment: 'namespaces',
  });
  return {
    schemaVersion: 5,
    run: {
      tool: '0.1.0',
      probe: '1',
      started: '2026-01-01T00:00:00.000Z',
      ms: 190_000,
      python: '3.11.7',
      torch: '2.4.1, torch backend cpu',
      device: 'CPU',
      containment: { name: 'namespaces', enforced: ['no network'], missing: [] },
      stoppedBy: 'finished',
      held: {},
      out: 'peft-sweep-out',
    },
    changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6', kind: 'minor' }],
    environments: [
      environment('base', '1b77c0de92aa', '4.55.4', '0.17.1'),
      environment('head', '9f2c41d07ab3', '4.57.6', '0.17.1'),
      environment('fix', 'c05d8e61f37b', '4.57.6', '0.18.0'),
    ],
    cells: comparisons.map(({ cell }) => ({ id: cell, planned: true })),
    results: [],
    controls: [],
    boundaries: [
      {
        cell: 'prefix-tuning/bnb-int8/llama/causal-lm',
        library: 'transformers',
        direction: 'regressed',
        lastGood: '4.55.4',
        firstBad: '4.56.0',
        before: { outcome: 'pass', failed: [] },
        after: { outcome: 'fail', failed: ['forward'] },
        stage: 'forward',
        reason: 'attribute gone',
        signature: "AttributeError: 'DynamicCache' object has no attribute 'key_cache'",
        message: "AttributeError: 'DynamicCache' object has no attribute 'key_cache'",
        measured: ['4.55.4', '4.56.0', '4.57.6'],
        alsoChanged: [],
        certainty: { runs: 2, agree: 2, adjacent: true, open: 0, confounded: false },
      },
    ],
    together: [],
    pins: [
      {
        kind: 'raise-partner',
        library: 'peft',
        version: '0.18.0',
        specifier: 'peft>=0.18.0',
        keepsBump: true,
        unlocks: ['prefix-tuning/bnb-int8/llama/causal-lm'],
        holds: 4,
        of: 4,
        measuredIn: 'fix',
      },
      {
        kind: 'hold',
        library: 'transformers',
        version: '4.55.4',
        below: '4.56.0',
        specifier: 'transformers<4.56.0',
        keepsBump: false,
        unlocks: ['prefix-tuning/bnb-int8/llama/causal-lm'],
        holds: 4,
        of: 4,
        measuredIn: 'base',
      },
    ],
    patches: [],
    notPatched: [],
    botHolds: [],
    workarounds: [
      {
        cell: 'prefix-tuning/bnb-int8/llama/causal-lm',
        kind: 'method',
        use: 'lora/bnb-int8/llama/causal-lm',
        helps: true,
        outcome: 'pass',
      },
      {
        cell: 'prefix-tuning/bnb-int8/llama/causal-lm',
        kind: 'quantization',
        use: 'prefix-tuning/none/llama/causal-lm',
        helps: true,
        outcome: 'pass',
        cost: 'weights take 2 instead of 1 bytes each',
      },
    ],
    leftUndone: [],
    findings: [],
    ...more,
    comparisons,
    totals: { cells, measurements: {} },
  };
}
