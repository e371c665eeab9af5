// A relay's pace, kept in one row: the rate limit, the throttle and the next free slot. Whoever takes
// slots moves `next_slot_at`, so the rate holds over all processes, campaigns and machines, and no wipe of
// the queue touches it (ADR 0003).
import { mostLateMs, usedShare, type Pace, type Slots, type SlotSpan, type ThrottleStep } from '../domain/pace.ts';
import { bindPace } from './bound-pace.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';

/**
 * Takes up to `want` slots that begin within the span. Slots before it are forfeited: nobody can use them in time any
 * more. With none free in the span, `count` is 0 and `firstInMs` says when to ask again.
 */
export async function takeSlots(on: Queryable, relayIdentity: string, want: number, span: SlotSpan): Promise<Slots> {
  const { rows } = await on.query<{ slots: number; asked_at_ms: number; first_in_ms: number; gap_ms: number | null }>({
    name: 'take-slots',
    text: `
      with pace as (
        select relay_identity, 1000 / (least(limit_per_second, throttled_per_second) * ${usedShare}) as gap_ms,
               greatest(next_slot_at, clock_timestamp() + $4::double precision * interval '1 millisecond') as first_at, clock_timestamp() as asked_at
        from candor.relay_pace where relay_identity = $1 for update
      ), slot as (
        select *, extract(epoch from first_at - asked_at)::double precision * 1000 as first_in_ms from pace
      ), grant_of as (
        select *, case when gap_ms is null then $2::int when first_in_ms > $3::double precision then 0
                    else least($2::int, floor(($3::double precision - first_in_ms) / gap_ms)::int + 1) end as slots
        from slot
      )
      update candor.relay_pace p set next_slot_at = case when g.gap_ms is null or g.slots = 0 then p.next_slot_at
        else g.first_at + g.slots * g.gap_ms * interval '1 millisecond' end
      from grant_of g where p.relay_identity = g.relay_identity
      returning g.slots, extract(epoch from g.asked_at)::double precision * 1000 as asked_at_ms, g.first_in_ms, g.gap_ms`,
    values: [relayIdentity, want, span.latestMs, span.earliestMs],
  });
  const row = rows[0];
  if (!row || row.gap_ms === null)
    return { count: want, askedAtMs: row?.asked_at_ms ?? 0, firstInMs: 0, gapMs: 0, unlimited: true };
  return {
    count: row.slots,
    askedAtMs: row.asked_at_ms,
    firstInMs: row.first_in_ms,
    gapMs: row.gap_ms,
    unlimited: false,
  };
}

/** Reads a relay's pace; without a row the relay has no limit. */
export async function readPace(on: Queryable, relayIdentity: string): Promise<Pace> {
  const { rows } = await on.query<{
    limit_per_second: number | null;
    throttled_per_second: number | null;
    throttled_at: Date | null;
    throttle_rule: string | null;
    taken_per_second: number | null;
    refused_per_second: number | null;
    slowed_at: Date | null;
  }>({
    name: 'read-pace',
    text: `select limit_per_second, throttled_per_second, throttled_at, throttle_rule, taken_per_second, refused_per_second, slowed_at
           from candor.relay_pace where relay_identity = $1`,
    values: [relayIdentity],
  });
  const row = rows[0];
  return {
    limitPerSecond: row?.limit_per_second ?? null,
    throttledPerSecond: row?.throttled_per_second ?? null,
    throttledAt: row?.throttled_at ?? null,
    throttleRule: row?.throttle_rule ?? null,
    takenPerSecond: row?.taken_per_second ?? null,
    refusedPerSecond: row?.refused_per_second ?? null,
    slowedAt: row?.slowed_at ?? null,
  };
}

/** Makes the relay's row if there is none; with a limit, sets it (null leaves it as it is). In a transaction. */
export async function setLimit(
  on: Queryable,
  keyring: Keyring,
  relayIdentity: string,
  perSecond: number | null,
): Promise<void> {
  const { rowCount } = await on.query({
    text: `insert into candor.relay_pace (relay_identity, limit_per_second, limit_mac) values ($1, $2, '')
           on conflict (relay_identity) do ${perSecond === null ? 'nothing' : 'update set limit_per_second = $2'}`,
    values: [relayIdentity, perSecond],
  });
  if (rowCount > 0) await bindPace(on, keyring, relayIdentity);
}

/** What becomes of a throttle that was `was`. */
export interface ThrottleChange {
  /** Null lifts it. */
  readonly to: ThrottleStep | null;
  readonly rule: string | null;
  readonly was: number | null;
  /** True when the relay asked for less. */
  readonly slowed: boolean;
}

/**
 * Sets or lifts the throttle, if it is still what the caller read: two workers do not halve it twice. A faster pace
 * does not wait for a slot that a slower one has set far off, but for as long as slots of that may still be used late.
 */
export async function setThrottle(on: Queryable, relayIdentity: string, change: ThrottleChange): Promise<boolean> {
  const { to, rule, was, slowed } = change;
  const { rowCount } = await on.query({
    text: `update candor.relay_pace set throttled_per_second = $2, throttle_rule = $3,
             taken_per_second = $5, refused_per_second = $6,
             throttled_at = case when $2::double precision is null then null else clock_timestamp() end,
             slowed_at = case when $2::double precision is null then null when $7 then clock_timestamp() else slowed_at end,
             next_slot_at = case when $7 or $4::double precision is null then next_slot_at else least(next_slot_at,
               greatest(next_slot_at - interval '1 second' / ($4::double precision * ${usedShare}), clock_timestamp())
                 + ${mostLateMs} * interval '1 millisecond'
                 + coalesce(interval '1 second' / (least(limit_per_second, $2::double precision) * ${usedShare}), interval '0')) end
           where relay_identity = $1 and throttled_per_second is not distinct from $4::double precision`,
    values: [
      relayIdentity,
      to?.perSecond ?? null,
      rule,
      was,
      to?.takenPerSecond ?? null,
      to?.refusedPerSecond ?? null,
      slowed,
    ],
  });
  return rowCount === 1;
}

/** Notes that the relay cannot be reached since now (or, with false, that it can); answers since when, in milliseconds ago. */
export async function markUnreachable(on: Queryable, relayIdentity: string, unreachable: boolean): Promise<number> {
  const { rows } = await on.query<{ for_ms: number }>({
    text: `update candor.relay_pace set unreachable_since = case when $2 then coalesce(unreachable_since, clock_timestamp()) end
           where relay_identity = $1
           returning coalesce(extract(epoch from clock_timestamp() - unreachable_since)::double precision * 1000, 0) as for_ms`,
    values: [relayIdentity, unreachable],
  });
  return rows[0]?.for_ms ?? 0;
}
