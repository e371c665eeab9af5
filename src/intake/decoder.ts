// Bytes to text in one pass, whatever the borders of the chunks. UTF-8 is strict; the first octet that
// is not UTF-8 after nothing but ASCII means Windows-1252 from there; after multibyte text or a mark it
// is a fault. A fault is reported after the text before it, so that the reader can name the row.
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { readSignature, signatureOctets } from './file-signature.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export type DecodeFault =
  /** Valid multibyte UTF-8 (or a mark) first, then octets that are not UTF-8. */
  | { readonly code: 'encoding-mixed' }
  /** UTF-16 that is cut off or holds half a character. */
  | { readonly code: 'encoding-broken' }
  /** An octet that Windows-1252 does not define: it is some other code page. */
  | { readonly code: 'encoding-unknown' }
  | { readonly code: 'file-not-text'; readonly format: string };

export class Decoder {
  #mode: Encoding | null = null;
  /** Octets that wait for more: the head before the encoding is known, then an unfinished character. */
  #carry: Buffer = Buffer.alloc(0);
  #strict = false;
  #utf16: TextDecoder | null = null;
  #fault: DecodeFault | null = null;

  /** As far as is known; final at the end of the file. */
  get encoding(): Encoding {
    return this.#mode ?? 'utf-8';
  }

  /** Set once the input cannot be read any further. */
  get fault(): DecodeFault | null {
    return this.#fault;
  }

  /** Takes some octets and answers the text that they complete. */
  push(octets: Uint8Array): string {
    if (this.#fault) return '';
    const chunk = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    if (this.#mode !== null) return this.#decode(chunk, false);
    this.#carry = this.#carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#carry, chunk]);
    return this.#carry.length < signatureOctets ? '' : this.#begin(false);
  }

  /** Ends the input and answers the last text. */
  end(): string {
    if (this.#fault) return '';
    return this.#mode === null ? this.#begin(true) : this.#decode(Buffer.alloc(0), true);
  }

  #begin(last: boolean): string {
    const head = this.#carry;
    this.#carry = Buffer.alloc(0);
    const signature = readSignature(head.subarray(0, signatureOctets));
    if (signature.kind === 'not-text') {
      this.#fault = { code: 'file-not-text', format: signature.format };
      return '';
    }
    this.#mode = signature.encoding;
    this.#strict = signature.bomOctets > 0;
    if (signature.encoding !== 'utf-8')
      this.#utf16 = new TextDecoder(signature.encoding, { fatal: true, ignoreBOM: true });
    return this.#decode(head.subarray(signature.bomOctets), last);
  }

  #decode(chunk: Buffer, last: boolean): string {
    if (this.#utf16) return this.#decodeUtf16(this.#utf16, chunk, last);
    if (this.#mode === 'windows-1252') return this.#decodeWindows(chunk);
    return this.#decodeUtf8(this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]), last);
  }

  #decodeUtf8(octets: Buffer, last: boolean): string {
    this.#carry = Buffer.alloc(0);
    if (isAscii(octets)) return octets.toString('latin1');
    const whole = last ? octets.length : octets.length - unfinishedOctets(octets);
    const text = octets.subarray(0, whole);
    if (isUtf8(text)) {
      // Copied, because the chunk belongs to the caller.
      this.#carry = Buffer.from(octets.subarray(whole));
      if (!this.#strict) this.#strict = !isAscii(text);
      return text.toString('utf8');
    }
    const valid = validOctets(octets);
    if (!this.#strict && isAscii(octets.subarray(0, valid))) {
      this.#mode = 'windows-1252';
      return this.#decodeWindows(octets);
    }
    this.#fault = { code: 'encoding-mixed' };
    return octets.toString('utf8', 0, valid);
  }

  #decodeWindows(octets: Buffer): string {
    const text = octets.toString('latin1');
    // 0x80-0x9F are the only octets in which Windows-1252 differs from Latin-1.
    const first = text.search(/[\u0080-\u009f]/);
    if (first === -1) return text;
    const undefinedAt = text.search(/[\u0081\u008d\u008f\u0090\u009d]/);
    if (undefinedAt !== -1) this.#fault = { code: 'encoding-unknown' };
    const usable = undefinedAt === -1 ? text : text.slice(0, undefinedAt);
    return usable.replace(/[\u0080-\u009f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]!);
  }

  #decodeUtf16(decoder: TextDecoder, chunk: Buffer, last: boolean): string {
    try {
      return decoder.decode(chunk, { stream: !last });
    } catch {
      // The decoder's only error is input that is not UTF-16.
      this.#fault = { code: 'encoding-broken' };
      return '';
    }
  }
}

/** How many octets at the end begin a character of UTF-8 that is not finished: 0 to 3. */
function unfinishedOctets(octets: Buffer): number {
  for (let back = 1; back <= Math.min(3, octets.length); back += 1) {
    const octet = octets[octets.length - back]!;
    if (octet < 0x80) return 0;
    if (octet < 0xc0) continue;
    const length = octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : octet < 0xf8 ? 4 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** How many octets from the start are valid UTF-8, characters whole. Halves, because `isUtf8` is native and fast. */
function validOctets(octets: Buffer): number {
  let low = 0;
  let high = octets.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const cut = middle - unfinishedOctets(octets.subarray(0, middle));
    if (isUtf8(octets.subarray(0, cut))) low = middle;
    else high = middle - 1;
  }
  const cut = low - unfinishedOctets(octets.subarray(0, low));
  return cut;
}

/** 0x80 to 0x9F of Windows-1252 (the five undefined octets never get here). */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
