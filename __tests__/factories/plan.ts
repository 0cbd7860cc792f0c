import { cellId } from '../../src/domain/cell.ts';
import { requestKey } from '../../src/domain/environment.ts';
import type { Result } from '../../src/domain/outcome.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { PlanFile } from '../../src/plan/plan-file.ts';
import { keyOf } from './results.ts';

export const LORA = 'lora/none/llama/causal-lm';

/** transformers 4.55.4 to 4.57.6 with peft held, for one cell. */
export const PLAN: Plan = {
  changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6', releases: ['4.55.4', '4.56.0', '4.57.6'] }],
  held: { peft: '0.17.1' },
  cells: [{ method: 'lora', quantization: 'none', architecture: 'llama', task: 'causal-lm' }],
  alternatives: [],
  partners: { peft: ['0.17.1', '0.18.0'] },
  chosenBy: 'user',
  sources: {},
  locked: { base: {}, head: {} },
  minutes: 10,
  environments: 12,
  search: 'bisect',
};

/** A plan file of so many requests, a shard each. */
export function planFile(count: number, more: Partial<PlanFile> = {}): PlanFile {
  const request = JSON.parse(JSON.stringify({ plan: PLAN, files: [], findings: [], manifests: [], contents: {} }));
  return {
    schemaVersion: 1,
    tool: 'test',
    repository: 'octo/app',
    comment: 'changes',
    failOn: ['regressed', 'degraded'],
    known: [],
    requests: Array.from({ length: count }, () => request),
    shards: Array.from({ length: count }, (_, index) => ({
      ...{ id: String(index), request: index, device: 'cpu', class: 'cpu', cells: PLAN.cells.map(cellId), minutes: 1 },
    })),
    ...more,
  };
}

const LOCK = { torch: '2.9.0', accelerate: '1.10.0' };

/** What a sweep of PLAN leaves in results.jsonl: the base, then the head with this result. */
export function resultLines(base: Result, head: Result): string {
  const at = (id: string, transformers: string, pins: Readonly<Record<string, string>>, result: Result) => {
    const request = { pins, packages: [] };
    const key = requestKey(request);
    const environment = { status: 'built', id, lock: { ...LOCK, peft: '0.17.1', transformers } };
    return [
      { kind: 'environment', key, request, environment },
      { kind: 'result', request: key, key: keyOf(result.cell, id), repeat: 1, result },
    ];
  };
  const ends = [
    ...at('aaaaaaaaaaaa', '4.55.4', { transformers: '4.55.4', peft: '0.17.1' }, base),
    ...at('bbbbbbbbbbbb', '4.57.6', { ...LOCK, transformers: '4.57.6', peft: '0.17.1' }, head),
  ];
  return `${ends.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** shard.json as a sweep job writes it. */
export function shardJson(shard: string, plan: string, more: object = {}, beside: object = {}): string {
  const containment = { name: 'namespaces', enforced: [], missing: [] };
  const run = {
    python: '3.11.7',
    torch: '2.9.0',
    device: 'CPU',
    containment,
    ms: 1,
    stoppedBy: 'finished',
    probe: '1',
  };
  return JSON.stringify({ shard, plan, run: { ...run, ...more }, ...beside });
}
