// The restore: fills an empty ledger from a backup, in one transaction: all of it stands, or nothing.
//
// The ledger that the backup was made of may live on, and what it did since is not in the backup. So the
// restored one is another ledger (a new id: jobs of the old queue do not match) in which nothing moves by
// itself: campaigns that ran, or would have started, are held; what was on the wire is `unconfirmed`; what
// was queued is `pending` again; and ids that the old ledger may have given out since are left out.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CandorError } from '../domain/errors.ts';
import { usePlainForms, type Extent } from './archive.ts';
import { damaged } from './archive-format.ts';
import { openArchive, type OpenedArchive } from './archive-opening.ts';
import { recordRestore } from './backup-record.ts';
import { copyIn } from './copy.ts';
import { sqlState, type Database, type Transaction } from './database.ts';
import { catchUp, meetSchema } from './earlier-schema.ts';
import { holdAll } from './hold-all.ts';
import { unlockLedger } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { boundSince, holdsAnything } from './migrate.ts';
import { skipBlocks, skipIds } from './skip-ids.ts';
import { issueTicket, markBound } from './upgrade-ticket.ts';
import { bindLedger } from './upgrading.ts';

export interface RestoreTerms {
  readonly actor: string;
  /** Whether a backup that no MAC vouches for is taken, too. Then every campaign that could go on is held for it. */
  readonly unauthenticated: boolean;
}

/** Which backup it was. */
export interface BackupOrigin {
  /** Null in the first form. */
  readonly backup: string | null;
  readonly ledger: string;
  /** ISO 8601: the moment that it is of. */
  readonly at: string;
  readonly schema: number;
  /** The version of the program that made it; null in the first form. */
  readonly program: string | null;
  readonly sha256: string;
  /** Whether a MAC vouched for each octet. */
  readonly authenticated: boolean;
}

/**
 * Restores into a migrated, empty ledger that no worker uses. `keyring` has to be of the backup's key; the ledger may
 * have been made under another one and has that of the backup afterwards.
 *
 * Throws `ledger-not-empty`, `ledger-in-use`, `archive-schema`, and what `openArchive` throws.
 */
export async function restore(
  database: Database,
  keyring: Keyring,
  from: Readable,
  { actor, unauthenticated }: RestoreTerms,
): Promise<Extent & BackupOrigin> {
  try {
    const restored = await database.transaction(
      async (tx) => {
        await claimEmptyLedger(tx);
        await usePlainForms(tx);
        const archive = await openArchive(from, keyring, {
          unauthenticated,
          expectHeader: ({ schema, tables }) => meetSchema(tx, schema, tables),
        });
        const rows = await fill(tx, archive);
        const origin = factsOf(archive.header, await archive.end(rows));
        // First, because migrations may insert; a table of an earlier schema may not be there yet.
        await skipIds(tx);
        await catchUp(tx);
        await skipBlocks(tx);
        const earlier = origin.schema < boundSince;
        await unlockLedger(tx, keyring, earlier ? keyring.version1.kept : undefined);
        await (earlier ? issueTicket(tx, keyring) : acceptBound(tx));
        await calmDown(tx, origin, actor);
        await tx.query({
          text: 'update candor.ledger_identity set ledger_id = $1, key_check = $2',
          values: [randomUUID(), keyring.checkValue],
        });
        const { at, schema: _, ...known } = origin;
        await recordRestore(tx, actor, { ...known, of: at, rows });
        return {
          tables: archive.header.tables.length,
          rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
          ...origin,
        };
      },
      { patient: true },
    );
    // What came from an earlier schema is not bound yet.
    await bindLedger(database, keyring, () => undefined);
    return restored;
  } finally {
    from.destroy();
  }
}

/** The ledger takes the backup's word that everything is vouched for: what is not will not fit. */
async function acceptBound(tx: Transaction): Promise<void> {
  await markBound(tx).catch((error: unknown) => {
    // not_null_violation
    if (sqlState(error) === '23502') throw damaged('something in it was never vouched for', error);
    throw error;
  });
}

