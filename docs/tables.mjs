// Writes the tables of inputs and outputs into README.md, from action.yml, and that of formats into docs/manifests.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { parse } from 'yaml';

const { inputs, outputs } = parse(readFileSync('action.yml', 'utf8'));
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (title, entries, row) =>
  [`| ${title} | | |`, '|---|---|---|', ...Object.entries(entries).map(row)].join('\n');
const text = [
  table(
    'input',
    inputs,
    ([name, { description, required, default: fallback }]) =>
      `| \`${name}\` | ${cell(description)} | ${required ? 'required' : fallback ? `\`${fallback}\`` : ''} |`,
  ),
  table('output', outputs, ([name, { description }]) => `| \`${name}\` | ${cell(description)} | |`),
].join('\n\n');
putInto('README.md', 'inputs and outputs', text);
putInto(
  'docs/manifests.md',
  'formats',
  ['| format | files | what is read |', '|---|---|---|', ...(await formatRows())].join('\n'),
);

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
  writeFileSync(file, `${old.split(start)[0]}${start}\n${table}\n${end}${old.split(end)[1]}`);
}
