/** How far apart two computations of the same numbers may be. */

/** Logits of unquantized cells, of a size of about 10: the largest healthy distance measured is 4.2e-5 (docs/measurements.md). */
export const BAND = 5e-4;

/** What rounding of a decomposition may add; more would hide an adapter at half its scale. */
export const MOST_ROUNDING = 1e-2;
