/** What a newcomer types: each with its status, one clear first line, and the corrected command where there is one. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.ts';
import { failureOf } from '../../src/failure.ts';
import { parseCommandLine } from '../../src/inputs.ts';
import { indexPage, startIndex } from '../factories/package-index.ts';
import { scratch } from '../factories/scratch.ts';

const CLI = resolve('dist/cli.js');
const TRANSFORMERS = ['4.55.4', '4.56.0', '4.57.6'];

/** Resolves torch, and nothing else; what it was asked for is in a file. */
const UV = `#!/bin/sh
if [ "$1" = "--version" ]; then echo "uv 0.13.9"; exit 0; fi
asked=$(cat)
echo "$asked" >> "$HOME/asked"
if [ "$asked" = torch ]; then echo "torch==2.5.1"; exit 0; fi
echo "No solution found" >&2
exit 1
`;

let index: Awaited<ReturnType<typeof startIndex>>;
let tools = '';
let cache = '';

beforeAll(async () => {
  index = await startIndex({
    transformers: indexPage('transformers', TRANSFORMERS),
    peft: indexPage('peft', ['0.17.1', '0.18.0']),
    accelerate: indexPage('accelerate', ['1.10.0']),
    bitsandbytes: indexPage('bitsandbytes', ['0.46.0']),
    torch: indexPage('torch', ['2.5.1']),
  });
  cache = join(scratch('cache'), 'cache');
  tools = toolsWith(UV);
});

afterAll(() => {
  index.close();
});

function toolsWith(uv: string): string {
  const folder = scratch('tools');
  writeFileSync(join(folder, 'uv'), uv);
  chmodSync(join(folder, 'uv'), 0o755);
  return folder;
}

interface Started {
  readonly folder: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<{ status: number | null; stdout: string; stderr: string; ms: number }>;
}

function start(args: readonly string[], folder: string, more: NodeJS.ProcessEnv = {}): Started {
  const env = {
    PATH: `${tools}:${process.env.PATH}`,
    HOME: folder,
    PEFT_SWEEP_CACHE: cache,
    UV_DEFAULT_INDEX: index.url,
    ...more,
  };
  const began = Date.now();
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk;
  });
  const ended = new Promise<Awaited<Started['ended']>>((done) => {
    child.on('close', (status) => done({ status, ...out, ms: Date.now() - began }));
  });
  return { folder, kill: (signal) => child.kill(signal), ended };
}

function type(args: readonly string[], more: NodeJS.ProcessEnv = {}, folder = scratch('typed')) {
  return start(args, folder, more).ended;
}

