// Raw letters as the inbox page gets them.
import { describe, expect, it } from 'vitest';
import { parseLetter, parseLetterHead } from '../../../src/embedded/inbox-letter.ts';

const raw = [
  'From: "Notices" <notices@example.com>',
  'To: someone@example.org',
  'Subject: =?UTF-8?Q?Su_cuenta_est=C3=A1?=',
  ' afectada',
  'Date: Sun, 22 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hola',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<p>Hola =C2=A1</p><script>alert(1)</script>',
  '--b--',
  '',
].join('\r\n');

describe('parseLetter', () => {
  it('tells the fields, both parts, every header and the source', async () => {
    const letter = await parseLetter(Buffer.from(raw));
    expect(letter).toMatchObject({
      from: '"Notices" <notices@example.com>',
      to: 'someone@example.org',
      subject: 'Su cuenta est\u00e1 afectada',
      date: new Date('2026-11-22T10:00:00Z'),
      text: 'Hola',
      html: '<p>Hola \u00a1</p><script>alert(1)</script>',
      source: raw,
    });
    expect(letter.headers[2]).toEqual({ name: 'Subject', value: '=?UTF-8?Q?Su_cuenta_est=C3=A1?= afectada' });
    expect(letter.headers).toHaveLength(6);
  });

  it.each([
    [''],
    ['no header at all'],
    ['Date: never\r\nTo: <<>>\r\n\r\n'],
    ['Content-Type: multipart/mixed; boundary=x\r\n\r\n--x'],
  ])('makes something of %j', async (odd) => {
    const letter = await parseLetter(Buffer.from(odd));
    expect(letter.html).toBeNull();
    expect(letter.date).toBeNull();
    expect(letter.source).toBe(odd);
  });
});

describe('parseLetterHead', () => {
  it('reads a header block alone', async () => {
    const head = await parseLetterHead(Buffer.from(raw.slice(0, raw.indexOf('\r\n\r\n') + 4)));
    expect(head).toEqual({
      from: '"Notices" <notices@example.com>',
      to: 'someone@example.org',
      subject: 'Su cuenta est\u00e1 afectada',
      date: new Date('2026-11-22T10:00:00Z'),
    });
  });
});
