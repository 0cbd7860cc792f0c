/** Tensor files as bytes, sound or not. */

export interface Written {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export function floats(shape: readonly number[], values: readonly number[]): Written {
  return { dtype: 'F32', shape, bytes: new Uint8Array(new Float32Array(values).buffer) };
}

export function integers(shape: readonly number[], values: readonly number[]): Written {
  return { dtype: 'I64', shape, bytes: new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer) };
}

export function tensorFile(tensors: Readonly<Record<string, Written>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let place = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [place, place + bytes.length] };
    place += bytes.length;
  }
  return fileOf(JSON.stringify(header), Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes)));
}

/** A file with this header, as it is. */
export function fileOf(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, data]));
}
