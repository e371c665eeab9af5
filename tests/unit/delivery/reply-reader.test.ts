import { describe, expect, it } from 'vitest';
import { ReplyReader } from '../../../src/delivery/reply-reader.ts';

function readAll(...chunks: (string | Buffer)[]): (string | null)[] {
  const reader = new ReplyReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk as string))).map((reply) => reply?.text ?? null);
}

describe('ReplyReader', () => {
  it.each([
    ['one reply', ['250 ok\r\n'], ['250 ok']],
    ['two in one chunk', ['250 a\r\n354 b\r\n'], ['250 a', '354 b']],
    ['one octet at a time', [...'250-a\r\n250 b\r\n'], ['250-a\n250 b']],
    ['LF alone as line end', ['250-a\n250 b\n'], ['250-a\n250 b']],
    ['nothing before the line ends', ['250 o'], []],
    ['nothing before the last line', ['250-a\r\n'], []],
    ['an empty line between replies', ['\r\n250 ok\r\n'], ['250 ok']],
    ['garbage', ['hello\r\n250 ok\r\n'], [null]],
    ['a good reply before garbage', ['250 ok\r\n\u0000\u0001\r\n'], ['250 ok', null]],
    ['garbage inside a reply', ['250-a\r\nnonsense\r\n'], [null]],
    ['NUL octets in a text', ['250 o\u0000k\r\n'], ['250 o\uFFFDk']],
  ])('reads %s', (_, chunks, texts) => {
    expect(readAll(...chunks)).toEqual(texts);
  });

  it('puts a UTF-8 sequence together that is split over chunks', () => {
    const bytes = Buffer.from('550 müller\r\n');
    expect(readAll(bytes.subarray(0, 6), bytes.subarray(6))).toEqual(['550 müller']);
  });

  it('keeps other octets one by one', () => {
    expect(readAll(Buffer.from('550 m\u00fcller\r\n', 'latin1'))).toEqual(['550 müller']);
  });

  it('keeps the beginning and the last line of a reply of one megabyte', () => {
    const reader = new ReplyReader();
    const [reply] = reader.push(
      Buffer.from(`${'550-5.7.1 padding padding padding padding\r\n'.repeat(25_000)}550 5.1.1 the end\r\n`),
    );
    expect(reply).toMatchObject({ code: 550, enhanced: '5.1.1' });
    expect(reply?.text.length).toBeLessThan(12_000);
    expect(reply?.text.endsWith('550 5.1.1 the end')).toBe(true);
  });

  it('keeps the beginning of a line of one megabyte', () => {
    const reader = new ReplyReader();
    for (let i = 0; i < 1000; i += 1)
      expect(reader.push(Buffer.from(i === 0 ? `250 ${'x'.repeat(1000)}` : 'x'.repeat(1000)))).toEqual([]);
    const [reply] = reader.push(Buffer.from('\r\n'));
    expect(reply?.code).toBe(250);
    expect(reply?.text.length).toBeLessThan(3000);
  });

  it('gives up on a reply that never ends', () => {
    const reader = new ReplyReader();
    const chunk = Buffer.from('250-more\r\n'.repeat(10_000));
    let answers: unknown[] = [];
    for (let i = 0; i < 100 && answers.length === 0; i += 1) answers = reader.push(chunk);
    expect(answers).toEqual([null]);
  });

  it.each([
    ['550 5.1.1 no such us', 550],
    ['451 ', 451],
    ['250 2.0.0 queu', null],
    ['55', null],
    ['550', null],
    ['', null],
  ])('takes the cut-off line %j as %s', (text, code) => {
    const reader = new ReplyReader();
    reader.push(Buffer.from(text));
    expect(reader.refusalCutOff()?.code ?? null).toBe(code);
  });
});
