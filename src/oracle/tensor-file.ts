/**
 * Reads tensor files of the safetensors format: a length (8 bytes, little endian), a header in JSON, the data.
 *
 * The files come from where strangers' code ran: every length is checked before it is used, and what is wrong is a
 * TensorFileError that names it.
 */
import { z } from 'zod';
import { type Integers, type Tensor, tensor } from './tensor.ts';

const LONGEST_HEADER = 1 << 20;
const MOST_ENTRIES = 10_000;
const MOST_AXES = 8;

export class TensorFileError extends Error {}

/** A tensor that is whole and holds NaN or an infinity: the file is sound, what was computed is not. */
export class NotFinite extends TensorFileError {
  constructor(
    /** The name of the tensor. */
    readonly tensor: string,
    readonly count: number,
    readonly of: number,
  ) {
    super(`${shown(tensor)} holds NaN or an infinity`);
  }
}

const Entry = z.strictObject({
  dtype: z.string().max(20),
  shape: z.array(z.int().nonnegative()).max(MOST_AXES),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const Metadata = z.record(z.string(), z.string());

interface Format {
  readonly bytes: number;
  readonly isInteger: boolean;
  readonly read: (view: DataView, at: number) => number;
}

const FORMATS = new Map<string, Format>([
  ['F64', { bytes: 8, isInteger: false, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { bytes: 4, isInteger: false, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { bytes: 2, isInteger: false, read: (view, at) => half(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, isInteger: false, read: brain }],
  ['I64', { bytes: 8, isInteger: true, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ['I32', { bytes: 4, isInteger: true, read: (view, at) => view.getInt32(at, true) }],
  ['U8', { bytes: 1, isInteger: true, read: (view, at) => view.getUint8(at) }],
  ['BOOL', { bytes: 1, isInteger: true, read: (view, at) => view.getUint8(at) }],
]);

interface Place {
  readonly format: Format;
  readonly shape: readonly number[];
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The tensors of one file by name; a tensor is decoded when it is first asked for, and kept. */
export interface TensorFile {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** What `name` is of; `missing` where there is none. */
  kindOf(name: string): 'floats' | 'integers' | 'missing';
  /** Throws TensorFileError where it is missing or of whole numbers, NotFinite where it holds NaN or an infinity. */
  floats(name: string): Tensor;
  /** Throws TensorFileError where it is missing or not of whole numbers. */
  integers(name: string): Integers;
}

/** Throws TensorFileError for anything that is not a whole and sound file. */
export function readTensorFile(content: Uint8Array): TensorFile {
  const { header, start } = headerOf(content);
  const places = new Map<string, Place>();
  for (const [name, written] of header) places.set(name, placeOf(name, written, start));
  requireNoOverlap(places, start, content.length);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const decoded = new Map<string, Tensor>();
  return {
    names: [...places.keys()],
    has: (name) => places.has(name),
    kindOf: (name) => kindOf(places.get(name)),
    floats: (name) => {
      const value = decoded.get(name) ?? floatsAt(name, places.get(name), view);
      decoded.set(name, value);
      return value;
    },
    integers: (name) => integersAt(name, places.get(name), view),
  };
}

function headerOf(content: Uint8Array): { readonly header: readonly [string, unknown][]; readonly start: number } {
  if (content.length < 8) throw new TensorFileError(`the file has ${content.length} bytes, fewer than its own length`);
  const length = new DataView(content.buffer, content.byteOffset, 8).getBigUint64(0, true);
  if (length > LONGEST_HEADER) throw new TensorFileError(`the header of ${length} bytes is longer than 1 MiB`);
  const start = 8 + Number(length);
  if (start > content.length) throw new TensorFileError('the file ends within its header');
  const entries = Object.entries(parsed(content.subarray(8, start)));
  if (entries.length > MOST_ENTRIES) throw new TensorFileError(`${entries.length} tensors are more than 10,000`);
  return { header: entries.filter(([name, value]) => !isMetadata(name, value)), start };
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new TensorFileError('the header is no JSON', { cause });
  }
  const record = z.record(z.string(), z.unknown()).safeParse(header);
  if (!record.success) throw new TensorFileError('the header is no object');
  return record.data;
}

function isMetadata(name: string, value: unknown): boolean {
  if (name !== '__metadata__') return false;
  if (!Metadata.safeParse(value).success) throw new TensorFileError('the metadata in the header is no text');
  return true;
}

function placeOf(name: string, written: unknown, start: number): Place {
  const entry = Entry.safeParse(written);
  if (!entry.success) throw new TensorFileError(`${shown(name)} is not described by a dtype, a shape and offsets`);
  const format = FORMATS.get(entry.data.dtype);
  if (format === undefined) throw new TensorFileError(`${shown(name)} is of a dtype that is not read here`);
  const [from, to] = entry.data.data_offsets;
  const count = countOf(name, entry.data.shape);
  if (to - from !== count * format.bytes)
    throw new TensorFileError(`${shown(name)} has ${to - from} bytes where its shape asks for ${count * format.bytes}`);
  return { format, shape: entry.data.shape, count, from: start + from, to: start + to };
}

function countOf(name: string, shape: readonly number[]): number {
  let count = 1;
  for (const length of shape) {
    count *= length;
    if (!Number.isSafeInteger(count * 8)) throw new TensorFileError(`the shape of ${shown(name)} overflows`);
  }
  return count;
}

/** The format allows neither overlaps nor holes: what lies in one could be read as two things. */
function requireNoOverlap(places: ReadonlyMap<string, Place>, start: number, end: number): void {
  const sorted = [...places].sort(([, a], [, b]) => a.from - b.from || a.to - b.to);
  let reached = start;
  for (const [name, { from, to }] of sorted) {
    if (to > end) throw new TensorFileError(`the file ends within ${shown(name)}`);
    if (from < reached) throw new TensorFileError(`${shown(name)} overlaps with another tensor`);
    if (from > reached) throw new TensorFileError(`there is a hole before ${shown(name)}`);
    reached = to;
  }
  if (reached !== end) throw new TensorFileError(`${end - reached} bytes stand behind the last tensor`);
}

function kindOf(place: Place | undefined): 'floats' | 'integers' | 'missing' {
  if (place === undefined) return 'missing';
  return place.format.isInteger ? 'integers' : 'floats';
}

function floatsAt(name: string, place: Place | undefined, view: DataView): Tensor {
  if (place === undefined) throw new TensorFileError(`${shown(name)} is missing`);
  if (place.format.isInteger) throw new TensorFileError(`${shown(name)} holds whole numbers`);
  const values = new Float32Array(place.count);
  for (let index = 0; index < place.count; index += 1) {
    values[index] = place.format.read(view, place.from + index * place.format.bytes);
  }
  const odd = values.reduce((count, value) => (Number.isFinite(value) ? count : count + 1), 0);
  if (odd > 0) throw new NotFinite(name, odd, values.length);
  return tensor(place.shape, values);
}

function integersAt(name: string, place: Place | undefined, view: DataView): Integers {
  if (place === undefined) throw new TensorFileError(`${shown(name)} is missing`);
  if (!place.format.isInteger) throw new TensorFileError(`${shown(name)} holds no whole numbers`);
  const { format, count, from, shape } = place;
  return { shape, values: Array.from({ length: count }, (_, index) => format.read(view, from + index * format.bytes)) };
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of a 32-bit number. */
function brain(view: DataView, at: number): number {
  const wide = new DataView(new ArrayBuffer(4));
  wide.setUint16(0, view.getUint16(at, true), false);
  return wide.getFloat32(0, false);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
