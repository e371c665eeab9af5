// Every variant of every built-in letter, read back by a mail parser and compared with nodemailer's own composition.
import MailComposer from 'nodemailer/lib/mail-composer';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import type { CompiledLetter } from '../../../src/domain/kit.ts';
import { categories, categoriesOf } from '../../../src/domain/category.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';
import { allCategories, exposedList } from '../../../src/rendering/exposed-list.ts';
import { createLetterBody } from '../../../src/rendering/letter-body.ts';
import {
  createLetterWriter,
  isUnwritable,
  type LetterSender,
  type NoticeToWrite,
} from '../../../src/rendering/letter-writer.ts';
import { boundaryPrefix } from '../../../src/rendering/mime.ts';
import { builtInKit, changedKit } from '../../support/kit-folder.ts';

const letters = await compileLetters(await loadKit(builtInKit));
const sender: LetterSender = {
  from: 'Notices <notices@example.com>',
  replyTo: 'help@example.com',
  autoSubmitted: true,
};
const notice: NoticeToWrite = {
  token: '01JB2Q4Z8N6R7S9T',
  messageId: '<01JB2Q4Z8N6R7S9T@example.com>',
  to: 'jane@example.org',
  date: new Date('2025-11-27T10:20:30.456Z'),
  categories: 0,
  name: null,
};
const titles = letters.map((letter) => [`${letter.audience}.${letter.locale}`, letter] as const);
const variants = [0, ...categories.map((_, bit) => 1 << bit), 0b000111000, 0b110000000, 0b000101001, allCategories];

function nodemailerBytes(letter: CompiledLetter, given: NoticeToWrite): Promise<Buffer> {
  const body = createLetterBody(letter)(given.categories, given.name);
  // nodemailer wraps before it turns LF into CRLF, and elsewhere; with CRLF there is one way.
  const [html, text] = [body.html, body.text].map((content) => content.replaceAll('\n', '\r\n'));
  const mail = new MailComposer({
    from: sender.from,
    to: given.to,
    subject: letter.subject,
    messageId: given.messageId,
    date: given.date,
    replyTo: sender.replyTo ?? '',
    alternatives: [
      { contentType: 'text/plain; charset=utf-8; format=flowed', content: text ?? '' },
      { contentType: 'text/html; charset=utf-8', content: html ?? '' },
    ],
    headers: {
      'X-Candor-Notice': given.token,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
      'Content-Language': letter.locale,
    },
    baseBoundary: letter.digest.slice(0, 24),
    boundaryPrefix,
    newline: '\r\n',
  });
  return mail.compile().build();
}

/** The header fields in alphabetical order, and the body. */
function fieldsAndBody(message: Buffer): { fields: string[]; body: string } {
  const [head = '', ...body] = message.toString('latin1').split('\r\n\r\n');
  return { fields: head.split(/\r\n(?![ \t])/).sort(), body: body.join('\r\n\r\n') };
}

