/** Places of what stands before a text: some of them, or rounded. */
import { mapped, type Tensor, tensor } from './tensor.ts';

/** Places `from` up to `to` (from the end where negative) of [heads, places, size]. */
export function placesOf(
  { shape: [heads = 0, places = 0, size = 0], values }: Tensor,
  from: number,
  to: number = places,
): Tensor {
  const end = to < 0 ? places + to : to;
  const kept = Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
  const made = new Float32Array(heads * kept.length * size);
  for (let head = 0; head < heads; head += 1)
    for (const [at, place] of kept.entries()) {
      const start = (head * places + place) * size;
      made.set(values.subarray(start, start + size), (head * kept.length + at) * size);
    }
  return tensor([heads, kept.length, size], made);
}

/** The nearest numbers that have 8 bits of precision, ties to even. */
export function roundedToBrain(value: Tensor): Tensor {
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  return mapped(value, (exact) => {
    number[0] = exact;
    const whole = bits[0] ?? 0;
    bits[0] = (whole + 0x7fff + ((whole >>> 16) & 1)) & 0xffff0000;
    return number[0] ?? 0;
  });
}
