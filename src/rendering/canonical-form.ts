// The relaxed forms of a header field and of a body (RFC 6376 sections 3.4.2 and 3.4.4): what a signature
// covers, whatever a relay does to blanks and line breaks on the way. Pure.

/** One field without its final line end: the name in lower case, unfolded, runs of blanks as one, none at the ends. */
export function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const name = field
    .slice(0, colon)
    .replace(/[ \t]+$/, '')
    .toLowerCase();
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ');
  return `${name}:${value.replaceAll(/^ | $/g, '')}`;
}

/** A body in bytes: runs of blanks as one, none at the ends of lines, no empty lines at its end, and one line end there. */
export function relaxedBody(body: Buffer): Buffer {
  // As latin1 every byte is a character, so that nothing of a UTF-8 body is taken for a blank.
  const relaxed = body
    .toString('latin1')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '')
    .replace(/(?:\r\n)+$/, '');
  return relaxed === '' ? Buffer.alloc(0) : Buffer.from(`${relaxed}\r\n`, 'latin1');
}
