/** How far a cell's numbers are from what the graphs say. */
import type { Departure } from './departure.ts';
import type { Evidence } from './evidence.ts';
import { forward, type Prepared, prepared, type Runtime, realPlaces, type Text } from './forward.ts';
import { distance, type Tensor } from './tensor.ts';

/** Distances from one run: of the logits, and by how much generated tokens miss the best ones. */
export interface Distances {
  readonly logits: number;
  /** The best logit less that of the token that was taken, at its largest; undefined where nothing was generated. */
  readonly generated?: number;
}

export async function distances(runtime: Runtime, evidence: Evidence, departure: Departure = {}): Promise<Distances> {
  const ready = prepared(evidence.model, departure);
  const logits = await logitsDistance(runtime, evidence, ready);
  if (evidence.generated === undefined) return { logits };
  return { logits, generated: await generatedGap(runtime, evidence.generated, ready) };
}

export async function logitsDistance(
  runtime: Runtime,
  { model, text, logits }: Evidence,
  ready: Prepared,
): Promise<number> {
  const made = await forward(runtime, ready, text);
  return distance(model.task === 'seq-cls' ? made : realPlaces(made, text.mask), logits);
}

/** Each generated token must be the best one behind all that stands before it, which is what greedy decoding takes. */
export async function generatedGap(
  runtime: Runtime,
  { tokens, prompt }: NonNullable<Evidence['generated']>,
  ready: Prepared,
): Promise<number> {
  const logits = await forward(runtime, ready, whole(tokens.map((row) => row.slice(0, -1))));
  return gapOf(logits, tokens, prompt);
}

/** `logits` [rows, places, vocabulary] are those behind each token but the last. */
export function gapOf(logits: Tensor, tokens: readonly (readonly number[])[], prompt: number): number {
  const [, places = 0, width = 0] = logits.shape;
  let largest = 0;
  for (const [row, ids] of tokens.entries())
    for (let place = prompt; place < ids.length; place += 1) {
      const at = (row * places + place - 1) * width;
      const here = logits.values.subarray(at, at + width);
      largest = Math.max(largest, Math.max(...here) - (here[ids[place] ?? 0] ?? 0));
    }
  return largest;
}

export function whole(ids: Text['ids']): Text {
  return { ids, mask: ids.map((row) => row.map(() => 1)) };
}
