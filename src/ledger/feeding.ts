// What the feeder asks of the ledger: cut due notices into slices, bring lost slices back, finish campaigns.
import type { Slice } from '../domain/attempt.ts';
import type { CampaignNo, NoticeId, SliceId } from '../domain/ids.ts';
import { noticeStates, type NoticeState } from '../domain/notice-state.ts';
import type { Database, Queryable } from './database.ts';
import { readCounts } from './tally.ts';

/**
 * Commits `queued`, with the slice's id, for notices that are due: deferred ones whose time has come
 * first, then pending ones in their order. Fresh unaffected notices leave only when no affected one is
 * waiting, queued or on the wire any more. Answers the slices that got notices.
 */
export async function cutSlices(
  on: Queryable,
  campaignNo: CampaignNo,
  slices: { ids: readonly SliceId[]; size: number },
): Promise<Slice[]> {
  const { rows } = await on.query<{ slice_id: SliceId; notice_ids: NoticeId[] }>({
    name: 'cut-slices',
    text: `
      with campaign as materialized (
        select campaign_no, coalesce(canary_until_id, 9223372036854775807) as until_id, affected_until_id
        from candor.campaign where campaign_no = $1 and state = 'running' for share
      ), border as materialized (
        -- Up to which id notices may leave now; no row when the campaign does not run.
        select case when c.affected_until_id is not null and exists (
            -- What waits aside for its domain keeps nobody waiting. Two looks, one for each index.
            select from candor.notice a where a.campaign_no = $1 and a.state = 'pending' and a.aside_no is null
              and a.notice_id <= least(c.affected_until_id, c.until_id)
            union all
            select from candor.notice a where a.campaign_no = $1 and a.state in ('queued', 'sending') and a.aside_no is null
              and a.notice_id <= least(c.affected_until_id, c.until_id))
          then least(c.affected_until_id, c.until_id) else c.until_id end as until_id
        from campaign c
      ), late as (
        select n.notice_id from candor.notice n
        where n.campaign_no = $1 and n.state = 'deferred' and n.due_at <= clock_timestamp() and exists (select from campaign)
        order by n.due_at limit $3 for update of n skip locked
      ), fresh as (
        -- Constants, not joins: so that the planner walks notice_fresh from the first pending id and stops.
        select n.notice_id from candor.notice n
        where n.campaign_no = $1 and n.state = 'pending' and n.aside_no is null and n.notice_id <= (select until_id from border)
        order by n.notice_id limit $3 for update of n skip locked
      ), due as (
        select notice_id, ((row_number() over (order by place, notice_id) - 1) / $4)::int as ordinal
        from (select notice_id, 1 as place from late union all select notice_id, 2 from fresh) d
        order by place, notice_id limit $3
      ), cut as (
        update candor.notice n set state = 'queued', slice_id = ($2::uuid[])[d.ordinal + 1], due_at = null, aside_no = null
        from due d where n.notice_id = d.notice_id returning n.slice_id, n.notice_id
      )
      select slice_id, array_agg(notice_id::double precision order by notice_id) as notice_ids from cut group by slice_id
      order by min(notice_id)`,
    values: [campaignNo, slices.ids, slices.ids.length * slices.size, slices.size],
  });
  return rows.map((row) => ({ sliceId: row.slice_id, noticeIds: row.notice_ids }));
}

/** Slices that the ledger believes to be queued on this relay's queue; or those of domains' turns, which have no job. */
export async function queuedSlices(
  on: Queryable,
  relayIdentity: string,
  which: 'with a job' | 'in turns' = 'with a job',
): Promise<SliceId[]> {
  const { rows } = await on.query<{ slice_id: SliceId }>({
    text: `select distinct n.slice_id from candor.notice n join candor.campaign c using (campaign_no)
           where n.state = 'queued' and c.relay_identity = $1 and (n.aside_no is not null) = $2`,
    values: [relayIdentity, which === 'in turns'],
  });
  return rows.map((row) => row.slice_id);
}

/** Gives the rest of slices back: `queued` → `pending` (or `cancelled`, when the campaign is). Answers how many notices. */
export async function giveBackSlices(on: Queryable, sliceIds: readonly SliceId[]): Promise<number> {
  if (sliceIds.length === 0) return 0;
  const { rowCount } = await on.query({
    name: 'give-back-slices',
    text: `update candor.notice n set slice_id = null,
             state = case when c.state = 'cancelled' then 'cancelled' else 'pending' end::candor.notice_state,
             reason = case when c.state = 'cancelled' then 'campaign-cancelled' end,
             settled_at = case when c.state = 'cancelled' then clock_timestamp() end
           from candor.campaign c
           where n.slice_id = any($1::uuid[]) and n.state::text = 'queued' and c.campaign_no = n.campaign_no`,
    values: [sliceIds],
  });
  return rowCount;
}

/** Gives every queued notice of a campaign back, because it stops; its slices are then empty, and their jobs end. */
export async function giveBackQueued(on: Queryable, campaignNo: CampaignNo): Promise<number> {
  const { rowCount } = await on.query({
    // A row that is locked is just being given back by a worker; nobody can be claiming it, as the campaign's row is ours.
    text: `update candor.notice set state = 'pending', slice_id = null
           where notice_id in (select notice_id from candor.notice where campaign_no = $1 and state = 'queued' for update skip locked)`,
    values: [campaignNo],
  });
  return rowCount;
}

