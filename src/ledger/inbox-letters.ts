// The letters that the built-in inbox took, sealed. Keeps the newest ten thousand.
import { createBatcher } from '../runtime/batcher.ts';
import { inboxLetterOf } from './bound-cells.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';

/** How many letters are kept. */
export const inboxCapacity = 10_000;
/** Letters between two trims; up to so many more than the capacity are in the table, never in an answer. */
const trimEvery = 500;
/** Letters in one insert: 100 of 20 KB are 2 MB on the wire. */
const insertMax = 100;

export interface IncomingLetter {
  readonly receivedAt: Date;
  /** From X-Candor-Notice; null when the letter has none. */
  readonly noticeToken: string | null;
  readonly raw: Buffer;
}

export interface StoredLetter {
  readonly letterId: number;
  readonly receivedAt: Date;
  readonly noticeToken: string | null;
}

export interface InboxStore {
  /** Resolves when the letter is committed. Letters put at the same time travel in one insert. */
  put(letter: IncomingLetter): Promise<void>;
  count(): Promise<number>;
  /** Newest first, from below `beforeId`; each with its raw header block only, up to the blank line. */
  list(page: { beforeId?: number; limit: number }): Promise<(StoredLetter & { header: Buffer })[]>;
  /** A letter with its raw bytes; null when it is not (or no longer) there. */
  get(letterId: number): Promise<(StoredLetter & { raw: Buffer }) | null>;
}

interface LetterRow {
  letter_id: number;
  received_at: Date;
  notice_token: string | null;
  sealed: Buffer;
}

/** Opens the store; several processes may use the same ledger. */
export function createInboxStore(on: Queryable, keyring: Keyring): InboxStore {
  let sinceTrim = trimEvery;

  const insert = async (letters: readonly IncomingLetter[]): Promise<readonly void[]> => {
    // One parameter for each value: bytes then travel as bytes, where an array would travel as hex.
    const places = letters.map(
      (_, index) => `($${index * 4 + 1}, $${index * 4 + 2}, $${index * 4 + 3}, $${index * 4 + 4})`,
    );
    const { rows: numbers } = await on.query<{ id: number }>({
      name: 'number-inbox-letters',
      text: `select nextval(pg_get_serial_sequence('candor.inbox_letter', 'letter_id')) as id from generate_series(1, $1)`,
      values: [letters.length],
    });
    await on.query({
      text: `insert into candor.inbox_letter (letter_id, received_at, notice_token, sealed) values ${places.join(', ')}`,
      values: letters.flatMap((letter, index) => [
        numbers[index]!.id,
        letter.receivedAt,
        letter.noticeToken,
        keyring.seal('inbox_letter.sealed', inboxLetterOf(numbers[index]!.id, letter.noticeToken), letter.raw),
      ]),
    });
    sinceTrim += letters.length;
    if (sinceTrim >= trimEvery) {
      sinceTrim = 0;
      await trim();
    }
    return letters.map(() => undefined);
  };

  const trim = async (): Promise<void> => {
    await on.query({
      name: 'trim-inbox',
      text: `delete from candor.inbox_letter where letter_id <= (select letter_id from candor.inbox_letter order by letter_id desc offset ${inboxCapacity} limit 1)`,
    });
  };

  const opened = (row: LetterRow): Buffer =>
    keyring.open('inbox_letter.sealed', inboxLetterOf(row.letter_id, row.notice_token), row.sealed);

  const batcher = createBatcher(insert, { max: insertMax, parallel: 2 });

  return {
    put: (letter) => batcher.submit(letter),
    async count() {
      const { rows } = await on.query<{ count: number }>({
        text: `select count(*) as count from (select from candor.inbox_letter limit ${inboxCapacity}) l`,
      });
      return rows[0]?.count ?? 0;
    },
    async list({ beforeId, limit }) {
      const { rows } = await on.query<LetterRow>({
        text: `select letter_id, received_at, notice_token, sealed
               from (select * from candor.inbox_letter order by letter_id desc limit ${inboxCapacity}) newest
               where $1::bigint is null or letter_id < $1 order by letter_id desc limit $2`,
        values: [beforeId ?? null, limit],
      });
      return rows.map((row) => ({ ...stored(row), header: headerOf(opened(row)) }));
    },
    async get(letterId) {
      if (!Number.isSafeInteger(letterId)) return null;
      const { rows } = await on.query<LetterRow>({
        text: 'select letter_id, received_at, notice_token, sealed from candor.inbox_letter where letter_id = $1',
        values: [letterId],
      });
      const row = rows[0];
      return row ? { ...stored(row), raw: opened(row) } : null;
    },
  };
}

function stored(row: LetterRow): StoredLetter {
  return { letterId: row.letter_id, receivedAt: row.received_at, noticeToken: row.notice_token };
}

/** Up to and with the blank line that ends the header (RFC 5322 section 2.1); all of it when there is none. */
function headerOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(0, end + 4);
}
