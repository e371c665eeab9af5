// The ledger's past, as far as somebody remembers it: looked up, and a new timeline begun where it went back.
//
// A primary that is replaced by a standby which was behind, or a file system put back to an older moment, loses commits that were
// answered. What left in the lost time is pending again and would go out twice. So everything is held, as after a restore, in the
// transaction that ends the timeline: whoever remembers something of an ended timeline knows that it was told.
import type { LedgerMemory, SeenOfMemory } from '../domain/ledger-memory.ts';
import { compareMemory } from '../domain/ledger-memory.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { CandorError } from '../domain/errors.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';
import { holdAll } from './hold-all.ts';
import { skipBlocks, skipIds } from './skip-ids.ts';

/** The timeline that goes on. */
export async function currentTimeline(on: Queryable): Promise<string> {
  const { rows } = await on.query<{ timeline_id: string }>({
    text: 'select timeline_id from candor.timeline where ended_at is null',
  });
  return rows[0]!.timeline_id;
}

/**
 * What the ledger has of a memory. Throws `ledger-refused` for a standby that follows a primary: whether it is behind is not
 * known before it takes over, and its connections outlive that.
 */
export async function seeMemory(on: Queryable, memory: LedgerMemory): Promise<SeenOfMemory> {
  const { rows } = await on.query<{ follows: boolean } & Record<string, unknown>>({
    text: `select pg_is_in_recovery() as follows, i.ledger_id as "ledgerId", t.timeline_id as timeline,
             exists (select from candor.timeline where timeline_id = $1) as known,
             (select beat_no from candor.lease where lease_id = $2 and nonce = $3) as beat,
             exists (select from candor.attempt where attempt_id = $4 and lease_id = $2) as attempt
           from candor.ledger_identity i cross join candor.timeline t where t.ended_at is null`,
    values: [memory.timeline, memory.lease?.leaseId ?? null, memory.lease?.nonce ?? null, memory.attempt],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the ledger has no timeline');
  if (row.follows)
    throw new CandorError('ledger-refused', {
      why: 'it takes no changes: it is a standby, or was made read-only',
    });
  return row as unknown as SeenOfMemory;
}

/** What was held because the ledger went back, and the timeline that begins with it. */
export interface GoneBack {
  readonly held: readonly CampaignNo[];
  readonly timeline: string;
  /** The newest record that the ledger has; null: it has none. */
  readonly knownUntil: Date | null;
}

/**
 * Ends the current timeline because the ledger lacks what is remembered: holds every campaign that could go on, leaves out
 * the numbers that the lost time may have used, and begins a new one. Null when somebody else was first. Run it in a transaction.
 */
export async function recordGoingBack(on: Queryable, memory: LedgerMemory, actor: string): Promise<GoneBack | null> {
  await on.query({ text: 'select from candor.timeline where ended_at is null for update' });
  if (compareMemory(memory, await seeMemory(on, memory)) !== 'went-back') return null;
  const { rows: newest } = await on.query<{ at: Date | null }>({
    text: `select greatest((select max(at) from candor.event),
             (select max(greatest(opened_at, closed_at)) from (select opened_at, closed_at from candor.attempt order by attempt_id desc limit 1000) a)) as at`,
  });
  const knownUntil = newest[0]?.at ?? null;
  const detail = `it ends at ${knownUntil?.toISOString() ?? 'its beginning'} and had answered at ${memory.at}`;
  const held = await holdAll(on, { reason: 'ledger-went-back', detail, actor, all: true, keep: ['account-broken'] });
  await skipIds(on);
  await skipBlocks(on);
  await on.query({ text: 'update candor.timeline set ended_at = clock_timestamp() where ended_at is null' });
  // One that began in the lost time is not on record: others remember it, too.
  await on.query({
    text: 'insert into candor.timeline (timeline_id, ended_at) values ($1, clock_timestamp()) on conflict do nothing',
    values: [memory.timeline],
  });
  const { rows } = await on.query<{ timeline_id: string }>({
    text: 'insert into candor.timeline default values returning timeline_id',
  });
  await recordEvent(on, {
    campaignNo: null,
    actor,
    kind: 'ledger-went-back',
    data: { knownUntil, answeredAt: memory.at, campaigns: held.length },
  });
  return { held, timeline: rows[0]!.timeline_id, knownUntil };
}
