/** Takes pieces of wanted lengths out of a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #position = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes as an array of their own; fewer than `length` only where the stream ends. */
  async read(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    let filled = 0;
    await this.#take(length, (part) => {
      out.set(part, filled);
      filled += part.length;
    });
    return filled === length ? out : out.slice(0, filled);
  }

  /** Passes over bytes without keeping them. @returns how many there were */
  async skip(length: number): Promise<number> {
    const before = this.#position;
    await this.#take(length, () => undefined);
    return this.#position - before;
  }

  /** Tells the source that no more is wanted, so that it can close its file. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #take(length: number, use: (part: Uint8Array) => void): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.#offset === this.#chunk.length) {
        const next = await this.#chunks.next();
        if (next.done) return;
        this.#chunk = next.value;
        this.#offset = 0;
        continue;
      }
      const part = this.#chunk.subarray(this.#offset, this.#offset + left);
      use(part);
      this.#offset += part.length;
      this.#position += part.length;
      left -= part.length;
    }
  }
}