/** As a shell splits it, with single quotes. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const CHANGE = 'transformers:4.55.4..4.57.6';
const CHECK = 'Write `peft-sweep check transformers==4.57.6`';
const SWEEP = `Write \`peft-sweep sweep ${CHANGE}\``;

/** Typed, and what the first line says; all of it ends with status 2. */
const MISTAKES: readonly (readonly [string, string])[] = [
  // Releases
  ['check transformers=4.57.6', CHECK],
  ['check transformers@4.57.6', CHECK],
  ['check transformers:4.57.6', CHECK],
  ['check transformers 4.57.6', CHECK],
  ["check 'transformers 4.57.6'", CHECK],
  ["check 'transformers>=4.57.6'", CHECK],
  ['check transformers===4.57.6', CHECK],
  ['check transformers', 'Write `peft-sweep check transformers==VERSION`'],
  ['check transformers==', 'Write `peft-sweep check transformers==VERSION`'],
  [`check ${CHANGE}`, `${SWEEP}, or \`peft-sweep check transformers==4.57.6\``],
  ['check lora/none/llama', "Write `peft-sweep check --cells 'lora/none/llama'`"],
  ['check transformers==4.57.5', 'transformers has no release 4.57.5. The nearest are 4.56.0 and 4.57.6.'],
  ['check transfromers==4.57.6', 'no project `transfromers`. Did you mean `transformers`?'],
  ['check transformers==4.57.6 --with transformers==4.56.0', '`transformers` is held at 4.57.6 and at 4.56.0'],
  // Changes
  ['sweep transformers==4.57.6', '`peft-sweep sweep transformers:OLD..4.57.6`'],
  ['plan peft==0.17.1', '`peft-sweep plan peft:OLD..0.17.1`'],
  ['sweep transformers', 'Write `peft-sweep sweep transformers:OLD..NEW`'],
  ['sweep transformers:4.57.6', 'Write `peft-sweep sweep transformers:4.57.6..` for what came after it'],
  ['sweep transformers 4.55.4 4.57.6', SWEEP],
  ['sweep transformers 4.55.4..4.57.6', SWEEP],
  ['sweep transformers:4.55.4 .. 4.57.6', SWEEP],
  ['sweep transformers:4.55.4...4.57.6', SWEEP],
  ['sweep transformers:4.55.4-4.57.6', SWEEP],
  ['sweep transformers==4.55.4..4.57.6', SWEEP],
  ['sweep transformers=4.55.4..4.57.6', SWEEP],
  ['sweep transformers@4.55.4..4.57.6', SWEEP],
  ['sweep 4.55.4..4.57.6', 'Write NAME:OLD..NEW'],
  ['sweep transfromers:4.55.4..4.57.6', 'Did you mean `transformers`?'],
  [
    'sweep tokenisers:0.20..0.21',
    'Unknown library `tokenisers` in `tokenisers:0.20..0.21`. Did you mean `tokenizers`?',
  ],
  ['sweep transformers:latest..', '`latest` in `transformers:latest..` is not a version'],
  ['sweep transformers:..4.57.6', 'has no old version'],
  ['plan transformers:4.57.6..4.57.6', 'both ends are the same release. Name two.'],
  ['plan transformers:4.55.4..4.57.7', 'transformers has no release 4.57.7. The nearest are 4.57.6'],
  ['plan transformers:4.55.4..9.x', 'transformers has no release 9.x'],
  [`plan ${CHANGE} ${CHANGE}`, '`transformers` is swept twice'],
  [`plan ${CHANGE} transformers==4.57.6`, 'Hold a library or sweep it, not both'],
  [`sweep ${CHANGE} peft=0.17.1`, 'Write `peft==0.17.1`'],
  [`sweep ${CHANGE} --with peft=0.17.1`, 'Write `--with peft==0.17.1`'],
  [`sweep ${CHANGE} --with peft`, 'Write `--with peft==VERSION`'],
  ['sweep lora', 'Write `peft-sweep sweep NAME:OLD..NEW --cells'],
  ['sweep', 'This is not a git checkout. Name what changes'],
  // Commands
  [CHANGE, `Name a command first. ${SWEEP}`],
  [`${CHANGE} sweep`, `The command comes first. ${SWEEP}`],
  ['transformers==4.57.6', CHECK],
  ['swep', 'Did you mean `sweep`?'],
  ['version', 'Did you mean `--version`?'],
  ['publish out', 'There are: sweep, plan, check'],
  ['help swep', 'Did you mean `sweep`?'],
  ['clean /tmp', 'Write `peft-sweep clean`'],
  ['explain', 'Name a cell'],
  ['explain lora none llama', 'takes one CELL, and got 3'],
  ['explain lora/none/llama', 'Run `peft-sweep sweep` first'],
  ['replay lora/none/llama', 'Name a cell and an environment'],
  ['report nowhere', 'There is no report in `nowhere`'],
  ['report a-file', 'There is no report in `a-file`'],
  ['report there/report.json', 'Name its folder: `peft-sweep report there`'],
  ['diff --base nowhere', 'This is not a git checkout'],
  ['init', 'at the top of a git checkout'],
  // Options
  [`sweep ${CHANGE} --wiht peft==0.17.1`, 'Unknown option `--wiht`. Did you mean `--with`?'],
  [`sweep ${CHANGE} -o out`, 'Unknown option `-o`. Did you mean `--out` or `--offline` or `--oracle-path`?'],
  [`sweep ${CHANGE} --vendor`, 'it is for `init`. `peft-sweep sweep --help`'],
  ['doctor --cells lora', '`doctor` has no option `--cells`'],
  [`sweep ${CHANGE} --out`, 'Write `--out DIR`'],
  [`sweep ${CHANGE} --with --cells lora`, 'Write `--with NAME==VERSION`'],
  [`sweep ${CHANGE} --cells ''`, '`--cells` needs a value, and got an empty one'],
  [`sweep ${CHANGE} --cells=`, 'Write `--cells PATTERN`'],
  [`sweep ${CHANGE} --json=yes`, '`--json` takes no value'],
  [`sweep ${CHANGE} --cells lara`, 'Unknown method `lara`. Did you mean `lora`?'],
  [`sweep ${CHANGE} --cells lora/none/bert/causal-lm`, 'selects no cell'],
  [`sweep ${CHANGE} --cells '!lora'`, 'selects no cell. Name what to measure first'],
  [`sweep ${CHANGE} --cells lora/none/llama/causal-lm/more`, 'is not a cell pattern'],
  [`sweep ${CHANGE} --jobs 0`, '`--jobs 0` is not a positive number'],
  [`sweep ${CHANGE} --max-minutes -1`, '`--max-minutes -1` is not a positive number'],
  [`sweep ${CHANGE} --max-minutes soon`, '`--max-minutes soon` is not a positive number'],
  [`sweep ${CHANGE} --search linear`, 'There are: bisect, islands, exhaustive'],
  [`sweep ${CHANGE} --device rocm`, 'There are: auto, cpu, cuda'],
  ['report --format html', 'There are: terminal, markdown, json'],
  [`sweep ${CHANGE} --python 2.7`, 'Python 2.7 is older than 3.10'],
  [`sweep ${CHANGE} --python nonsense`, 'Python nonsense was not found'],
  [`sweep ${CHANGE} --config nowhere.yml`, 'The configuration file `nowhere.yml` cannot be read'],
  [`sweep ${CHANGE} --config there`, 'The configuration file `there` cannot be read'],
  [`sweep ${CHANGE} --out a-file`, 'The output folder `a-file` cannot be used: it is a file'],
  [`plan ${CHANGE} --out a-file/out`, 'a file stands in its way'],
  [`check --out /proc/out`, 'it cannot be made there'],
];

