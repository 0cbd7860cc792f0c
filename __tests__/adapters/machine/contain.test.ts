/** What a level of containment claims is what a program inside it meets, on whatever machine the tests run. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Containment,
  chooseContainment,
  hiddenFolders,
  type Level,
  type Limits,
  type Mounts,
  wrapped,
} from '../../../src/adapters/machine/contain.ts';
import { findPython } from '../../../src/adapters/machine/python.ts';
import { scratch } from '../../factories/scratch.ts';

const LIMITS: Limits = { bytes: 400 << 20, memory: 600 << 20, seconds: 20 };
const NOBODY = 65534;

/** A probe's folders: one with a space in its name, one that only its owner may enter above it. */
const closed = scratch('closed');
const show = join(closed, 'a folder', 'shown');
const work = join(closed, 'a folder', 'work');
const checkout = scratch('checkout');
const mounts = (): Mounts => ({ work, show: [show, ...interpreter] });
let interpreter: readonly string[];
let python: string;
let level: Containment;

beforeAll(async () => {
  for (const folder of [show, work, join(checkout, 'sub'), join(checkout, '.git')])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(show, 'file'), 'shown');
  writeFileSync(join(checkout, '.env'), 'TOKEN=secret');
  chmodSync(closed, 0o700);
  const found = await findPython(undefined, checkout);
  python = found.path;
  interpreter = [found.prefix];
  const ground = {
    show: [show, ...interpreter],
    hidden: hiddenFolders({}, join(checkout, 'sub')),
    cache: join(closed, 'cache'),
  };
  level = await chooseContainment({ python, program: resolve('probe') }, ground);
});

function inside(command: readonly string[], limits = LIMITS, at = mounts()) {
  const [program = '', ...args] = level.wrap(at, limits, command);
  return spawnSync(program, args, { encoding: 'utf8', cwd: work, env: { PATH: process.env.PATH ?? '' } });
}

const said = (script: string) => inside(['/bin/sh', '-c', script]).stdout.trim();

/** The claim, what is tried, and whether it was stopped. */
const ATTACKS: readonly (readonly [string, () => string, (seen: string) => boolean])[] = [
  [
    'homes, checkout and the runner’s files hidden',
    () => `cat '${join(checkout, '.env')}' 2>/dev/null; ls /run /home /var /mnt 2>/dev/null`,
    (seen) => seen === '',
  ],
  ['homes, checkout and the runner’s files hidden', () => `ls '${closed}'`, (seen) => seen === 'a folder'],
  ['own process tree', () => 'ls /proc | grep -c "^[0-9]"', (seen) => Number(seen) < 10],
  ['own process tree', () => `tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | grep -c PATH`, (seen) => seen === '0'],
  [
    'read-only files',
    () => `touch /usr/x /etc/x /tmp/x / '${join(show, 'x')}' /proc/sys/kernel/core_pattern 2>/dev/null && echo written`,
    (seen) => seen === '',
  ],
  [
    'read-only files',
    () => `echo x > '${join(show, 'file')}' 2>/dev/null; cat '${join(show, 'file')}'`,
    (seen) => seen === 'shown',
  ],
  [
    'no capabilities',
    () => 'grep -E "Cap(Eff|Bnd)" /proc/self/status',
    (seen) => /^CapEff:\s+0+\nCapBnd:\s+0+$/.test(seen),
  ],
  ['no capabilities', () => 'mount -t tmpfs none /mnt 2>/dev/null && echo mounted', (seen) => seen === ''],
  ['no capabilities', () => 'ls /dev', (seen) => !/vd|sd|kvm|mem|loop/.test(seen)],
  ['another user', () => 'id -u', (seen) => seen === String(NOBODY)],
];

