// What people do by hand, beside this program: one environment for each release, with the same cells as pytest tests in
// it, installed by uv or by pip; and one sweep. Ten releases, warm downloads, no environment yet. Prints one table.
//
//   node bench/peers.mjs [--cells 8,60] [--peers uv,pip] [--from 4.52.4 --to 4.57.6]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const RELEASES = 10;
const METHODS = ['lora', 'ia3', 'prompt-tuning', 'prefix-tuning', 'p-tuning', 'adalora', 'lora+dora', 'lora+defaults'];
/** Cells of each width asked for: the first are a small question, the last most of the unquantized matrix. */
const QUESTIONS = {
  8: [`{${METHODS.slice(0, 4).join()}}/none/{llama,qwen2}/causal-lm`],
  60: [
    `{${METHODS.join()}}/none/{llama,qwen2,mistral,gpt2,opt,gpt_bigcode,gemma2}/causal-lm`,
    '{lora,ia3,prompt-tuning,adalora}/none/bert/seq-cls',
  ],
};
const { values: options } = parseArgs({
  options: {
    cells: { type: 'string', default: '8,60' },
    peers: { type: 'string', default: 'uv' },
    from: { type: 'string', default: '5.0.0' },
    to: { type: 'string', default: '5.24.0' },
    peft: { type: 'string', default: '0.21.2' },
  },
});
const warm =
  process.env.PEFT_SWEEP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'peft-sweep');
const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-peers-'));
const rows = [];

/** Seconds of wall clock and of processor time of a program and all that it started, and what it wrote. */
function timed(command, args, settings = {}, accepted = [0]) {
  const shell = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const began = performance.now();
  const run = spawnSync('bash', ['-c', shell, 'bash', command, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...settings,
    env: { ...process.env, ...settings.env },
  });
  if (!accepted.includes(run.status)) throw new Error(`${command} ${args.join(' ')}: ${run.status}\n${run.stderr}`);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(run.stderr) ?? [0, 0, 0];
  const cpu = Number(user) + Number(system);
  return { wall: (performance.now() - began) / 1000, cpu, stdout: run.stdout, stderr: run.stderr };
}

/** MiB on disk, files with several names counted once. */
function diskOf(path) {
  return Number(spawnSync('du', ['-sm', path], { encoding: 'utf8' }).stdout.split('\t')[0]);
}

function report(who, cells, wall, cpu, disk) {
  rows.push([
    who,
    String(cells),
    `${Math.round(wall)} s`,
    cpu === undefined ? '-' : `${Math.round(cpu)} s`,
    `${Math.round(disk)} MiB`,
    wall,
  ]);
  console.error(rows.at(-1).slice(0, 5).join('  '));
}

/** A cache with the downloads of the warm one, and without its environments. */
function freshCache(name) {
  const cache = join(folder, name);
  mkdirSync(cache);
  for (const entry of readdirSync(warm).filter((kept) => !['environments', 'tmp'].includes(kept)))
    spawnSync('cp', ['-al', join(warm, entry), cache]);
  return cache;
}

function plan(patterns) {
  const out = join(folder, 'plan');
  const change = `transformers:${options.from}..${options.to}`;
  timed(process.execPath, ['dist/cli.js', 'plan', change, ...asked(patterns), '--out', out]);
  const planned = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'));
  const { releases } = (planned.plan ?? planned).changes[0];
  return releases.slice(-RELEASES);
}

function asked(patterns) {
  return ['--with', `peft==${options.peft}`, ...patterns.flatMap((pattern) => ['--cells', pattern])];
}

