/**
 * What the oracle says of recorded cells: `node bench/oracle.mjs FOLDER...`, folders that bench/oracle_folders.py wrote.
 * Prints the distance of each cell, then the time and memory that it took.
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
const oracle = await import(pathToFileURL(join(folder, 'oracle.mjs')));
const runtime = oracle.loadRuntime(resolve('oracle/graphs'));
const checkpoints = new Map();
const counts = new Map();
for (const root of process.argv.slice(2))
  for (const name of readdirSync(root).sort()) {
    const [, , architecture, task] = name.split('__');
    try {
      if (!checkpoints.has(architecture))
        checkpoints.set(architecture, oracle.openCheckpoint(resolve('probe/checkpoints', architecture)));
      const began = performance.now();
      const evidence = oracle.evidenceOf(oracle.openCell(join(root, name), task, checkpoints.get(architecture)));
      const found = await oracle.verdictOn(runtime, evidence);
      const milliseconds = (performance.now() - began).toFixed(1);
      const says = found.kind === 'agrees' ? (found.but ?? '') : (found.says ?? 'Nothing that was tried explains it.');
      const { says: expected } = JSON.parse(readFileSync(join(root, name, 'cell.json'), 'utf8'));
      const isRight = expected === undefined ? found.kind === 'agrees' : says === expected;
      counts.set(isRight, (counts.get(isRight) ?? 0) + 1);
      const distance = `${found.where ?? ''} ${found.distance.toExponential(1)}`;
      console.log(isRight ? '   ' : '!! ', name.padEnd(56), distance.padEnd(16), milliseconds.padStart(6), says);
    } catch (error) {
      console.log('--', name.padEnd(50), error.name, error.message.slice(0, 200));
    }
  }
rmSync(folder, { recursive: true });
console.log(`${counts.get(true) ?? 0} as expected, ${counts.get(false) ?? 0} not`);