/** What reading alone finds is not worth a process each; the first of them is typed for real, too. */
function readOnly(line: string) {
  const problems: string[] = [];
  const isFile = (path: string | undefined) => (path === undefined ? undefined : '');
  if (!line.startsWith('help')) parseCommandLine(words(line), isFile, problems);
  if (problems.length === 0) return undefined;
  const { status, lines } = failureOf(new UserError(problems), false);
  return { status, stdout: '', stderr: lines.map((text) => `peft-sweep: ${text}\n`).join('') };
}

describe('what is typed wrong', () => {
  it.each(MISTAKES)('peft-sweep %s: %s', async (line, message) => {
    const folder = scratch('typed');
    writeFileSync(join(folder, 'a-file'), '');
    mkdirSync(join(folder, 'there'));
    writeFileSync(join(folder, 'there', 'report.json'), '{}');
    const { status, stdout, stderr } = readOnly(line) ?? (await type(words(line), {}, folder));
    const [first = ''] = stderr.split('\n');
    expect({ status, stdout, first }).toEqual({ status: 2, stdout: '', first: expect.stringContaining(message) });
    expect(first).toMatch(/^peft-sweep: .+[.?]$/);
    expect(stderr).not.toMatch(/\bat .*\.js|defect/);
  });

  it('ends the program itself with status 2', async () => {
    const { status, stdout, stderr } = await type(['check', 'transformers=4.57.6']);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(CHECK) });
  });

  it('is said all at once, options first', async () => {
    const { stderr } = await type(words(`sweep transfromers:1..2 --wiht peft==1 --cells lara --jobs 0`));
    const said = stderr.trim().split('\n');
    expect(said.map((line) => /`(.*?)`/.exec(line)?.[1])).toEqual(['--wiht', 'transfromers', 'lara', '--jobs 0']);
  });
});

