// Rows in the binary format of COPY (PostgreSQL manual, "COPY", Binary Format): bytes go as they are, where the text format
// wants two digits for each, made here and read there.

/** Begins a stream of rows: the signature, no flags, no extension. */
export const binaryHead = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Ends it. */
export const binaryEnd = Buffer.from([0xff, 0xff]);

const startBytes = 65_536;

/** Rows one after another; `take` answers what was written since and begins anew. */
export class BinaryRows {
  #buffer = Buffer.allocUnsafe(startBytes);
  #at = 0;

  /** Begins a row of so many values. */
  row(values: number): void {
    this.#room(2);
    this.#at = this.#buffer.writeInt16BE(values, this.#at);
  }

  nothing(): void {
    this.#room(4);
    this.#at = this.#buffer.writeInt32BE(-1, this.#at);
  }

  integer(value: number): void {
    this.#room(8);
    this.#at = this.#buffer.writeInt32BE(value, this.#buffer.writeInt32BE(4, this.#at));
  }

  smallint(value: number): void {
    this.#room(6);
    this.#at = this.#buffer.writeInt16BE(value, this.#buffer.writeInt32BE(2, this.#at));
  }

  boolean(value: boolean): void {
    this.#room(5);
    this.#at = this.#buffer.writeUInt8(value ? 1 : 0, this.#buffer.writeInt32BE(1, this.#at));
  }

  bytes(value: Buffer): void {
    this.#room(4 + value.length);
    this.#at = this.#buffer.writeInt32BE(value.length, this.#at);
    this.#at += value.copy(this.#buffer, this.#at);
  }

  text(value: string): void {
    this.#room(4 + 3 * value.length);
    const length = this.#buffer.write(value, this.#at + 4, 'utf8');
    this.#buffer.writeInt32BE(length, this.#at);
    this.#at += 4 + length;
  }

  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#at);
    this.#buffer = Buffer.allocUnsafe(Math.max(startBytes, this.#at));
    this.#at = 0;
    return taken;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes);
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
