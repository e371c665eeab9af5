// The counts of a campaign, kept by the schema's triggers; reading them never touches the notices.
import type { CampaignNo } from '../domain/ids.ts';
import { noCounts, noticeStates, type NoticeState, type StateCounts } from '../domain/notice-state.ts';
import type { Queryable } from './database.ts';

export interface Counts {
  readonly counts: StateCounts;
  readonly attempts: number;
  readonly maybeAccepted: number;
  /** Running time from the first MAIL FROM to the last settlement (or to now, while work is open). */
  readonly workedMs: number;
}

/** Sums the shards: some 16 small rows, whatever the size of the campaign. */
export async function readCounts(on: Queryable, campaignNo: CampaignNo): Promise<Counts> {
  const { rows } = await on.query<Record<NoticeState | 'attempts' | 'maybe_accepted', number> & { worked_ms: number }>({
    name: 'read-counts',
    text: `select s.*, case when s.first_attempt_at is null then 0 else candor.running_ms($1, s.first_attempt_at,
             case when s.sending > 0 or s.last_settled_at is null then clock_timestamp() else s.last_settled_at end) end as worked_ms
           from (select ${noticeStates.map((state) => `coalesce(sum(${state}), 0)::bigint as ${state}`).join(', ')},
                        coalesce(sum(attempts), 0)::bigint as attempts, coalesce(sum(maybe_accepted), 0)::bigint as maybe_accepted,
                        min(first_attempt_at) as first_attempt_at, max(last_settled_at) as last_settled_at
                 from candor.tally where campaign_no = $1) s`,
    values: [campaignNo],
  });
  const row = rows[0]!;
  const counts = noCounts();
  for (const state of noticeStates) counts[state] = row[state];
  return { counts, attempts: row.attempts, maybeAccepted: row.maybe_accepted, workedMs: Math.max(0, row.worked_ms) };
}
