// The restore: fills an empty ledger from a backup, in one transaction: all of it stands, or nothing.
//
// The ledger that the backup was made of may live on, and what it did since is not in the backup. So the
// restored one is another ledger (a new id: jobs of the old queue do not match) in which nothing moves by
// itself: campaigns that ran, or would have started, are held; what was on the wire is `unconfirmed`; what
// was queued is `pending` again; and ids that the old ledger may have given out since are left out.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { CandorError } from '../domain/errors.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { archiveTables, usePlainForms } from './archive.ts';
import { archiveFormat, ArchiveReader, archiveVersion, damaged, type ArchiveHeader } from './archive-format.ts';
import { moveCampaign } from './campaigns.ts';
import { copyIn } from './copy.ts';
import { sqlState, type Database, type Transaction } from './database.ts';
import { recordEvent } from './events.ts';
import type { Keyring } from './keyring.ts';
import { holdsAnything, schemaVersion } from './migrate.ts';

const headerShape = z.object({
  format: z.literal(archiveFormat),
  version: z.literal(archiveVersion),
  schema: z.number().int(),
  ledger: z.uuid(),
  keyCheck: z.string(),
  createdAt: z.iso.datetime(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});

const trailerShape = z.object({ rows: z.record(z.string(), z.number()), sha256: z.string() });

/**
 * Restores into a migrated, empty ledger that no worker uses. `keyring` has to be of the backup's key; the ledger may
 * have been made under another one and has that of the backup afterwards.
 *
 * Throws `ledger-not-empty`, `ledger-in-use`, `archive-foreign`, `archive-schema`, `key-wrong`, `archive-damaged`.
 */
export async function restore(
  database: Database,
  keyring: Keyring,
  from: Readable,
  actor = 'candor',
): Promise<{ tables: number; rows: number }> {
  const archive = new ArchiveReader(unzip(from));
  try {
    return await database.transaction(
      async (tx) => {
        await claimEmptyLedger(tx);
        await usePlainForms(tx);
        const header = await readHeader(tx, keyring, archive);
        const rows = await fill(tx, archive, header);
        await skipIds(tx);
        await calmDown(tx, header, actor);
        await tx.query({
          text: 'update candor.ledger_identity set ledger_id = $1, key_check = $2',
          values: [randomUUID(), keyring.checkValue],
        });
        await recordEvent(tx, {
          campaignNo: null,
          actor,
          kind: 'restored',
          data: { ledger: header.ledger, backupOf: header.createdAt, rows },
        });
        return { tables: header.tables.length, rows: Object.values(rows).reduce((sum, count) => sum + count, 0) };
      },
      { patient: true },
    );
  } finally {
    from.destroy();
  }
}

/** Every gzip begins with these (RFC 1952 section 2.3.1). */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** The archive's plain bytes. Bytes behind the end of the zipped ones are damage, too; zlib would ignore zeros there. */
async function* unzip(from: Readable): AsyncGenerator<Buffer, void> {
  let taken = 0;
  let start: Buffer = Buffer.alloc(0);
  async function* counted(): AsyncGenerator<Buffer, void> {
    for await (const chunk of from) {
      if (start.length < gzipMagic.length)
        start = Buffer.concat([start, (chunk as Buffer).subarray(0, gzipMagic.length)]);
      taken += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  const zip = createGunzip();
  const feeding = pipeline(counted, zip).catch(() => undefined);
  try {
    for await (const chunk of zip) yield chunk as Buffer;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
    // Not by what came out before: a broken byte in the first block lets nothing out.
    if (code === 'Z_DATA_ERROR' && !start.subarray(0, gzipMagic.length).equals(gzipMagic))
      throw new CandorError('archive-foreign', {}, { cause: error });
    throw damaged(code === 'Z_BUF_ERROR' ? 'it ends in the middle' : 'its zipped form is broken', error);
  }
  await feeding;
  if (zip.bytesWritten !== taken) throw damaged('something follows its end');
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
}

async function readHeader(tx: Transaction, keyring: Keyring, archive: ArchiveReader): Promise<ArchiveHeader> {
  const line = await archive.json();
  const parsed = headerShape.safeParse(line);
  if (!parsed.success) throw new CandorError('archive-foreign', {}, { cause: parsed.error });
  const header = parsed.data;
  const needed = await schemaVersion(tx);
  if (header.schema !== needed) throw new CandorError('archive-schema', { found: header.schema, needed });
  if (keyring.checkValue.toString('hex') !== header.keyCheck)
    throw new CandorError('key-wrong', { place: keyring.place, what: 'the backup' });
  // Names from a file never become SQL: they must be those that this schema has.
  if (JSON.stringify(header.tables) !== JSON.stringify(await archiveTables(tx)))
    throw damaged('its tables are not those of its schema');
  return header;
}

/** Copies every table in; the counts come from triggers, as for an import. Answers the rows of each table. */
async function fill(tx: Transaction, archive: ArchiveReader, header: ArchiveHeader): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name, columns } of header.tables) {
    const line = await archive.json();
    if (JSON.stringify(line) !== JSON.stringify({ table: name })) throw damaged('a table is not where it should be');
    try {
      rows[name] = await copyIn(tx, `copy candor.${name} (${columns.join(', ')}) from stdin`, archive.rows());
    } catch (error) {
      // Class 22: a value that is none; class 23: a rule of the schema.
      if (/^2[23]/.test(sqlState(error) ?? '')) throw damaged(`rows of ${name} do not fit the schema`, error);
      throw error;
    }
  }
  const { trailer, sha256 } = await archive.trailer();
  const parsed = trailerShape.safeParse(trailer);
  if (!parsed.success) throw damaged('its end is not as it should be');
  if (parsed.data.sha256 !== sha256) throw damaged('its content was changed');
  if (Object.entries(rows).some(([name, count]) => parsed.data.rows[name] !== count)) throw damaged('rows are missing');
  return rows;
}

/** Brings everything that was in motion to a stand, each by a transition that the law allows. */
async function calmDown(tx: Transaction, header: ArchiveHeader, actor: string): Promise<void> {
  // The time since the backup is nobody's running time.
  await tx.query({
    text: 'update candor.campaign_run set ended_at = greatest(started_at, $1::timestamptz) where ended_at is null',
    values: [header.createdAt],
  });
  await tx.query({
    text: 'update candor.lease set expires_at = least(expires_at, $1::timestamptz)',
    values: [header.createdAt],
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
  const { rows } = await tx.query<{ campaign_no: CampaignNo }>({
    text: `select campaign_no from candor.campaign where state = 'running' or (state = 'ready' and start_at is not null) order by campaign_no`,
  });
  for (const { campaign_no } of rows) {
    await moveCampaign(tx, campaign_no, ['running', 'ready'], { to: 'held', actor, reason: 'restored' });
  }
}

/**
 * Continues the numbering far behind what was restored. A notice's number makes its Message-ID, and a
 * lease's number guards its settlements: the old ledger may have given out the next ones after the backup.
 */
async function skipIds(tx: Transaction): Promise<void> {
  const gaps = {
    campaign: ['campaign_no', 1],
    notice: ['notice_id', 1_000_000_000],
    lease: ['lease_id', 1_000_000],
    attempt: ['attempt_id', 1_000_000_000],
    event: ['event_id', 1],
    inbox_letter: ['letter_id', 1],
  } as const;
  for (const [table, [column, gap]] of Object.entries(gaps)) {
    await tx.query({
      text: `select setval(pg_get_serial_sequence('candor.${table}', '${column}'), coalesce(max(${column}), 0) + ${gap}, false) from candor.${table}`,
    });
  }
}