/** Forms of one request, and what has to be held. */
const HELD: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['check transformers==4.57.6', { transformers: '4.57.6' }],
  ['check transformers == 4.57.6', { transformers: '4.57.6' }],
  ["check 'transformers == 4.57.6' peft==0.17.1", { transformers: '4.57.6', peft: '0.17.1' }],
  ['check Transformers== 4.57.6', { transformers: '4.57.6' }],
  ['--with=peft==0.17.1 check transformers==4.57.6', { transformers: '4.57.6', peft: '0.17.1' }],
  ['check --with peft == 0.17.1', { peft: '0.17.1' }],
  ["check --with 'peft==0.17.1, transformers==4.55.4'", { transformers: '4.55.4', peft: '0.17.1' }],
];

describe('NAME==VERSION', () => {
  it.each(HELD)('peft-sweep %s is understood', (line, pins) => {
    const problems: string[] = [];
    const { request } = parseCommandLine(words(line), () => undefined, problems);
    expect({ problems, held: request.held, changes: request.changes }).toEqual({
      problems: [],
      held: pins,
      changes: [],
    });
  });

  it('is what a check measures', async () => {
    const { folder, ended } = start(words('check transformers == 4.57.6 --cells lora/none/llama'), scratch('held'));
    const { status } = await ended;
    const report = JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'report.json'), 'utf8'));
    expect({ status, held: report.run.held }).toEqual({ status: 3, held: { transformers: '4.57.6' } });
    expect(readFileSync(join(folder, 'asked'), 'utf8').split('\n')).toContain('transformers==4.57.6');
  });

  it('is held beside a change', async () => {
    const { status, stdout } = await type(['plan', CHANGE, 'peft==0.17.1', '--json', '--cells', 'lora/none/llama']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).plan.held).toEqual({ peft: '0.17.1' });
  });
});

describe('help', () => {
  it.each<[string, string]>([
    ['help', 'peft-sweep clean'],
    ['help', 'peft-sweep help [COMMAND]'],
    ['help', 'peft-sweep --version'],
    ['demo --help', 'Up to 14 environments'],
    ['help sweep', '--base REF'],
    ['sweep --help', '--base REF'],
    [`sweep ${CHANGE} -h`, '--base REF'],
    ['init --help', '--vendor'],
  ])('peft-sweep %s is there, and about that', async (line, part) => {
    const { status, stdout, stderr } = await type(words(line));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(part);
    expect(stdout.includes('--vendor')).toBe(line === 'help' || line.startsWith('init'));
  });

  it.each(['--help', 'help sweep', `plan ${CHANGE} peft==0.17.1`, 'check transformers=1', 'doctor --offline'])(
    'peft-sweep %s fits 60 columns',
    async (line) => {
      const { stdout, stderr } = await type(words(line), { COLUMNS: '60' });
      const tooLong = `${stdout}${stderr}`.split('\n').filter((one) => one.length > 60 && /\S\s+\S/.test(one.trim()));
      expect(tooLong).toEqual([]);
      expect(`${stdout}${stderr}`).not.toBe('');
    },
  );
});

