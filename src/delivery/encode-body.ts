// A MIME message as it goes over the wire after DATA (RFC 5321 sections 2.3.8 and 4.5.2). Promises
// that the only CRLF.CRLF is the one at its end, whatever the message holds, so that no content can
// end the letter early and smuggle a second one. Pure.

const lf = 0x0a;
const cr = 0x0d;
const dot = 0x2e;
const endOfData = Buffer.from('.\r\n');
const lineEnd = Buffer.from('\r\n');

export interface EncodedBody {
  /** Dots stuffed, every line end CRLF, with the final `.` line. */
  readonly wire: Buffer;
  /** Octets of the message itself, as SIZE counts them (RFC 1870: without the stuffed dots and the final line). */
  readonly size: number;
  /** True when an octet above 127 occurs: the message needs 8BITMIME. */
  readonly eightBit: boolean;
}

/** Bare CR and bare LF become CRLF; a dot that begins a line is doubled; a missing last line end is added. */
export function encodeBody(message: Buffer): EncodedBody {
  const parts: Buffer[] = [];
  let from = 0;
  let inserted = 0;
  let stuffed = 0;
  let bits = 0;
  let before = lf; // the beginning of the message is the beginning of a line
  for (let i = 0; i < message.length; i += 1) {
    const byte = message[i] as number;
    bits |= byte;
    // Bytes above '.' after anything but CR need nothing; that is nearly all of them.
    if (byte > dot && before !== cr) {
      before = byte;
      continue;
    }
    let insert = '';
    if (before === cr && byte !== lf) insert = byte === dot ? '\n.' : '\n';
    else if (byte === lf && before !== cr) insert = '\r';
    else if (byte === dot && before === lf) insert = '.';
    if (insert !== '') {
      parts.push(message.subarray(from, i), Buffer.from(insert));
      from = i;
      inserted += insert.length;
      if (insert.endsWith('.')) stuffed += 1;
    }
    before = byte;
  }
  parts.push(message.subarray(from));
  let size = message.length + inserted - stuffed;
  if (before === cr) {
    parts.push(lineEnd.subarray(1));
    size += 1;
  } else if (before !== lf) {
    parts.push(lineEnd);
    size += 2;
  }
  parts.push(endOfData);
  return { wire: Buffer.concat(parts), size, eightBit: bits > 127 };
}
