/** A checkpoint of a hub on this machine, fetched by the real huggingface_hub. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fetcherOf, fromHub } from '../../src/adapters/machine/checkpoints/hub.ts';
import { openWorld } from '../../src/adapters/machine/world.ts';
import { type Hub, hubOf } from '../factories/hub.ts';
import { scratch } from '../factories/scratch.ts';

const REVISION = '0123456789abcdef0123456789abcdef01234567';
const FILES = {
  ...{ 'config.json': Buffer.from('{}'), 'model.safetensors': Buffer.from('abc'), 'modeling_own.py': Buffer.from('x') },
  ...{ 'pytorch_model.bin': Buffer.from('x'), 'README.md': Buffer.from('x') },
};

describe('huggingface_hub, as it is', () => {
  const hubs: Hub[] = [];
  afterAll(() => {
    for (const hub of hubs) hub.close();
  });

  async function fetching(served = {}, more: Readonly<Record<string, string>> = {}) {
    const hub = await hubOf('acme/own', REVISION, FILES, served);
    hubs.push(hub);
    const said = { folder: scratch('world'), python: undefined, offline: false, say: () => undefined };
    const world = await openWorld({ environment: process.env, ...said });
    const environment = { ...more, HF_ENDPOINT: hub.address };
    const ground = { host: { ...world.host, cache: scratch('cache'), environment }, program: resolve('probe') };
    const asked = { id: 'acme/own', revision: REVISION, trustsCode: true, mostBytes: 1e6 };
    const fetch = (wanted = asked) => fromHub(wanted, { ...ground, python: () => fetcherOf(world) });
    return { hub, asked, fetch };
  }

  it('fetches one commit, without a token, and no pickle', async () => {
    const { hub, fetch } = await fetching();
    const names = readdirSync(await fetch()).filter((name) => !name.startsWith('.'));
    expect(names.toSorted()).toEqual(['config.json', 'model.safetensors', 'modeling_own.py']);
    expect(hub.tokens).toEqual([]);
  });

  it('hands on a token that the environment names', async () => {
    const { hub, fetch } = await fetching({}, { HF_TOKEN: 'hf_of_the_user' });
    await fetch();
    expect(new Set(hub.tokens)).toEqual(new Set(['Bearer hf_of_the_user']));
  });

  it('is not believed where contents are others than the hub says', async () => {
    const { fetch } = await fetching({ 'model.safetensors': Buffer.from('xyz') });
    await expect(fetch()).rejects.toMatchObject({ reason: 'not as the hub has it' });
  });

  it('says what is not there', async () => {
    const { asked, fetch } = await fetching();
    await expect(fetch({ ...asked, revision: 'f'.repeat(40) })).rejects.toMatchObject({ reason: 'not there' });
  });
});
