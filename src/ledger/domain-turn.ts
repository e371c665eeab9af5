// A turn: the slots of a receiving domain and of the relay, and the notices that use them, all in one statement. So
// neither slot is ever taken without the other, nor for a notice that is not there.
import type { DomainTurn } from '../domain/domain-turn.ts';
import type { SliceId } from '../domain/ids.ts';
import { usedShare } from '../domain/pace.ts';
import type { Queryable } from './database.ts';

export interface TurnRequest {
  readonly domainNo: number;
  readonly most: number;
  /** From now: no use before, and none that begins later. */
  readonly earliestMs: number;
  readonly latestMs: number;
  /** How long after a slot of the domain a slot of the relay may lie that is used for it. */
  readonly spareMs: number;
  /** The slice that the notices are queued in from here on; it has no job. */
  readonly sliceId: SliceId;
}

/**
 * Takes notices that wait aside, in their order, each with the relay's next free slot, as far as that is not before the
 * domain's next slot. The relay's slots are taken as they come, so none is passed over for a domain. Slots of the domain that lie
 * more than `spareMs` before are forfeited. Relay before domain, as whoever changes both does.
 */
export async function takeDomainTurn(on: Queryable, relayIdentity: string, turn: TurnRequest): Promise<DomainTurn> {
  const { rows } = await on.query<{
    taken: number;
    asked_at_ms: number;
    relay_in_ms: number;
    relay_gap_ms: number | null;
    domain_in_ms: number;
    domain_gap_ms: number | null;
  }>({
    name: 'take-domain-turn',
    text: `
      with relay as materialized (
        select relay_identity, 1000 / (least(limit_per_second, throttled_per_second) * ${usedShare}) as gap_ms, next_slot_at, clock_timestamp() as asked_at
        from candor.relay_pace where relay_identity = $1 for update
      ), domain as materialized (
        select d.domain_no, 1000 / (d.limit_per_second * ${usedShare}) as gap_ms, d.next_slot_at
        from relay r join candor.domain_pace d on d.relay_identity = r.relay_identity where d.domain_no = $2 for update of d
      ), at as (
        select r.asked_at, r.gap_ms as relay_gap, d.gap_ms as domain_gap,
               greatest(case when r.gap_ms is null then $4 else extract(epoch from r.next_slot_at - r.asked_at) * 1000 end, $4::double precision)::double precision as relay_in,
               (extract(epoch from d.next_slot_at - r.asked_at) * 1000)::double precision as domain_next
        from relay r, domain d
      ), slot as (
        select *, greatest(domain_next, relay_in - $6::double precision) as domain_in from at
      ), grant_of as materialized (
        select *, case
            when domain_gap is null or relay_in > $5::double precision then 0
            when relay_gap is null then case when domain_in > $5 then 0 else floor(($5 - domain_in) / domain_gap)::int + 1 end
            when domain_in > relay_in then 0
            when domain_gap <= relay_gap then floor(($5 - relay_in) / relay_gap)::int + 1
            else least(floor(($5 - relay_in) / relay_gap)::int, floor((relay_in - domain_in) / (domain_gap - relay_gap))::int) + 1 end as slots
        from slot
      ), running as materialized (
        select campaign_no, coalesce(canary_until_id, 9223372036854775807) as until_id from candor.campaign
        where relay_identity = $1 and state = 'running' and exists (select from grant_of where slots > 0) order by campaign_no for share
      ), due as (
        select w.notice_id from running r cross join lateral (
          select n.notice_id from candor.notice n
          where n.campaign_no = r.campaign_no and n.aside_no = $2 and n.state = 'pending' and n.notice_id <= r.until_id
          order by n.notice_id limit (select least(slots, $3::int) from grant_of) for update of n skip locked
        ) w limit (select least(slots, $3::int) from grant_of)
      ), taken as (
        update candor.notice n set state = 'queued', slice_id = $7 from due where n.notice_id = due.notice_id returning n.notice_id
      ), used as (
        select g.*, t.taken from grant_of g, (select count(*)::int as taken from taken) t
      ), relay_moved as (
        update candor.relay_pace p set next_slot_at = u.asked_at + (u.relay_in + u.taken * u.relay_gap) * interval '1 millisecond'
        from used u where p.relay_identity = $1 and u.taken > 0 and u.relay_gap is not null
      ), domain_moved as (
        update candor.domain_pace p set next_slot_at = u.asked_at + interval '1 millisecond' * (u.domain_gap +
          greatest(u.domain_in + (u.taken - 1) * u.domain_gap, case when u.relay_gap is not null then u.relay_in + (u.taken - 1) * u.relay_gap - $6 end))
        from used u where p.domain_no = $2 and u.taken > 0
      )
      select taken, extract(epoch from asked_at)::double precision * 1000 as asked_at_ms, relay_in as relay_in_ms, relay_gap as relay_gap_ms,
             domain_in as domain_in_ms, domain_gap as domain_gap_ms
      from used`,
    values: [relayIdentity, turn.domainNo, turn.most, turn.earliestMs, turn.latestMs, turn.spareMs, turn.sliceId],
  });
  const row = rows[0];
  return {
    count: row?.taken ?? 0,
    askedAtMs: row?.asked_at_ms ?? 0,
    relayInMs: row?.relay_in_ms ?? 0,
    relayGapMs: row?.relay_gap_ms ?? null,
    domainInMs: row?.domain_in_ms ?? 0,
    domainGapMs: row?.domain_gap_ms ?? null,
  };
}