describe('an index without a quantizer', () => {
  it('does not stop cells that need none', async () => {
    const { status, stderr } = await type(['plan', CHANGE, '--cells', 'lora/none/llama']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('says what to do where it is asked for, and does not suggest the same name', async () => {
    const { status, stderr } = await type(['check', 'torchao==0.10.0']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/no project `torchao`\. Check the index settings/);
    expect(stderr).not.toContain('Did you mean `torchao`?');
  });
});

describe('folders and other runs', () => {
  it('leaves a cache alone that cannot be used, with status 2', async () => {
    const folder = scratch('cache');
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr } = await type(['check'], { PEFT_SWEEP_CACHE: join(folder, 'file', 'cache') });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^peft-sweep: The cache folder .* a file stands in its way\. .*PEFT_SWEEP_CACHE/);
  });

  it('lets one run at a time into an output folder', async () => {
    const folder = scratch('two');
    const slow = toolsWith(UV.replace('asked=$(cat)', 'asked=$(cat)\nsleep 2'));
    const first = start(['check'], folder, { PATH: `${slow}:${process.env.PATH}` });
    await until(() => existsSync(join(folder, 'peft-sweep-out', '.lock')));
    const { status, stderr } = await type(['check', 'peft==0.17.1'], {}, folder);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^peft-sweep: Another run \(process \d+\) writes to `peft-sweep-out` now\. Wait for it/);
    expect((await first.ended).status).toBe(3);
    expect(existsSync(join(folder, 'peft-sweep-out', '.lock'))).toBe(false);
  });

  it('removes what it can, and says what stays', async () => {
    const folder = scratch('clean');
    const tmp = join(folder, 'cache', 'tmp');
    mkdirSync(tmp, { recursive: true });
    const script = 'import os\nfor _ in range(30): os.mkdir("d" * 200); os.chdir("d" * 200)';
    spawnSync('python3', ['-c', script], { cwd: tmp });
    const without = await type(['clean'], { PEFT_SWEEP_CACHE: join(folder, 'cache'), PATH: '' });
    expect(without.status).toBe(3);
    expect(without.stderr).toMatch(/tmp` could not be removed\. Remove it as/);
    const cleaned = await type(['clean'], { PEFT_SWEEP_CACHE: join(folder, 'cache') });
    expect(cleaned).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(tmp)).toBe(false);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!isSo() && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
}

describe('an interruption', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
    '%s while the index hangs ends within 2 s, with status 130',
    async (signal) => {
      let isAsked = false;
      const server = createServer(() => {
        isAsked = true;
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      const run = start(['check', 'peft==0.17.1'], scratch('hang'), {
        UV_DEFAULT_INDEX: `http://127.0.0.1:${port}/simple`,
      });
      await until(() => isAsked);
      const began = Date.now();
      run.kill(signal);
      const { status, stderr } = await run.ended;
      server.closeAllConnections();
      server.close();
      expect(status).toBe(130);
      expect(stderr).toContain('Interrupted. What was measured is kept');
      expect(Date.now() - began).toBeLessThan(2000);
    },
  );

  it('while uv hangs ends with status 130, and uv ends too', async () => {
    const folder = scratch('uv');
    const hanging = toolsWith(UV.replace('asked=$(cat)', 'echo $$ > "$HOME/pid"\nexec sleep 60'));
    const run = start(['check'], folder, { PATH: `${hanging}:${process.env.PATH}` });
    await until(() => existsSync(join(folder, 'pid')));
    run.kill('SIGTERM');
    expect((await run.ended).status).toBe(130);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await until(() => !existsSync(`/proc/${pid}/exe`));
    expect(() => readFileSync(`/proc/${pid}/cmdline`)).toThrow();
  });

  it('in the last batch of a check is status 130, not 3', async () => {
    const folder = scratch('batch');
    const hanging = toolsWith(UV.replace('echo "No solution', 'touch "$HOME/batch"\nexec sleep 60\necho "No solution'));
    const run = start(['check'], folder, { PATH: `${hanging}:${process.env.PATH}` });
    await until(() => existsSync(join(folder, 'batch')));
    run.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
    const report = JSON.parse(readFileSync(join(folder, 'peft-sweep-out', 'report.json'), 'utf8'));
    expect(report.run.stoppedBy).toBe('interrupted');
  });
});

describe('limits of the machine', () => {
  it.each([19, 20, 21, 22, 23, 24, 28, 32])('%d open files are weather, never a verdict or a defect', (most) => {
    const folder = scratch('files');
    const env = {
      PATH: `${tools}:${process.env.PATH}`,
      HOME: folder,
      PEFT_SWEEP_CACHE: cache,
      UV_DEFAULT_INDEX: index.url,
    };
    const script = `ulimit -n ${most}; exec "$0" "$@"`;
    const ended = spawnSync('sh', ['-c', script, process.execPath, CLI, 'check'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect(ended.status).toBe(3);
    expect(ended.stderr).not.toMatch(/defect|\bat .*\.js/);
    if (most < 24) expect(ended.stderr).toMatch(/^peft-sweep: .*(Too many files|own files cannot be read).*\n$/);
  });
});
