// Where the seconds of a sweep go, from what it notes of each program that it started and of each record of a probe.
//
//   node bench/profile.mjs [ARGUMENTS OF A SWEEP]      the demo, where there are none
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-profile-'));
const file = join(folder, 'trace');
const asked = process.argv.slice(2);
const sweep = asked.length > 0 ? asked : ['demo'];
const program = ['dist/cli.js', ...sweep, '--fresh', '--out', join(folder, 'out')];
const began = performance.now();
const shell = 'TIMEFORMAT="cpu %U %S"; time "$@"';
const run = spawnSync('bash', ['-c', shell, 'bash', process.execPath, ...program], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  env: { ...process.env, PEFT_SWEEP_TRACE: file },
});
const wall = performance.now() - began;
const [, user = 0, system = 0] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(run.stderr) ?? [];
const spans = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
rmSync(folder, { recursive: true, force: true });

const probes = spans.filter(({ what }) => what === 'probe').map((probe) => ({ ...probe, records: recordsOf(probe) }));
const used = probes.filter(({ records }) => records.some(({ kind }) => kind === 'cell'));
const rows = [];

function recordsOf({ pid }) {
  return spans.filter((span) => span.what === 'record' && span.pid === pid);
}

function row(what, milliseconds, count) {
  rows.push([what, `${(milliseconds / 1000).toFixed(1)} s`, String(count)]);
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Milliseconds in which at least `least` of some spans ran. */
function covered(ranges, least) {
  const edges = ranges.flatMap(({ from, to }) => [
    [from, 1],
    [to, -1],
  ]);
  edges.sort(([one, up], [other, down]) => one - other || up - down);
  let [open, total, last] = [0, 0, 0];
  for (const [at, step] of edges) {
    if (open >= least) total += at - last;
    open += step;
    last = at;
  }
  return total;
}

function stepsOf({ from, to, records }) {
  const at = (kind) => records.find((record) => record.kind === kind)?.to;
  const imported = records.filter(({ kind }) => kind === 'imported');
  const cells = records.filter(({ kind }) => kind === 'cell');
  const firstCell = cells[0]?.to ?? to;
  const lastCell = cells.at(-1)?.to ?? to;
  const started = at('started') ?? to;
  const ready = at('ready') ?? imported.at(-1)?.to ?? to;
  const packages = imported.map(({ name, to: done }, index) => [name, done - (imported[index - 1]?.to ?? started)]);
  return {
    room: started - from,
    packages,
    ready,
    importing: { from, to: ready },
    firstCell,
    lastCell,
    end: to - lastCell,
  };
}

const steps = used.map(stepsOf);
row('whole run', wall, 1);
row('a probe runs', covered(probes, 1), used.length);
row('two probes run', covered(probes, 2), used.length);
row(
  'two of them import',
  covered(
    probes.map((probe) => stepsOf(probe).importing),
    2,
  ),
  used.length,
);
row('room and interpreter', sum(steps.map(({ room }) => room)), steps.length);
for (const name of [...new Set(steps.flatMap(({ packages }) => packages.map(([one]) => one)))]) {
  const times = steps.flatMap(({ packages }) => packages.filter(([one]) => one === name).map(([, took]) => took));
  row(`import of ${name}`, sum(times), times.length);
}
row('from imports to the last cell', sum(steps.map(({ ready, lastCell }) => lastCell - ready)), steps.length);
row('end of the probe', sum(steps.map(({ end }) => end)), steps.length);
const idle = probes.filter((probe) => !used.includes(probe));
row('probes that nobody asked', sum(idle.map(({ from, to }) => to - from)), idle.length);
for (const name of [...new Set(spans.map(({ what }) => what))].filter((what) => !['record', 'probe'].includes(what))) {
  const times = spans.filter(({ what }) => what === name).map(({ from, to }) => to - from);
  if (sum(times) >= 200) row(name, sum(times), times.length);
}
console.log(`status ${run.status}, ${Number(user) + Number(system)} s of processor time of what has ended in order`);
const widths = [0, 1].map((column) => Math.max(...rows.map((one) => one[column].length)));
for (const [what, took, count] of rows) console.log(`${what.padEnd(widths[0])}  ${took.padStart(widths[1])}  ${count}`);
