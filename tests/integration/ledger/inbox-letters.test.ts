// The built-in inbox's letters: sealed, in order, and no more than the newest ten thousand.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInboxStore, inboxCapacity, type IncomingLetter } from '../../../src/ledger/inbox-letters.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const at = new Date('2026-01-02T03:04:05Z');
const letter = (nth: number, changes: Partial<IncomingLetter> = {}): IncomingLetter => ({
  receivedAt: at,
  noticeToken: null,
  raw: Buffer.from(`Subject: letter ${nth}\r\nTo: person${nth}@example.org\r\n\r\nbody ${nth} \xff`, 'latin1'),
  ...changes,
});

describe('the inbox', () => {
  it('gives back what was put, byte for byte, and its header in the list', async () => {
    const store = createInboxStore(ledger.database, ledger.keyring);
    await store.put(letter(1, { noticeToken: 'a'.repeat(32) }));
    await store.put(letter(2, { raw: Buffer.from('no blank line') }));
    const [second, first] = await store.list({ limit: 10 });
    expect(first).toMatchObject({
      receivedAt: at,
      noticeToken: 'a'.repeat(32),
      header: Buffer.from('Subject: letter 1\r\nTo: person1@example.org\r\n\r\n'),
    });
    expect(second!.header.toString()).toBe('no blank line');
    expect((await store.get(first!.letterId))!.raw).toEqual(letter(1).raw);
    expect(await store.get(999_999)).toBeNull();
    expect(await store.get(Number.NaN)).toBeNull();
  });

  it('holds nothing readable in the ledger', async () => {
    await createInboxStore(ledger.database, ledger.keyring).put(letter(3));
    const { rows } = await ledger.database.query<{ sealed: Buffer }>({
      text: 'select sealed from candor.inbox_letter',
    });
    expect(rows.some((row) => row.sealed.includes('person') || row.sealed.includes('Subject'))).toBe(false);
  });

  it('pages from newest to oldest', async () => {
    const store = createInboxStore(ledger.database, ledger.keyring);
    for (let nth = 0; nth < 5; nth += 1) await store.put(letter(nth));
    const first = await store.list({ limit: 3 });
    const rest = await store.list({ limit: 100, beforeId: first.at(-1)!.letterId });
    const ids = [...first, ...rest].map((each) => each.letterId);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(ids).toHaveLength(await store.count());
  });

  it('keeps the newest ten thousand of many that come at the same time', async () => {
    const store = createInboxStore(ledger.database, ledger.keyring);
    await Promise.all(Array.from({ length: inboxCapacity + 1_500 }, (_, nth) => store.put(letter(nth))));
    await store.put(letter(99_999));
    expect(await store.count()).toBe(inboxCapacity);
    expect((await store.list({ limit: 1 }))[0]!.header.toString()).toContain('letter 99999');
    const { rows } = await ledger.database.query<{ count: number }>({
      text: 'select count(*) as count from candor.inbox_letter',
    });
    expect(rows[0]!.count).toBeLessThan(inboxCapacity + 1_000);
  });
});
