// Reads code pages that a person named: by ICU (TextDecoder) where it knows them, by a table otherwise. Octets that a
// page does not define are a fault: then the file is of another one.
import { TextDecoder } from 'node:util';
import type { EncodingName } from '../domain/encoding.ts';
import { upperHalfOf } from './upper-halves.ts';

/** Reads octets of a code page as they come, in pieces of any size. */
export interface PageDecoder {
  /** The text up to the first thing that is not of this page; `fault`: there was one. `last` ends the input. */
  decode(octets: Uint8Array, last: boolean): { readonly text: string; readonly fault: boolean };
}

/** The decoder of a page; not for UTF-8 and Windows-1252, which `Decoder` reads by itself. */
export function pageDecoder(name: EncodingName): PageDecoder {
  const upper = upperHalfOf(name);
  return upper === undefined ? byIcu(name) : byTable(upper);
}

function byIcu(name: EncodingName): PageDecoder {
  // Not `fatal`: what stands before the fault is wanted, for its row.
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  // Pages of single octets have control characters where they define nothing, and no text has these.
  const single = /^(?:windows|iso-8859|koi8|ibm|x-mac|macintosh)/.test(name);
  // Those of several have them, or the end of the private area, for an octet that begins nothing.
  const fault = single ? /[\u0080-\u009f\ufffd]/ : /[\u0080-\u009f\uf8f0-\uf8ff\ufffd]/;
  return { decode: (octets, last) => upTo(fault, decoder.decode(octets, { stream: !last })) };
}

function byTable(upper: string): PageDecoder {
  return {
    decode(octets) {
      const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
        .toString('latin1')
        .replace(/[\u0080-\u00ff]/g, (char) => upper[char.charCodeAt(0) - 0x80]!);
      return upTo(/\ufffd/, text);
    },
  };
}

function upTo(fault: RegExp, text: string): { text: string; fault: boolean } {
  const at = text.search(fault);
  return at === -1 ? { text, fault: false } : { text: text.slice(0, at), fault: true };
}
