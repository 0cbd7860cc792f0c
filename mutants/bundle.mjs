/**
 * Bundles the tests that a mutant has to get past into one file. Loading hundreds of modules, or thirty test files,
 * anew for each mutant would cost more than the tests themselves.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** The stages whose tests spawn no program and reach no world. */
const STAGES = ['domain', 'search', 'sweep', 'pins', 'plan', 'publish', 'detect', 'report', 'result', 'formats'];

/** Long trials of endurance: what they hold beyond the others is time, and a mutant would pay it again and again. */
const LONG = ['pins/fuzz.test.ts', 'detect/readers.test.ts', 'publish/attacks.test.ts'];

const files = readdirSync('__tests__', { recursive: true }).filter((file) =>
  STAGES.some((stage) => file.startsWith(`${stage}/`)),
);
const tests = files.filter((file) => file.endsWith('.test.ts') && !LONG.includes(file));
const snapshots = files.filter((file) => file.endsWith('.snap'));

await build({
  stdin: { contents: tests.map((file) => `import './__tests__/${file}';`).join('\n'), resolveDir: '.' },
  outfile: 'mutants/tests/all.test.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['@jest/globals'],
  define: { TOOL_VERSION: '"0.0.0"' },
  logLevel: 'warning',
});
mkdirSync('mutants/tests/__snapshots__', { recursive: true });
writeFileSync(
  'mutants/tests/__snapshots__/all.test.cjs.snap',
  snapshots.map((file, index) => withoutHead(readFileSync(`__tests__/${file}`, 'utf8'), index > 0)).join('\n'),
);

function withoutHead(text, isNeeded) {
  return isNeeded ? text.replace(/^\/\/ Jest Snapshot.*\n/, '') : text;
}