function ours(releases, patterns, count) {
  const cache = freshCache(`ours-${count}`);
  const out = join(folder, `out-${count}`);
  const change = `transformers:${releases[0]}..${releases.at(-1)}`;
  const args = ['dist/cli.js', 'sweep', change, ...asked(patterns), '--out', out, '--max-minutes', '60'];
  const run = timed(process.execPath, args, { env: { PEFT_SWEEP_CACHE: cache } }, [0, 1, 3]);
  const ends = [...run.stderr.matchAll(/^ *(\d+) s {2}(?:base|head|alone|bisect) /gm)].map((line) => Number(line[1]));
  const disk = diskOf(join(cache, 'environments'));
  report('peft-sweep, to the boundary', count, Math.max(...ends), undefined, disk);
  report('peft-sweep, with all advice', count, run.wall, run.cpu, disk);
  const measured = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  rmSync(cache, { recursive: true, force: true });
  return { cells: measured.comparisons.map(({ cell }) => cell), lock: lockOf(out, releases.at(-1)) };
}

/** What the newest environment of a sweep holds: each peer installs the same but for transformers. */
function lockOf(out, newest) {
  const locks = readdirSync(join(out, 'locks')).map((name) => readFileSync(join(out, 'locks', name), 'utf8'));
  const lock = locks.find(
    (text) => text.includes(`transformers==${newest} `) || text.includes(`transformers==${newest}\n`),
  );
  return lock.split('\n').flatMap((line) => /^([\w.-]+==[^\s\\]+)/.exec(line)?.[1] ?? []);
}

const PEERS = {
  uv: {
    make: (venv) => ['uv', ['venv', '--quiet', venv]],
    install: (venv, lines) => ['uv', ['pip', 'install', '--quiet', '--python', join(venv, 'bin', 'python'), ...lines]],
  },
  pip: {
    make: (venv) => ['python3', ['-m', 'venv', venv]],
    install: (venv, lines) => [join(venv, 'bin', 'pip'), ['install', '--quiet', ...lines]],
  },
};

/** Every release in an environment of its own, every cell a test in one pytest: nothing tells it where to look. */
function peer(name, releases, { cells, lock }) {
  const { make, install } = PEERS[name];
  const uv = readdirSync(warm).find((entry) => /^uv-\d/.test(entry));
  const env = {
    UV_CACHE_DIR: join(warm, 'uv'),
    PATH: `${uv ? join(warm, uv, 'bin') : ''}:${process.env.PATH}`,
    OMP_NUM_THREADS: '2',
    PEERS_CELLS: JSON.stringify(cells),
  };
  let [wall, cpu, disk] = [0, 0, 0];
  for (const release of releases) {
    const venv = join(folder, `${name}-${release}`);
    const lines = [...lock.filter((line) => !line.startsWith('transformers==')), `transformers==${release}`, 'pytest'];
    const steps = [make(venv), install(venv, lines)];
    steps.push([
      join(venv, 'bin', 'python'),
      ['-m', 'pytest', '-q', '-x', '--maxfail=1000', resolve('bench/peers_test.py')],
    ]);
    for (const [command, args] of steps) {
      const step = timed(command, args, { env, cwd: folder }, [0, 1]);
      wall += step.wall;
      cpu += step.cpu;
      if (args.includes('-m') && args.includes('pytest') && args.includes('-q'))
        console.error(`${name} ${release}: ${step.stdout.trim().split('\n').at(-1)}`);
    }
    disk += diskOf(venv);
    rmSync(venv, { recursive: true, force: true });
  }
  report(`${name} and pytest`, cells.length, wall, cpu, disk);
}

try {
  for (const count of options.cells.split(',')) {
    const patterns = QUESTIONS[count];
    const releases = plan(patterns);
    const measured = ours(releases, patterns, count);
    for (const name of options.peers.split(',').filter(Boolean)) peer(name, releases, measured);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [who, cells, wall, cpu, disk, seconds] of [['who', 'cells', 'wall', 'processor', 'disk', 0], ...rows]) {
  const others = rows.filter(([name, same]) => same === cells && name.startsWith('peft-sweep'));
  const ratios =
    who.startsWith('peft') || who === 'who' ? [] : others.map((own) => `${(seconds / own[5]).toFixed(1)} x`);
  console.log(
    [who.padEnd(28), cells.padStart(5), wall.padStart(8), cpu.padStart(9), disk.padStart(11), ...ratios].join('  '),
  );
}
