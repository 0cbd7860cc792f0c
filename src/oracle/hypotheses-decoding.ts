/** What can be wrong when tokens are generated one by one, although a pass over all of them is right. */
import type { Departure, Positions } from './departure.ts';
import type { Evidence } from './evidence.ts';
import { gapOf, whole } from './examine.ts';
import { forward, type Prepared, type Runtime } from './forward.ts';
import { hypothesesFor } from './hypotheses.ts';
import type { Model } from './model.ts';
import { reshaped, stacked, type Tensor, tensor } from './tensor.ts';

type Generated = NonNullable<Evidence['generated']>;
type Gap = (runtime: Runtime, generated: Generated, ready: Prepared) => Promise<number>;

export interface Decoding {
  readonly says: string;
  readonly departure?: Departure;
  /** By how much the tokens miss the best ones, where they are not simply read one after the other. */
  readonly gap?: Gap;
}

const PROMPT = 6;

/** Hypotheses for a model, those of decoding alone first. */
export function decodingFor(model: Model): readonly Decoding[] {
  const restarting: Decoding[] = [
    {
      says: 'When tokens are generated, positions begin again at 0 behind the prompt.',
      departure: { positions: restarted },
    },
    { says: 'When tokens are generated, they all get the position of the first.', departure: { positions: standing } },
    { says: 'When tokens are generated, each gets the position of the one before it.', departure: { positions: late } },
  ];
  const inserted: Decoding[] =
    model.adapter?.virtual === undefined
      ? []
      : [{ says: 'When tokens are generated, the virtual tokens are put in again at each step.', gap: insertedGap }];
  const others = hypothesesFor(model).map(({ says, departure }) => ({
    says: `When tokens are generated: ${says}`,
    departure,
  }));
  return [
    ...inserted,
    ...others.slice(0, 1),
    ...restarting,
    { says: 'Tokens are generated without what stands before the last one.', gap: aloneGap },
    ...others.slice(1),
  ];
}

const restarted: Positions = (positions) =>
  positions.map((position, place) => (place < PROMPT ? position : place - PROMPT));
const standing: Positions = (positions) =>
  positions.map((position, place) => (place < PROMPT ? position : (positions[PROMPT] ?? 0)));
const late: Positions = (positions) => positions.map((position, place) => (place < PROMPT ? position : position - 1));

/** Virtual tokens stand before the prompt, and again before each new token. */
async function insertedGap(runtime: Runtime, { tokens, prompt }: Generated, ready: Prepared): Promise<number> {
  const count = ready.virtual.shape[0] ?? 0;
  const again = Array.from({ length: count }, (_, token) => -1 - token);
  const rows = tokens.map((row) => [
    ...row.slice(0, prompt),
    ...row.slice(prompt, -1).flatMap((token) => [...again, token]),
  ]);
  const logits = await forward(runtime, ready, whole(rows));
  const steps = (tokens[0]?.length ?? 0) - prompt - 1;
  const places = Array.from({ length: steps }, (_, step) => prompt - 1 + (step + 1) * (count + 1));
  const kept = [...Array.from({ length: prompt }, (_, place) => place), ...places];
  return gapOf(placesOf(logits, kept), tokens, prompt);
}

/** Each new token is read without the text before it. */
async function aloneGap(runtime: Runtime, { tokens, prompt }: Generated, ready: Prepared): Promise<number> {
  const first = await forward(runtime, ready, whole(tokens.map((row) => row.slice(0, prompt))));
  let largest = gapOf(
    first,
    tokens.map((row) => row.slice(0, prompt + 1)),
    prompt,
  );
  for (let place = prompt; place + 1 < (tokens[0]?.length ?? 0); place += 1) {
    const one = await forward(runtime, ready, whole(tokens.map((row) => row.slice(place, place + 1))));
    largest = Math.max(
      largest,
      gapOf(
        one,
        tokens.map((row) => row.slice(place, place + 2)),
        1,
      ),
    );
  }
  return largest;
}

function placesOf({ shape: [rows = 0, places = 0, width = 0], values }: Tensor, kept: readonly number[]): Tensor {
  const parts = Array.from({ length: rows }, (_, row) =>
    kept.map((place) => {
      const from = (row * places + place) * width;
      return tensor([1, width], values.subarray(from, from + width));
    }),
  );
  return reshaped(stacked(parts.flat()), rows, kept.length, width);
}
