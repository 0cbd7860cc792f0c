import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fromHub, type HubGround, hubEnvironment } from '../../../src/adapters/machine/checkpoints/hub.ts';
import type { Finished } from '../../../src/adapters/machine/process.ts';
import { scratch } from '../../factories/scratch.ts';

const ASKED = { id: 'o/n', revision: 'a'.repeat(40), trustsCode: false, mostBytes: 9 };

interface Call {
  readonly command: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A machine whose program that fetches answers what is said, and writes a file where it does not fail. */
function machine(says: Partial<Finished>, more: Partial<HubGround['host']> = {}) {
  const calls: Call[] = [];
  const cache = scratch('hub');
  const host = { cache, offline: false, environment: {}, signal: undefined, say: () => undefined, ...more };
  const ground = { host, program: '/program', python: () => Promise.resolve('/fetcher/python') };
  const execute = (command: string, args: readonly string[], { env = {} }: { readonly env?: NodeJS.ProcessEnv }) => {
    if (command === 'chmod') return Promise.resolve({ status: 0, stdout: '', stderr: '' });
    const asked: Record<string, unknown> = JSON.parse(args.at(-1) ?? '');
    calls.push({ command, asked, env });
    mkdirSync(String(asked.folder), { recursive: true });
    writeFileSync(join(String(asked.folder), 'config.json'), '{}');
    return Promise.resolve({ status: 0, stdout: 'noise\n{}\n', stderr: '', ...says });
  };
  return { calls, cache, fetch: (asked = ASKED) => fromHub(asked, ground, execute) };
}

describe('a checkpoint of a hub', () => {
  it('is fetched once: a commit does not change', async () => {
    const { calls, fetch } = machine({});
    const folder = await fetch();
    expect(existsSync(join(folder, 'config.json'))).toBe(true);
    expect(await fetch()).toBe(folder);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      command: '/fetcher/python',
      asked: { id: 'o/n', revision: 'a'.repeat(40), most: 9 },
    });
  });

  it('is fetched without an adapter’s configuration, from which loaders would load another model', async () => {
    const one = machine({});
    for (const trustsCode of [false, true]) await one.fetch({ ...ASKED, trustsCode });
    const patterns = one.calls.map(({ asked }) => new RegExp(`^(?:${asked.files})$`));
    const names = ['config.json', 'adapter_config.json', 'model.safetensors', 'tokenizer.model'];
    for (const pattern of patterns)
      expect(names.filter((name) => pattern.test(name))).toEqual([
        'config.json',
        'model.safetensors',
        'tokenizer.model',
      ]);
  });

  it('is fetched again with its code, and of another hub', async () => {
    const one = machine({});
    const folders = [await one.fetch(), await one.fetch({ ...ASKED, trustsCode: true })];
    expect(new Set(folders).size).toBe(2);
    expect(one.calls.map(({ asked }) => String(asked.files).includes('py'))).toEqual([false, true]);
    const other = machine({}, { cache: one.cache, environment: { HF_ENDPOINT: 'http://127.0.0.1:1' } });
    expect(folders).not.toContain(await other.fetch());
  });

  it.each<[string, string, Partial<Finished>]>([
    ['not there', 'The hub said: 404', { stdout: '{"reason": "not there", "message": "The hub said: 404"}' }],
    ['cannot be fetched', 'ended with status 1. boom', { status: 1, stderr: 'x\nboom\n' }],
    ['cannot be fetched', 'ended with status 0.', { stdout: 'no answer' }],
    ['cannot be fetched', 'ended with status 124.', { status: 124, stdout: '{}' }],
  ])('is %s: %s', async (reason, message, says) => {
    const { cache, fetch } = machine(says);
    await expect(fetch()).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
    expect(existsSync(join(cache, 'hub'))).toBe(false);
  });

  it('is not fetched offline', async () => {
    const { calls, fetch } = machine({}, { offline: true });
    await expect(fetch()).rejects.toMatchObject({ reason: 'not there' });
    expect(calls).toEqual([]);
  });

  it('is fetched without anything of the user’s environment but its network, and a token that it names', () => {
    const environment = {
      HOME: '/home/u',
      GITHUB_TOKEN: 'g',
      AWS_SECRET: 's',
      HF_HOME: '/home/u/hf',
      HTTPS_PROXY: 'http://p',
    };
    expect(hubEnvironment(environment, '/s')).toMatchObject({
      ...{ HOME: '/s', HF_HOME: '/s/home', HTTPS_PROXY: 'http://p', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' },
    });
    expect(JSON.stringify(hubEnvironment(environment, '/s'))).not.toMatch(/GITHUB|AWS|home\/u/);
    const given = hubEnvironment({ HF_TOKEN: 't' }, '/s');
    expect(given).toMatchObject({ HF_TOKEN: 't', HF_HUB_DISABLE_IMPLICIT_TOKEN: '0' });
  });
});
