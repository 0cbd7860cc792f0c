/**
 * What the oracle says of recorded cells: `node bench/oracle.mjs FOLDER...`, folders that bench/oracle_folders.py wrote, or
 * those of the tests, ten times over, where none is named. Prints each cell with its distance and sentence, then what
 * differs from what is expected, time on the clock and of the processor, and memory; `--beside` measures in the same run
 * what a probe takes for the same cells.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
const began = { wall: performance.now(), processor: spent() };
const oracle = await import(pathToFileURL(join(folder, 'oracle.mjs')));
const runtime = oracle.loadRuntime(resolve('oracle/graphs'));
rmSync(folder, { recursive: true });

const checkpoints = new Map();
const counts = { expected: 0, other: 0, unchecked: 0 };
const times = [];
let largest = 0;
let start;
const FIXTURES = '__tests__/fixtures/oracle';
const words = process.argv.slice(2).filter((word) => word !== '--beside');
const roots = words.length > 0 ? words : Array.from({ length: 10 }, () => FIXTURES);
const cells = new Set();

/** Milliseconds of processor time, all threads. */
function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function checkpointOf(architecture) {
  const known = checkpoints.get(architecture) ?? oracle.openCheckpoint(resolve('probe/checkpoints', architecture));
  checkpoints.set(architecture, known);
  return known;
}

async function judge(root, name) {
  const [, , architecture, task] = name.split('__');
  const before = { wall: performance.now(), processor: spent() };
  const cell = oracle.openCell(join(root, name), task, checkpointOf(architecture));
  const found = await oracle.verdictOn(runtime, oracle.evidenceOf(cell));
  return { found, wall: performance.now() - before.wall, processor: spent() - before.processor };
}

function expectedOf(root, name) {
  const file = join(root, name, 'cell.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).says : undefined;
}

function show(root, name, { found, wall, processor }) {
  const says = found.kind === 'agrees' ? (found.but ?? '') : (found.says ?? 'Nothing that was tried explains it.');
  const expected = expectedOf(root, name);
  const isExpected = expected === undefined ? found.kind === 'agrees' : says === expected;
  counts[isExpected ? 'expected' : 'other'] += 1;
  if (found.kind === 'agrees') {
    times.push({ name, wall, processor });
    largest = Math.max(largest, found.distance);
  }
  const distance = `${found.where ?? ''} ${found.distance.toExponential(1)}`;
  console.log(isExpected ? '  ' : '! ', name.padEnd(58), distance.padEnd(15), wall.toFixed(1).padStart(6), says);
}

for (const root of roots)
  for (const name of readdirSync(root).sort())
    try {
      const judged = await judge(root, name);
      show(root, name, judged);
      start ??= { wall: performance.now() - began.wall, processor: spent() - began.processor };
      cells.add(name.replaceAll('__', '/'));
    } catch (error) {
      counts.unchecked += 1;
      console.log('- ', name.padEnd(58), error.message.split('\n')[0].slice(0, 100));
    }

/** The first cells of a checkpoint and of a graph open them: that is start-up too. */
const begun = new Set();
const later = times.filter(({ name }) => begun.has(name.split('__')[2]) || !begun.add(name.split('__')[2]));

function share(kind, part) {
  const sorted = later.map((one) => one[kind]).sort((one, other) => one - other);
  return (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
}

const mean = later.reduce((sum, { processor }) => sum + processor, 0) / Math.max(1, later.length);
const holds = (value, goal) => (value <= goal ? 'holds' : 'NO');
console.log(`${counts.expected} as expected, ${counts.other} not, ${counts.unchecked} not checked`);
console.log(`largest distance of a cell that agrees: ${largest.toExponential(1)}`);
console.log(
  `start with the first cell: ${start?.wall.toFixed(0)} ms, ${start?.processor.toFixed(0)} of the processor (goal 200: ${holds(start?.processor, 200)})`,
);
console.log(
  `a cell that agrees: processor median ${share('processor', 0.5)} ms, mean ${mean.toFixed(1)}, 95 % ${share('processor', 0.95)}; clock median ${share('wall', 0.5)} (goal 5: ${holds(Number(share('processor', 0.5)), 5)})`,
);
const memory = process.resourceUsage().maxRSS / 1024;
console.log(`memory at most ${memory.toFixed(0)} MiB (goal 250: ${holds(memory, 250)})`);
if (process.argv.includes('--beside')) beside();

/** Both in processor time, since another's load stretches the clock. */
function beside() {
  const { stdout, status } = spawnSync('python3', ['bench/oracle_beside.py', ...cells], { encoding: 'utf8' });
  if (status !== 0) throw new Error('the probe did not run');
  const probe = JSON.parse(stdout);
  const own = (probe.processor * 1000) / probe.cells;
  const part = (100 * mean) / own;
  console.log(
    `the probe takes ${own.toFixed(0)} ms of the processor for each of the same ${probe.cells} cells: the oracle adds ${part.toFixed(1)} % (goal 10: ${holds(part, 10)})`,
  );
}
