// The backup: the whole ledger as one stream, sealed as it is, of one moment, while work goes on. What it says is in
// archive-format.ts, the parts that it comes in are in archive-parts.ts; the way back is in restoring.ts. It takes the
// memory of a few parts, whatever the size.
import { createHash, randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { archiveFormat, countLines, endOfTable, type ArchiveHeader, type ArchiveTable } from './archive-format.ts';
import { backupOctets, partBytes, partSealer } from './archive-parts.ts';
import { copyOut } from './copy.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import type { Keyring } from './keyring.ts';
import { schemaVersion } from './migrate.ts';

/** What is in a backup, those that others refer to first. The tally is derived again; the law is in the schema. */
export const archivedTables = [
  'data_key',
  'campaign',
  'campaign_run',
  'campaign_clock',
  'campaign_pulse',
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

/** What stays out: the schema's own, what triggers derive, what belongs to this place, and uploads, which nobody launched. */
export const unarchivedTables = [
  'schema_version',
  'ledger_identity',
  'timeline',
  'campaign_transition',
  'notice_address',
  'tally',
  'operator',
  'console_session',
  'api_token',
  'upload',
  'upload_chunk',
  'upload_problem',
] as const;

/** What identifies a backup, in the ledger's record as in an answer. */
export interface BackupFacts {
  readonly backup: string;
  readonly ledger: string;
  /** ISO 8601: the moment of the snapshot. */
  readonly at: string;
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

export interface Extent {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Writes the backup and ends `out`. `program`: the version of the program. Rejects with the stream's own error when
 * `out` fails, and with `ledger-unreachable` when the ledger does.
 */
export async function backup(
  database: Database,
  keyring: Keyring,
  out: Writable,
  program: string,
): Promise<Extent & BackupFacts> {
  return database.transaction(
    async (tx) => {
      await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
      await usePlainForms(tx);
      const header = await headerOf(tx, program);
      const digest = createHash('sha256');
      const parts = sealedParts(keyring, header, content(database, tx, header));
      async function* summed(): AsyncGenerator<Buffer, void> {
        for await (const part of parts) {
          digest.update(part);
          yield part;
        }
      }
      try {
        await pipeline(summed(), out);
      } finally {
        // A broken pipeline does not wait for the COPY that it broke off; the connection must.
        await parts.return();
      }
      return {
        tables: header.tables.length,
        rows: Object.values(header.rows).reduce((sum, count) => sum + count, 0),
        backup: header.backup,
        ledger: header.ledger,
        at: header.createdAt,
        sha256: digest.digest('hex'),
      };
    },
    { patient: true },
  );
}

/** The header's part, then the content in parts of `partBytes`. One is zipped while the next is read. */
async function* sealedParts(
  keyring: Keyring,
  header: ArchiveHeader,
  pieces: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  const seal = partSealer(backupOctets(header.backup), keyring.backupKey);
  let ahead = seal('header', jsonLine(header));
  let waiting: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        const taken = piece.subarray(at, at + partBytes - length);
        at += taken.length;
        length += taken.length;
        waiting.push(taken);
        if (length < partBytes) continue;
        const part = seal('content', Buffer.concat(waiting));
        [waiting, length] = [[], 0];
        yield await ahead;
        ahead = part;
      }
    }
    yield await ahead;
    yield await seal('last', Buffer.concat(waiting));
  } finally {
    await pieces.return();
  }
}

async function* content(database: Database, tx: Transaction, header: ArchiveHeader): AsyncGenerator<Buffer, void> {
  for (const { name, columns } of header.tables) {
    yield jsonLine({ table: name });
    let lines = 0;
    for await (const piece of copyOut(database, tx, `copy candor.${name} (${columns.join(', ')}) to stdout`)) {
      lines += countLines(piece);
      yield piece;
    }
    if (lines !== header.rows[name])
      throw new Error(`${lines} rows of ${name} in one snapshot that counts ${header.rows[name]}`);
    yield endOfTable;
  }
}

async function headerOf(tx: Transaction, program: string): Promise<ArchiveHeader> {
  const { rows } = await tx.query<{ ledger_id: string; key_check: Buffer; now: Date }>({
    text: 'select ledger_id, key_check, now() as now from candor.ledger_identity',
  });
  const identity = rows[0];
  if (!identity) throw new Error('the ledger has no identity');
  return {
    format: archiveFormat,
    version: 2,
    program,
    schema: await schemaVersion(tx),
    ledger: identity.ledger_id,
    backup: randomUUID(),
    keyCheck: identity.key_check.toString('hex'),
    createdAt: identity.now.toISOString(),
    tables: await archiveTables(tx),
    rows: await countRows(tx),
  };
}

/** How many rows each table has in this snapshot: whoever restores knows at once how much is to come. */
async function countRows(tx: Transaction): Promise<Record<string, number>> {
  const { rows } = await tx.query<{ name: string; count: number }>({
    text: archivedTables.map((name) => `select '${name}' as name, count(*) from candor.${name}`).join(' union all '),
  });
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

/** The tables of a backup with their columns, as this ledger's schema has them. */
export async function archiveTables(on: Queryable): Promise<ArchiveTable[]> {
  const { rows } = await on.query<{ name: string; columns: string[] }>({
    text: `select t.name, array_agg(a.attname::text order by a.attnum) as columns
           from unnest($1::text[]) with ordinality as t(name, place)
           join pg_attribute a on a.attrelid = to_regclass('candor.' || t.name) and a.attnum > 0 and not a.attisdropped
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
