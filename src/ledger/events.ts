// The record of who did what. It only takes inserts; an event that repeats is counted instead, and its count only grows.
// Data holds counts, codes and ids; never a recipient's data.
import { lookWindowSeconds } from '../domain/looks.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export interface Event {
  readonly campaignNo: CampaignNo | null;
  readonly actor: string;
  /** For example `campaign-paused`, `resend`, `exported-with-addresses`. */
  readonly kind: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An event as it stands in a history. */
export interface HistoryEvent {
  readonly id: number;
  readonly at: Date;
  /** Id of the campaign; null: it is about none. */
  readonly campaign: string | null;
  readonly actor: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Writes one event; call it in the transaction of what it tells of. */
export async function recordEvent(on: Queryable, event: Event): Promise<void> {
  await on.query({
    text: 'insert into candor.event (campaign_no, actor, kind, data) values ($1, $2, $3, $4)',
    values: [event.campaignNo, event.actor, event.kind, withClaim(on, event)],
  });
}

/** The window of five minutes that it is now, by the ledger's clock: ISO 8601 text, equal for all in it. */
const windowNow = `to_char(to_timestamp(floor(extract(epoch from now()) / ${lookWindowSeconds}) * ${lookWindowSeconds}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/**
 * Counts one more event of its kind, or writes the first of this window: one row for actor, kind, campaign and whichever of
 * `upload`, `states` and `from` stands in the data. `addresses`: how many whole addresses were shown.
 */
export async function countEvent(on: Queryable, event: Event & { readonly addresses: number }): Promise<void> {
  await on.query({
    text: `insert into candor.event as e (campaign_no, actor, kind, data)
           values ($1, $2, $3, $4::jsonb || jsonb_build_object('window', ${windowNow}, 'times', 1, 'addresses', $5::bigint, 'until', now()))
           on conflict (actor, (data ->> 'window'), kind, coalesce(campaign_no, 0),
                        coalesce(data ->> 'upload', data ->> 'states', data ->> 'from', '')) where data ? 'window'
           do update set data = e.data || jsonb_build_object(
             'times', (e.data ->> 'times')::bigint + 1, 'addresses', (e.data ->> 'addresses')::bigint + $5::bigint,
             'until', greatest((e.data ->> 'until')::timestamptz, now()))`,
    values: [event.campaignNo, event.actor, event.kind, withClaim(on, event), event.addresses],
  });
}

/** Keeps others who count for the same actor out until the end of the transaction. */
export async function lockCounts(on: Queryable, actor: string): Promise<void> {
  await on.query({
    text: `select pg_advisory_xact_lock(hashtextextended('candor-counts ' || $1, 0))`,
    values: [actor],
  });
}

/** How often the actor was counted in this window, and the seconds until the next one begins. */
export async function countedNow(
  on: Queryable,
  actor: string,
  kinds: readonly string[],
): Promise<{ times: number; secondsLeft: number }> {
  const { rows } = await on.query<{ times: number; seconds_left: number }>({
    text: `select coalesce(sum((data ->> 'times')::bigint), 0)::bigint as times,
                  (${lookWindowSeconds} - floor(extract(epoch from now()))::bigint % ${lookWindowSeconds})::int as seconds_left
           from candor.event where data ? 'window' and actor = $1 and data ->> 'window' = ${windowNow} and kind = any($2)`,
    values: [actor, kinds],
  });
  return { times: rows[0]?.times ?? 0, secondsLeft: rows[0]?.seconds_left ?? lookWindowSeconds };
}

/** All events of a campaign, oldest first. */
export async function readEvents(
  on: Queryable,
  campaignNo: CampaignNo,
): Promise<(Event & { at: Date; data: Readonly<Record<string, unknown>> })[]> {
  const { rows } = await on.query<{ at: Date; actor: string; kind: string; data: Record<string, unknown> }>({
    text: 'select at, actor, kind, data from candor.event where campaign_no = $1 order by event_id',
    values: [campaignNo],
  });
  return rows.map((row) => ({ campaignNo, at: row.at, actor: row.actor, kind: row.kind, data: row.data }));
}

/** Events of all campaigns and of none, the latest first, before the event `before`. */
export async function readHistory(
  on: Queryable,
  page: { before: number | null; limit: number },
): Promise<HistoryEvent[]> {
  const { rows } = await on.query<HistoryEvent>({
    text: `select e.event_id as id, e.at, c.id as campaign, e.actor, e.kind, e.data
           from candor.event e left join candor.campaign c on c.campaign_no = e.campaign_no
           where $1::bigint is null or e.event_id < $1 order by e.event_id desc limit $2`,
    values: [page.before, page.limit],
  });
  return rows;
}

/** A name that the system has not vouched for stands beside the one that it has. */
function withClaim(on: Queryable, event: Event): Readonly<Record<string, unknown>> {
  const { claim } = on;
  const data = event.data ?? {};
  return claim === undefined || claim.actor !== event.actor
    ? data
    : { ...data, claimed: true, systemUser: claim.systemUser };
}