describe('containment', () => {
  it.each(ATTACKS.map(([claim], index) => [claim, index]))('stops what it says: %s (%i)', (claim, index) => {
    const [, script, isStopped] = ATTACKS[index as number] ?? [];
    if (level.enforced.includes(claim as string)) expect(isStopped?.(said(script?.() ?? ''))).toBe(true);
    // What is not enforced is said, never passed over.
    else if (claim !== 'another user') expect(level.missing).toContain(claim);
  });

  it('lets no connection out, not to this machine, nor to a socket that everybody may use', async () => {
    const socket = join(scratch('socket'), 's');
    const servers = [createServer(), createServer()] as const;
    await new Promise<void>((listening) => servers[0].listen(0, '127.0.0.1', listening));
    await new Promise<void>((listening) => servers[1].listen({ path: socket, writableAll: true }, listening));
    const { port } = servers[0].address() as { port: number };
    const tried = `import socket
for family, address in ((socket.AF_INET, ('127.0.0.1', ${port})), (socket.AF_UNIX, ${JSON.stringify(socket)})):
    try:
        socket.socket(family).connect(address); print('connected')
    except OSError:
        print('refused')`;
    const seen = inside([python, '-I', '-c', tried]).stdout.split('\n');
    for (const server of servers) server.close();
    expect(seen[0] === 'refused').toBe(level.enforced.includes('no network'));
    expect(seen[1] === 'refused').toBe(level.enforced.includes('sockets of this machine hidden'));
  });

  it('leaves nothing behind: not in the work folder, in shared memory, nor in the folder for temporary files', () => {
    const shared = `peft-sweep-test-${process.pid}`;
    const script = `touch here && mkdir -p ${'x'.repeat(200)}/${'y'.repeat(200)}; chmod 000 x*; mkfifo pipe; touch /dev/shm/${shared} ${tmpdir()}/${shared}; ls`;
    expect(said(script)).toMatch(/here[\s\S]*pipe/);
    if (!level.enforced.includes('read-only files')) return;
    expect(readdirSync(work)).toEqual([]);
    expect([`/dev/shm/${shared}`, `${tmpdir()}/${shared}`].filter((path) => existsSync(path))).toEqual([]);
  });

  it.each<[string, string, number]>([
    ['one process that takes too much', 'x = bytearray(500 << 20)', 1],
    ['a file that is too large', "f = open('f', 'wb')\nfor _ in range(500): f.write(bytes(1 << 20))\nf.close()", 1],
    [
      'many processes that take too much together',
      'import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b"x" * (100 << 20)); time.sleep(15); os._exit(0)\ntime.sleep(15)',
      137,
    ],
  ])('ends %s', (_what, program, status) => {
    expect(inside([python, '-I', '-c', program]).status).toBe(status);
  });

  it('lets no more than 512 processes be', () => {
    const program = `import os, time
count = 0
try:
    for _ in range(700):
        if os.fork() == 0:
            time.sleep(10); os._exit(0)
        count += 1
except OSError:
    pass
print(count)`;
    const { stdout } = inside([python, '-I', '-c', program], { ...LIMITS, memory: 16 * 1024 ** 3 });
    if (process.getuid?.() !== 0 || level.enforced.includes('another user')) expect(Number(stdout)).toBeLessThan(700);
  });

  it('ends what takes too long, with all that it started', () => {
    const began = Date.now();
    const { status, stderr } = inside(['/bin/sh', '-c', 'setsid sleep 77 & sleep 77'], { ...LIMITS, seconds: 1 });
    expect([status, stderr.trim()]).toEqual([124, 'containment: stopped after 1 seconds']);
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(sleepers('77')).toEqual([]);
  });

  it('passes no descriptor of the caller on, gives no capability back, and counts memory that is shared', () => {
    if (level.name === 'limits only') return;
    const leak = join(scratch('leak'), 'file');
    const program = `import ctypes, mmap, os, time
print(sorted(int(name) for name in os.listdir('/proc/self/fd'))[:-1], ctypes.CDLL(None).unshare(0x10000000), flush=True)
held = mmap.mmap(-1, 700 << 20); held.write(bytes(700 << 20)); time.sleep(15)`;
    const command = level.wrap(mounts(), { ...LIMITS, bytes: 900 << 20 }, [python, '-I', '-c', program]);
    const text = JSON.stringify(command).replace(`\\"parent\\":${process.pid}`, '\\"parent\\":PID');
    const starter = `const c = JSON.parse(${JSON.stringify(text)}.replace('PID', process.pid)); const r = require('child_process').spawnSync(c[0], c.slice(1), {encoding: 'utf8'}); console.log(r.status, r.stdout)`;
    const { stdout } = spawnSync('bash', ['-c', 'exec "$0" -e "$1" 63>"$2"', process.execPath, starter, leak], {
      encoding: 'utf8',
      cwd: work,
    });
    expect(stdout.trim()).toBe('137 [0, 1, 2] -1');
  });

  it('says how the program ended', () => {
    expect(inside(['/bin/sh', '-c', 'exit 7']).status).toBe(7);
    expect(inside(['/bin/sh', '-c', 'kill -SEGV $$']).status).toBe(128 + 11);
    expect(inside(['/no/such/program']).status).toBe(125);
  });

  it('ends with the one that started it, however that ends', async () => {
    const command = level.wrap(mounts(), { ...LIMITS, seconds: 60 }, [
      '/bin/sh',
      '-c',
      'setsid sleep 78 & exec sleep 78',
    ]);
    // A container knows the process that starts it.
    const text = JSON.stringify(command).replace(`\\"parent\\":${process.pid}`, '\\"parent\\":PID');
    const starter = `const c = JSON.parse(${JSON.stringify(text)}.replace('PID', process.pid)); require('child_process').spawn(c[0], c.slice(1), {stdio: 'ignore'})`;
    const child = spawn(process.execPath, ['-e', starter], { cwd: work, stdio: 'ignore' });
    while (sleepers('78').length < 2) await new Promise((wait) => setTimeout(wait, 50));
    child.kill('SIGKILL');
    for (let tries = 0; tries < 100 && sleepers('78').length > 0; tries++)
      await new Promise((wait) => setTimeout(wait, 50));
    const left = sleepers('78');
    // Without namespaces, a process that left its session is found by its parent only while that lives.
    expect(left.length).toBeLessThanOrEqual(level.name === 'limits only' ? 1 : 0);
    for (const pid of left) process.kill(pid, 'SIGKILL');
  });

  it('works for an ordinary user as well, where user namespaces are allowed', () => {
    const open = scratch('open');
    chmodSync(open, 0o755);
    cpSync(resolve('probe/peft_probe'), join(open, 'peft_probe'), { recursive: true });
    const ordinary = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const system = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path)) ?? python;
    const at = (which: Level, script: string) => {
      const place = join(open, 'work');
      const command = ['/bin/sh', '-c', script];
      const [program = '', ...args] = wrapped(
        which,
        { python: system, program: open },
        { work: place, show: [join(open, 'peft_probe')] },
        LIMITS,
        command,
      );
      return spawnSync(program, args, { encoding: 'utf8', ...ordinary });
    };
    const allowed = spawnSync('unshare', ['--user', '--map-root-user', 'true'], ordinary).status === 0;
    const seen = at(
      'user-namespace',
      `id -u; touch here && ls; touch '${open}/peft_probe/x' 2>/dev/null || echo refused; ls /proc | grep -c "^[0-9]"; grep CapBnd /proc/self/status`,
    );
    const lines = seen.stdout.split('\n');
    if (!allowed) return expect(seen.status).toBe(125);
    expect(lines.slice(0, 3)).toEqual([String(ordinary.uid ?? process.getuid?.()), 'here', 'refused']);
    expect(Number(lines[3])).toBeLessThan(8);
    expect(lines[4]).toMatch(/:\s+0+$/);
  });

  it('hides the homes, the checkout up to its top, and the folders of the runner', () => {
    const runner = scratch('runner');
    const hidden = hiddenFolders({ HOME: closed, GITHUB_WORKSPACE: runner }, join(checkout, 'sub'));
    expect(hidden).toEqual(expect.arrayContaining([closed, runner, checkout, join(checkout, 'sub')]));
  });
});

