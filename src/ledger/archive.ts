// The backup: the whole ledger as one stream, sealed as it is, of one moment, while work goes on. Its
// form is in archive-format.ts; the way back is in restoring.ts. The memory of one chunk, whatever the size.
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import {
  archiveFormat,
  archiveVersion,
  countLines,
  endOfTable,
  type ArchiveHeader,
  type ArchiveTable,
} from './archive-format.ts';
import { copyOut } from './copy.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { schemaVersion } from './migrate.ts';

/** What is in a backup, those that others refer to first. The tally is derived again; the law is in the schema. */
export const archivedTables = [
  'campaign',
  'campaign_run',
  'letter',
  'notice',
  'former_address',
  'closed_doubt',
  'lease',
  'attempt',
  'relay_pace',
  'domain_pace',
  'event',
  'inbox_letter',
] as const;

/**
 * Writes the backup and ends `out`. Rejects with the stream's own error when `out` fails, and with
 * `ledger-unreachable` when the ledger does.
 */
export async function backup(database: Database, out: Writable): Promise<{ tables: number; rows: number }> {
  return database.transaction(
    async (tx) => {
      await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
      await usePlainForms(tx);
      const header = await headerOf(tx);
      const rows: Record<string, number> = {};
      // Speed before size: sealed bytes hardly shrink, and the fastest level halves the hex as the best does.
      const zip = createGzip({ level: constants.Z_BEST_SPEED });
      const plain = content(database, tx, header, rows);
      try {
        await pipeline(plain, zip, out);
      } finally {
        // A broken pipeline does not wait for the COPY that it broke off; the connection must.
        await plain.return();
      }
      return { tables: header.tables.length, rows: Object.values(rows).reduce((sum, count) => sum + count, 0) };
    },
    { patient: true },
  );
}

async function* content(
  database: Database,
  tx: Transaction,
  header: ArchiveHeader,
  rows: Record<string, number>,
): AsyncGenerator<Buffer, void> {
  const digest = createHash('sha256');
  const counted = (piece: Buffer): Buffer => {
    digest.update(piece);
    return piece;
  };
  yield counted(jsonLine(header));
  for (const { name, columns } of header.tables) {
    yield counted(jsonLine({ table: name }));
    let lines = 0;
    for await (const piece of copyOut(database, tx, `copy candor.${name} (${columns.join(', ')}) to stdout`)) {
      lines += countLines(piece);
      yield counted(piece);
    }
    rows[name] = lines;
    yield counted(endOfTable);
  }
  yield jsonLine({ rows, sha256: digest.digest('hex') });
}

async function headerOf(tx: Transaction): Promise<ArchiveHeader> {
  const { rows } = await tx.query<{ ledger_id: string; key_check: Buffer; now: Date }>({
    text: 'select ledger_id, key_check, now() as now from candor.ledger_identity',
  });
  const identity = rows[0];
  if (!identity) throw new Error('the ledger has no identity');
  return {
    format: archiveFormat,
    version: archiveVersion,
    schema: await schemaVersion(tx),
    ledger: identity.ledger_id,
    keyCheck: identity.key_check.toString('hex'),
    createdAt: identity.now.toISOString(),
    tables: await archiveTables(tx),
  };
}

/** The tables of a backup with their columns, as this ledger's schema has them. */
export async function archiveTables(on: Queryable): Promise<ArchiveTable[]> {
  const { rows } = await on.query<{ name: string; columns: string[] }>({
    text: `select t.name, array_agg(a.attname::text order by a.attnum) as columns
           from unnest($1::text[]) with ordinality as t(name, place)
           join pg_attribute a on a.attrelid = ('candor.' || t.name)::regclass and a.attnum > 0 and not a.attisdropped
           group by t.name, t.place order by t.place`,
    values: [archivedTables],
  });
  return rows;
}

/** How values are written, whatever the server's or the role's settings are: the same on both ways. */
export async function usePlainForms(tx: Transaction): Promise<void> {
  await tx.query({
    text: `set local datestyle to 'ISO, YMD'; set local intervalstyle to 'postgres'; set local timezone to 'UTC';
           set local bytea_output to 'hex'; set local extra_float_digits to 1`,
  });
}

function jsonLine(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
