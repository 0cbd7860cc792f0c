/** Tensor files on disk, opened so that nothing else is: no link is followed, nothing waits, nothing grows. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { readTensorFile, type TensorFile, TensorFileError } from '../../oracle/tensor-file.ts';

/** Throws TensorFileError where it is missing, a link, no plain file, larger than `most` bytes, or not sound. */
export function openTensorFile(path: string, most: number): TensorFile {
  return readTensorFile(readPlainFile(path, most));
}

/** The bytes of a plain file of at most `most` bytes. Throws TensorFileError for all else. */
export function readPlainFile(path: string, most: number): Uint8Array {
  const descriptor = opened(path);
  try {
    const state = fstatSync(descriptor);
    if (!state.isFile()) throw new TensorFileError('it is no plain file');
    if (state.size > most) throw new TensorFileError(`it has ${state.size} bytes, more than ${most}`);
    return readAll(descriptor, state.size);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new TensorFileError('it is missing, a link, or cannot be read', { cause });
  }
}

function readAll(descriptor: number, size: number): Uint8Array {
  const content = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const read = readSync(descriptor, content, done, size - done, done);
    if (read === 0) throw new TensorFileError('it became shorter while it was read');
    done += read;
  }
  return content;
}
