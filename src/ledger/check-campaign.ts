// Whether a whole campaign is as it was written: before it starts, before it goes on, when somebody looks for faults, and
// before others are left out because of it.
import type { AttemptId, CampaignNo } from '../domain/ids.ts';
import {
  boundColumns,
  misfitOf,
  mostMisfits,
  openFormer,
  recordChanged,
  type BoundRow,
  type Misfit,
} from './bound-notices.ts';
import { misfitsOfTerms } from './bound-terms.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { CandorError } from '../domain/errors.ts';

const atOnce = 5_000;

/**
 * What does not fit in a campaign: its keys, its terms, its letters, its notices, the addresses that they had. Notices are
 * counted, too: one that is missing was not told. With the relay's sealed words only where somebody looks for faults:
 * nothing that is mailed or shown depends on them. A million take about ten seconds of a processor (2026-12).
 */
export async function misfitsOfCampaign(
  database: Pick<Database, 'transaction'>,
  keyring: Keyring,
  campaignNo: CampaignNo,
  options: { withReplies?: boolean } = {},
): Promise<Misfit[]> {
  return database.transaction(
    async (tx) => {
      await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
      const misfits = await misfitsInside(tx, keyring, campaignNo);
      return misfits.length > 0 || options.withReplies !== true ? misfits : misfitsOfReplies(tx, keyring, campaignNo);
    },
    { patient: true },
  );
}

/** The same inside a transaction; `see` is handed every notice that fits. */
export async function misfitsInside(
  tx: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  see: (rows: readonly BoundRow[], keys: CampaignKeys) => Promise<void> | void = () => undefined,
): Promise<Misfit[]> {
  let keys: CampaignKeys;
  try {
    keys = await campaignKeys(tx, keyring, campaignNo);
  } catch (error) {
    if (!(error instanceof CandorError) || error.code !== 'record-changed') throw error;
    return [{ table: 'data_key', row: 'of the campaign', found: error.message }];
  }
  const misfits = [
    ...(await misfitsOfTerms(tx, keyring, campaignNo)),
    ...(await misfitsOfFormer(tx, keys, campaignNo)),
  ];
  const cursor = `bound_notice_${campaignNo}`;
  await tx.query({
    text: `declare ${cursor} no scroll cursor for select ${boundColumns} from candor.notice n where n.campaign_no = $1`,
    values: [campaignNo],
  });
  let count = 0;
  while (misfits.length < mostMisfits) {
    const { rows } = await tx.query<BoundRow>({ text: `fetch ${atOnce} from ${cursor}` });
    if (rows.length === 0) {
      misfits.push(...(await misfitOfCount(tx, campaignNo, count)));
      break;
    }
    count += rows.length;
    const fitting: BoundRow[] = [];
    for (const row of rows) {
      const misfit = misfitOf(row, keys);
      if (misfit === null) fitting.push(row);
      else misfits.push(misfit);
    }
    await see(fitting, keys);
  }
  await tx.query({ text: `close ${cursor}` });
  return inOrder(misfits).slice(0, mostMisfits);
}

/** By table and row: a table is read in the order of its pages. */
function inOrder(misfits: readonly Misfit[]): Misfit[] {
  return misfits.toSorted(
    (one, other) => one.table.localeCompare(other.table) || one.row.localeCompare(other.row, 'en', { numeric: true }),
  );
}

/** Throws `record-changed`, with what does not fit in the campaign. */
export async function expectCampaign(
  tx: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  see?: (rows: readonly BoundRow[], keys: CampaignKeys) => Promise<void> | void,
): Promise<void> {
  const misfits = await misfitsInside(tx, keyring, campaignNo, see);
  // Without its key, it cannot be said which.
  if (misfits.length > 0) throw recordChanged(keyring.campaigns.get(campaignNo)?.campaign ?? null, ...misfits);
}

/** Notices that are missing, or that `find` would not find. */
async function misfitOfCount(on: Queryable, campaignNo: CampaignNo, count: number): Promise<Misfit[]> {
  const { rows } = await on.query<{
    notice_count: number;
    entered: number;
    former: number;
    corrections: number;
  }>({
    text: `select notice_count, (select count(*) from candor.former_address f where f.campaign_no = $1) as former,
                  (select count(*) from candor.event e where e.campaign_no = $1 and e.kind = 'address-corrected') as corrections,
                  (select count(*) from candor.notice_address a join candor.notice n using (notice_id)
                                 where a.campaign_no = $1 and n.campaign_no = $1 and n.address_hash = a.address_hash) as entered
           from candor.campaign where campaign_no = $1`,
    values: [campaignNo],
  });
  const { notice_count: wanted = 0, entered = 0, former = 0, corrections = 0 } = rows[0] ?? {};
  const misfits: Misfit[] = [];
  if (count !== wanted)
    misfits.push({ table: 'notice', row: 'all', found: `${count} stand where ${wanted} were imported` });
  else if (entered !== wanted)
    misfits.push({
      table: 'notice_address',
      row: 'all',
      found: `${entered} notices are found by their address, of ${wanted}`,
    });
  if (former < corrections)
    misfits.push({
      table: 'former_address',
      row: 'all',
      found: `${former} former addresses stand where ${corrections} corrections are on record`,
    });
  return misfits;
}

/** The relay's words as they came. */
export async function misfitsOfReplies(tx: Transaction, keyring: Keyring, campaignNo: CampaignNo): Promise<Misfit[]> {
  const keys = await campaignKeys(tx, keyring, campaignNo);
  const cursor = `bound_reply_${campaignNo}`;
  await tx.query({
    text: `declare ${cursor} no scroll cursor for
           select a.attempt_id, a.reply_sealed from candor.attempt a join candor.notice n using (notice_id)
           where n.campaign_no = $1 and a.reply_sealed is not null`,
    values: [campaignNo],
  });
  const misfits: Misfit[] = [];
  for (;;) {
    const { rows } = await tx.query<{ attempt_id: AttemptId; reply_sealed: Buffer }>({
      text: `fetch ${atOnce} from ${cursor}`,
    });
    if (rows.length === 0 || misfits.length >= mostMisfits) break;
    for (const { attempt_id: attempt, reply_sealed: sealed } of rows)
      if (!opens(() => keys.openReply(attempt, sealed)))
        misfits.push({
          table: 'attempt',
          row: String(attempt),
          found: 'the reply is that of another attempt, or was changed',
        });
  }
  await tx.query({ text: `close ${cursor}` });
  return misfits.slice(0, mostMisfits);
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof CandorError) return false;
    throw error;
  }
}

async function misfitsOfFormer(on: Queryable, keys: CampaignKeys, campaignNo: CampaignNo): Promise<Misfit[]> {
  const { rows } = await on.query<{
    notice_id: BoundRow['notice_id'];
    address_version: number;
    address_hash: Buffer;
    address_sealed: Buffer;
    mac: Buffer | null;
  }>({
    text: `select f.notice_id, f.address_version, f.address_hash, f.address_sealed, f.mac
           from candor.former_address f left join candor.notice n using (notice_id)
           where f.campaign_no = $1 or n.campaign_no = $1 order by f.notice_id, f.address_version`,
    values: [campaignNo],
  });
  const misfits: Misfit[] = [];
  for (const row of rows) {
    const { notice_id: noticeId, address_version: version, address_hash: hash, address_sealed: sealed, mac } = row;
    if (!opens(() => openFormer(keys, { noticeId, version, hash, sealed }, mac)))
      misfits.push({
        table: 'former_address',
        row: `${version} of notice number ${noticeId}`,
        found: 'it was changed, or is that of another notice',
      });
  }
  return misfits;
}
