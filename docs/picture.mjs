// Writes docs/demo.svg from the report of a real run: node docs/picture.mjs [FOLDER]
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const folder = process.argv[2] ?? 'peft-sweep-out';
const { stdout, status } = spawnSync(process.execPath, ['dist/cli.js', 'report', folder], { encoding: 'utf8' });
if (status !== 0) throw new Error(`there is no report in ${folder}`);

const COLOURS = [
  [/FAIL|WRONG|DEGRADED|UNSUPPORTED/g, '#f47067'],
  [/recommended|\bpass\b/g, '#6bc46d'],
  [/no help/g, '#c69026'],
];
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const coloured = (line) =>
  COLOURS.reduce(
    (text, [pattern, colour]) => text.replace(pattern, (word) => `<tspan fill="${colour}">${word}</tspan>`),
    escaped(line),
  );

const lines = ['$ node dist/cli.js demo', '', ...stdout.trimEnd().split('\n')];
const [size, advance, height, margin] = [13, 7.83, 18, 20];
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * advance + 2 * margin);
const rows = lines.map(
  (line, index) =>
    `<text x="${margin}" y="${margin + height * (index + 0.75)}" xml:space="preserve">${coloured(line)}</text>`,
);
writeFileSync(
  'docs/demo.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${lines.length * height + 2 * margin}" role="img" aria-label="Output of node dist/cli.js demo">
<rect width="100%" height="100%" rx="8" fill="#1c2128"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${size}" fill="#d1d7e0">
${rows.join('\n')}
</g>
</svg>
`,
);
