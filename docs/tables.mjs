// Writes the tables of inputs and outputs into README.md, from action.yml, that of formats into docs/manifests.md, and
// those of the matrix into docs/matrix.md, what was measured into docs/matrix-results.md and docs/known-breaks.md. With
// --check it writes nothing and names the files that are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { knownBreakTables } from './known-breaks.mjs';
import { matrixTables } from './matrix-tables.mjs';
import { resultTables } from './results.mjs';

const isCheck = process.argv.includes('--check');
const stale = new Set();

const { inputs, outputs } = parse(readFileSync('action.yml', 'utf8'));
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (titles, entries, row) =>
  [`| ${titles.join(' | ')} |`, `|${'---|'.repeat(titles.length)}`, ...Object.entries(entries).map(row)].join('\n');
const text = [
  table(
    ['input', 'what it is', 'default'],
    inputs,
    ([name, { description, required, default: fallback }]) =>
      `| \`${name}\` | ${cell(description)} | ${required ? 'required' : fallback ? `\`${fallback}\`` : ''} |`,
  ),
  table(['output', 'what it is'], outputs, ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`),
].join('\n\n');
putInto('README.md', 'inputs and outputs', text);
putInto(
  'docs/manifests.md',
  'formats',
  ['| format | files | what is read |', '|---|---|---|', ...(await formatRows())].join('\n'),
);
for (const [name, rows] of Object.entries(matrixTables())) putInto('docs/matrix.md', name, rows);
for (const [name, rows] of Object.entries(resultTables())) putInto('docs/matrix-results.md', name, rows);
for (const [name, rows] of Object.entries(knownBreakTables())) putInto('docs/known-breaks.md', name, rows);
if (stale.size > 0) {
  console.error(`Stale: ${[...stale].join(', ')}. Run npm run docs.`);
  process.exitCode = 1;
}

async function formatRows() {
  const { outputFiles } = await build({
    entryPoints: ['src/formats/table.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    banner: { js: "import { createRequire as c } from 'node:module'; const require = c('/');" },
  });
  const { FORMATS } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  );
  return FORMATS.map(({ name, docs: { files, read } }) => `| ${name} | ${files} | ${read} |`);
}

function putInto(file, name, table) {
  const old = readFileSync(file, 'utf8');
  const start = `<!-- ${name}: npm run docs -->`;
  const end = `<!-- /${name} -->`;
  const now = `${old.split(start)[0]}${start}\n${table}\n${end}${old.split(end)[1]}`;
  if (!old.includes(start) || !old.includes(end))
    throw new Error(`${file} has no place for the table: ${start} and ${end}`);
  if (!isCheck) writeFileSync(file, now);
  else if (now !== old) stale.add(file);
}
