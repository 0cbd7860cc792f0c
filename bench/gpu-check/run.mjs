/**
 * A fixed set of sweeps on the card of this machine: npm run gpu-check [-- --from FOLDER] [--download FOLDER] [--device cpu]
 * [--only ID,ID]. `--download` collects on a machine with a network what `--from` measures with on one without. Writes
 * results/gpu/DATE-CARD.json; on `--device cpu`, which tries the check itself, nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { costsOf, statusOf, verdictOf } from './verdict.mjs';

/** Boundaries in it were measured on the CPU (docs/measurements.md): a card that says otherwise is what the check is for. */
const CASES = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    download: { type: 'string' },
    device: { type: 'string', default: 'cuda' },
    only: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
const unknown = (wanted ?? []).filter((id) => !CASES.some((one) => one.id === id));
if (unknown.length > 0) {
  console.error(`No case is called ${unknown.join(', ')}. There are: ${CASES.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
const cases = CASES.filter(({ id }) => wanted?.includes(id) ?? true);

function cli(args, environment = {}) {
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, ['dist/cli.js', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status;
}

function collect(folder) {
  const statuses = cases.map(({ asks: [command, ...rest] }) => {
    const asked = command === 'sweep' ? rest : rest.map((word) => word.replace(/^(\w+)==(.*)$/, '$1:$2..$2'));
    return cli(['plan', ...asked, '--device', values.device, '--download', resolve(folder)]);
  });
  return Math.max(...statuses);
}

function measure({ id, asks }) {
  const out = mkdtempSync(join(tmpdir(), `gpu-check-${id}-`));
  const offline = values.from === undefined ? [] : ['--offline'];
  const environment = values.from === undefined ? {} : { PEFT_SWEEP_CACHE: resolve(values.from) };
  const args = [...asks, '--device', values.device, '--fresh', '--out', out, ...offline];
  const status = cli(args, environment);
  const file = join(out, 'report.json');
  return { status, report: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
}

function check() {
  const rows = [];
  for (const one of cases) {
    const measured = measure(one);
    // A card that cannot be used is not asked once more.
    if (measured.status === 2 && measured.report === undefined) return 2;
    const costs = measured.report ? costsOf(measured.report) : {};
    const row = { id: one.id, command: `peft-sweep ${one.asks.join(' ')}`, ...verdictOf(one, measured), ...costs };
    rows.push({ ...row, device: measured.report?.run.device, torch: measured.report?.run.torch });
    console.log(`${one.id.padEnd(26)}${row.verdict.padEnd(14)}${costs.seconds?.toFixed(0) ?? '-'} s  ${row.why}`);
  }
  if (values.device === 'cuda') write(rows);
  return statusOf(rows);
}

function write(rows) {
  const device = rows.find((row) => row.device !== undefined)?.device;
  if (device === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const name = `${date}-${device.split(',')[0].replace(/[^A-Za-z0-9]+/g, '-')}.json`;
  mkdirSync('results/gpu', { recursive: true });
  writeFileSync(join('results/gpu', name), `${JSON.stringify({ date, device, cases: rows }, null, 1)}\n`);
  console.log(`written to results/gpu/${name}`);
}

process.exit(values.download === undefined ? check() : collect(values.download));
