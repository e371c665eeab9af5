// Signed letters, as another program judges them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publicRecordOf, signatureNameOf, type SigningKey } from '../../../src/domain/signing-key.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';
import { allCategories } from '../../../src/rendering/exposed-list.ts';
import { createLetterWriter, type LetterSender, type NoticeToWrite } from '../../../src/rendering/letter-writer.ts';
import { areWellSigned } from '../../support/dkim-judge.ts';
import { builtInKit } from '../../support/kit-folder.ts';

const keys: readonly (readonly [string, KeyObject])[] = [
  ['RSA-2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
];
const signing = (privateKey: KeyObject): SigningKey => ({ domain: 'example.com', selector: 'candor', privateKey });
const letters = await compileLetters(await loadKit(builtInKit));
const sender: LetterSender = {
  from: '"Bücher, Notices" <notices@example.com>',
  replyTo: 'help@example.com',
  autoSubmitted: true,
};
const notice: NoticeToWrite = {
  token: '01JB2Q4Z8N6R7S9T',
  messageId: '<01JB2Q4Z8N6R7S9T@example.com>',
  to: 'jane@example.org',
  date: new Date('2025-11-27T10:20:30Z'),
  categories: 0,
  name: null,
};

describe.each(keys)('a signature by %s', (_, privateKey) => {
  const key = signing(privateKey);
  const dns = { name: signatureNameOf(key), record: publicRecordOf(key) };

  it('of every letter is good in the eyes of another program', async () => {
    const full = { ...notice, categories: allCategories };
    const written = await Promise.all(
      letters.map(async (letter) => {
        const writer = createLetterWriter(letter, sender);
        return {
          name: `${letter.audience}.${letter.locale}`,
          unsigned: writer.write(full),
          signed: Buffer.concat(await writer.composeSigned(full, key)),
        };
      }),
    );
    const good = areWellSigned(
      written.map(({ signed }) => signed),
      dns,
    );
    expect(written.filter((_letter, nth) => good[nth] !== true).map(({ name }) => name)).toEqual([]);
    for (const { signed, unsigned } of written) expect(signed.subarray(-100)).toEqual(unsigned.subarray(-100));
  });

  it('holds for an address in UTF-8, and no longer once anything that is read was changed', async () => {
    const [letter] = letters;
    if (!letter) throw new Error('no letter');
    const message = Buffer.concat(
      await createLetterWriter(letter, sender).composeSigned({ ...notice, to: 'jürgen@example.org' }, key),
    ).toString('utf8');
    const changes: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => text.replace('\r\nTo: ', '\r\nTo:   '),
      (text) => text.replace('\r\nSubject: ', '\r\nSubject: No: '),
      (text) => text.replace('\r\nFrom: ', '\r\nFrom: Mallory <mallory@example.net>\r\nFrom: '),
      (text) => text.replace('\r\nSubject: ', '\r\nSubject: Pay here\r\nSubject: '),
      (text) => text.replace('jürgen', 'jurgen'),
      (text) => text.replace('\r\nAuto-Submitted: auto-generated', ''),
      (text) => text.replace(/\.\r\n/, '!\r\n'),
    ];
    expect(
      areWellSigned(
        changes.map((change) => Buffer.from(change(message))),
        dns,
      ),
    ).toEqual([true, true, false, false, false, false, false, false]);
  });
});