/** What a header, and the end of what it heads, say of a backup. */
export function factsOf(
  header: OpenedArchive['header'],
  end: { readonly authenticated: boolean; readonly sha256: string },
): BackupOrigin {
  const { ledger, createdAt: at, schema } = header;
  const { backup, program } = header.version === 2 ? header : { backup: null, program: null };
  return { backup, ledger, at, schema, program, ...end };
}

async function claimEmptyLedger(tx: Transaction): Promise<void> {
  // Nobody imports, and nobody takes a lease, until the restore is through.
  await tx.query({
    text: 'lock table candor.campaign, candor.lease, candor.event, candor.inbox_letter, candor.relay_pace, candor.domain_pace in share row exclusive mode',
  });
  if (await holdsAnything(tx)) throw new CandorError('ledger-not-empty');
  const { rows } = await tx.query<{ alive: boolean }>({
    text: 'select exists (select from candor.lease where expires_at > clock_timestamp()) as alive',
  });
  if (rows[0]?.alive !== false) throw new CandorError('ledger-in-use');
  // What a start leaves behind even when nothing was imported.
  await tx.query({ text: 'delete from candor.lease' });
  await tx.query({ text: 'delete from candor.relay_pace' });
  await tx.query({ text: 'delete from candor.domain_pace' });
  await tx.query({ text: 'delete from candor.data_key' });
}

/** Copies every table in; the counts come from triggers, as for an import. Answers the rows of each table. */
async function fill(tx: Transaction, { header, content }: OpenedArchive): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name, columns } of header.tables) {
    const line = await content.json();
    if (JSON.stringify(line) !== JSON.stringify({ table: name })) throw damaged('a table is not where it should be');
    try {
      rows[name] = await copyIn(tx, `copy candor.${name} (${columns.join(', ')}) from stdin`, content.rows());
    } catch (error) {
      // Class 22: a value that is none; class 23: a rule of the schema.
      if (/^2[23]/.test(sqlState(error) ?? '')) throw damaged(`rows of ${name} do not fit the schema`, error);
      throw error;
    }
  }
  return rows;
}

/** Brings everything that was in motion to a stand, each by a transition that the law allows. */
async function calmDown(tx: Transaction, origin: BackupOrigin, actor: string): Promise<void> {
  // The time since the backup is nobody's running time.
  await tx.query({
    text: 'update candor.campaign_run set ended_at = greatest(started_at, $1::timestamptz) where ended_at is null',
    values: [origin.at],
  });
  await tx.query({
    text: 'update candor.lease set expires_at = least(expires_at, $1::timestamptz)',
    values: [origin.at],
  });
  await tx.query({ text: 'update candor.relay_pace set unreachable_since = null' });
  await tx.query({
    text: `with open as (
             update candor.attempt set outcome = 'unconfirmed', closed_at = clock_timestamp(), rule = 'restored'
             where outcome = 'open' returning notice_id
           )
           update candor.notice n set state = 'unconfirmed', reason = 'restored', settled_at = clock_timestamp(), maybe_accepted = true
           from open where n.notice_id = open.notice_id and n.state = 'sending'`,
  });
  await tx.query({
    text: `update candor.notice n set slice_id = null,
             state = case when c.state = 'cancelled' then 'cancelled' else 'pending' end::candor.notice_state,
             reason = case when c.state = 'cancelled' then 'campaign-cancelled' end,
             settled_at = case when c.state = 'cancelled' then clock_timestamp() end
           from candor.campaign c where n.state = 'queued' and c.campaign_no = n.campaign_no`,
  });
  const { authenticated, at, backup } = origin;
  await holdAll(tx, {
    reason: authenticated ? 'restored' : 'restored-unauthenticated',
    detail: `made at ${at}${backup === null ? '' : `, backup ${backup}`}`,
    actor,
    all: !authenticated,
  });
}
