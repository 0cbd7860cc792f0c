/** The header of a safetensors file: what it holds, without reading it. Every length is checked before it is used. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { CheckpointError } from './error.ts';

const LONGEST_HEADER = 16 << 20;
const MOST_TENSORS = 100_000;
const BITS: Readonly<Record<string, number>> = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F4: 4 },
  ...{ I64: 64, U64: 64, I32: 32, U32: 32, I16: 16, U16: 16, I8: 8, U8: 8, BOOL: 8 },
};
const Entry = z.strictObject({
  dtype: z.string().max(20),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const Header = z.record(z.string().max(500), z.unknown());

export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  /** How many numbers it holds; packed forms hold several weights in each. */
  readonly count: number;
  readonly bytes: number;
}

/** `name` is the file's in sentences. Throws CheckpointError for anything that is not a whole and sound file. */
export function readHeader(path: string, name: string): readonly StoredTensor[] {
  const descriptor = opened(path, name);
  try {
    const { size } = fstatSync(descriptor);
    const header = parsed(bytesOf(descriptor, size, name), name);
    const start = 8 + header.length;
    return tensorsIn(header.entries, size - start, name);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string, name: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new CheckpointError('cannot be read', `\`${name}\` cannot be opened.`, { cause });
  }
}

function bytesOf(descriptor: number, size: number, name: string): Buffer {
  if (size < 8) throw new CheckpointError('partial', `\`${name}\` has ${size} bytes, fewer than its own length takes.`);
  const [head] = [Buffer.alloc(8)];
  readSync(descriptor, head, 0, 8, 0);
  const length = head.readBigUInt64LE(0);
  if (length > LONGEST_HEADER)
    throw new CheckpointError(
      'header too long',
      `\`${name}\` says that its header has ${length} bytes; 16 MiB are read.`,
    );
  if (8 + Number(length) > size) throw new CheckpointError('partial', `\`${name}\` ends within its header.`);
  const text = Buffer.alloc(Number(length));
  readSync(descriptor, text, 0, text.length, 8);
  return text;
}

function parsed(text: Buffer, name: string) {
  try {
    const whole: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
    const { __metadata__: _metadata, ...tensors } = Header.parse(whole);
    return { length: text.length, entries: Object.entries(tensors) };
  } catch (cause) {
    throw new CheckpointError('not safetensors', `The header of \`${name}\` is no JSON object.`, { cause });
  }
}

function tensorsIn(entries: readonly [string, unknown][], room: number, name: string): readonly StoredTensor[] {
  if (entries.length > MOST_TENSORS)
    throw new CheckpointError('header too long', `\`${name}\` has ${entries.length} tensors; 100,000 are read.`);
  const found = entries.map(([tensor, written]) => tensorAt(tensor, written, name));
  const held = found.reduce((sum, { bytes }) => sum + bytes, 0);
  if (held !== room)
    throw new CheckpointError(
      held > room ? 'partial' : 'not safetensors',
      `\`${name}\` has ${room} bytes of tensors where its header says ${held}.`,
    );
  return found;
}

function tensorAt(tensor: string, written: unknown, file: string): StoredTensor {
  const entry = Entry.safeParse(written);
  const bits = entry.success && Object.hasOwn(BITS, entry.data.dtype) ? BITS[entry.data.dtype] : undefined;
  if (!entry.success || bits === undefined) throw wrong(tensor, file, 'has no dtype, shape and place that are known');
  const {
    dtype,
    shape,
    data_offsets: [from, to],
  } = entry.data;
  const count = shape.reduce((product, width) => product * width, 1);
  if (!Number.isSafeInteger(count * bits) || (count * bits) / 8 !== to - from)
    throw wrong(tensor, file, `has ${to - from} bytes where its shape asks for ${(count * bits) / 8}`);
  return { name: tensor, dtype, count, bytes: to - from };
}

function wrong(tensor: string, file: string, what: string): CheckpointError {
  return new CheckpointError('not safetensors', `\`${tensor.slice(0, 100)}\` in \`${file}\` ${what}.`);
}
