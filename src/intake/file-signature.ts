// What the first bytes of a file say: its byte order mark, UTF-16 without one, or that it is no text.

/** How many bytes decide. */
export const signatureOctets = 512;

export type Signature =
  | { readonly kind: 'text'; readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be'; readonly bomOctets: number }
  /** `format` names what it seems to be, for a person. */
  | { readonly kind: 'not-text'; readonly format: string };

const known: readonly (readonly [format: string, ...octets: number[]])[] = [
  ['a zip archive or an Excel workbook (.xlsx)', 0x50, 0x4b, 0x03, 0x04],
  ['an empty zip archive', 0x50, 0x4b, 0x05, 0x06],
  ['a gzip archive', 0x1f, 0x8b],
  ['an old Excel workbook (.xls)', 0xd0, 0xcf, 0x11, 0xe0],
  ['a PDF document', 0x25, 0x50, 0x44, 0x46, 0x2d],
  ['a PNG image', 0x89, 0x50, 0x4e, 0x47],
  ['a JPEG image', 0xff, 0xd8, 0xff],
  ['a 7-Zip archive', 0x37, 0x7a, 0xbc, 0xaf],
  ['a bzip2 archive', 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59],
  ['an xz archive', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['a Zstandard archive', 0x28, 0xb5, 0x2f, 0xfd],
  ['an SQLite database', 0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66],
  ['a Parquet file', 0x50, 0x41, 0x52, 0x31],
  ['text in UTF-32', 0xff, 0xfe, 0x00, 0x00],
  ['text in UTF-32', 0x00, 0x00, 0xfe, 0xff],
];

/** Judges the first octets of a file (up to `signatureOctets`, fewer only when the file is shorter). */
export function readSignature(head: Uint8Array): Signature {
  for (const [format, ...octets] of known) {
    if (startsWith(head, octets)) return { kind: 'not-text', format };
  }
  if (startsWith(head, [0xef, 0xbb, 0xbf])) return { kind: 'text', encoding: 'utf-8', bomOctets: 3 };
  if (startsWith(head, [0xff, 0xfe])) return { kind: 'text', encoding: 'utf-16le', bomOctets: 2 };
  if (startsWith(head, [0xfe, 0xff])) return { kind: 'text', encoding: 'utf-16be', bomOctets: 2 };
  const plain = utf16WithoutMark(head);
  if (plain) return { kind: 'text', encoding: plain, bomOctets: 0 };
  // A few control characters are a spoiled row or two; many of them are a binary file.
  let controls = 0;
  const text = withoutEndMark(head);
  for (const octet of text) if (octet < 32 && octet !== 9 && octet !== 10 && octet !== 13) controls += 1;
  if (controls * 10 > text.length) return { kind: 'not-text', format: 'binary data' };
  return { kind: 'text', encoding: 'utf-8', bomOctets: 0 };
}

/**
 * A header is ASCII for the most part, so in UTF-16 every other octet is zero. Three quarters on the
 * one side and hardly any on the other, over at least eight characters, are taken as proof.
 */
function utf16WithoutMark(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const units = Math.min(head.length, 64) >> 1;
  if (units < 8) return null;
  let highFirst = 0;
  let highLast = 0;
  for (let i = 0; i < units; i += 1) {
    if (head[2 * i] === 0) highFirst += 1;
    if (head[2 * i + 1] === 0) highLast += 1;
  }
  if (highLast * 4 >= units * 3 && highFirst * 10 <= units) return 'utf-16le';
  if (highFirst * 4 >= units * 3 && highLast * 10 <= units) return 'utf-16be';
  return null;
}

/** Without the Ctrl-Z of DOS, and the zeros that may fill its last block. */
function withoutEndMark(head: Uint8Array): Uint8Array {
  const end = head.indexOf(0x1a);
  return end !== -1 && head.subarray(end).every((octet) => [0x1a, 0, 0x0a, 0x0d].includes(octet))
    ? head.subarray(0, end)
    : head;
}

function startsWith(head: Uint8Array, octets: readonly number[]): boolean {
  return head.length >= octets.length && octets.every((octet, index) => head[index] === octet);
}
