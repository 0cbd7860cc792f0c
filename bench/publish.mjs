/**
 * Our own time of the publish job: 64 shards, 10,000 results: `node bench/publish.mjs`. GitHub is not asked: what it takes
 * is the network's and the throttle's time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-bench-'));
const banner = { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" };
const entry = join(folder, 'entry.ts');
const from = (file) => JSON.stringify(join(process.cwd(), 'src', file));
writeFileSync(
  entry,
  `export { gather } from ${from('action/publish/gather.ts')}; export { renderComments } from ${from('report/comment.ts')};
   export { requestKey } from ${from('domain/environment.ts')}; export { cellId } from ${from('domain/cell.ts')};`,
);
await build({
  entryPoints: [entry],
  outfile: join(folder, 'entry.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner,
});
const { gather, renderComments, requestKey, cellId } = await import(pathToFileURL(join(folder, 'entry.mjs')).href);

const SHARDS = 64;
const STAGES = [
  'import',
  'build',
  'quantize',
  'attach',
  'forward',
  'train',
  'generate',
  'reload',
  'carry',
  'disable',
  'merge',
];
const releases = ['4.55.4', '4.56.0', '4.56.1', '4.56.2', '4.57.0', '4.57.1', '4.57.6'];
const ok = Object.fromEntries(STAGES.map((stage) => [stage, 'ok']));
const failure = {
  stage: 'forward',
  kind: 'raised',
  type: 'RuntimeError',
  reason: 'x',
  signature: 'RuntimeError: x',
  message: 'x'.repeat(300),
};
const cells = Array.from({ length: 22 }, (_, at) => ({
  method: ['lora', 'ia3'][at % 2],
  quantization: 'none',
  architecture: `m${at}`,
  task: 'causal-lm',
}));
const planOf = () => ({
  changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6', releases }],
  held: { peft: '0.17.1' },
  cells,
  alternatives: [],
  partners: { transformers: releases, peft: ['0.17.1'] },
  chosenBy: 'user',
  sources: {},
  locked: { base: {}, head: {} },
  minutes: 10,
  environments: 12,
  search: 'bisect',
});
const requests = Array.from({ length: SHARDS }, () => ({
  plan: planOf(),
  files: [],
  findings: [],
  manifests: [],
  contents: {},
}));
const shards = requests.map((_, at) => ({
  id: String(at),
  request: at,
  device: 'cpu',
  class: 'cpu',
  cells: cells.map(cellId),
  minutes: 3,
}));
const file = {
  schemaVersion: 1,
  tool: 'bench',
  repository: 'o/r',
  comment: 'changes',
  failOn: ['regressed'],
  known: [],
  requests,
  shards,
};

let results = 0;
for (const { id } of shards) {
  const lines = [];
  for (const [at, version] of releases.entries()) {
    const pins =
      at === 0
        ? { peft: '0.17.1', transformers: version }
        : { torch: '2.9.0', transformers: version, peft: '0.17.1', accelerate: '1.10.0' };
    const request = { pins, packages: [] };
    const key = requestKey(request);
    const lock = { torch: '2.9.0', accelerate: '1.10.0', ...pins };
    const environment = { status: 'built', id: `${at}`.padStart(12, 'a'), lock };
    lines.push(JSON.stringify({ kind: 'environment', key, request, environment }));
    for (const [index, cell] of cells.entries()) {
      const isBad = index % 3 === 0 && at >= 3;
      const result = {
        cell: cellId(cell),
        outcome: isBad ? 'fail' : 'pass',
        stages: isBad ? { ...ok, forward: 'fail' } : ok,
        failures: isBad ? [failure] : [],
        facts: { trainable: 10 },
      };
      const measured = { environment: environment.id, device: 'cpu', probe: '4', checkpoint: 'c0c0c0c0c0c0' };
      const named = { ...measured, cell: result.cell, configuration: 'bench' };
      lines.push(JSON.stringify({ kind: 'result', request: key, key: named, repeat: 1, result }));
      results++;
    }
  }
  const own = join(folder, 'shards', `peft-sweep-shard-${id}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'results.jsonl'), `${lines.join('\n')}\n`);
  const run = {
    python: '3.11.7',
    torch: '2.9.0',
    device: 'CPU',
    containment: { name: 'x', enforced: [], missing: [] },
    ms: 1,
    stoppedBy: 'finished',
    probe: '1',
  };
  writeFileSync(join(own, 'shard.json'), JSON.stringify({ shard: id, plan: 'h', run }));
}
const began = performance.now();
const { reports, missing } = await gather(file, 'h', join(folder, 'shards'), 'bench');
const gathered = performance.now();
const text = renderComments(reports);
const ended = performance.now();
const worse = reports.reduce((sum, { totals }) => sum + totals.cells.regressed, 0);
console.log(
  `${SHARDS} shards, ${results} results: gathered and judged in ${((gathered - began) / 1000).toFixed(2)} s, rendered in ${((ended - gathered) / 1000).toFixed(2)} s (goal 5 s in all); ${worse} cells regressed, ${missing.length} lines about what is missing, ${text.length} characters`,
);
rmSync(folder, { recursive: true, force: true });
