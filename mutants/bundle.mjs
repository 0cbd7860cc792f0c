/**
 * Bundles the tests that a group of mutants has to get past into one file. Loading hundreds of modules, or thirty test
 * files, anew for each mutant would cost more than the tests themselves.
 */
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { chosenGroup } from './groups.mjs';

/** Long trials of endurance: what they hold beyond the others is time, and a mutant would pay it again and again. */
const LONG = ['pins/fuzz.test.ts', 'detect/readers.test.ts'];
/** Compared with snapshots, which are for rendered text. */
const SNAPSHOTS = ['report/render.test.ts', 'detect/repository.test.ts'];

const { tests: folders } = chosenGroup();
const tests = readdirSync('__tests__', { recursive: true })
  .filter((file) => file.endsWith('.test.ts') && folders.some((folder) => file.startsWith(`${folder}/`)))
  .filter((file) => !LONG.includes(file) && !SNAPSHOTS.includes(file))
  .toSorted();
// One seed, so that a mutant that was noticed once is noticed again, and no search for a smaller counterexample.
const seeded = ["import fc from 'fast-check';", 'fc.configureGlobal({ seed: 1, endOnFailure: true });'];

await build({
  stdin: { contents: [...seeded, ...tests.map((file) => `import './__tests__/${file}';`)].join('\n'), resolveDir: '.' },
  outfile: 'mutants/tests/all.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['@jest/globals', 'fast-check'],
  define: { TOOL_VERSION: '"0.0.0"' },
  logLevel: 'warning',
});
