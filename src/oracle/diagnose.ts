/** From a distance to a sentence: which change of the graphs' inputs gives the numbers that a cell gave. */
import { NotCovered } from './adapter-configuration.ts';
import { both, type Departure } from './departure.ts';
import type { Evidence } from './evidence.ts';
import { generatedGap, logitsDistance } from './examine.ts';
import { prepared, type Runtime } from './forward.ts';
import { hypothesesFor } from './hypotheses.ts';
import { methodName } from './hypotheses-adapter.ts';
import { decodingFor } from './hypotheses-decoding.ts';
import { ShapeError } from './tensor.ts';

export interface Diagnosis {
  readonly says: string;
  /** The distance that is left with the change that the sentence names. */
  readonly left: number;
}

/** What explains logits that are not the graphs', from one of the definitions on; undefined where nothing does. */
export async function diagnoseLogits(
  runtime: Runtime,
  evidence: Evidence,
  definitions: readonly Departure[],
  band: number,
): Promise<Diagnosis | undefined> {
  for (const { says, departure } of hypothesesFor(evidence.model))
    for (const base of definitions) {
      const left = await tried(() =>
        logitsDistance(runtime, evidence, prepared(evidence.model, both(base, departure))),
      );
      if (left <= band) return { says, left };
    }
  for (const base of definitions) {
    const found = await fittedShare(runtime, evidence, base, band);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What explains tokens that are not the best ones, where the logits of one pass are right. */
export async function diagnoseTokens(
  runtime: Runtime,
  evidence: Evidence,
  base: Departure,
  band: number,
): Promise<Diagnosis | undefined> {
  const { generated, model } = evidence;
  if (generated === undefined) return undefined;
  for (const { says, departure = {}, gap = generatedGap } of decodingFor(model)) {
    const left = await tried(() => gap(runtime, generated, prepared(model, both(base, departure))));
    if (left <= band) return { says, left };
  }
  return undefined;
}

/** The share of every change of a weight that comes nearest, if it comes near enough. */
async function fittedShare(
  runtime: Runtime,
  evidence: Evidence,
  base: Departure,
  band: number,
): Promise<Diagnosis | undefined> {
  const { model } = evidence;
  if ((model.adapter?.changes.size ?? 0) === 0) return undefined;
  const at = (share: number) => tried(() => logitsDistance(runtime, evidence, prepared(model, both(base, { share }))));
  let [low, high] = await bracket(at);
  for (let step = 0; step < 40; step += 1) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if ((await at(left)) < (await at(right))) high = right;
    else low = left;
  }
  const share = (low + high) / 2;
  const left = await at(share);
  const percent = Number((share * 100).toPrecision(3));
  if (percent === 100) return undefined;
  return left <= band ? { says: `${methodName(model)} is applied at ${percent} % of its scale.`, left } : undefined;
}

const SHARES = [-2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 8, 16];

/** The neighbours of the best of a few shares. */
async function bracket(at: (share: number) => Promise<number>): Promise<[number, number]> {
  const found: number[] = [];
  for (const share of SHARES) found.push(await at(share));
  const best = found.indexOf(Math.min(...found));
  return [SHARES[Math.max(0, best - 1)] ?? 0, SHARES[Math.min(SHARES.length - 1, best + 1)] ?? 1];
}

/** What a model cannot be like explains nothing. */
async function tried(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof NotCovered) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
