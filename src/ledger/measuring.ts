// Figures for monitoring: sums of the tally, never of the notices.
import type { CampaignState } from '../domain/campaign-state.ts';
import { countsFrom, type CampaignSummary } from '../domain/summary.ts';
import { noticeStates, type NoticeState } from '../domain/notice-state.ts';
import type { Queryable } from './database.ts';

/** So many campaigns at most: labels stay few. */
const mostCampaigns = 100;

export interface CampaignFigures extends Pick<CampaignSummary, 'campaign' | 'states' | 'attempts' | 'maybeAccepted'> {
  readonly state: CampaignState;
}

/** Campaigns that are not over or ended in the last week, newest first. */
export async function measureCampaigns(on: Queryable): Promise<CampaignFigures[]> {
  const { rows } = await on.query<{
    id: string;
    state: CampaignState;
    attempts: number;
    maybe_accepted: number;
    counts: Record<NoticeState, number>;
  }>({
    name: 'measure-campaigns',
    text: `select c.id, c.state, t.attempts, t.maybe_accepted, t.counts
           from (select campaign_no, id, state from candor.campaign
                 where state in ('ready', 'running', 'paused', 'held') or coalesce(finished_at, created_at) > now() - interval '7 days' and state <> 'draft'
                 order by campaign_no desc limit ${mostCampaigns}) c
           cross join lateral (
             select coalesce(sum(attempts), 0)::bigint as attempts, coalesce(sum(maybe_accepted), 0)::bigint as maybe_accepted,
                    jsonb_build_object(${noticeStates.map((state) => `'${state}', coalesce(sum(${state}), 0)`).join(', ')}) as counts
             from candor.tally where campaign_no = c.campaign_no
           ) t order by c.campaign_no desc`,
  });
  return rows.map((row) => ({
    campaign: row.id,
    state: row.state,
    attempts: row.attempts,
    maybeAccepted: row.maybe_accepted,
    states: countsFrom(noticeStates.map((state) => ({ state, count: row.counts[state] }))),
  }));
}

/** Pace by the label of the relay: two accounts of one relay are one, with the sum of their limits. */
export async function measureRelays(
  on: Queryable,
): Promise<{ relay: string; limitPerSecond: number | null; throttledPerSecond: number | null }[]> {
  const { rows } = await on.query<{
    relay_label: string;
    limit_per_second: number | null;
    throttled_per_second: number | null;
  }>({
    name: 'measure-relays',
    text: `select r.relay_label, sum(p.limit_per_second) as limit_per_second, sum(p.throttled_per_second) as throttled_per_second
           from (select distinct relay_identity, relay_label from candor.campaign where state <> 'draft') r join candor.relay_pace p using (relay_identity)
           group by r.relay_label order by r.relay_label limit ${mostCampaigns}`,
  });
  return rows.map((row) => ({
    relay: row.relay_label,
    limitPerSecond: row.limit_per_second,
    throttledPerSecond: row.throttled_per_second,
  }));
}
