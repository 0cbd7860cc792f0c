/** Attacks by wheels on the machine that measures them: what must hold outside after each. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CODE_ATTACKS, FORM_ATTACKS, type Outside, offersBeside, offersOfForm, offersWithCode } from './attacks.ts';
import type { Offer } from './package-index.ts';
import { offersOf } from './stand-ins.ts';
import { type Ended, type MiniWorld, openMiniWorld, reportIn, type User } from './world.ts';

const LORA = 'lora/none/llama/causal-lm';
const SWEEP = ['sweep', 'transformers:1.0..1.1', '--cells', LORA, '--jobs', '2'];

/** What the cache may hold; an attack that finds a way into it would add to this. */
const CACHE = /^(bytecode|counted|environments|index|stored|tmp|uv|torch-[0-9a-f]+\.json)$/;
const SHARED = ['/dev/shm', '/dev/mqueue', '/var/tmp', '/tmp'];

const USERS: readonly User[] = process.getuid?.() === 0 ? ['same', 'ordinary'] : ['same'];

describe.each(USERS)('an attack by a wheel on the %s user', (user) => {
  let world: MiniWorld;
  let outside: Outside;
  let listeners: readonly Server[];
  let heard: string[];
  let count = 0;

  beforeAll(async () => {
    world = await openMiniWorld(user);
    const nonce = `peft-sweep-mini-${process.pid}-${user}`;
    const checkout = join(world.home, 'checkout');
    mkdirSync(join(checkout, 'part'), { recursive: true });
    execFileSync('git', ['init', '--quiet', checkout]);
    const secret = `secret-of-${nonce}`;
    const files = [join(world.home, '.token'), join(checkout, '.env'), join(checkout, '.git', 'config.worktree')];
    for (const file of files) writeFileSync(file, secret);
    if (user === 'ordinary') execFileSync('chown', ['-R', '54321:54321', world.home]);
    // Anybody may connect to it, as to sockets that services leave in the temp folder.
    const shared = join('/tmp', `open-to-all-${nonce}`);
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const socket = join(shared, 'socket');
    outside = {
      ...{ nonce, secret, files, socket, port: world.index.port },
      folders: [
        shared,
        world.home,
        checkout,
        world.cache,
        ...['environments', 'bytecode', 'uv'].map((name) => join(world.cache, name)),
      ],
    };
    listeners = await Promise.all([socket, `\0${nonce}`].map(listening));
    chmodSync(socket, 0o777);
  });

  function listening(path: string): Promise<Server> {
    const server = createServer((connection) => {
      heard.push(path);
      connection.on('error', () => undefined).destroy();
    });
    return new Promise((done) => server.listen(path, () => done(server)));
  }

  const shared = () => dirname(outside.socket);

  /** What got through stands in the way of no other attack. */
  afterEach(() => {
    const strange = readdirSync(world.cache).filter((name) => !CACHE.test(name));
    execFileSync('rm', ['-rf', ...[...strange, 'tmp'].map((name) => join(world.cache, name))]);
    for (const folder of SHARED.filter(existsSync))
      for (const name of readdirSync(folder).filter((one) => one.startsWith(outside.nonce)))
        rmSync(join(folder, name), { force: true });
    rmSync(join(shared(), outside.nonce), { force: true });
  });

  afterAll(() => {
    for (const server of listeners) server.close();
    rmSync(shared(), { recursive: true, force: true });
    world.close();
  });

  async function attacked(offers: readonly Offer[], args: readonly string[] = SWEEP): Promise<Ended> {
    heard = [];
    const cwd = join(world.home, 'checkout', 'part');
    return world.run({ root: `${user}-${++count}`, offers, args, cwd, environment: { GITHUB_TOKEN: outside.secret } });
  }

  /** All that must be as it was, whatever was tried. */
  function expectUntouched(): void {
    expect(readdirSync(world.cache).filter((name) => !CACHE.test(name))).toEqual([]);
    expect(existsSync(join(world.cache, 'tmp')) ? readdirSync(join(world.cache, 'tmp')) : []).toEqual([]);
    expect(namesBelow(world.folder).filter((path) => /pwned|escaped|owned/.test(path))).toEqual([]);
    const notes = SHARED.filter(existsSync).flatMap((folder) => readdirSync(folder));
    expect(notes.filter((name) => name.startsWith(outside.nonce))).toEqual([]);
    expect(readdirSync(shared())).toEqual(['socket']);
    expect([...heard, ...world.index.asked.filter((path) => path.includes('attack/simple'))]).toEqual([]);
    expect(processesWith(outside.nonce)).toEqual([]);
  }

  it.each(CODE_ATTACKS.map((attack) => [attack.says, attack] as const))('%s', async (_says, attack) => {
    const ended = await attacked(offersWithCode(attack, outside));
    if (ended.status !== 0) throw new Error(ended.stderr + ended.stdout);
    const report = reportIn(ended.out);
    expect(report.results.flatMap(({ message }) => message ?? [])).toEqual([]);
    expect(new Set(report.results.map(({ cell }) => cell))).toEqual(new Set([LORA, LORA.replace('lora', 'base')]));
    const text = readFileSync(join(ended.out, 'results.jsonl'), 'utf8');
    expect(text).not.toContain('forged');
    expectUntouched();
  });

  const forms = user === 'same' ? FORM_ATTACKS : FORM_ATTACKS.slice(0, 2);
  it.each(forms.map((attack) => [attack.says, attack] as const))('%s', async (_says, attack) => {
    const ended = await attacked(offersOfForm(attack, join(shared(), 'owned')));
    expect([0, 3]).toContain(ended.status);
    expectUntouched();
  });

  it('overwrites the code of another package, which later environments do not get', async () => {
    const innocent = { name: 'innocent', version: '1.0', files: { 'innocent/__init__.py': 'WHO = "honest"\n' } };
    // Many files, so that this wheel is the last to be in place.
    const own = Object.fromEntries(Array.from({ length: 400 }, (_, number) => [`evil/part${number}.py`, '']));
    const files = { ...own, 'evil-1.0.data/purelib/innocent/__init__.py': 'WHO = "OWNED"\n' };
    const evil = { name: 'evil', version: '1.0', files, requires: ['innocent'] };
    await attacked(offersBeside(evil, innocent));
    const check = 'from innocent import WHO\n\n\ndef attempt():\n    return [] if WHO == "honest" else [WHO]\n';
    const asking = { name: 'attack', version: '1.0', files: { 'attack/__init__.py': check }, requires: ['innocent'] };
    const ended = await attacked(offersBeside(asking, innocent));
    expect(reportIn(ended.out).results.flatMap(({ message }) => message ?? [])).toEqual([]);
    expect(ended.status).toBe(0);
    expectUntouched();
  });

  it('says what a terminal and a runner would obey', async () => {
    const ended = await attacked(offersWithCode({ code: 'speaks_to_terminals' }, outside));
    const comment = readFileSync(join(ended.out, 'comment.md'), 'utf8');
    for (const text of [ended.stdout, ended.stderr, comment]) {
      expect(['\x1b', '\x07', '\u202e'].filter((character) => text.includes(character))).toEqual([]);
      expect(text).not.toMatch(/^\s*::/m);
    }
    expectUntouched();
  });

  it('takes its time at import, and the run ends when its time is up', async () => {
    const began = performance.now();
    const ended = await attacked(offersWithCode({ code: 'sleeps' }, outside), [...SWEEP, '--max-minutes', '0.05']);
    expect(ended.status).toBe(3);
    expect(performance.now() - began).toBeLessThan(12_000);
    expectUntouched();
  });

  it('takes its time at import, and does not outlive a program that is killed; the next run sweeps up after it', async () => {
    const offers = offersWithCode({ code: 'sleeps' }, outside);
    const root = `${user}-killed`;
    await world.run({
      root,
      offers,
      args: SWEEP,
      started: (child) => untilProbe(world.cache).then(() => child.kill('SIGKILL')),
    });
    await new Promise((wait) => setTimeout(wait, 2_000));
    expect(processesWith(world.cache).filter((line) => line.includes('peft_probe'))).toEqual([]);
    await attacked(offersOf({}));
    expectUntouched();
  });
});

function namesBelow(folder: string): readonly string[] {
  return execFileSync(
    'find',
    [folder, '-not', '-path', '*/uv/*', '-not', '-path', '*/environments/*', '-not', '-path', '*/out/*'],
    { encoding: 'utf8', maxBuffer: 64e6 },
  ).split('\n');
}

/** Command lines of processes that hold a text. */
function processesWith(text: string): readonly string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(text) ? [line] : [];
    } catch {
      return [];
    }
  });
}

async function untilProbe(cache: string): Promise<void> {
  const isThere = () => processesWith(cache).some((line) => line.includes('peft_probe.zygote'));
  for (let tries = 0; tries < 100 && !isThere(); tries++) await new Promise((wait) => setTimeout(wait, 100));
}
