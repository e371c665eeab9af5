// Bytes to text in one pass, whatever the borders of the chunks. UTF-8 is strict; the first octet that
// is not UTF-8 after nothing but ASCII means Windows-1252 from there; after multibyte text or a mark it
// is a fault. A person may name the encoding instead; then it is that or a fault. A fault is reported after the
// text before it, so that the reader can name the row.
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { EncodingName } from '../domain/encoding.ts';
import { readSignature, signatureOctets, type Signature } from './file-signature.ts';
import { pageDecoder, type PageDecoder } from './page-decoder.ts';

export type Encoding = EncodingName;

export type DecodeFault =
  /** Valid multibyte UTF-8 (or a mark) first, then octets that are not UTF-8. */
  | { readonly code: 'encoding-mixed' }
  /** UTF-16 that is cut off or holds half a character. */
  | { readonly code: 'encoding-broken' }
  /** An octet that Windows-1252 does not define: it is some other code page. */
  | { readonly code: 'encoding-unknown' }
  /** Not of the encoding that a person named. */
  | { readonly code: 'encoding-mismatch' }
  | { readonly code: 'file-not-text'; readonly format: string };

type TextSignature = Extract<Signature, { kind: 'text' }>;

export class Decoder {
  #mode: Encoding | null = null;
  /** Octets that wait for more: the head before the encoding is known, then an unfinished character. */
  #carry: Buffer = Buffer.alloc(0);
  #strict = false;
  #utf16: TextDecoder | null = null;
  #page: PageDecoder | null = null;
  readonly #utf8 = new Utf8Watch();
  #mayHideUtf8 = false;
  #fault: DecodeFault | null = null;

  /** `named`: the encoding that a person chose; otherwise the octets tell it. */
  constructor(readonly named: Encoding | null = null) {}

  /** As far as is known; final at the end of the file. */
  get encoding(): Encoding {
    return this.#mode ?? this.named ?? 'utf-8';
  }

  /** True where nobody named the encoding and it is not UTF-8: a guess. */
  get guessed(): boolean {
    return this.named === null && this.#mode === 'windows-1252';
  }

  /** True once letters outside ASCII stood side by side in text of Windows-1252, as UTF-8 would look there. */
  get mayHideUtf8(): boolean {
    return this.#mayHideUtf8;
  }

  /** True while the octets of a code page that was named could as well be UTF-8, with more than ASCII among them. */
  get mayBeUtf8(): boolean {
    return this.#page !== null && this.#utf8.seen && this.#utf8.valid;
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
    if (this.named !== null) return this.#beginNamed(this.named, head, signature, last);
    this.#mode = signature.encoding;
    this.#strict = signature.bomOctets > 0;
    if (signature.encoding !== 'utf-8')
      this.#utf16 = new TextDecoder(signature.encoding, { fatal: true, ignoreBOM: true });
    return this.#decode(head.subarray(signature.bomOctets), last);
  }

  #beginNamed(named: Encoding, head: Buffer, { encoding, bomOctets }: TextSignature, last: boolean): string {
    this.#mode = named;
    const text = head.subarray(bomOctets);
    if (bomOctets > 0 && encoding !== named) {
      this.#fault = { code: 'encoding-mismatch' };
      return '';
    }
    this.#strict = true;
    if (named === 'utf-16le' || named === 'utf-16be')
      this.#utf16 = new TextDecoder(named, { fatal: true, ignoreBOM: true });
    else if (named !== 'utf-8' && named !== 'windows-1252') this.#page = pageDecoder(named);
    return this.#decode(text, last);
  }

  #decodePage(page: PageDecoder, chunk: Buffer, last: boolean): string {
    this.#utf8.push(chunk);
    const { text, fault } = page.decode(chunk, last);
    if (fault) this.#fault = { code: 'encoding-mismatch' };
    return text;
  }

  #decode(chunk: Buffer, last: boolean): string {
    if (this.#page) return this.#decodePage(this.#page, chunk, last);
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
    this.#fault = { code: this.named === null ? 'encoding-mixed' : 'encoding-mismatch' };
    return octets.toString('utf8', 0, valid);
  }

  #decodeWindows(octets: Buffer): string {
    const text = octets.toString('latin1');
    // The last three, in which a character of UTF-8 may have begun.
    const carry = this.#carry;
    this.#carry = Buffer.from(Buffer.concat([carry, octets.subarray(-3)]).subarray(-3));
    this.#mayHideUtf8 ||=
      /[Â-ô][^\0-\x7f]/.test(text) || (text.length > 0 && text[0]! > '\x7f' && carry.at(-1)! > 0x7f);
    // 0x80-0x9F are the only octets in which Windows-1252 differs from Latin-1.
    const first = text.search(/[\u0080-\u009f]/);
    if (first === -1) return text;
    const undefinedAt = text.search(/[\u0081\u008d\u008f\u0090\u009d]/);
    if (undefinedAt !== -1) {
      const guess = endsInUtf8(Buffer.concat([carry, octets.subarray(0, undefinedAt + 1)]));
      const code = guess ? 'encoding-mixed' : 'encoding-unknown';
      this.#fault = { code: this.named === null ? code : 'encoding-mismatch' };
    }
    const usable = undefinedAt === -1 ? text : text.slice(0, undefinedAt);
    return usable.replace(/[\u0080-\u009f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]!);
  }

  #decodeUtf16(decoder: TextDecoder, chunk: Buffer, last: boolean): string {
    try {
      return decoder.decode(chunk, { stream: !last });
    } catch {
      // The decoder's only error is input that is not UTF-16.
      this.#fault = { code: this.named === null ? 'encoding-broken' : 'encoding-mismatch' };
      return '';
    }
  }
}

/** Watches whether octets are UTF-8, over the borders of chunks. */
class Utf8Watch {
  /** So far. */
  valid = true;
  /** More than ASCII. */
  seen = false;
  #carry: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    if (!this.valid || (this.#carry.length === 0 && isAscii(chunk))) return;
    this.seen = true;
    const octets = Buffer.concat([this.#carry, chunk]);
    const whole = octets.length - unfinishedOctets(octets);
    this.valid = isUtf8(octets.subarray(0, whole));
    this.#carry = Buffer.from(octets.subarray(whole));
  }
}

/** True when a character of UTF-8, of two to four octets, ends with the last octet. */
function endsInUtf8(octets: Buffer): boolean {
  return [2, 3, 4].some(
    (length) => octets.length >= length && octets.at(-length)! >= 0xc2 && isUtf8(octets.subarray(-length)),
  );
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

/** True for text that Windows-1252 has every character of. */
export function isWindowsText(text: string): boolean {
  return !/[^\0-\x7f\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/.test(text);
}

/** The octets that text was read from as Windows-1252. */
export function windowsOctets(text: string): Buffer {
  return Buffer.from(
    text.replace(/[^\0-\x7f\u00a0-\u00ff]/g, (char) => String.fromCharCode(0x80 + windows1252.indexOf(char))),
    'latin1',
  );
}

/** 0x80 to 0x9F of Windows-1252 (the five undefined octets never get here). */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
