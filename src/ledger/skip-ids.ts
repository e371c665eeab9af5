// Numbers that a ledger of an earlier moment leaves out, because they may have been given out after it.
import type { Queryable } from './database.ts';

/** How far behind the last number each table goes on. */
export const numberingGaps = {
  campaign: ['campaign_no', 1],
  notice: ['notice_id', 1_000_000_000],
  lease: ['lease_id', 1_000_000],
  domain_pace: ['domain_no', 1],
  attempt: ['attempt_id', 1_000_000_000],
  event: ['event_id', 1],
  inbox_letter: ['letter_id', 1],
} as const;

/**
 * Continues the numbering far behind what stands in a ledger of an earlier moment: restored, or gone back. A notice's number
 * makes its Message-ID, and a lease's number guards its settlements: the next ones may have been given out after that moment.
 * Never lowers a number that goes out already.
 */
export async function skipIds(on: Queryable): Promise<void> {
  const { rows } = await on.query<{ name: string }>({
    text: `select relname as name from pg_class where relnamespace = 'candor'::regnamespace and relkind = 'r'`,
  });
  for (const [table, [column, gap]] of Object.entries(numberingGaps)) {
    if (rows.some(({ name }) => name === table))
      await on.query({
        text: `select setval(s, greatest(nextval(s), (select coalesce(max(${column}), 0) + ${gap} from candor.${table})), false)
               from pg_get_serial_sequence('candor.${table}', '${column}') s`,
      });
  }
}

/** Each import has a block of its own, and there may have been some after that moment. */
export async function skipBlocks(on: Queryable): Promise<void> {
  await on.query({
    text: `select setval('candor.notice_block', greatest(nextval('candor.notice_block'), (coalesce(max(notice_id), 0) >> 32) + 1000), false) from candor.notice`,
  });
}
