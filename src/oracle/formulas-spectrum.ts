/** Methods that add to a weight what a few numbers of another basis stand for. Weights lie as [out, in]. */
import { type LinearChange, moved, movedBy, part, requireForm, type Saved } from './formula.ts';
import { added, mapped, matmul, matrixOf, room, ShapeError, scaled, type Tensor, tensor, turned } from './tensor.ts';
import { permutation } from './torch-random.ts';

const SEED = 777;

/** Gao and others 2024 (FourierFT): the real part of the inverse Fourier transform of a few frequencies. */
export function fourierft(saved: Saved): LinearChange {
  const { scaling = 150, random_loc_seed: seed } = saved.configuration;
  const spectrum = part(saved, 'fourierft_spectrum').values;
  return movedBy(({ weight }) => {
    const [outputs, inputs] = matrixOf(weight);
    requireRoom(spectrum, outputs * inputs);
    const places = permutation(outputs * inputs, seed ?? SEED, spectrum.length);
    const rows = waves(
      outputs,
      places.map((place) => Math.floor(place / inputs)),
    );
    const columns = waves(
      inputs,
      places.map((place) => place % inputs),
    );
    const sizes = mapped(rows.cos, (_, index) => spectrum[index % spectrum.length] ?? 0);
    const cosines = matmul(times(rows.cos, sizes), turned(columns.cos));
    const sines = matmul(times(rows.sin, sizes), turned(columns.sin));
    return scaled(added(cosines, scaled(sines, -1)), scaling / (outputs * inputs));
  });
}

function requireRoom(spectrum: Float32Array, most: number): void {
  if (spectrum.length > most) throw new ShapeError(`${spectrum.length} numbers for a weight of ${most}`);
}

/** cos and sin of 2 pi f n / length: [length, frequencies]. */
function waves(length: number, frequencies: readonly number[]): { readonly cos: Tensor; readonly sin: Tensor } {
  const shape = [length, frequencies.length];
  const of = (wave: (angle: number) => number) => {
    const turn = Float64Array.from({ length }, (_, part) => wave((2 * Math.PI * part) / length));
    const values = room(shape);
    let index = 0;
    for (let place = 0; place < length; place += 1)
      for (const frequency of frequencies) {
        values[index] = turn[(place * frequency) % length] ?? 0;
        index += 1;
      }
    return tensor(shape, values);
  };
  return { cos: of(Math.cos), sin: of(Math.sin) };
}

function times(left: Tensor, right: Tensor): Tensor {
  return mapped(left, (number, index) => number * (right.values[index] ?? 0));
}

/** Bilican and others 2025 (WaveFT): the inverse transform of Haar's wavelet of a few coefficients. */
export function waveft(saved: Saved): LinearChange {
  const { scaling = 25, random_loc_seed: seed, use_idwt, wavelet_family = 'db1' } = saved.configuration;
  requireForm(wavelet_family === 'db1', `WaveFT with the wavelet ${wavelet_family}`);
  const spectrum = part(saved, 'waveft_spectrum').values;
  return movedBy(({ weight }) => {
    const [outputs, inputs] = matrixOf(weight);
    requireForm(outputs % 2 === 0 && inputs % 2 === 0, 'WaveFT of a weight of odd size');
    requireRoom(spectrum, outputs * inputs);
    const dense = new Float32Array(outputs * inputs);
    for (const [index, place] of permutation(outputs * inputs, seed ?? SEED, spectrum.length).entries())
      dense[place] = spectrum[index] ?? 0;
    const coefficients = tensor([outputs, inputs], dense);
    return scaled(use_idwt === false ? coefficients : haar(coefficients), scaling);
  });
}

/** Quarters of averages, differences across, down and both, to pairs of rows and columns. */
function haar(value: Tensor): Tensor {
  const [rows, columns] = matrixOf(value);
  const [down, across] = [rows / 2, columns / 2];
  const at = (row: number, column: number) => value.values[row * columns + column] ?? 0;
  return mapped(value, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [r, c] = [row >> 1, column >> 1];
    const [y, x] = [row % 2 === 0 ? 1 : -1, column % 2 === 0 ? 1 : -1];
    return (at(r, c) + y * at(r, c + across) + x * at(r + down, c) + x * y * at(r + down, c + across)) / 2;
  });
}

/** Chen and others 2025 (C3A): blocks that are circulant, each by its first row. */
export function c3a(saved: Saved): LinearChange {
  const kernel = part(saved, 'c3a_kernel');
  const [down = 0, across = 0, size = 0] = kernel.shape;
  const [outputs, inputs] = [down * size, across * size];
  const values = room([outputs, inputs]);
  for (let row = 0, index = 0; row < outputs; row += 1)
    for (let column = 0; column < inputs; column += 1, index += 1) {
      const block = Math.floor(row / size) * across + Math.floor(column / size);
      const shift = (((column - row) % size) + size) % size;
      values[index] = (kernel.values[block * size + shift] ?? 0) / inputs;
    }
  return moved(tensor([outputs, inputs], values));
}
