// What a person changes about one notice: its address, and whether somebody has looked into its doubt.
import { categoryNames } from '../domain/category.ts';
import { CandorError } from '../domain/errors.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import { correctableStates, type NoticeState } from '../domain/notice-state.ts';
import { boundColumns, macFormer, openAddress, type BoundRow } from './bound-notices.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import { sqlState, type Queryable, type Transaction } from './database.ts';
import { recordEvent } from './events.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

const uniqueViolation = '23505';

/**
 * Gives a notice another address: the same notice, another Message-ID, the old address kept (sealed, and as its
 * hash, so that `find` answers for both). Its state stays; a settled one still has to be re-sent.
 *
 * @param address as mailed, and its canonical `key`
 * Throws `notice-unknown`, `notice-state`, `record-changed`, `address-same`, `address-taken` (it has, or had, a notice of its own in
 * this campaign: nobody gets two).
 */
export async function correctAddress(
  tx: Transaction,
  keyring: Keyring,
  notice: { campaignNo: CampaignNo; noticeId: NoticeId },
  { address, key, actor }: { address: string; key: string; actor: string },
): Promise<void> {
  const { campaignNo, noticeId } = notice;
  // One correction at a time in a campaign: two that swap addresses must see each other's former ones.
  await tx.query({
    text: 'select pg_advisory_xact_lock(hashtext($1), $2)',
    values: ['candor.correct-address', campaignNo],
  });
  const { rows } = await tx.query<BoundRow & { state: NoticeState }>({
    text: `select ${boundColumns}, n.state from candor.notice n where n.notice_id = $1 and n.campaign_no = $2 for update`,
    values: [noticeId, campaignNo],
  });
  const found = rows[0];
  if (found === undefined) throw new CandorError('notice-unknown');
  if (!correctableStates.includes(found.state)) throw new CandorError('notice-state', { state: found.state });
  const keys = await campaignKeys(tx, keyring, campaignNo);
  // What is written anew is vouched for anew: only what fits may be.
  const former = openAddress(found, keys);
  const version = found.address_version + 1;
  const hash = keys.hashAddress(key);
  if (hash.equals(found.address_hash)) throw new CandorError('address-same');
  const { rows: taken } = await tx.query({
    text: 'select from candor.former_address where address_hash = $1 and campaign_no = $2 and notice_id <> $3',
    values: [hash, campaignNo, noticeId],
  });
  if (taken.length > 0) throw new CandorError('address-taken');
  await enterFormer(tx, keys, campaignNo, found, former);
  const addressSealed = keys.seal('notice.address_sealed', hash, address);
  const name =
    found.name_sealed === null ? null : keys.open('notice.name_sealed', found.address_hash, found.name_sealed);
  const nameSealed = name === null ? null : keys.seal('notice.name_sealed', hash, name);
  const mac = keys.macNotice({
    noticeId,
    rowNo: found.row_no,
    addressHash: hash,
    addressVersion: version,
    audience: found.audience,
    categories: categoryNames(found.categories),
    locale: found.locale,
    addressSealed,
    nameSealed,
  });
  try {
    await tx.query({
      text: `update candor.notice set address_hash = $2, address_sealed = $3, address_version = $4, name_sealed = $5, mac = $6
             where notice_id = $1`,
      values: [noticeId, hash, addressSealed, version, nameSealed, mac],
    });
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw new CandorError('address-taken', {}, { cause: error });
    throw error;
  }
  await recordEvent(tx, {
    campaignNo,
    actor,
    kind: 'address-corrected',
    data: { notice: keyring.noticeToken(noticeId, version), state: found.state },
  });
}

async function enterFormer(
  tx: Transaction,
  keys: CampaignKeys,
  campaignNo: CampaignNo,
  notice: BoundRow,
  address: string,
): Promise<void> {
  const { notice_id: noticeId, address_version: version, address_hash: hash } = notice;
  const sealed = keys.seal('former_address.address_sealed', hash, address);
  await tx.query({
    text: `insert into candor.former_address (notice_id, campaign_no, address_version, address_hash, address_sealed, mac)
           values ($1, $2, $3, $4, $5, $6)`,
    values: [noticeId, campaignNo, version, hash, sealed, macFormer(keys, { noticeId, version, hash, sealed })],
  });
}

/**
 * Records that a person has looked into the doubt of unconfirmed notices (one, or all that are open) and what they
 * found. No state changes; nothing sends them again but a re-send that names them. Answers how many.
 *
 * For one, throws instead of leaving out what was found: `notice-unknown`, `notice-state` (it is not unconfirmed),
 * `doubt-closed` (somebody was faster).
 */
export async function closeDoubts(
  tx: Transaction,
  campaignNo: CampaignNo,
  { notice, actor, reason }: { notice: { noticeId: NoticeId; token: string } | null; actor: string; reason: string },
): Promise<number> {
  if (notice !== null) await expectUnconfirmed(tx, campaignNo, notice.noticeId);
  const { rowCount } = await tx.query({
    text: `insert into candor.closed_doubt (notice_id, campaign_no, actor, reason)
           select notice_id, campaign_no, $3, $4 from candor.notice
           where campaign_no = $1 and state = 'unconfirmed' and ($2::bigint is null or notice_id = $2)
           on conflict do nothing`,
    values: [campaignNo, notice?.noticeId ?? null, actor, reason],
  });
  if (rowCount === 0 && notice !== null) throw new CandorError('doubt-closed');
  if (rowCount > 0)
    await recordEvent(tx, {
      campaignNo,
      actor,
      kind: 'doubt-closed',
      data: { notices: rowCount, notice: notice?.token ?? null, reason },
    });
  return rowCount;
}

/** Holds the notice as it is until the transaction ends, so that a re-send waits for the word about it. */
async function expectUnconfirmed(tx: Transaction, campaignNo: CampaignNo, noticeId: NoticeId): Promise<void> {
  const { rows } = await tx.query<{ state: NoticeState }>({
    text: 'select state from candor.notice where notice_id = $1 and campaign_no = $2 for update',
    values: [noticeId, campaignNo],
  });
  const found = rows[0];
  if (found === undefined) throw new CandorError('notice-unknown');
  if (found.state !== 'unconfirmed') throw new CandorError('notice-state', { state: found.state });
}

/** The notices whose doubt somebody has closed. */
export async function closedDoubts(
  on: Queryable,
  campaignNo: CampaignNo,
): Promise<{ noticeId: NoticeId; addressVersion: number }[]> {
  const { rows } = await on.query<{ notice_id: NoticeId; address_version: number }>({
    text: 'select d.notice_id, n.address_version from candor.closed_doubt d join candor.notice n using (notice_id) where d.campaign_no = $1',
    values: [campaignNo],
  });
  return rows.map((row) => ({ noticeId: row.notice_id, addressVersion: row.address_version }));
}

/** How many unconfirmed notices somebody has looked into. */
export async function countClosedDoubts(on: Queryable, campaignNo: CampaignNo): Promise<number> {
  const { rows } = await on.query<{ notices: number }>({
    text: `select count(*) as notices from candor.closed_doubt d join candor.notice n using (notice_id) where d.campaign_no = $1 and n.state = 'unconfirmed'`,
    values: [campaignNo],
  });
  return rows[0]!.notices;
}