/** Moves unconfirmed notices of running campaigns on, where the policy says so and it is their first time (promise 5). */
export async function resendUnconfirmed(on: Queryable, campaignNo: CampaignNo): Promise<number> {
  const { rowCount } = await on.query({
    name: 'resend-unconfirmed',
    text: `update candor.notice n set state = 'pending', auto_resent = true, reason = null, settled_at = null
           from candor.campaign c
           where c.campaign_no = $1 and c.state = 'running' and c.unconfirmed_policy = 'resend'
             and n.campaign_no = c.campaign_no and n.state = 'unconfirmed' and not n.auto_resent
             and not exists (select from candor.closed_doubt d where d.notice_id = n.notice_id)`,
    values: [campaignNo],
  });
  return rowCount;
}

/** Moves everything that waits in a cancelled campaign to `cancelled`: at the cancel, and again for what was in motion then. */
export async function sweepCancelled(on: Queryable, campaignNo: CampaignNo): Promise<number> {
  const { rowCount } = await on.query({
    // Asked again and again of every cancelled campaign, so the tally answers first; then one arm for each partial index.
    text: `update candor.notice n set state = 'cancelled', reason = 'campaign-cancelled', slice_id = null, due_at = null, settled_at = clock_timestamp()
           from (select notice_id from candor.notice where campaign_no = $1 and state in ('pending', 'queued')
                 union all
                 select notice_id from candor.notice where campaign_no = $1 and state = 'deferred') w
           where n.notice_id = w.notice_id and n.state in ('pending', 'queued', 'deferred')
             and (select sum(pending + queued + deferred) from candor.tally where campaign_no = $1) > 0`,
    values: [campaignNo],
  });
  return rowCount;
}

/** How far a campaign has come, for the feeder's decision. */
export interface FeedStatus {
  readonly open: number;
  readonly pending: number;
  readonly queued: number;
  /** Queued or sending. */
  readonly underWay: number;
  readonly refused: number;
  readonly autoResendDue: boolean;
  /** True when a canary is set and every notice before it is settled. */
  readonly canaryDone: boolean;
}

/** Reads what the feeder decides by. */
export async function readFeedStatus(on: Queryable, campaignNo: CampaignNo): Promise<FeedStatus> {
  const { counts } = await readCounts(on, campaignNo);
  const { rows } = await on.query<{ auto_resend_due: boolean; canary_done: boolean }>({
    name: 'feed-status',
    text: `select c.unconfirmed_policy = 'resend' and exists (select from candor.notice n where n.campaign_no = c.campaign_no
                    and n.state = 'unconfirmed' and not n.auto_resent
                    and not exists (select from candor.closed_doubt d where d.notice_id = n.notice_id)) as auto_resend_due,
                  c.canary_until_id is not null and not exists (select from candor.notice n where n.campaign_no = c.campaign_no
                    and n.state in ('pending', 'queued', 'sending') and n.notice_id <= c.canary_until_id) as canary_done
           from candor.campaign c where c.campaign_no = $1`,
    values: [campaignNo],
  });
  return {
    open: counts.pending + counts.queued + counts.sending + counts.deferred,
    pending: counts.pending,
    queued: counts.queued,
    underWay: counts.queued + counts.sending,
    refused: counts.refused,
    autoResendDue: rows[0]?.auto_resend_due ?? false,
    canaryDone: rows[0]?.canary_done ?? false,
  };
}

/** Counts every notice anew and compares with the tally and with the number imported (promise 1). */
export async function recount(
  database: Database,
  campaignNo: CampaignNo,
): Promise<{ agrees: boolean; differing: NoticeState[] }> {
  return database.transaction(async (tx) => {
    await tx.query({ text: 'set transaction isolation level repeatable read' });
    const { counts } = await readCounts(tx, campaignNo);
    const { rows } = await tx.query<{ state: NoticeState; count: number }>({
      text: 'select state, count(*) as count from candor.notice where campaign_no = $1 group by state',
      values: [campaignNo],
    });
    const { rows: imported } = await tx.query<{ notice_count: number }>({
      text: 'select notice_count from candor.campaign where campaign_no = $1',
      values: [campaignNo],
    });
    const found = new Map(rows.map((row) => [row.state, row.count]));
    const differing = noticeStates.filter((state) => counts[state] !== (found.get(state) ?? 0));
    const total = rows.reduce((sum, row) => sum + row.count, 0);
    return { agrees: differing.length === 0 && total === imported[0]?.notice_count, differing };
  });
}

/**
 * Plans are made once for each connection, and those made while a table was empty walk through all of it:
 * a settlement then took 5.5 ms instead of 1. This makes them anew, where autovacuum would take a minute. How large
 * the tables are is what matters; looking at every column of 20,000 rows as well took 188 ms.
 */
export async function refreshStatistics(on: Queryable): Promise<void> {
  await on.query({ text: 'analyze candor.attempt (attempt_id), candor.notice (notice_id)' });
}
