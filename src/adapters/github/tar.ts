/** The contents of a tar archive, one after another. Names are not looked at: who reads knows a file by its hash. */

const BLOCK = 512;
/** More than this is not unpacked, and no single file larger than that is handed on. */
const LARGEST_ARCHIVE = 1024 * 1024 * 1024;
const LARGEST_FILE = 32 * 1024 * 1024;
const REGULAR: readonly string[] = ['0', '\0'];

export async function* tarFiles(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const source = new Blocks(chunks);
  for (;;) {
    const header = await source.take(BLOCK);
    if (header === undefined || header[0] === 0) return;
    const size = Number.parseInt(header.toString('latin1', 124, 136).replace(/\0.*$/s, '').trim(), 8);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    // Sizes that octal digits cannot hold are written otherwise: nobody's source code.
    if (!Number.isSafeInteger(padded) || source.taken + padded > LARGEST_ARCHIVE) return;
    const isWanted = REGULAR.includes(header.toString('latin1', 156, 157)) && size <= LARGEST_FILE;
    const content = isWanted ? await source.take(padded) : await source.pass(padded);
    if (content === undefined) return;
    if (isWanted) yield content.subarray(0, size);
  }
}

/** Bytes of a stream by the count. */
class Blocks {
  taken = 0;
  #waiting: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** undefined where the stream ends before. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    return (await this.#pass(count, (part) => parts.push(part))) ? Buffer.concat(parts) : undefined;
  }

  async pass(count: number): Promise<Buffer | undefined> {
    return (await this.#pass(count, () => undefined)) ? Buffer.alloc(0) : undefined;
  }

  async #pass(count: number, give: (part: Buffer) => void): Promise<boolean> {
    this.taken += count;
    for (let left = count; left > 0; ) {
      if (this.#waiting.length === 0) {
        const { value, done } = await this.#chunks.next();
        if (done) return false;
        this.#waiting = Buffer.from(value);
      }
      const part = this.#waiting.subarray(0, left);
      this.#waiting = this.#waiting.subarray(part.length);
      left -= part.length;
      give(part);
    }
    return true;
  }
}
