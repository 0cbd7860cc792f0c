// Writes the tables of inputs and outputs into README.md, from action.yml.
import { readFileSync, writeFileSync } from 'node:fs';
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
const readme = readFileSync('README.md', 'utf8');
const start = '<!-- inputs and outputs: npm run docs -->';
const end = '<!-- /inputs and outputs -->';
writeFileSync('README.md', `${readme.split(start)[0]}${start}\n${text}\n${end}${readme.split(end)[1]}`);
