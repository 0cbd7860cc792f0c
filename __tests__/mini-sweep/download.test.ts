/** What a plan collects is enough for a sweep of another machine without a network. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { offersOf } from './stand-ins.ts';
import { type MiniWorld, openMiniWorld, reportIn } from './world.ts';

const ASKED = ['transformers:1.0..2.0', '--cells', '{lora,prefix-tuning}/none/llama/causal-lm'];
const OFFERS = offersOf({
  transformers: {
    '1.0': {},
    '1.1': {},
    '1.2': { faults: ['prefix_is_ignored'] },
    '2.0': { faults: ['prefix_is_ignored'] },
  },
});

let world: MiniWorld;

beforeAll(async () => {
  world = await openMiniWorld();
});

afterAll(() => world.close());

it('collects packages of both ends and of what is between, and measures with them where the index is gone', async () => {
  const folder = join(world.folder, 'to-take');
  const planned = await world.run({ root: 'download', offers: OFFERS, args: ['plan', ...ASKED, '--download', folder] });
  expect(planned.stderr).toMatch(/4 environments can be made from it\.\n/);
  expect(planned.status).toBe(0);
  expect(readdirSync(folder)).not.toContain('environments');

  const environment = { PEFT_SWEEP_CACHE: folder };
  const args = ['sweep', ...ASKED, '--offline'];
  const away = await world.run({ root: 'download', offers: [], args, environment });
  const { boundaries } = reportIn(away.out);
  expect(boundaries).toMatchObject([{ lastGood: '1.1', firstBad: '1.2' }]);
  expect(away.status).toBe(1);
});

it('says what could not be fetched, and ends with another status', async () => {
  const folder = join(world.folder, 'cut-off');
  const cut = OFFERS.map((offer) =>
    offer.wheel.filename.startsWith('transformers-1.2') ? { ...offer, sent: Buffer.alloc(0) } : offer,
  );
  const planned = await world.run({ root: 'cut', offers: cut, args: ['plan', ...ASKED, '--download', folder] });
  expect(planned.stderr).toMatch(/3 environments can be made from it, 1 could not be fetched: try again\.\n/);
  expect(planned.status).toBe(3);
  expect(existsSync(join(planned.out, 'plan.json'))).toBe(true);
});