describe.each(titles)('the %s letter', (_, letter) => {
  const writer = createLetterWriter(letter, sender);

  it.each(variants)('reads back right with the categories %i', async (bits) => {
    const message = writer.write({ ...notice, categories: bits });
    const mail = await simpleParser(message, { skipTextToHtml: true });
    expect(mail.subject).toBe(letter.subject);
    expect(mail.from?.text).toBe('"Notices" <notices@example.com>');
    expect(mail.to).toMatchObject({ value: [{ address: 'jane@example.org', name: '' }] });
    expect(mail.replyTo?.value).toMatchObject([{ address: 'help@example.com' }]);
    expect(mail.messageId).toBe(notice.messageId);
    expect(mail.date).toEqual(new Date('2025-11-27T10:20:30Z'));
    expect(mail.attachments).toEqual([]);
    expect([...mail.headers.keys()].sort()).toEqual([
      'auto-submitted',
      'content-language',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'reply-to',
      'subject',
      'to',
      'x-auto-response-suppress',
      'x-candor-notice',
    ]);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.get('x-auto-response-suppress')).toBe('OOF, AutoReply');
    expect(mail.headers.get('x-candor-notice')).toBe(notice.token);

    const { html, text } = createLetterBody(letter)(bits, null);
    // Another program joins the flowed lines again (RFC 3676).
    expect(mail.text?.trimEnd()).toBe(text.replaceAll(' \n', ' ').trimEnd());
    expect(String(mail.html).trimEnd()).toBe(html.trimEnd());
    for (const line of exposedList(letter, bits)) {
      expect(html.replaceAll('<wbr>', '')).toContain(`>${line}</li>`);
      expect(text.replaceAll(/\s+/g, ' ')).toContain(`- ${line}`);
    }
  });

  it.each(letter.audience === 'affected' ? variants : [0])(
    'is what nodemailer composes, byte for byte, with the categories %i',
    async (bits) => {
      const given = { ...notice, categories: bits };
      expect(fieldsAndBody(writer.write(given))).toEqual(fieldsAndBody(await nodemailerBytes(letter, given)));
    },
  );

  it('names no category that the record does not hold', () => {
    // "On behalf of" is no name.
    const told = (bits: number): string => createLetterBody(letter)(bits, null).text.replaceAll(/atas\s+nama/g, '');
    const nobody = told(0);
    for (const bits of letter.audience === 'affected' ? variants : []) {
      const held = new Set(categoriesOf(bits));
      const words = told(bits);
      for (const category of categories.filter((other) => !held.has(other))) {
        const word = new RegExp(`(?<![\\p{L}])${letter.categoryWords[category]}(?![\\p{L}])`, 'iu');
        expect(nobody).not.toMatch(word);
        expect(words).not.toMatch(word);
      }
    }
  });

  it('is 7-bit in lines of at most 78, and makes the same bytes again', () => {
    const message = writer.write({ ...notice, categories: allCategories }).toString('latin1');
    expect(message).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    expect(message).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(Math.max(...message.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    const again = createLetterWriter(letter, sender)
      .write({ ...notice, categories: allCategories, date: new Date(0) })
      .toString('latin1');
    expect(again.replace(/^Date: .*$/m, '')).toBe(message.replace(/^Date: .*$/m, ''));
  });

  it('says that a test is a test, in subject, text and HTML', async () => {
    const mail = await simpleParser(createLetterWriter(letter, { ...sender, test: true }).write(notice));
    expect(mail.subject).toBe(`${letter.testMark.subject} ${letter.subject}`);
    expect(mail.text?.replaceAll(/\s+/g, ' ')).toContain(`*** ${letter.testMark.line}`);
    expect(String(mail.html)).toContain(letter.testMark.line);
  });
});

describe('createLetterWriter', () => {
  const [letter] = letters;
  if (!letter) throw new Error('no letter');
  const writer = createLetterWriter(letter, sender);

  it('leaves out Reply-To and Auto-Submitted when they are not wanted', async () => {
    const mail = await simpleParser(
      createLetterWriter(letter, { from: 'notices@example.com', replyTo: null, autoSubmitted: false }).write(notice),
    );
    expect(mail.headers.has('reply-to')).toBe(false);
    expect(mail.headers.has('auto-submitted')).toBe(false);
  });

  it('ignores categories in letters to the unaffected, and bits that no category has', () => {
    const unaffected = letters.find(({ audience }) => audience === 'unaffected');
    if (!unaffected) throw new Error('no letter');
    const plain = createLetterWriter(unaffected, sender);
    expect(plain.write({ ...notice, categories: allCategories })).toEqual(plain.write(notice));
    expect(writer.write({ ...notice, categories: 0x7fff_fe00 })).toEqual(writer.write(notice));
  });

  it('hands out buffers that the caller may change', () => {
    const first = writer.write(notice);
    const copy = Buffer.from(first);
    first.fill(0);
    expect(writer.write(notice)).toEqual(copy);
  });

  it('writes an address that needs SMTPUTF8 as raw UTF-8, and an international domain in A-labels', () => {
    expect(writer.write({ ...notice, to: 'jürgen@bücher.example' }).toString()).toContain(
      '\r\nTo: jürgen@xn--bcher-kva.example\r\n',
    );
    expect(writer.write({ ...notice, to: 'jurgen@bücher.example' }).toString('latin1')).toContain(
      '\r\nTo: jurgen@xn--bcher-kva.example\r\n',
    );
  });

  const hostile: [string, Partial<NoticeToWrite>][] = [
    ['To', { to: 'a@example.com\r\nBcc: b@example.com' }],
    ['To', { to: 'a@example.com, b@example.com' }],
    ['To', { to: 'A <a@example.com>' }],
    ['To', { to: 'a\u0000@example.com' }],
    ['To', { to: '' }],
    ['Message-ID', { messageId: '<a@example.com>\nX: y' }],
    ['Message-ID', { messageId: '<a b@example.com>' }],
    ['Message-ID', { messageId: 'a@example.com' }],
    ['X-Candor-Notice', { token: 'a\r\nX: y' }],
    ['X-Candor-Notice', { token: '' }],
    ['Date', { date: new Date(Number.NaN) }],
  ];
  it.each(hostile)('refuses a notice that would break the %s header: %j', (header, change) => {
    let caught: unknown;
    try {
      writer.write({ ...notice, ...change });
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'header-unsafe', values: { header } });
    expect(isUnwritable(caught)).toBe(true);
    expect(String(caught)).not.toContain('example');
  });

  it.each<[string, Partial<LetterSender>]>([
    ['From', { from: 'a@example.com\r\nBcc: b@example.com' }],
    ['From', { from: 'a@example.com, b@example.com' }],
    ['From', { from: 'nobody' }],
    ['Reply-To', { replyTo: 'a@example.com\nX: y' }],
  ])('refuses a sender that would break the %s header', (header, change) => {
    expect(() => createLetterWriter(letter, { ...sender, ...change })).toThrow(
      expect.objectContaining({ code: 'header-unsafe', values: { header } }),
    );
  });

  it('writes a letter that prints names for each recipient, as nodemailer would', async () => {
    const greeting = '<p>{{#if recipient.name}}Dear {{recipient.name}}{{else}}Hello{{/if}},</p>';
    const named = (
      await compileLetters(
        await loadKit(await changedKit({ 'affected.en.mjml': (text) => text.replace('</h1>', `</h1>${greeting}`) })),
      )
    )[0];
    if (!named) throw new Error('no letter');
    const namedWriter = createLetterWriter(named, sender);
    for (const name of ['Ana', 'Łukasz 山田', null, "Seán O'Neil"]) {
      const given = { ...notice, name };
      const message = namedWriter.write(given);
      expect(fieldsAndBody(message)).toEqual(fieldsAndBody(await nodemailerBytes(named, given)));
      const { text } = await simpleParser(message);
      expect(text).toContain(name === null ? 'Hello,' : `Dear ${name},`);
    }
  });

  it("prints nobody else's name when a recipient has none", () => {
    expect(writer.write({ ...notice, name: 'Ana' })).toEqual(writer.write(notice));
  });
});
