/**
 * What the code reader finds in checkouts: `node bench/code-cells.mjs FOLDER ...`. Prints for each folder the sure cells,
 * the patterns of partly known ones, and the seconds that it took; with KNOWN=FILE also the precision and recall against
 * what a reader wrote down, as JSON: {"folder name": {"cells": ["lora/bnb-nf4/..."], "methods": ["lora"]}}.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const room = mkdtempSync(join(tmpdir(), 'peft-sweep-code-'));
const bundle = join(room, 'detect.mjs');
await build({
  stdin: {
    contents:
      "export { readRepository } from './src/detect/repository.ts'; export { usedCells } from './src/detect/cells.ts'; export { allCells } from './src/plan/matrix.ts';",
    resolveDir: process.cwd(),
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
});
const { readRepository, usedCells, allCells } = await import(pathToFileURL(bundle).href);
rmSync(room, { recursive: true });

function filesBelow(folder, top = folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === '.git' ? [] : filesBelow(path, top);
    return entry.isFile() ? [{ path: relative(top, path), bytes: statSync(path).size, kind: 'file' }] : [];
  });
}

const treeOf = (folder) => ({
  files: async () => filesBelow(folder),
  read: async (paths) => new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')])),
});

/**
 * Whether a cell or pattern is one of those that a reader wrote down, which may hold `*` and `{a,b}` too. Which modules
 * an adapter is put on was not written down.
 */
function agrees(pattern, known) {
  const plain = (text) => text.replace(/\+(defaults|all-linear)\b/g, '');
  const parts = (text) =>
    plain(text)
      .split('/')
      .map((part) => part.replace(/^\{|\}$/g, '').split(','));
  const fits = (one, other) =>
    one === '*' || other === '*' || one === other || (one === 'bnb-*' && other.startsWith('bnb-'));
  return known.some((line) =>
    parts(line).every((values, axis) => parts(pattern)[axis].every((one) => values.some((value) => fits(one, value)))),
  );
}

const known = process.env.KNOWN ? JSON.parse(readFileSync(process.env.KNOWN, 'utf8')) : {};
const sum = { sure: 0, sureRight: 0, partial: 0, partialRight: 0, methods: 0, methodsFound: 0 };
for (const folder of process.argv.slice(2)) {
  const began = performance.now();
  const { code } = await readRepository(treeOf(folder));
  const { cells, partial, unsure } = usedCells(code, allCells(), 1000);
  const seconds = (performance.now() - began) / 1000;
  const sure = cells.map(({ cell, source }) => [
    [cell.method, cell.quantization, cell.architecture, cell.task].join('/'),
    source,
  ]);
  const guesses = partial.map(({ pattern, source }) => [pattern, source]);
  const outside = unsure.flatMap(({ value, file, line }) => {
    const pattern = /^`([^`]+\/[^`]+)` is used; it is not in the matrix/.exec(value)?.[1];
    return pattern ? [[pattern, `${file}:${line}`]] : [];
  });
  const right = known[basename(folder)];
  const mark = (pattern) => (right && !agrees(pattern, right.cells) ? 'WRONG ' : '      ');
  console.log(
    `\n${basename(folder)}: ${sure.length} sure, ${guesses.length} partial, ${outside.length} not in the matrix, ${seconds.toFixed(1)} s`,
  );
  if (!process.env.SHORT)
    for (const [kind, list] of [
      ['sure', sure],
      ['partial', guesses],
      ['outside', outside],
    ])
      for (const [pattern, source] of list)
        console.log(`${kind === 'outside' ? '      ' : mark(pattern)}${kind.padEnd(8)} ${pattern}  ${source}`);
  if (right === undefined) continue;
  const methods = new Set([...sure, ...guesses, ...outside].map(([pattern]) => pattern.split('/')[0].split('+')[0]));
  const found = right.methods.filter((method) => methods.has(method));
  sum.sure += sure.length;
  sum.sureRight += sure.filter(([pattern]) => agrees(pattern, right.cells)).length;
  sum.partial += guesses.length;
  sum.partialRight += guesses.filter(([pattern]) => agrees(pattern, right.cells)).length;
  sum.methods += right.methods.length;
  sum.methodsFound += found.length;
  console.log(
    `      methods  ${found.length} of ${right.methods.length}${found.length < right.methods.length ? `, without ${right.methods.filter((one) => !methods.has(one)).join(', ')}` : ''}`,
  );
}
if (process.env.KNOWN)
  console.log(
    `\nsure ${sum.sureRight} of ${sum.sure} right, partial ${sum.partialRight} of ${sum.partial} right, methods ${sum.methodsFound} of ${sum.methods}`,
  );
