// What the performance claims rest on, as one table. Needs the package index; the first run downloads.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const PINS = ['--with', 'transformers==4.57.6', '--with', 'peft==0.18.1'];
/** The cells that the first tables of speed were made with, so that figures stay comparable while the matrix grows. */
const FIRST_MATRIX =
  '{lora,lora+dora,lora+all-linear,ia3,adalora,prompt-tuning,prefix-tuning,p-tuning,adaption-prompt}/none/' +
  '{llama,qwen2,mistral,gemma2,mixtral,opt,gpt2,gpt_bigcode,t5,bert}';
const out = mkdtempSync(join(tmpdir(), 'peft-sweep-bench-'));
const cache =
  process.env.PEFT_SWEEP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'peft-sweep');
const rows = [];

function cli(args, accepted = [0]) {
  const began = performance.now();
  const run = spawnSync(process.execPath, ['dist/cli.js', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!accepted.includes(run.status)) throw new Error(`${args.join(' ')}: status ${run.status}\n${run.stderr}`);
  return (performance.now() - began) / 1000;
}

function row(what, measured, goal, holds) {
  rows.push([what, measured, goal, holds ? 'yes' : 'NO']);
}

function report() {
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
}

const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];

const start = median(Array.from({ length: 7 }, () => cli(['--version'])));
row('start of the command line', `${Math.round(start * 1000)} ms`, '<= 150 ms', start <= 0.15);

cli(['plan', 'transformers:4.55.4..4.57.6', '--out', out]);
const plan = median(Array.from({ length: 3 }, () => cli(['plan', 'transformers:4.55.4..4.57.6', '--out', out])));
row('plan, warm', `${plan.toFixed(1)} s`, '<= 2 s', plan <= 2);

cli(['check', ...PINS, '--cells', FIRST_MATRIX, '--out', out, '--fresh', '--max-minutes', '20'], [0, 1, 3]);
const [environment] = report().environments;
const cells = report().comparisons.map(({ cell }) => {
  const [method, quantization, architecture, task] = cell.split('/');
  return { id: cell, method, quantization, architecture, task, packages: [] };
});
const cellsFile = join(out, 'cells.json');
writeFileSync(cellsFile, JSON.stringify(cells));
const python = join(cache, 'environments', environment.id, 'bin', 'python');
const measured = JSON.parse(
  spawnSync('python3', ['bench/cells.py', python, cellsFile, '16'], { encoding: 'utf8' }).stdout,
);
row(
  `zygote, ${measured.cells} cells, all stages, 25 steps, width ${measured.width}`,
  `${measured.rate.toFixed(1)} cells/s`,
  '>= 10',
  measured.rate >= 10,
);
row('the same with its imports', `${measured.rateWithImports.toFixed(1)} cells/s`, '-', true);
row(
  `fresh process per cell, ${measured.freshCells} of them, same width`,
  `${measured.freshRate.toFixed(2)} cells/s`,
  '-',
  true,
);
const ratio = measured.rateWithImports / measured.freshRate;
row('zygote with imports over fresh processes', `${ratio.toFixed(1)} x`, '>= 20 x', ratio >= 20);
row(
  'memory of parent and children',
  `${(measured.peakBytes / 2 ** 30).toFixed(2)} GiB`,
  '<= 4 GiB',
  measured.peakBytes <= 4 * 2 ** 30,
);

const other = [
  'check',
  '--with',
  'transformers==4.57.6',
  '--with',
  'peft==0.18.0',
  '--cells',
  'base/none/llama',
  '--out',
  out,
  '--fresh',
];
cli(other);
rmSync(join(cache, 'environments', report().environments[0].id), { recursive: true, force: true });
const second = cli(other);
row(
  'second environment, one library differs: resolve, build, import, one cell',
  `${second.toFixed(1)} s`,
  '<= 6 s',
  second <= 6,
);

cli(['demo', '--out', out]);
const demo = cli(['demo', '--out', out, '--fresh']);
row('demo, warm, nothing taken over', `${Math.floor(demo / 60)} min ${Math.round(demo % 60)} s`, '<= 60 s', demo <= 60);

const ONE = ['sweep', 'transformers:4.57.1..5.4.0', '--with', 'peft==0.15.2', '--cells', 'prefix-tuning/none/llama'];
cli([...ONE, '--out', out], [0, 1]);
const one = cli([...ONE, '--out', out, '--fresh'], [0, 1]);
row('one regressed cell: boundary, repeats, pins, workarounds', `${Math.round(one)} s`, '<= 45 s', one <= 45);

rmSync(out, { recursive: true, force: true });
const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cellsOf) => cellsOf[column].length)));
for (const cellsOf of [['what', 'measured', 'goal', 'holds'], ...rows])
  console.log(cellsOf.map((text, column) => text.padEnd(widths[column])).join('  '));
