/** What training came to at several learning rates: the fact `rates`, read, and what it says of a method. */

export interface Tried {
  readonly rate: number;
  /** The loss of each step; NaN where it was none. */
  readonly curve: readonly number[];
}

/** `0.001: 3.21 3.2; 0.01: 3.21 1.9` by its rates; what is in no such form is left out. */
export function triedIn(rates: string): readonly Tried[] {
  return rates.split(';').flatMap((part) => {
    const [rate = '', losses = ''] = part.split(':');
    const curve = losses.trim().split(/\s+/).map(Number);
    return Number(rate) > 0 && curve.length > 1 ? [{ rate: Number(rate), curve }] : [];
  });
}

/** A loss that ends below this share of its start was learnt. */
const LEARNT = 0.9;
/** One that moves by less than this share stands still. */
const STILL = 1e-3;

export function endOf({ curve }: Tried): number {
  return curve.at(-1) ?? Number.NaN;
}

export function isLearnt(tried: Tried): boolean {
  return endOf(tried) <= LEARNT * (tried.curve[0] ?? 0);
}

/** Whether no step at any rate moved the loss: nothing is trained. */
export function isFlat(all: readonly Tried[]): boolean {
  return all.every(({ curve: [first = 0, ...rest] }) => rest.every((loss) => Math.abs(loss - first) <= STILL * first));
}

/** The one that ends lowest; undefined where none ends in a number. */
export function bestOf(all: readonly Tried[]): Tried | undefined {
  return all.filter((one) => Number.isFinite(endOf(one))).toSorted((one, other) => endOf(one) - endOf(other))[0];
}
