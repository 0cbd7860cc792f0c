/** @jest-environment ./__tests__/factories/native-arrays.mjs */
/**
 * Golden logits are what several environments gave for an untouched checkpoint; the graphs are written from the
 * definition. Where the two disagree one of them is wrong, and no judge may rest on it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openCheckpoint } from '../../src/adapters/oracle/cell-folders.ts';
import { CONTROL } from '../../src/domain/cell.ts';
import { ARCHITECTURES as MATRIX } from '../../src/domain/matrix.ts';
import { whyNotJudged } from '../../src/oracle/coverage.ts';
import type { Departure } from '../../src/oracle/departure.ts';
import { type Evidence, evidenceOf } from '../../src/oracle/evidence.ts';
import { forward, prepared, realPlaces } from '../../src/oracle/forward.ts';
import { readTensorFile } from '../../src/oracle/tensor-file.ts';
import { runtime } from '../factories/oracle.ts';
import { floats, integers, tensorFile } from '../factories/tensor-files.ts';

const FOLDER = 'probe/goldens';
const STEP = 7;
const AGREE = 2e-4;
const Golden = z.object({
  of: z.array(
    z.object({
      attention: z.string(),
      environments: z.array(z.string()),
      plain: z.array(z.number()),
      padded: z.array(z.number()),
    }),
  ),
});
type Golden = z.infer<typeof Golden>['of'][number];

const run = runtime();
const cells = readdirSync(FOLDER).map((name) => name.replace('.json', '').split('__'));

/** Others have no graph yet: `node bench/oracle-coverage.mjs` names them. */
const covered = cells.filter(
  ([architecture = '', task = '']) =>
    whyNotJudged({ method: CONTROL, quantization: 'none', architecture, task }) === undefined,
);

describe('golden logits are what the reference graphs compute', () => {
  it.each(covered)('%s, %s', async (architecture = '', task = '') => {
    for (const golden of goldensOf(architecture, task)) {
      expect(await gap(architecture, task, golden)).toBeLessThan(AGREE);
    }
  });

  it('and not those of gemma2 with its cap where they are of an attention without one', async () => {
    const [sdpa, eager] = ['sdpa', 'eager'].map((name) =>
      goldensOf('gemma2', 'causal-lm').find(({ attention }) => attention === name),
    );
    if (sdpa === undefined || eager === undefined) throw new Error('gemma2 has goldens of two attentions');
    expect(await gap('gemma2', 'causal-lm', { ...sdpa, attention: 'eager' })).toBeGreaterThan(AGREE);
    expect(await gap('gemma2', 'causal-lm', { ...eager, padded: sdpa.padded })).toBeGreaterThan(AGREE);
  });
});

function goldensOf(architecture: string, task: string): readonly Golden[] {
  return Golden.parse(JSON.parse(readFileSync(join(FOLDER, `${architecture}__${task}.json`), 'utf8'))).of;
}

/** The largest difference to the definition, or to a form of it that the golden's attention is known to have. */
async function gap(architecture: string, task: string, golden: Golden): Promise<number> {
  const gaps = [];
  for (const departure of departuresOf(untouched(architecture, task, null), golden.attention)) {
    const plain = await logits(untouched(architecture, task, null), departure);
    const padded = await logits(untouched(architecture, task, MATRIX[architecture]?.pads ?? 'left'), departure);
    gaps.push(Math.max(apart(plain, golden.plain), apart(padded, golden.padded)));
  }
  return Math.min(...gaps);
}

function departuresOf({ model }: Evidence, attention: string): readonly Departure[] {
  const forms = model.architecture.alsoInUse ?? [];
  const own = forms.filter((form) => form.attention === attention);
  return [{}, ...own.map(({ shape }) => ({ shape: () => shape }))];
}

async function logits({ model, text }: Evidence, departure: Departure): Promise<readonly number[]> {
  const made = await forward(run, prepared(model, departure), text);
  const { values } = model.task === 'seq-cls' ? made : realPlaces(made, text.mask);
  return [...values].filter((_, index) => index % STEP === 0);
}

function apart(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return Math.max(...one.map((number, index) => Math.abs(number - (other[index] ?? 0))));
}

/** The checkpoint with the probe's own rows: probe/peft_probe/data.py. */
function untouched(architecture: string, task: string, pads: 'left' | 'right' | null): Evidence {
  const rows = [
    { start: 3, stride: 7, padding: 0 },
    { start: 11, stride: 8, padding: 0 },
    { start: 23, stride: 9, padding: 3 },
    { start: 31, stride: 10, padding: 5 },
  ];
  const isPadded = (padding: number, place: number) =>
    pads !== null && (pads === 'left' ? place < padding : place >= 12 - padding);
  const places = rows.flatMap(({ start, stride, padding }) =>
    Array.from({ length: 12 }, (_, place) => ({
      id: isPadded(padding, place) ? 0 : ((start + stride * place) % 60) + 4,
      seen: isPadded(padding, place) ? 0 : 1,
    })),
  );
  const answers = task === 'seq-cls' ? rows.length : places.filter(({ seen }) => seen === 1).length;
  const judged = tensorFile({
    ids: integers(
      [4, 12],
      places.map(({ id }) => id),
    ),
    mask: integers(
      [4, 12],
      places.map(({ seen }) => seen),
    ),
    logits: floats([answers, 1], Array<number>(answers).fill(0)),
  });
  const checkpoint = openCheckpoint(join('probe/checkpoints', architecture));
  return evidenceOf({ task, ...checkpoint, judged: readTensorFile(judged) });
}
