/** Arguments that are sizes: what is too large for the tiny model is made smaller, with the reason. */
import { type Fit, kept, left, type Rule, scaled } from './fitted.ts';

/** Sides below this are of routers and the like, which limit no rank. */
const SMALLEST_SIDE = 16;
/** Virtual tokens are given a quarter of the places that a tiny model has. */
const SHARE_OF_PLACES = 4;
const USUAL_PLACES = 128;
const LARGEST_ENCODER = 64;

/** The largest rank that the matrices have. */
export function largestRank(sides: readonly number[]): number {
  return Math.min(USUAL_PLACES, ...sides.filter((side) => side >= SMALLEST_SIDE));
}

/** Halved until it fits, so that a scale of `alpha / r` can be kept. */
export function halvedTo(limit: number, value: number): number {
  let found = value;
  while (found > limit && found > 1) found = Math.floor(found / 2);
  return found;
}

export const rank: Rule = (value, { architecture, sides }) => {
  if (!isSize(value)) return left('it is no whole number');
  const limit = largestRank(sides);
  const fitting = halvedTo(limit, value);
  return fitting === value
    ? kept(value)
    : scaled(fitting, `the adapted matrices of the tiny ${architecture} have ${limit} rows or columns`);
};

/** Made smaller with the rank, so that what is added is scaled as before. */
export const alpha: Rule = (value, { factor, isRooted }) => {
  if (typeof value !== 'number') return left('it is no number');
  if (factor === 1) return kept(value);
  const share = isRooted ? Math.sqrt(factor) : factor;
  return scaled(value * share, 'it keeps its relation to the rank');
};

/** A size that must divide both sides of each matrix. */
export const block: Rule = (value, { architecture, sides }) => {
  if (!isSize(value)) return left('it is no whole number');
  const fitting = sides.reduce(divisor, value);
  if (fitting === value) return kept(value);
  return scaled(fitting, `it must divide the sides of the matrices, ${range(sides)} in the tiny ${architecture}`);
};

/** Numbers of a matrix: at most all of them. */
export const count: Rule = (value, { architecture, sides }) => {
  if (!isSize(value)) return left('it is no whole number');
  const smallest = Math.min(USUAL_PLACES, ...sides);
  const most = smallest * smallest;
  return value <= most
    ? kept(value)
    : scaled(most, `the smallest matrix of the tiny ${architecture} has so many numbers`);
};

export const virtualTokens: Rule = (value, { architecture, shape }) => {
  if (!isSize(value)) return left('it is no whole number');
  const places = shape.positions ?? USUAL_PLACES;
  const most = Math.floor(places / SHARE_OF_PLACES);
  return value <= most ? kept(value) : scaled(most, `the tiny ${architecture} has ${places} places`);
};

export const encoderSize: Rule = (value) => {
  if (!isSize(value)) return left('it is no whole number');
  return value <= LARGEST_ENCODER ? kept(value) : scaled(LARGEST_ENCODER, 'an encoder as wide as a tiny model');
};

export const layerCount: Rule = (value, { architecture, shape }) => {
  if (!isSize(value)) return left('it is no whole number');
  if (value <= shape.layers) return kept(value);
  return scaled(shape.layers, `the tiny ${architecture} has ${shape.layers} layers`);
};

/** A text by the numbers of its tokens: other ones of the vocabulary, as many as there were. */
export const text: Rule = (value, { architecture, shape }) => {
  if (!Array.isArray(value) || !value.every(isWhole)) return left('it is no list of tokens');
  const whole = value.filter(isWhole);
  if (whole.every((one) => one < shape.vocabulary)) return kept(value);
  const fitting = whole.map((one) => one % shape.vocabulary);
  return scaled(fitting, `the vocabulary of the tiny ${architecture} has ${shape.vocabulary} tokens`);
};

/** Tokens that are told apart: two that become one are one. */
export const tokens: Rule = (value, fit) => {
  const found = text(value, fit);
  return found.kind === 'scaled' && Array.isArray(found.value) ? scaled([...new Set(found.value)], found.why) : found;
};

/** A cell has so many steps, and what is counted in them goes by that. */
export const steps: Rule = () => left('a cell is trained for 25 steps');

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}

function range(sides: Fit['sides']): string {
  const [smallest, largest] = [Math.min(...sides), Math.max(...sides)];
  return smallest === largest ? String(smallest) : `${smallest} to ${largest}`;
}
