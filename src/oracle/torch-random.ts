/** Random choices that PyTorch's generator makes from a seed: some adapters save the seed alone. */

const LENGTH = 624;
const MIDDLE = 397;

/** Matsumoto and Nishimura 1998: the 32-bit Mersenne twister, seeded by one number. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(LENGTH);
  state[0] = seed;
  for (let index = 1; index < LENGTH; index += 1) {
    const before = state[index - 1] ?? 0;
    state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
  }
  let place = LENGTH;
  return () => {
    if (place === LENGTH) {
      twist(state);
      place = 0;
    }
    const word = state[place] ?? 0;
    place += 1;
    return tempered(word);
  };
}

function twist(state: Uint32Array): void {
  for (let index = 0; index < LENGTH; index += 1) {
    const high = (state[index] ?? 0) & 0x80000000;
    const word = high | ((state[(index + 1) % LENGTH] ?? 0) & 0x7fffffff);
    const odd = (word & 1) === 1 ? 0x9908b0df : 0;
    state[index] = (state[(index + MIDDLE) % LENGTH] ?? 0) ^ (word >>> 1) ^ odd;
  }
}

function tempered(word: number): number {
  let made = word ^ (word >>> 11);
  made ^= (made << 7) & 0x9d2c5680;
  made ^= (made << 15) & 0xefc60000;
  return (made ^ (made >>> 18)) >>> 0;
}

/** The first `count` of `torch.randperm(size)` on a CPU: each place in turn changes with one at or behind it. */
export function permutation(size: number, seed: number, count: number): readonly number[] {
  const random = mersenneTwister(seed);
  const order = new Uint32Array(size);
  for (let place = 0; place < size; place += 1) order[place] = place;
  for (let place = 0; place < Math.min(count, size - 1); place += 1) {
    const other = place + (random() % (size - place));
    const here = order[place] ?? 0;
    order[place] = order[other] ?? 0;
    order[other] = here;
  }
  return [...order.subarray(0, count)];
}
