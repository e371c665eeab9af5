import { describe, expect, it } from 'vitest';
import { encodeBody, encodeMessage } from '../../../src/delivery/encode-body.ts';
import { seededRandom } from '../../support/relay-script.ts';

const wire = (message: string): string => encodeBody(Buffer.from(message, 'latin1')).wire.toString('latin1');

/** What a strict receiver makes of it: only CRLF ends a line. */
function receive(encoded: string): string {
  const end = encoded.startsWith('.\r\n') ? 0 : encoded.indexOf('\r\n.\r\n') + 2;
  expect(encoded.slice(end)).toBe('.\r\n');
  return encoded
    .slice(0, end)
    .split('\r\n')
    .map((line) => line.replace(/^\./, ''))
    .join('\r\n');
}

describe('encodeBody', () => {
  it.each([
    ['a\r\n', 'a\r\n.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['a\r', 'a\r\n.\r\n'],
    ['a\n', 'a\r\n.\r\n'],
    ['', '.\r\n'],
    ['.\r\n', '..\r\n.\r\n'],
    ['.a\r\n..b\r\n', '..a\r\n...b\r\n.\r\n'],
    ['a\r\n.\r\nMAIL FROM:<x>\r\n', 'a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\n.\r', 'a\r\n..\r\n.\r\n'],
    ['a\r\r\nb', 'a\r\n\r\nb\r\n.\r\n'],
    ['\n\n', '\r\n\r\n.\r\n'],
    ['a.b\r\nc.\r\n', 'a.b\r\nc.\r\n.\r\n'],
  ])('turns %j into %j', (message, expected) => {
    expect(wire(message)).toBe(expected);
  });

  it('lets nothing end the letter early, and loses nothing', () => {
    const random = seededRandom(7);
    const pieces = ['\r', '\n', '.', 'a', '\r\n', '\r\n.', 'QUIT', '\0', '\u00ff'];
    for (let round = 0; round < 5000; round += 1) {
      const message = Array.from(
        { length: Math.floor(random() * 12) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join('');
      const encoded = encodeBody(Buffer.from(message, 'latin1'));
      const received = receive(encoded.wire.toString('latin1'));
      const normal = message.replaceAll(/\r\n|\r|\n/g, '\r\n');
      expect(received).toBe(normal === '' || normal.endsWith('\r\n') ? normal : `${normal}\r\n`);
      expect(encoded.size).toBe(received.length);
      expect(received.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }
  });

  it('leaves long lines as they are', () => {
    expect(wire(`${'x'.repeat(100_000)}\r\n`)).toHaveLength(100_005);
  });

  it('says whether 8BITMIME is needed', () => {
    expect(encodeBody(Buffer.from('plain\r\n')).eightBit).toBe(false);
    expect(encodeBody(Buffer.from('ü\r\n')).eightBit).toBe(true);
  });
});

describe('encodeMessage', () => {
  it('of parts is that of the whole, however often a part is handed over', () => {
    const head = Buffer.from('Subject: one\r\n.two: three\r\n\r\n');
    const body = Buffer.from('.a\r\nb.\r\n.\r\nc', 'latin1');
    for (const parts of [[head, body], [head, body], [Buffer.from('ü: a\r\n'), body], [body]]) {
      const whole = encodeBody(Buffer.concat(parts));
      const { wire, ...rest } = encodeMessage(parts);
      expect({ ...rest, wire: Buffer.concat(wire).toString('latin1') }).toEqual({
        ...whole,
        wire: whole.wire.toString('latin1'),
      });
    }
  });

  it('lets no part end the letter', () => {
    for (const parts of [
      ['a\r\n.', '\r\nb'],
      ['a\r\n.\r\n', 'b'],
      ['a\r\n', '.\r\nb'],
      ['a\r', '\n.\r\nb'],
    ]) {
      const wire = Buffer.concat(encodeMessage(parts.map((part) => Buffer.from(part))).wire).toString();
      expect(wire.indexOf('\r\n.\r\n') + 5, JSON.stringify(parts)).toBe(wire.length);
    }
  });
});
