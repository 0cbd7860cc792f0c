/**
 * What the oracle says of recorded cells: `node bench/oracle.mjs FOLDER...`, folders that bench/oracle_folders.py wrote.
 * Prints each cell with its distance and sentence, then what differs from what is expected, time and memory.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(resolve('node_modules/.oracle-'));
await build({
  stdin: {
    contents: `export * from './src/oracle/verdict.ts'; export * from './src/oracle/evidence.ts';
      export * from './src/adapters/oracle/runtime.ts'; export * from './src/adapters/oracle/cell-folders.ts';`,
    resolveDir: process.cwd(),
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['onnxruntime-node'],
  outfile: join(folder, 'oracle.mjs'),
});
const began = performance.now();
const oracle = await import(pathToFileURL(join(folder, 'oracle.mjs')));
const runtime = oracle.loadRuntime(resolve('oracle/graphs'));
rmSync(folder, { recursive: true });

const checkpoints = new Map();
const counts = { expected: 0, other: 0, unchecked: 0 };
const times = [];
let largest = 0;
let start;

function checkpointOf(architecture) {
  const known = checkpoints.get(architecture) ?? oracle.openCheckpoint(resolve('probe/checkpoints', architecture));
  checkpoints.set(architecture, known);
  return known;
}

async function judge(root, name) {
  const [, , architecture, task] = name.split('__');
  const before = performance.now();
  const cell = oracle.openCell(join(root, name), task, checkpointOf(architecture));
  const found = await oracle.verdictOn(runtime, oracle.evidenceOf(cell));
  return { found, milliseconds: performance.now() - before };
}

function show(root, name, { found, milliseconds }) {
  const says = found.kind === 'agrees' ? (found.but ?? '') : (found.says ?? 'Nothing that was tried explains it.');
  const { says: expected } = JSON.parse(readFileSync(join(root, name, 'cell.json'), 'utf8'));
  const isExpected = expected === undefined ? found.kind === 'agrees' : says === expected;
  counts[isExpected ? 'expected' : 'other'] += 1;
  if (found.kind === 'agrees') {
    times.push(milliseconds);
    largest = Math.max(largest, found.distance);
  }
  const distance = `${found.where ?? ''} ${found.distance.toExponential(1)}`;
  console.log(
    isExpected ? '  ' : '! ',
    name.padEnd(58),
    distance.padEnd(15),
    milliseconds.toFixed(1).padStart(6),
    says,
  );
}

for (const root of process.argv.slice(2))
  for (const name of readdirSync(root).sort())
    try {
      show(root, name, await judge(root, name));
      start ??= performance.now() - began;
    } catch (error) {
      counts.unchecked += 1;
      console.log('- ', name.padEnd(58), error.message.split('\n')[0].slice(0, 100));
    }

times.sort((one, other) => one - other);
const at = (share) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
console.log(`${counts.expected} as expected, ${counts.other} not, ${counts.unchecked} not checked`);
console.log(`largest distance of a cell that agrees: ${largest.toExponential(1)}`);
console.log(
  `start with the first cell ${start?.toFixed(0)} ms; a cell that agrees: median ${at(0.5)} ms, 95 % ${at(0.95)} ms`,
);
console.log(`memory at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
