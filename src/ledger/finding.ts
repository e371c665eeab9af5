// Was this address told, what, and when: over all campaigns, by the keyed hash of the address, so that no
// address is opened or compared.
import type { AttemptOutcome } from '../domain/attempt.ts';
import type { Audience } from '../domain/audience.ts';
import type { Found, FoundAttempt } from '../domain/found.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import type { NoticeState } from '../domain/notice-state.ts';
import { boundColumns, expectFit, openFormer, recordChanged, type BoundRow } from './bound-notices.ts';
import { expectBound } from './bound-terms.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { campaignKeys, hashesOfAddress } from './key-store.ts';
import type { Keyring } from './keyring.ts';

interface FoundRow extends BoundRow {
  campaign_no: CampaignNo;
  campaign: string;
  kit: string;
  rehearsal: boolean;
  audience: Audience;
  locale: string;
  subject: string | null;
  state: NoticeState;
  reason: string | null;
  maybe_accepted: boolean;
  opened_at: Date | null;
  closed_at: Date | null;
  outcome: AttemptOutcome | null;
  reply_code: number | null;
  enhanced_code: string | null;
  reply_scrubbed: string | null;
  current: boolean;
}

/**
 * Every notice to the address, or that had it before a correction, newest campaign first, with all its attempts. Throws
 * `record-changed` when one is not as it was written.
 *
 * @param canonicalAddress in the canonical form that intake gives (`key`), by which two spellings are the same address
 */
export async function findAddress(on: Queryable, keyring: Keyring, canonicalAddress: string): Promise<Found[]> {
  const hashes = await hashesOfAddress(on, keyring, canonicalAddress);
  const { rows } = await on.query<FoundRow>({
    text: `select c.id as campaign, c.kit, c.rehearsal, n.campaign_no, ${boundColumns}, n.address_hash = any($1::bytea[]) as current,
                  l.subject, n.state, n.reason, n.maybe_accepted,
                  a.opened_at, a.closed_at, a.outcome, a.reply_code, a.enhanced_code, a.reply_scrubbed
           from candor.notice n
           join candor.campaign c on c.campaign_no = n.campaign_no and c.state <> 'draft'
           left join candor.letter l on l.campaign_no = n.campaign_no and l.audience = n.audience and l.locale = n.locale
           left join candor.attempt a on a.notice_id = n.notice_id and a.outcome <> 'given-back'
           where n.notice_id in (select notice_id from candor.notice_address where address_hash = any($1::bytea[])
                                 union all select notice_id from candor.former_address where address_hash = any($1::bytea[]))
           order by n.campaign_no desc, a.attempt_id`,
    values: [hashes],
  });
  for (const campaignNo of new Set(rows.map((row) => row.campaign_no))) await expectBound(on, keyring, campaignNo);
  const found = new Map<NoticeId, Found & { attempts: FoundAttempt[] }>();
  for (const row of rows) {
    let notice = found.get(row.notice_id);
    if (!notice) {
      const keys = await campaignKeys(on, keyring, row.campaign_no);
      expectFit(row, keys);
      if (!row.current) await expectFormer(on, keys, row.notice_id, hashes);
      found.set(row.notice_id, (notice = { ...noticeOf(row, keyring), attempts: [] }));
    }
    if (row.opened_at !== null && row.outcome !== null) {
      notice.attempts.push({
        at: row.opened_at,
        settledAt: row.closed_at,
        outcome: row.outcome,
        replyCode: row.reply_code,
        enhancedCode: row.enhanced_code,
        reply: row.reply_scrubbed,
      });
    }
  }
  return [...found.values()];
}

/** A notice with another address than the one asked for must have had it before. Throws `record-changed`. */
async function expectFormer(
  on: Queryable,
  keys: CampaignKeys,
  noticeId: NoticeId,
  hashes: readonly Buffer[],
): Promise<void> {
  const { rows } = await on.query<{ version: number; hash: Buffer; sealed: Buffer; mac: Buffer | null }>({
    text: `select address_version as version, address_hash as hash, address_sealed as sealed, mac from candor.former_address
           where notice_id = $1 and address_hash = any($2::bytea[])`,
    values: [noticeId, hashes],
  });
  if (rows.length === 0)
    throw recordChanged(keys.campaign, {
      table: 'notice_address',
      row: `of notice number ${noticeId}`,
      found: 'it leads from one address to the notice of another',
    });
  for (const { mac, ...former } of rows) openFormer(keys, { noticeId, ...former }, mac);
}

function noticeOf(row: FoundRow, keyring: Keyring): Omit<Found, 'attempts'> {
  return {
    notice: keyring.noticeToken(row.notice_id, row.address_version),
    corrected: !row.current,
    campaign: row.campaign,
    kit: row.kit,
    rehearsal: row.rehearsal,
    audience: row.audience,
    locale: row.locale,
    subject: row.subject ?? '',
    state: row.state,
    reason: row.reason,
    maybeAccepted: row.maybe_accepted,
  };
}
