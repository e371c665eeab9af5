// What a watched campaign shows besides its tally. Every answer is bounded, whatever the campaign's size.
import type { AttemptOutcome } from '../domain/attempt.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

export interface Clock {
  readonly targetAt: Date | null;
  readonly awareAt: Date | null;
  /** Hours that the authority's clock has from then on. */
  readonly authorityHours: number;
}

export interface ReplyGroup {
  readonly outcome: AttemptOutcome;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  readonly rule: string | null;
  readonly attempts: number;
  readonly latestAt: Date;
  /** The latest of its replies, scrubbed. */
  readonly reply: string | null;
}

export interface Pulse {
  readonly at: Date;
  readonly accepted: number;
  readonly settled: number;
}

/** Attempts that are looked through for what the relay is saying, the latest first. */
export const lookedThrough = 5_000;
const shownGroups = 12;
const sampledNotices = 400;
const everySeconds = 10;

/** The latest replies that were no acceptance, grouped; the most frequent first. */
export async function readReplyGroups(on: Queryable, campaignNo: CampaignNo): Promise<ReplyGroup[]> {
  const { rows } = await on.query<{
    outcome: AttemptOutcome;
    reply_code: number | null;
    enhanced_code: string | null;
    rule: string | null;
    attempts: number;
    latest_at: Date;
    reply: string | null;
  }>({
    text: `with latest as (
             select attempt_id, outcome, reply_code, enhanced_code, rule, reply_scrubbed, closed_at from candor.attempt
             where campaign_no = $1 and outcome in ('deferred', 'refused', 'failed', 'throttled', 'relay-fault', 'unconfirmed')
             order by attempt_id desc limit ${lookedThrough}
           )
           select outcome, reply_code, enhanced_code, rule, count(*) as attempts, max(closed_at) as latest_at,
                  (array_agg(reply_scrubbed order by attempt_id desc))[1] as reply
           from latest group by outcome, reply_code, enhanced_code, rule order by count(*) desc limit ${shownGroups}`,
    values: [campaignNo],
  });
  return rows.map((row) => ({
    outcome: row.outcome,
    replyCode: row.reply_code,
    enhancedCode: row.enhanced_code,
    rule: row.rule,
    attempts: row.attempts,
    latestAt: row.latest_at,
    reply: row.reply,
  }));
}

/** Domains with the most notices that wait or failed, of a sample: addresses are sealed, so they are opened one by one. */
export async function readLaggingDomains(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
): Promise<{ domain: string; notices: number }[]> {
  const { rows } = await on.query<{ address_hash: Buffer; address_sealed: Buffer }>({
    // One arm for each walk of an index: together they sorted 70,000 rows of a million, and the page took 234 ms in place of 57.
    text: `(select address_hash, address_sealed from candor.notice where campaign_no = $1 and state = 'deferred' limit ${sampledNotices})
           union all
           (select address_hash, address_sealed from candor.notice where campaign_no = $1 and state = 'refused' order by notice_id desc limit ${sampledNotices})
           union all
           (select address_hash, address_sealed from candor.notice where campaign_no = $1 and state = 'failed' order by notice_id desc limit ${sampledNotices})`,
    values: [campaignNo],
  });
  const keys = await campaignKeys(on, keyring, campaignNo);
  const domains = new Map<string, number>();
  for (const row of rows) {
    const address = keys.open('notice.address_sealed', row.address_hash, row.address_sealed);
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    domains.set(domain, (domains.get(domain) ?? 0) + 1);
  }
  return [...domains]
    .toSorted((one, other) => other[1] - one[1])
    .slice(0, 10)
    .map(([domain, notices]) => ({ domain, notices }));
}

/** Writes how far every running campaign is; several consoles at once write it once. */
export async function recordPulses(on: Queryable): Promise<void> {
  await on.query({
    text: `insert into candor.campaign_pulse (campaign_no, at, accepted, settled)
           select t.campaign_no, to_timestamp(floor(extract(epoch from now()) / ${everySeconds}) * ${everySeconds}), sum(t.accepted),
                  sum(t.accepted + t.refused + t.failed + t.unconfirmed + t.suppressed + t.cancelled)
           from candor.tally t join candor.campaign c using (campaign_no)
           where c.state = 'running' or c.finished_at > now() - interval '${everySeconds * 2} seconds'
           group by t.campaign_no on conflict (campaign_no, at) do update set accepted = excluded.accepted, settled = excluded.settled`,
  });
}

/** At most 240 pulses over the campaign's life, oldest first. */
export async function readPulses(on: Queryable, campaignNo: CampaignNo): Promise<Pulse[]> {
  const { rows } = await on.query<{ at: Date; accepted: number; settled: number }>({
    text: `with numbered as (
             select at, accepted, settled, row_number() over (order by at) as n, count(*) over () as total
             from candor.campaign_pulse where campaign_no = $1
           )
           select at, accepted, settled from numbered where n % greatest(1, total / 240) = 0 or n = total order by at`,
    values: [campaignNo],
  });
  return rows;
}

export async function readClock(on: Queryable, campaignNo: CampaignNo): Promise<Clock> {
  const { rows } = await on.query<{ target_at: Date | null; aware_at: Date | null; authority_hours: number }>({
    text: 'select target_at, aware_at, authority_hours from candor.campaign_clock where campaign_no = $1',
    values: [campaignNo],
  });
  const row = rows[0];
  return row
    ? { targetAt: row.target_at, awareAt: row.aware_at, authorityHours: row.authority_hours }
    : { targetAt: null, awareAt: null, authorityHours: 72 };
}

export async function setClock(on: Queryable, campaignNo: CampaignNo, clock: Clock): Promise<void> {
  await on.query({
    text: `insert into candor.campaign_clock (campaign_no, target_at, aware_at, authority_hours) values ($1, $2, $3, $4)
           on conflict (campaign_no) do update set target_at = excluded.target_at, aware_at = excluded.aware_at, authority_hours = excluded.authority_hours`,
    values: [campaignNo, clock.targetAt, clock.awareAt, clock.authorityHours],
  });
}
