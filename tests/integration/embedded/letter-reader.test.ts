// No letter can end or block the process that shows it.
import { describe, expect, it } from 'vitest';
import { parseLetter, parseLetterHead, unreadableSubject } from '../../../src/embedded/inbox-letter.ts';
import { LetterReader } from '../../../src/embedded/letter-reader.ts';
import { hostileLetters, mutationsOf } from '../../support/hostile-letters.ts';

const good = Buffer.from('From: a@example.com\r\nSubject: good\r\n\r\nHello');

/** `npm run inbox:hostile` makes a thousand. */
const mutations = Number(process.env['HOSTILE_LETTERS'] ?? 60);

describe('a hostile letter', () => {
  it.each(Object.entries(hostileLetters))('is answered, and so is the next one: %s', async (_, raw) => {
    const letter = await parseLetter(Buffer.from(raw));
    expect(letter.source).toBe(raw);
    expect((await parseLetterHead(good)).subject).toBe('good');
  });

  it('is answered whatever is made of it, and none keeps the others waiting', { timeout: 600_000 }, async () => {
    const reader = new LetterReader();
    for (const raw of mutationsOf(Object.values(hostileLetters), mutations, 17)) await reader.read(raw);
    expect(await reader.read(good)).toMatchObject({ subject: 'good' });
  });
});

describe('the reader', () => {
  it('gives a letter up that takes too long, and reads the next', async () => {
    const reader = new LetterReader({ timeoutMs: 1 });
    expect(await reader.read(Buffer.alloc(900_000, 'Subject: x\r\n\r\n'))).toBeNull();
    const patient = new LetterReader();
    expect(await patient.read(good)).toMatchObject({ subject: 'good' });
  });

  it('gives a letter up that takes too much memory, and reads the next', async () => {
    const reader = new LetterReader({ megabytes: 1 });
    await reader.read(Buffer.alloc(900_000, 'Subject: x\r\n\r\n'));
    expect(await parseLetterHead(good)).toMatchObject({ subject: 'good' });
  });

  it('answers letters that are asked for at once, in their order', async () => {
    const subjects = Array.from({ length: 20 }, (_, index) => `letter ${index}`);
    const heads = await Promise.all(
      subjects.map((subject) => parseLetterHead(Buffer.from(`Subject: ${subject}\r\n\r\n`))),
    );
    expect(heads.map(({ subject }) => subject)).toEqual(subjects);
  });

  it('says of a letter that it can’t be shown, and shows its source', async () => {
    const raw = hostileLetters['many fields'] ?? '';
    expect(await parseLetter(Buffer.from(raw))).toMatchObject({ subject: unreadableSubject, html: null, source: raw });
  });
});
