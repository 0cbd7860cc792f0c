/** What a level of containment claims is what a program inside it meets, on whatever machine the tests run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Containment,
  chooseContainment,
  closedAncestors,
  hiddenFolders,
  outermost,
  type Rooms,
} from '../../src/adapters/contain.ts';
import { scratch } from '../factories/scratch.ts';

const home = scratch('home');
const work = join(scratch('work'), 'probe');
const kept = join(home, 'kept');
const secret = join(home, 'token');
let level: Containment;
const rooms: Rooms = { writable: work, hidden: [home, ...(existsSync('/run') ? ['/run'] : [])], kept: [kept] };

beforeAll(async () => {
  for (const folder of [work, kept]) mkdirSync(folder, { recursive: true });
  writeFileSync(secret, 'ghs_secret');
  writeFileSync(join(kept, 'file'), 'kept');
  level = await chooseContainment(rooms, ['true']);
});

function inside(script: string): string {
  const [command = '', ...args] = level.wrap(rooms, ['sh', '-c', script]);
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', cwd: work, env: { PATH: process.env.PATH ?? '' } });
  return stdout.trim();
}

/** The claim, and whether the attack was stopped. */
const ATTACKS: readonly (readonly [string, string, (seen: string) => boolean])[] = [
  [
    'homes and the runner’s files hidden',
    `cat '${secret}' 2>/dev/null; ls /run 2>/dev/null | grep -v '^mount$'`,
    (seen) => seen === '',
  ],
  ['own process tree', 'ls /proc | grep -c "^[0-9]"', (seen) => Number(seen) < 10],
  ['own process tree', `tr '\\0' '\\n' < /proc/1/environ | grep -c GITHUB_TOKEN`, (seen) => seen === '0'],
  ['read-only files', 'touch /usr/x /etc/x /tmp/x 2>/dev/null && echo written', (seen) => seen === ''],
  ['no capabilities', 'grep CapBnd /proc/self/status', (seen) => /CapBnd:\s+0+$/.test(seen)],
  ['no capabilities', 'mount -t tmpfs none /mnt 2>/dev/null && echo mounted', (seen) => seen === ''],
  ['another user', 'id -u', (seen) => seen === '65534'],
];

describe('containment', () => {
  it.each(ATTACKS.map(([claim, script], index) => [claim, script, index]))(
    'stops what it says: %s: %s',
    (claim, script, index) => {
      const [, , isStopped] = ATTACKS[index as number] ?? [];
      if (level.enforced.includes(claim as string)) expect(isStopped?.(inside(script as string))).toBe(true);
      // What is not enforced is said, never passed over.
      else if (claim !== 'another user' && claim !== 'no capabilities') expect(level.missing).toContain(claim);
    },
  );

  it('lets no connection out, not even to this machine', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    const seen = inside(
      `python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}), 2); print('connected')" 2>/dev/null`,
    );
    server.close();
    expect(seen === '').toBe(level.enforced.includes('no network'));
  });

  it('leaves the work folder writable and what is kept readable', () => {
    expect(inside(`touch here && cat '${join(kept, 'file')}'`)).toBe('kept');
  });

  it('reaches what is kept behind a folder that only its owner may enter', () => {
    const closed = scratch('closed');
    const inner = join(closed, 'a', 'kept');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'file'), 'inner');
    chmodSync(closed, 0o700);
    expect(closedAncestors([inner, '/usr/bin'])).toEqual([closed]);
    const [command = '', ...args] = level.wrap({ ...rooms, hidden: [closed], kept: [inner] }, [
      'cat',
      join(inner, 'file'),
    ]);
    expect(spawnSync(command, args, { encoding: 'utf8', cwd: work }).stdout).toBe('inner');
  });

  it('hides the homes, the checkout and the folders of the runner, the outermost of them', () => {
    const runner = scratch('runner');
    mkdirSync(join(runner, '_temp'));
    const hidden = hiddenFolders({ HOME: home, GITHUB_WORKSPACE: runner, RUNNER_TEMP: join(runner, '_temp') }, runner);
    expect(hidden).toEqual(expect.arrayContaining([home, runner]));
    expect(hidden).not.toContain(join(runner, '_temp'));
    expect(outermost(['/a', '/a/b', '/ab'])).toEqual(['/a', '/ab']);
  });
});
