/**
 * What the oracle says of recorded cells: `node bench/oracle.mjs FOLDER...`, folders that bench/oracle_folders.py wrote.
 * Prints the distance of each cell, then the time and memory that it took.
 */
import { mkdtempSync, readdirSync } from 'node:fs';
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
      const says = found.kind === 'agrees' ? (found.but ?? '') : (found.says ?? 'nothing explains it');
      console.log(
        found.kind === 'agrees' ? '  ' : '!!',
        name.padEnd(48),
        found.where ?? '',
        found.distance.toExponential(1),
        says,
        milliseconds,
      );
    } catch (error) {
      console.log('--', name.padEnd(50), error.name, error.message.slice(0, 200));
    }
  }
