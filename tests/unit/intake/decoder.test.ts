// Which encoding a file has, what its text is, and where it cannot be read.
import { describe, expect, it } from 'vitest';
import { Decoder, type DecodeFault, type Encoding } from '../../../src/intake/decoder.ts';
import { readSignature } from '../../../src/intake/file-signature.ts';

interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
  readonly fault: DecodeFault | null;
}

function decode(...chunks: Uint8Array[]): Decoded {
  const decoder = new Decoder();
  const text = chunks.map((chunk) => decoder.push(chunk)).join('') + decoder.end();
  return { text, encoding: decoder.encoding, fault: decoder.fault };
}

const header = 'email,audience,name\n';
const filler = 'jane@example.com,affected,Jane\n'.repeat(30);
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const readable: [title: string, octets: Buffer, text: string, encoding: Encoding][] = [
  ['ASCII', bytes(header, 'a'), `${header}a`, 'utf-8'],
  ['UTF-8', bytes(header, 'Zoë 用户 😀'), `${header}Zoë 用户 😀`, 'utf-8'],
  ['UTF-8 with a mark', bytes([0xef, 0xbb, 0xbf], header, 'Zoë'), `${header}Zoë`, 'utf-8'],
  [
    'UTF-16LE with a mark',
    bytes([0xff, 0xfe], [...Buffer.from(`${header}Zoë 😀`, 'utf16le')]),
    `${header}Zoë 😀`,
    'utf-16le',
  ],
  ['UTF-16BE with a mark', bytes([0xfe, 0xff], [...utf16be(`${header}Zoë 😀`)]), `${header}Zoë 😀`, 'utf-16be'],
  ['UTF-16LE without a mark', Buffer.from(`${header}Zoë 😀`, 'utf16le'), `${header}Zoë 😀`, 'utf-16le'],
  ['UTF-16BE without a mark', utf16be(`${header}Zoë 😀`), `${header}Zoë 😀`, 'utf-16be'],
  ['Windows-1252', bytes(header, [0x5a, 0x6f, 0xeb, 0x20, 0x80, 0x96, 0x9f]), `${header}Zoë €–Ÿ`, 'windows-1252'],
  ['Windows-1252 far into the file', bytes(header, filler, [0xc9], 'ric'), `${header}${filler}Éric`, 'windows-1252'],
  [
    'Windows-1252 with its only special octet at the end',
    bytes(header, 'Ren', [0xe9]),
    `${header}René`,
    'windows-1252',
  ],
  [
    'Windows-1252 whose octets would begin a long character',
    bytes(header, [0xf0, 0x9f], ',x'),
    `${header}ðŸ,x`,
    'windows-1252',
  ],
  ['a single NUL in text', bytes(header, filler, 'a\0b'), `${header}${filler}a\0b`, 'utf-8'],
  ['nothing', Buffer.alloc(0), '', 'utf-8'],
];

const unreadable: [title: string, octets: Buffer, text: string, code: DecodeFault['code']][] = [
  [
    'an octet that is not UTF-8 after text that is',
    bytes(header, 'Zoë ', [0xe9], ',x'),
    `${header}Zoë `,
    'encoding-mixed',
  ],
  ['the same, far apart', bytes(header, 'ë', filler, [0xe9], ',x'), `${header}ë${filler}`, 'encoding-mixed'],
  [
    'an octet that is not UTF-8 after a UTF-8 mark',
    bytes([0xef, 0xbb, 0xbf], header, [0xe9], ',x'),
    header,
    'encoding-mixed',
  ],
  ['UTF-8 that is cut off', bytes(header, 'Zoë ', [0xe7, 0x94]), `${header}Zoë `, 'encoding-mixed'],
  ['an overlong form after text', bytes(header, 'ë', [0xc0, 0x80]), `${header}ë`, 'encoding-mixed'],
  ['a surrogate in UTF-8 after text', bytes(header, 'ë', [0xed, 0xa0, 0x80]), `${header}ë`, 'encoding-mixed'],
  ['an octet that Windows-1252 does not define', bytes(header, [0xe9, 0x81], 'x'), `${header}é`, 'encoding-unknown'],
  [
    'UTF-16 with half a character',
    bytes([0xff, 0xfe], [...Buffer.from(header, 'utf16le')], [0x00, 0xd8, 0x41, 0x00]),
    '',
    'encoding-broken',
  ],
  ['UTF-16 that is cut off', bytes([0xff, 0xfe], [...Buffer.from(header, 'utf16le')], [0x41]), '', 'encoding-broken'],
];

describe('Decoder', () => {
  it.each(readable)('reads %s', (_, octets, text, encoding) => {
    expect(decode(octets)).toEqual({ text, encoding, fault: null });
  });

  it.each(unreadable)('stops at %s', (_, octets, text, code) => {
    const decoded = decode(octets);
    expect(decoded.fault).toEqual({ code });
    if (code !== 'encoding-broken') expect(decoded.text).toBe(text);
  });

  it.each([...readable, ...unreadable].map(([title, octets]) => [title, octets] as const))(
    'answers the same for %s, wherever the chunks end',
    (_, octets) => {
      const whole = decode(octets);
      const octetByOctet = decode(...[...octets].map((octet) => Buffer.from([octet])));
      expect({ ...octetByOctet, text: '' }).toEqual({ ...whole, text: '' });
      if (whole.fault === null) expect(octetByOctet.text).toBe(whole.text);
      for (let cut = 0; cut <= octets.length; cut += 1) {
        const inTwo = decode(octets.subarray(0, cut), octets.subarray(cut));
        expect(inTwo.fault).toEqual(whole.fault);
        expect(inTwo.encoding).toBe(whole.encoding);
        if (whole.fault?.code !== 'encoding-broken') expect(inTwo.text).toBe(whole.text);
      }
    },
  );

  it('does not keep a chunk that belongs to the caller', () => {
    const decoder = new Decoder();
    decoder.push(bytes(header, filler));
    const chunk = bytes('Zo', [0xc3]);
    let text = decoder.push(chunk);
    chunk.fill(0);
    text += decoder.push(Buffer.from([0xab]));
    expect(text).toBe('Zoë');
  });
});

describe('readSignature', () => {
  it.each<[string, number[]]>([
    ['zip', [0x50, 0x4b, 3, 4, 20, 0]],
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['xls', [0xd0, 0xcf, 0x11, 0xe0]],
    ['pdf', [...Buffer.from('%PDF-1.7')]],
    ['png', [0x89, 0x50, 0x4e, 0x47, 13, 10]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['sqlite', [...Buffer.from('SQLite format 3\0')]],
    ['utf-32', [0xff, 0xfe, 0, 0, 0x65, 0, 0, 0]],
    ['binary', Array.from({ length: 300 }, (_, index) => (index * 37) % 32)],
  ])('refuses %s', (_, octets) => {
    expect(readSignature(Uint8Array.from(octets)).kind).toBe('not-text');
  });

  it('does not take a short file for UTF-16 or binary without reason', () => {
    for (const text of ['', 'a', 'email\na@example.com', 'a\0b,c,d,e,f,g,h,i']) {
      expect(readSignature(Buffer.from(text))).toEqual({ kind: 'text', encoding: 'utf-8', bomOctets: 0 });
    }
  });
});
