/**
 * Which cells of the matrix the oracle judges, and why not the others: `node bench/oracle-coverage.mjs [PATTERN]`, where
 * a PATTERN is a part of a cell's name.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(resolve('node_modules/.coverage-'));
await build({
  stdin: {
    contents: "export * from './src/oracle/coverage.ts'; export * from './src/domain/matrix.ts';",
    resolveDir: process.cwd(),
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: join(folder, 'coverage.mjs'),
});
const { whyNotJudged, METHODS, QUANTIZERS, ARCHITECTURES } = await import(pathToFileURL(join(folder, 'coverage.mjs')));
rmSync(folder, { recursive: true });

function* cells() {
  for (const [architecture, { tasks }] of Object.entries(ARCHITECTURES))
    for (const task of tasks)
      for (const quantization of Object.keys(QUANTIZERS))
        for (const method of ['base', ...Object.keys(METHODS)]) {
          const { quantizations = [quantization], refuses = {} } = METHODS[method] ?? {};
          if (quantizations.includes(quantization) && !(architecture in refuses))
            yield { method, quantization, architecture, task };
        }
}

const [, , pattern = ''] = process.argv;
const why = new Map();
let judged = 0;
for (const cell of cells()) {
  if (!Object.values(cell).join('/').includes(pattern)) continue;
  const reason = whyNotJudged(cell);
  if (reason === undefined) {
    judged += 1;
    continue;
  }
  const { count, examples } = why.get(reason) ?? { count: 0, examples: new Set() };
  examples.add(
    reason.includes('architecture') ? cell.architecture : reason.includes('method') ? cell.method : cell.quantization,
  );
  why.set(reason, { count: count + 1, examples });
}
console.log(`${String(judged).padStart(6)} cells are judged`);
for (const [reason, { count, examples }] of [...why].sort((a, b) => b[1].count - a[1].count))
  console.log(`${String(count).padStart(6)} are not: ${reason} (${[...examples].join(', ')})`);
