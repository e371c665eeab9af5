// The append-only record of who did what. Data holds counts, codes and ids; never a person's data.
import type { CampaignNo } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export interface Event {
  readonly campaignNo: CampaignNo | null;
  readonly actor: string;
  /** For example `campaign-paused`, `resend`, `exported-with-addresses`. */
  readonly kind: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Writes one event; call it in the transaction of what it tells of. */
export async function recordEvent(on: Queryable, event: Event): Promise<void> {
  await on.query({
    text: 'insert into candor.event (campaign_no, actor, kind, data) values ($1, $2, $3, $4)',
    values: [event.campaignNo, event.actor, event.kind, event.data ?? {}],
  });
}

/** All events of a campaign, oldest first. */
export async function readEvents(on: Queryable, campaignNo: CampaignNo): Promise<(Event & { at: Date })[]> {
  const { rows } = await on.query<{ at: Date; actor: string; kind: string; data: Record<string, unknown> }>({
    text: 'select at, actor, kind, data from candor.event where campaign_no = $1 order by event_id',
    values: [campaignNo],
  });
  return rows.map((row) => ({ campaignNo, at: row.at, actor: row.actor, kind: row.kind, data: row.data }));
}
