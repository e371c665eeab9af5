// The settlement: closes an attempt and moves its notice, guarded so that a late worker cannot overwrite.
import type { Settlement } from '../domain/attempt.ts';
import type { LeaseId, NoticeId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

/** What came of a batch. */
export interface Settled {
  readonly moved: NoticeId[];
  readonly late: number;
}

/**
 * Settles a batch in one commit and answers the notices that moved. `late` is how many had been recovered meanwhile
 * (their lease ran out): the reply is kept beside the attempt, marked late, and the notice stays where recovery put it.
 * A settlement that is repeated, because the answer to its commit was lost, is neither. In a cancelled campaign nothing waits any more:
 * what would be deferred or pending is cancelled. In one that is held for its refusals, what the same fault
 * refuses waits (refusals.ts).
 */
export async function settleAttempts(
  on: Queryable,
  keyring: Keyring,
  lease: LeaseId,
  batch: readonly Settlement[],
): Promise<Settled> {
  const { rows } = await on.query<{ notice_id: NoticeId; late: boolean }>({
    name: 'settle-attempts',
    text: `with ${settleSteps} select notice_id, false as late from settled union all select notice_id, true from closed where late`,
    values: await settleValues(on, keyring, lease, batch),
  });
  const moved = rows.filter((row) => !row.late).map((row) => row.notice_id);
  return { moved, late: rows.length - moved.length };
}

/** The steps of a settlement, the last one named `settled`, for a statement whose first values are those of `settleValues`. */
export const settleSteps = `
    want as (
      select * from unnest($2::bigint[], $3::bigint[], $4::candor.attempt_outcome[], $5::candor.notice_state[], $6::text[],
        $7::double precision[], $8::boolean[], $9::text[], $10::text[], $11::smallint[], $12::text[], $13::bytea[], $14::text[])
        as w(attempt_id, notice_id, outcome, state, reason, retry_after_ms, charged, stage, rule, reply_code, enhanced_code, reply_sealed, reply_scrubbed)
      order by notice_id
    ), closed as (
      update candor.attempt a set
        outcome = case when a.outcome = 'open' then w.outcome else a.outcome end,
        closed_at = coalesce(a.closed_at, clock_timestamp()), late = a.outcome <> 'open',
        stage = w.stage, rule = w.rule, charged = w.charged and a.outcome = 'open', reply_code = w.reply_code,
        enhanced_code = w.enhanced_code, reply_sealed = w.reply_sealed, reply_scrubbed = w.reply_scrubbed
      -- Open, or closed by recovery. A settlement that is repeated because its answer was lost changes nothing.
      from want w where a.attempt_id = w.attempt_id and a.lease_id = $1
        and (a.outcome = 'open' or (a.rule = 'lease-ran-out' and not a.late))
      returning a.campaign_no, a.late, w.*
    ), settled as (
      update candor.notice n set
        state = s.state,
        reason = case when s.state = 'cancelled' then 'campaign-cancelled' when s.state = w.state then w.reason end,
        due_at = case when s.state = 'deferred' then clock_timestamp() + w.retry_after_ms * interval '1 millisecond' end,
        settled_at = case when s.state in ('deferred', 'pending') then null else clock_timestamp() end,
        maybe_accepted = n.maybe_accepted or s.state = 'unconfirmed',
        charged_count = n.charged_count + (w.charged and s.state <> 'pending')::int,
        reply_code = coalesce(w.reply_code, n.reply_code),
        enhanced_code = case when w.reply_code is null then n.enhanced_code else w.enhanced_code end
      from closed w
      join candor.campaign c on c.campaign_no = w.campaign_no
      cross join lateral (select case when c.state = 'cancelled' and w.state in ('deferred', 'pending') then 'cancelled'
          when c.state = 'held' and c.reason = 'too-many-refused' and w.state = 'refused' and w.rule = c.refusal_rule
            and (c.refusal_reply is null or regexp_replace(w.reply_scrubbed, '[0-9]+', '#', 'g') = c.refusal_reply) then 'pending'
          else w.state end as state) s
      -- As text, so that only the primary key can find it (see the claim).
      where n.notice_id = w.notice_id and n.state::text = 'sending' and not w.late
      returning n.notice_id
    )`;

/** Values $1 to $14; the lease is the first. */
export async function settleValues(
  on: Queryable,
  keyring: Keyring,
  lease: LeaseId,
  batch: readonly Settlement[],
): Promise<unknown[]> {
  const sealed: (Buffer | null)[] = [];
  for (const { campaignNo, attemptId, reply } of batch) {
    // Known, but for the first reply of a campaign.
    const keys = keyring.campaigns.get(campaignNo) ?? (await campaignKeys(on, keyring, campaignNo));
    sealed.push(reply === null ? null : keys.sealReply(attemptId, reply));
  }
  return [
    lease,
    batch.map((each) => each.attemptId),
    batch.map((each) => each.noticeId),
    batch.map((each) => each.outcome),
    batch.map((each) => each.state),
    batch.map((each) => each.reason),
    batch.map((each) => each.retryAfterMs),
    batch.map((each) => each.charged),
    batch.map((each) => each.stage),
    batch.map((each) => each.rule),
    batch.map((each) => each.replyCode),
    batch.map((each) => each.enhancedCode),
    sealed,
    batch.map((each) => each.replyScrubbed),
  ];
}
