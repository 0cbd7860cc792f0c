/** How far a cell's numbers are from what the graphs say, in one run of them. */
import type { Evidence } from './evidence.ts';
import { forward, type Prepared, type Runtime, realPlaces, type Text } from './forward.ts';
import { distance, type Tensor } from './tensor.ts';

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
