// A ledger as the program of schema 10 left it, for tests of upgrades: running, paused, held, waiting, cancelled and finished
// campaigns, notices in every state, corrected addresses, an upload that waits, an operator, letters of the inbox. The
// schema is made by the migrations up to 10; the data are those that the program wrote.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Database, Transaction } from '../../src/ledger/database.ts';
import { readMigrations } from '../../src/ledger/migrate.ts';

const folder = new URL('../fixtures/ledger-0010/', import.meta.url);
const schema = 10;
/** The relay of its campaigns when it was made. */
const relayThen = '127.0.0.1:35467';

/** CANDOR_KEY of that ledger. It is the key of every site of a scenario (world.ts), too. */
export const keyOf0010 = Buffer.alloc(32, 5);
/** A backup of it, made by the same program. */
export const backupOf0010 = fileURLToPath(new URL('ledger.backup', folder));

/** That backup with another relay (`host:port`): its digest is one that anybody can compute. */
export function backupOf0010With(relay: string): Buffer {
  const text = gunzipSync(readFileSync(backupOf0010)).toString('latin1');
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const content = Buffer.from(text.slice(0, end).replaceAll(relayThen, relay), 'latin1');
  const trailer = JSON.parse(text.slice(end)) as { sha256: string };
  trailer.sha256 = createHash('sha256').update(content).digest('hex');
  return gzipSync(Buffer.concat([content, Buffer.from(`${JSON.stringify(trailer)}\n`)]));
}

/** Its campaigns by what they are. */
export const campaignsOf0010 = {
  finished: '6ez5fh28',
  paused: 'f93arvg9',
  held: '2v82x9x6',
  canary: 'ub6awegr',
  ready: 'sxcwejge',
  rehearsal: 'jmsjdkpd',
  running: '3dybmcvv',
} as const;

interface Dump {
  readonly tables: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    /** Values in Postgres' text form. */
    readonly rows: readonly (readonly (string | null)[])[];
  }[];
}

/** Fills an empty database, unmigrated beyond that schema. `relay` (`host:port`) takes the place of the relay that it had. */
export async function fillWithLedger0010(database: Database, relay: string): Promise<void> {
  const dump = JSON.parse(gunzipSync(readFileSync(new URL('data.json.gz', folder))).toString('utf8')) as Dump;
  const migrations = (await readMigrations()).filter(({ version }) => version <= schema);
  await database.transaction(async (tx) => {
    await tx.query({ text: 'create schema candor' });
    await tx.query({
      text: `create table candor.schema_version (
               version integer primary key, name text not null, applied_at timestamptz not null default now())`,
    });
    for (const { version, name, sql } of migrations) {
      await tx.query({ text: sql });
      await tx.query({
        text: 'insert into candor.schema_version (version, name) values ($1, $2)',
        values: [version, name],
      });
    }
    // What triggers derive is among the data.
    await tx.query({ text: 'set local session_replication_role = replica' });
    for (const table of dump.tables) await fillTable(tx, table);
    for (const table of ['campaign', 'relay_pace', 'domain_pace', 'lease'])
      await tx.query({
        text: `update candor.${table} set relay_identity = $2 where relay_identity = $1`,
        values: [relayThen, relay],
      });
  });
}

async function fillTable(tx: Transaction, { table, columns, rows }: Dump['tables'][number]): Promise<void> {
  const { rows: types } = await tx.query<{ name: string; type: string; sequence: string | null }>({
    text: `select attname::text as name, format_type(atttypid, atttypmod) as type,
                  pg_get_serial_sequence('candor.' || $1, attname) as sequence
           from pg_attribute where attrelid = ('candor.' || $1)::regclass and attnum > 0 and not attisdropped
           order by attnum`,
    values: [table],
  });
  const values = columns.map(
    (column, place) => `(r->>${place})::${types.find(({ name }) => name === column)?.type ?? 'unknown'}`,
  );
  await tx.query({
    text: `insert into candor.${table} (${columns.join(', ')}) select ${values.join(', ')} from jsonb_array_elements($1::jsonb) r`,
    values: [JSON.stringify(rows)],
  });
  for (const { name, sequence } of types) {
    if (sequence === null) continue;
    await tx.query({
      text: `select setval($1, coalesce(max(${name}), 0) + 1, false) from candor.${table}`,
      values: [sequence],
    });
  }
}
