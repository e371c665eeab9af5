// The octets of a backup as they come, cut as its reader asks for them, and summed on the way: the sum is that of the
// whole file, as `sha256sum` says it.
import { createHash, type Hash } from 'node:crypto';

export class Octets {
  readonly #chunks: AsyncIterator<Buffer | Uint8Array>;
  readonly #digest: Hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #length = 0;
  #ended = false;

  constructor(chunks: AsyncIterable<Buffer | Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `count` octets without taking them; fewer when the end comes first. */
  async peek(count: number): Promise<Buffer> {
    while (this.#length < count && !this.#ended) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#ended = true;
      else this.#add(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
    }
    // Joined once for each piece that is asked for, however many chunks it came in.
    if (this.#waiting.length > 1 && (this.#waiting[0]?.length ?? 0) < count)
      this.#waiting = [Buffer.concat(this.#waiting)];
    return (this.#waiting[0] ?? Buffer.alloc(0)).subarray(0, count);
  }

  /** The next `count` octets; fewer when the end comes first. */
  async take(count: number): Promise<Buffer> {
    const taken = await this.peek(count);
    this.#digest.update(taken);
    this.#length -= taken.length;
    const rest = this.#waiting[0]?.subarray(taken.length);
    if (rest !== undefined && rest.length > 0) this.#waiting[0] = rest;
    else this.#waiting.shift();
    return taken;
  }

  /** Everything that is left, in chunks. */
  async *rest(): AsyncGenerator<Buffer, void> {
    while ((await this.peek(1)).length > 0) yield await this.take(this.#waiting[0]?.length ?? 1);
  }

  /** SHA-256 over all that was taken, in hex. To be asked once, at the end. */
  sum(): string {
    return this.#digest.digest('hex');
  }

  #add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#waiting.push(chunk);
    this.#length += chunk.length;
  }
}