/** Ids of the processes that sleep for so many seconds, wherever they are. */
function sleepers(seconds: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name) === `sleep\0${seconds}\0`)
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe('cards in a contained program', () => {
  const nodes = (folder: string, ...names: readonly string[]) => {
    mkdirSync(join(folder, 'nvidia-caps'), { recursive: true });
    for (const name of names) writeFileSync(join(folder, name), name);
    return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  };
  const withNodes = (given: Mounts['nodes'], script: string) =>
    inside(['/bin/sh', '-c', script], LIMITS, given ? { ...mounts(), nodes: given } : mounts());
  const FEW = ['full', 'null', 'random', 'urandom', 'zero'];
  const isMade = () => level.name !== 'limits only';

  it('are reached by the nodes that are asked for, and by no other', () => {
    if (!isMade()) return expect(level.missing).toContain('read-only files');
    const folder = join(scratch('nodes'), 'dev');
    const asked = nodes(folder, 'nvidiactl', 'nvidia-uvm', 'nvidia1', 'nvidia-caps/nvidia-cap21');
    nodes(folder, 'nvidia0', 'nvidia-modeset');
    const { stdout } = withNodes(asked, 'cd /dev; find . -type c -o -type f | sort; cat nvidia1 nvidia-caps/*');
    const wanted = [...FEW, ...Object.keys(asked)].map((name) => `./${name}`).toSorted();
    expect(stdout.trim().split('\n')).toEqual([...wanted, 'nvidia1nvidia-caps/nvidia-cap21']);
  });

  it('are in the mount table as what they are, each on its own', () => {
    if (!isMade()) return expect(level.missing).toContain('read-only files');
    const asked = nodes(join(scratch('nodes'), 'dev'), 'nvidiactl', 'nvidia0');
    const mounts = withNodes(asked, "cut -d' ' -f5,6 /proc/self/mountinfo | grep '^/dev'").stdout.trim().split('\n');
    const places = mounts.map((line) => line.split(' ')[0] ?? '').toSorted();
    expect(places).toEqual(
      ['/dev', '/dev/shm', ...FEW.map((name) => `/dev/${name}`), '/dev/nvidia0', '/dev/nvidiactl'].toSorted(),
    );
    expect(mounts.find((line) => line.startsWith('/dev '))).toMatch(/^\/dev ro,nosuid,noexec/);
  });

  it('are not there where none is asked for', () => {
    if (!isMade()) return expect(level.missing).toContain('read-only files');
    expect(withNodes(undefined, 'ls /dev | grep -c nvidia').stdout.trim()).toBe('0');
  });

  it.each(['sda', '../etc/shadow', 'nvidia0/../sda', 'nvidia-modeset', 'kmsg', 'nvidia-caps/x'])(
    'are no other device of the machine: %s',
    (name) => {
      if (!isMade()) return expect(level.missing).toContain('read-only files');
      const { status, stderr } = withNodes({ [name]: '/dev/null' }, 'echo in');
      expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringContaining('is no device of a card') });
    },
  );
});
