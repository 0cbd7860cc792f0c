// Measures the matrix of cells for the pairs of releases in results/pairs.json, and writes what came of it to results/.
// Goes on where it was stopped. node bench/matrix.mjs [--minutes N] [--only PAIR] [--cells PATTERN]...
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compacted } from './matrix-lines.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    only: { type: 'string' },
    cells: { type: 'string', multiple: true },
  },
});
const ends = Date.now() + Number(values.minutes) * 60_000;
const pairs = JSON.parse(readFileSync('results/pairs.json', 'utf8'));

for (const pair of pairs.filter(({ name }) => values.only === undefined || name === values.only)) {
  const minutes = Math.floor((ends - Date.now()) / 60_000);
  if (minutes < 1) break;
  measure(pair, minutes);
  const { left, measured } = write(pair);
  console.log(`${pair.name}: ${measured} cells measured, ${left} left`);
}

/** Asks the command line, which takes over what an earlier slice measured. */
function measure({ name, pins, cells }, minutes) {
  const out = join('.matrix', name);
  mkdirSync(out, { recursive: true });
  const args = [
    ...Object.entries(pins).map(([library, version]) => `${library}==${version}`),
    ...(values.cells ?? cells).flatMap((pattern) => ['--cells', pattern]),
    ...['--max-minutes', String(minutes), '--out', out],
  ];
  const run = spawnSync(process.execPath, ['dist/cli.js', 'check', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status === 2 || run.status === null) throw new Error(`${name}: status ${run.status}`);
}

function write({ name, pins }) {
  const lines = join('.matrix', name, 'results.jsonl');
  if (!existsSync(lines)) return { left: 'all', measured: 0 };
  const report = JSON.parse(readFileSync(join('.matrix', name, 'report.json'), 'utf8'));
  const result = compacted(readFileSync(lines, 'utf8'), pins, new Date().toISOString().slice(0, 10));
  writeFileSync(join('results', `${name}.json`), `${JSON.stringify(result)}\n`);
  const measured = result.groups.reduce((sum, { cells }) => sum + cells.length, 0);
  return { left: report.totals.cells['not-compared'] ?? 0, measured };
}
