// Letters that ended or blocked a reader of mail: the first two did so to the inbox of an earlier version.
import { randomFrom } from './random.ts';

const field = (name: string, value: string): string => `${name}: ${value}\r\n\r\nx`;

export const hostileLetters: Readonly<Record<string, string>> = {
  'groups within groups': field('To', `${'g:'.repeat(20_000)}a@b.example;`),
  'addresses without end': field('To', 'a,'.repeat(200_000)),
  'many groups': field('To', 'a:b@c.example;'.repeat(50_000)),
  brackets: field('To', '<'.repeat(300_000)),
  comments: field('To', '('.repeat(200_000)),
  quotes: field('To', '"'.repeat(200_001)),
  blanks: field('To', `${' '.repeat(300_000)}a`),
  'messages within messages': 'Content-Type: message/rfc822\r\n\r\n'.repeat(3_000),
  'parts within parts': Array.from(
    { length: 2_000 },
    (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`,
  ).join(''),
  'many parts': `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(60_000)}`,
  parameters: field('Content-Type', `text/plain; ${'a*0="b"; '.repeat(50_000)}`),
  'encoded words': field('Subject', '=?utf-8?Q?a?= '.repeat(50_000)),
  'an unknown charset': 'Content-Type: text/html; charset=x-nope\r\n\r\n<p>x',
  'deep HTML': `Content-Type: text/html\r\n\r\n${'<div>'.repeat(150_000)}`,
  'many fields': `${'X-A: b\r\n'.repeat(100_000)}\r\nx`,
};

/** So many letters, each made from one of these by a few cuts, copies and changed octets; the same for a seed. */
export function* mutationsOf(letters: readonly string[], count: number, seed: number): Generator<Buffer> {
  const source = randomFrom(seed);
  const random = (): number => source.next();
  for (let made = 0; made < count; made += 1) {
    let raw = Buffer.from(letters[Math.floor(random() * letters.length)] ?? '');
    for (let change = 0; change < 1 + Math.floor(random() * 5); change += 1) {
      const at = Math.floor(random() * raw.length);
      const to = at + Math.floor(random() * 300);
      const piece = raw.subarray(at, to);
      const kind = Math.floor(random() * 4);
      if (kind === 0) raw = Buffer.concat([raw.subarray(0, at), raw.subarray(to)]);
      else if (kind === 1) raw = Buffer.concat([raw.subarray(0, at), ...Array(50).fill(piece), raw.subarray(at)]);
      else if (kind === 2)
        raw = Buffer.from(raw.map((octet, index) => (index >= at && index < to ? octet ^ 0x15 : octet)));
      else raw = Buffer.concat([raw.subarray(at), raw.subarray(0, at)]);
    }
    yield raw.subarray(0, 1_000_000);
  }
}
