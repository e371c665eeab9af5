// Leases and recovery. A worker may claim while its lease is alive; it keeps it alive by heartbeat.
//
// Protocol, crash by crash:
//   * killed before the claim commits      → nothing happened, the slice comes back (queue, reconciler)
//   * killed after it, before MAIL FROM     → the attempt stays open; nobody can tell it from the next line
//   * killed after MAIL FROM                → the attempt stays open
//   In both, the lease runs out and `recoverExpired` closes the attempt: the notice is `unconfirmed`.
//   * cut off from the ledger, then back    → its heartbeats failed, so it started no MAIL FROM after its
//     own deadline (dispatch/lease-keeper.ts); what it settles late finds the attempt closed and is
//     recorded beside it (`late`), without moving the notice again.
// Not guaranteed: that a worker frozen by the operating system between its last look at the clock and the
// write to the socket sends nothing; such a letter belongs to an attempt that the ledger calls unconfirmed.
import type { LeaseId, NoticeId } from '../domain/ids.ts';
import type { Database, Queryable } from './database.ts';

/** Takes a new lease; its nonce is made by whoever wants to know it. */
export async function takeLease(
  on: Queryable,
  lease: { worker: string; relayIdentity: string; forMs: number; nonce?: string },
): Promise<LeaseId> {
  const { rows } = await on.query<{ lease_id: LeaseId }>({
    text: `insert into candor.lease (worker, relay_identity, expires_at, nonce)
           values ($1, $2, clock_timestamp() + $3::double precision * interval '1 millisecond', coalesce($4, gen_random_uuid())) returning lease_id`,
    values: [lease.worker, lease.relayIdentity, lease.forMs, lease.nonce ?? null],
  });
  return rows[0]!.lease_id;
}

/**
 * Extends a lease that is still alive, and records its next beat. False when it has run out, or when the ledger lacks the beat
 * that it answered last: then it went back, or a new lease is needed.
 */
export async function keepLease(
  on: Queryable,
  lease: LeaseId,
  forMs: number,
  beat: { readonly answered: number; readonly next: number } = { answered: 0, next: 0 },
): Promise<boolean> {
  const { rowCount } = await on.query({
    name: 'keep-lease',
    text: `update candor.lease set expires_at = clock_timestamp() + $2::double precision * interval '1 millisecond',
             beat_no = greatest(beat_no, $4)
           where lease_id = $1 and expires_at > clock_timestamp() and beat_no >= $3`,
    values: [lease, forMs, beat.answered, beat.next],
  });
  return rowCount === 1;
}

/** Ends a lease that has no open attempt any more. What is still open will be recovered. */
export async function endLease(on: Queryable, lease: LeaseId): Promise<void> {
  await on.query({
    text: 'update candor.lease set expires_at = least(expires_at, clock_timestamp()) where lease_id = $1',
    values: [lease],
  });
}

/** Workers whose lease is alive, on the relay or (null) on any. */
export async function countWorkers(on: Queryable, relayIdentity: string | null): Promise<number> {
  const { rows } = await on.query<{ count: number }>({
    name: 'count-workers',
    text: 'select count(*) as count from candor.lease where expires_at > clock_timestamp() and ($1::text is null or relay_identity = $1)',
    values: [relayIdentity],
  });
  return rows[0]?.count ?? 0;
}

/**
 * Closes the open attempts of every lease that has run out, whatever the reason: their notices are
 * `unconfirmed`, and may have been accepted for ever. Answers how many.
 *
 * It looks at open attempts of dead leases, not at leases that have just died: a claim that commits a
 * moment after the lease ran out is found at the next look.
 */
export async function recoverExpired(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<{ notice_id: NoticeId }>({
      name: 'recover-expired',
      text: `with dead as (
               select a.attempt_id, a.notice_id from candor.attempt a join candor.lease l using (lease_id)
               where a.outcome = 'open' and l.expires_at < clock_timestamp()
               order by a.notice_id limit 5000 for update of a skip locked
             ), closed as (
               update candor.attempt a set outcome = 'unconfirmed', closed_at = clock_timestamp(), rule = 'lease-ran-out'
               from dead where a.attempt_id = dead.attempt_id
             )
             update candor.notice n set state = 'unconfirmed', reason = 'lease-ran-out', settled_at = clock_timestamp(), maybe_accepted = true
             from dead where n.notice_id = dead.notice_id and n.state::text = 'sending' returning n.notice_id`,
    });
    return rows.length;
  });
}
