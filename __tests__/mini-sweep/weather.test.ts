/** An index and wheels that are not what they should be: no verdict, and the next run mends itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Form, Offer } from './package-index.ts';
import { offersOf } from './stand-ins.ts';
import { writeWheel } from './wheel.ts';
import { type Ended, type MiniWorld, openMiniWorld, reportIn } from './world.ts';

const SWEEP = ['sweep', 'transformers:1.0..1.1', '--cells', 'lora/none/llama/causal-lm', '--jobs', '2'];

let world: MiniWorld;
let count = 0;

beforeAll(async () => {
  world = await openMiniWorld();
});

afterAll(() => world.close());

/** The healthy packages, with something wrong about the newer transformers. */
function offersWith(wrong: (offer: Offer) => Partial<Offer>): readonly Offer[] {
  const isNewer = (offer: Offer) => offer.wheel.filename.startsWith('transformers-1.1');
  return offersOf({}).map((offer) => (isNewer(offer) ? { ...offer, ...wrong(offer) } : offer));
}

interface First extends Ended {
  readonly built: readonly string[] | undefined;
  readonly pins: readonly unknown[] | undefined;
}

/** Runs with something wrong, then once more with all as it should be, into the same folder. */
async function twice(offers: readonly Offer[], form?: Form): Promise<{ first: First; second: Ended }> {
  const root = `weather-${++count}`;
  // A cache of its own: an environment that stands needs no wheel.
  const environment = { PEFT_SWEEP_CACHE: join(world.folder, `cache-${count}`) };
  const asked = { root, out: join(world.folder, 'out', root), args: SWEEP, environment };
  const first = await world.run({ ...asked, offers, ...(form && { form }) });
  const report = existsSync(join(first.out, 'report.json')) ? reportIn(first.out) : undefined;
  const known = { built: report?.environments.map(({ status }) => status), pins: report?.pins };
  return { first: { ...first, ...known }, second: await world.run(asked) };
}

function changed(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  other[200] = (other[200] ?? 0) ^ 1;
  return other;
}

describe('a wheel that is not what the index says', () => {
  it.each<[string, (offer: Offer) => Partial<Offer>]>([
    ['is cut off', ({ wheel }) => ({ sent: wheel.bytes.subarray(0, wheel.bytes.length / 2) })],
    ['is empty', () => ({ sent: Buffer.alloc(0) })],
    ['has another byte', ({ wheel }) => ({ sent: changed(wheel.bytes) })],
    ['is a page of text', () => ({ sent: Buffer.from('<html>sign in</html>') })],
    [
      'is the wheel of another package',
      () => ({ sent: writeWheel({ name: 'other', version: '1.1', files: {} }).bytes }),
    ],
  ])('%s: no verdict, and the next run measures', async (_says, wrong) => {
    const { first, second } = await twice(offersWith(wrong));
    expect(first.status).toBe(3);
    expect(first).toMatchObject({ built: ['built', 'inconclusive'], pins: [] });
    expect(second.status).toBe(0);
  });

  it.each<[string, () => readonly Offer[]]>([
    ['names another package inside', () => offersWith(() => ({ wheel: renamed({ name: 'other' }) }))],
    ['names another version inside', () => offersWith(() => ({ wheel: renamed({ version: '9.0' }) }))],
  ])('%s: no verdict and no pin', async (_says, offers) => {
    const { first } = await twice(offers());
    expect(first.status).toBe(3);
    expect(first.pins).toEqual([]);
  });
});

/** A wheel by the name of the newer transformers that is another one inside. */
function renamed(other: { readonly name?: string; readonly version?: string }) {
  const wheel = writeWheel({ name: 'transformers', version: '1.1', files: {}, ...other });
  return { ...wheel, filename: 'transformers-1.1-py3-none-any.whl' };
}

describe('an index that does not answer as it should', () => {
  it.each<[string, Form]>([
    ['answers 503', { status: 503, type: 'text/plain', body: 'busy' }],
    ['answers 429', { status: 429, type: 'text/plain', body: 'slower' }],
    ['sends half a page', { status: 200, type: 'application/vnd.pypi.simple.v1+json', body: '{"files": [{"filename"' }],
    ['sends a page of another form', { status: 200, type: 'application/vnd.pypi.simple.v1+json', body: '{"a": 1}' }],
    ['sends the page of a portal', { status: 200, type: 'text/html', body: '<html><body>Sign in</body></html>' }],
    ['sends nothing', { status: 200, type: 'text/html', body: '' }],
  ])('%s: status 3 and one line, and the next run measures', async (_says, form) => {
    const { first, second } = await twice([], form);
    expect(first.status).toBe(3);
    expect(first.stderr.trim().split('\n')).toHaveLength(1);
    expect(second.status).toBe(0);
  });
});
