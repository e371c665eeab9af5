// The notices of a campaign for a person who looks through them: groups by what became of them, pages, and
// one notice with all that happened to it. Every answer is bounded, whatever the campaign's size.
import type { Audience } from '../domain/audience.ts';
import { categoriesOf } from '../domain/category.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import type { ListedNotice, Listing, WholeNotice } from '../domain/listed-notice.ts';
import type { ReasonGroup, ReasonKey } from '../domain/notice-choice.ts';
import { namedResendStates, noticeStates, sqlStates, type NoticeState } from '../domain/notice-state.ts';
import { boundColumns, openAddress, openFormer, type BoundRow } from './bound-notices.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

/** Groups that an answer holds; the rest is in the page of all notices. */
export const mostGroups = 100;

/** Why notices were not accepted, the largest group first. Counted from the index alone: the whole page takes 61 ms with 80,000 of them in a million (2 cores, 2026-11). */
export async function readReasonGroups(on: Queryable, campaignNo: CampaignNo): Promise<ReasonGroup[]> {
  const { rows } = await on.query<{
    state: NoticeState;
    reason: string;
    reply_code: number | null;
    enhanced_code: string | null;
    notices: number;
    maybe_accepted: number;
    reply: string | null;
  }>({
    text: `with grouped as (
             select state, reason, reply_code, enhanced_code, count(*) as notices, count(*) filter (where maybe_accepted) as maybe_accepted,
                    max(notice_id) as example
             from candor.notice
             where campaign_no = $1 and state in (${sqlStates(namedResendStates)})
             group by state, reason, reply_code, enhanced_code
             order by count(*) desc limit ${mostGroups}
           )
           select g.*, (select a.reply_scrubbed from candor.attempt a where a.notice_id = g.example and a.outcome <> 'given-back'
                        order by a.attempt_id desc limit 1) as reply
           from grouped g order by notices desc, state, reason`,
    values: [campaignNo],
  });
  return rows.map((row) => ({
    state: row.state,
    reason: row.reason,
    replyCode: row.reply_code,
    enhancedCode: row.enhanced_code,
    notices: row.notices,
    maybeAccepted: row.maybe_accepted,
    reply: row.reply,
  }));
}

/**
 * How many suppressed notices have another reason than this one. Asked from both ends of it, because the index stands in
 * order of the reasons: a million that have it are not looked at.
 */
export async function countSuppressedBut(on: Queryable, campaignNo: CampaignNo, reason: string): Promise<number> {
  const { rows } = await on.query<{ notices: number }>({
    text: `select count(*) as notices from (
             select from candor.notice where campaign_no = $1 and state = 'suppressed' and reason < $2
             union all select from candor.notice where campaign_no = $1 and state = 'suppressed' and reason > $2
             union all select from candor.notice where campaign_no = $1 and state = 'suppressed' and reason is null
           ) other`,
    values: [campaignNo, reason],
  });
  return rows[0]!.notices;
}

/** The condition of a group, for parameters that begin at `$from`: a null is no value to compare with. */
export function inGroup(group: ReasonKey, from: number): { condition: string; values: readonly unknown[] } {
  const values: unknown[] = [group.reason];
  const same = (column: string, value: number | string | null): string => {
    if (value === null) return `${column} is null`;
    values.push(value);
    return `${column} = $${from + values.length - 1}`;
  };
  const codes = [same('reply_code', group.replyCode), same('enhanced_code', group.enhancedCode)];
  return { condition: [isState(group.state), `reason = $${from}`, ...codes].join(' and '), values };
}

interface ListedRow extends BoundRow {
  audience: Audience;
  state: NoticeState;
  reason: string | null;
  reply_code: number | null;
  enhanced_code: string | null;
  round: number;
  attempt_count: number;
  maybe_accepted: boolean;
  due_at: Date | null;
  settled_at: Date | null;
  closed: boolean;
}

