/**
 * Our own time of a whole search, with outcomes that are scripted: nothing is built or run. `node bench/search.mjs [FOLDER]`;
 * FOLDER holds another version's sources, to be measured in the same way.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const source = resolve(process.argv[2] ?? '.', 'src');
const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-bench-'));
const from = (file) => JSON.stringify(join(source, file));
const isIndexed = existsSync(join(source, 'search/concerns'));
writeFileSync(
  join(folder, 'entry.ts'),
  `export { next } from ${from('search/next.ts')}; export { conclude } from ${from('search/conclude.ts')};
   export { controlsOf } from ${from('search/problem.ts')}; export { cellId } from ${from('domain/cell.ts')};
   ${isIndexed ? `export { Evidence } from ${from('search/evidence.ts')};` : ''}`,
);
await build({
  entryPoints: [join(folder, 'entry.ts')],
  outfile: join(folder, 'entry.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
});
const { next, conclude, controlsOf, cellId, Evidence } = await import(pathToFileURL(join(folder, 'entry.mjs')).href);
rmSync(folder, { recursive: true, force: true });

const PACKAGES = {
  none: [],
  'bnb-int8': ['bitsandbytes'],
  'bnb-nf4': ['bitsandbytes'],
  'torchao-int8': ['torchao'],
};
const STAGES = ['import', 'build', 'quantize', 'attach', 'forward', 'train', 'generate', 'reload', 'carry', 'disable'];
const METHODS = ['lora', 'ia3', 'adalora', 'prefix-tuning', 'prompt-tuning', 'p-tuning', 'vera', 'dora', 'boft', 'oft'];
const QUANTIZATIONS = ['none', 'bnb-int8', 'bnb-nf4', 'torchao-int8'];
const RELEASES = Array.from({ length: 20 }, (_, minor) => `4.${40 + minor}.0`);
const PARTNER = Array.from({ length: 12 }, (_, minor) => `0.${10 + minor}.0`);
const ok = Object.fromEntries(STAGES.map((stage) => [stage, 'ok']));

/** Three in ten cells break, each thirtieth of them at a release of its own; PEFT 0.15 mends half of them. */
function world(count) {
  const cells = Array.from({ length: count }, (_, at) => ({
    method: METHODS[at % 10],
    quantization: QUANTIZATIONS[Math.floor(at / 10) % 4],
    architecture: `model-${Math.floor(at / 40)}`,
    task: 'causal-lm',
  }));
  const broken = new Map(cells.flatMap((cell, at) => (at % 10 < 3 ? [[cellId(cell), at]] : [])));
  const result = (id, lock) => {
    const at = broken.get(id);
    const isBroken = at !== undefined && minorOf(lock.transformers) >= 41 + (at % 19);
    const isMended = at !== undefined && at % 2 === 0 && minorOf(lock.peft) >= 15;
    if (!isBroken || isMended)
      return { cell: id, outcome: 'pass', stages: ok, failures: [], facts: { trainable: 512 } };
    const message = `tensor sizes ${at % 7} and 4 differ in the attention of this model`;
    const failure = {
      stage: 'forward',
      kind: 'raised',
      type: 'RuntimeError',
      reason: 'shape',
      signature: message,
      message,
    };
    return { cell: id, outcome: 'fail', stages: { ...ok, forward: 'fail' }, failures: [failure], facts: {} };
  };
  const problem = {
    changes: [{ library: 'transformers', from: RELEASES[0], to: RELEASES.at(-1), releases: RELEASES }],
    held: {},
    cells,
    controls: controlsOf(cells),
    alternatives: [],
    partners: { peft: PARTNER, accelerate: PARTNER },
    asks: ['accelerate'],
    packages: PACKAGES, // as older versions had it
    packagesOf: ({ quantization }) => PACKAGES[quantization] ?? [],
    environments: 100,
    search: 'bisect',
  };
  return { problem, result };
}

function minorOf(version) {
  return Number(version.split('.')[1]);
}

function answer(question, result) {
  const { pins, packages } = question.environment;
  const extra = Object.fromEntries(packages.map((name) => [name, '1.0.0']));
  const lock = { torch: '2.9.0', peft: '0.10.0', accelerate: '0.10.0', transformers: RELEASES[0], ...extra, ...pins };
  const environment = { status: 'built', id: 'aaaaaaaaaaaa', lock };
  return {
    question,
    environment,
    results: new Map(question.cells.map((cell) => [cellId(cell), result(cellId(cell), lock)])),
  };
}

/** Seconds that the search itself took, from the first question to what it concludes, and those of the processor. */
function timed(count) {
  const { problem, result } = world(count);
  const evidence = Evidence && new Evidence(problem);
  const history = [];
  let [wall, processor, steps] = [0, 0, 0];
  const measured = (work) => {
    const [began, used] = [performance.now(), process.cpuUsage()];
    const value = work();
    wall += (performance.now() - began) / 1000;
    processor += process.cpuUsage(used).user / 1_000_000;
    return value;
  };
  for (;;) {
    const step = measured(() => (evidence ? next(evidence) : next(problem, history)));
    if (step.kind === 'done') break;
    steps++;
    const answers = step.questions.map((question) => answer(question, result));
    measured(() => (evidence ? evidence.add(answers) : history.push(...answers)));
  }
  const { boundaries } = measured(() => (evidence ? conclude(evidence) : conclude(problem, history)));
  return { wall, processor, steps, boundaries: boundaries.length };
}

for (const [count, goal] of [
  [2_000, 0.5],
  [20_000, 6],
]) {
  if (!isIndexed && count > 2_000) continue;
  const runs = [timed(count), timed(count), timed(count)].toSorted((left, right) => left.wall - right.wall);
  const { wall, processor, steps, boundaries } = runs[1];
  const time = `${wall.toFixed(2)} s, ${processor.toFixed(2)} s of the processor`;
  const of = `${count} cells, ${RELEASES.length} releases, ${boundaries} boundaries, ${steps} steps`;
  console.log(`${of}: ${time} (goal ${goal} s)`);
}