const listed = `${boundColumns}, n.state, n.reason, n.reply_code, n.enhanced_code,
  n.round, n.attempt_count, n.maybe_accepted, n.due_at, n.settled_at,
  n.state = 'unconfirmed' and exists (select from candor.closed_doubt d where d.notice_id = n.notice_id) as closed`;

/** A page of notices in the order of import, after the notice `after`. Throws `record-changed` when one is not as it was written. */
export async function listNotices(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
  page: { of: Listing; after: NoticeId | null; limit: number },
): Promise<ListedNotice[]> {
  const chosen = conditionOf(page.of);
  // Between the campaign's first and last id, so that a walk of the primary key stays inside it.
  const { rows } = await on.query<ListedRow>({
    text: `select ${listed} from candor.notice n
           where n.campaign_no = $1 and n.notice_id > greatest($2, (select first_notice_id - 1 from candor.campaign where campaign_no = $1))
             and n.notice_id <= (select last_notice_id from candor.campaign where campaign_no = $1) and ${chosen.condition}
           order by n.notice_id limit $3`,
    values: [campaignNo, page.after ?? 0, page.limit, ...chosen.values],
  });
  const keys = await campaignKeys(on, keyring, campaignNo);
  return rows.map((row) => toListed(row, keyring, keys));
}

function conditionOf(of: Listing): { condition: string; values: readonly unknown[] } {
  if (of === null) return { condition: 'true', values: [] };
  if ('group' in of) return inGroup(of.group, 4);
  return { condition: isState(of.state), values: [] };
}

/** Written out, because a parameter would hide from the planner that a partial index fits. */
function isState(state: NoticeState): string {
  if (!noticeStates.includes(state)) throw new RangeError('not a state of a notice');
  return `state = '${state}'`;
}

function toListed(row: ListedRow, keyring: Keyring, keys: CampaignKeys): ListedNotice {
  return {
    notice: keyring.noticeToken(row.notice_id, row.address_version),
    row: row.row_no,
    address: openAddress(row, keys),
    audience: row.audience,
    locale: row.locale,
    state: row.state,
    reason: row.reason,
    replyCode: row.reply_code,
    enhancedCode: row.enhanced_code,
    round: row.round,
    attempts: row.attempt_count,
    maybeAccepted: row.maybe_accepted,
    dueAt: row.due_at,
    settledAt: row.settled_at,
    closed: row.closed,
  };
}

/** One notice of a campaign; null when it has no such notice. Throws `record-changed` when it is not as it was written. */
export async function readNotice(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
  noticeId: NoticeId,
): Promise<WholeNotice | null> {
  const { rows } = await on.query<
    ListedRow & {
      auto_resent: boolean;
      closed_by: string | null;
      closed_reason: string | null;
      closed_at: Date | null;
    }
  >({
    text: `select ${listed}, n.auto_resent, d.actor as closed_by, d.reason as closed_reason, d.closed_at
           from candor.notice n left join candor.closed_doubt d on d.notice_id = n.notice_id
           where n.notice_id = $1 and n.campaign_no = $2`,
    values: [noticeId, campaignNo],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const keys = await campaignKeys(on, keyring, campaignNo);
  const former = await on.query<{
    address_version: number;
    address_hash: Buffer;
    address_sealed: Buffer;
    mac: Buffer | null;
    replaced_at: Date;
  }>({
    text: 'select address_version, address_hash, address_sealed, mac, replaced_at from candor.former_address where notice_id = $1 order by address_version',
    values: [noticeId],
  });
  return {
    ...toListed(row, keyring, keys),
    categories: categoriesOf(row.categories),
    autoResent: row.auto_resent,
    formerAddresses: former.rows.map(
      ({ address_version: version, address_hash: hash, address_sealed: sealed, mac, replaced_at }) => ({
        address: openFormer(keys, { noticeId, version, hash, sealed }, mac),
        replacedAt: replaced_at,
      }),
    ),
    closedDoubt:
      row.closed_by === null || row.closed_reason === null || row.closed_at === null
        ? null
        : { actor: row.closed_by, reason: row.closed_reason, at: row.closed_at },
  };
}
