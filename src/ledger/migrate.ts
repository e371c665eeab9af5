// Brings the schema up to date, forward only, under an advisory lock, and knows which ledger this is.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { CandorError } from '../domain/errors.ts';
import type { Database, Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';

const folder = new URL('../ledger/migrations/', import.meta.url);

/** Spells CNDR; serialises migrations and first starts over all processes. */
const migrationLock = 0x434e4452;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** All migrations of this version of the program, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: await readFile(new URL(name, folder), 'utf8'),
    })),
  );
}

/**
 * Applies what is missing and answers the ledger's id. The first start also writes the check value of
 * the key. Throws `ledger-unusable` for a database that cannot hold a ledger, `schema-mismatch` when the
 * ledger is newer than the program, `key-wrong` when it was sealed with another key. To restore, that is no fault of
 * a ledger that holds nothing yet: the restore gives it the key of the backup.
 */
export async function migrate(
  database: Database,
  keyring: Keyring,
  options: { toRestore?: boolean } = {},
): Promise<string> {
  const migrations = await readMigrations();
  return database.transaction(async (tx) => {
    await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [migrationLock] });
    await tx.query({ text: 'create schema if not exists candor' });
    await tx.query({
      text: `create table if not exists candor.schema_version (
               version integer primary key, name text not null, applied_at timestamptz not null default now())`,
    });
    const found = await schemaVersion(tx);
    const needed = migrations.at(-1)?.version ?? 0;
    if (found < needed) await checkDatabase(tx);
    if (found > needed) throw new CandorError('schema-mismatch', { found, needed });
    for (const migration of migrations.filter((each) => each.version > found)) {
      await tx.query({ text: migration.sql });
      await tx.query({
        text: 'insert into candor.schema_version (version, name) values ($1, $2)',
        values: [migration.version, migration.name],
      });
    }
    await tx.query({
      text: 'insert into candor.ledger_identity (ledger_id, key_check) values ($1, $2) on conflict do nothing',
      values: [randomUUID(), keyring.checkValue],
    });
    const identity = await readIdentity(tx);
    if (options.toRestore !== true || (await holdsAnything(tx))) expectKey(identity, keyring);
    return identity.ledger_id;
  });
}

/** Whether anything was ever kept in the ledger, so that its key matters. What a mere start leaves behind is nothing. */
export async function holdsAnything(on: Queryable): Promise<boolean> {
  const { rows } = await on.query<{ used: boolean }>({
    text: `select exists (select from candor.campaign) or exists (select from candor.notice) or exists (select from candor.event)
                    or exists (select from candor.inbox_letter) as used`,
  });
  return rows[0]?.used !== false;
}

/** PostgreSQL 14 brought `idle_session_timeout`, by which a feeder that went silent loses its lock. */
const leastVersion = 140_000;

/** Before anything is made in it. Letters and kits are UTF-8: another encoding breaks at the launch, or stores what it cannot read. */
async function checkDatabase(on: Queryable): Promise<void> {
  const { rows } = await on.query<{ version: number; name: string; encoding: string }>({
    text: `select current_setting('server_version_num')::int as version, current_setting('server_version') as name, current_setting('server_encoding') as encoding`,
  });
  const { version = 0, name = '', encoding = '' } = rows[0] ?? {};
  if (version < leastVersion) throw new CandorError('ledger-unusable', { why: `it is Postgres ${name}` });
  if (encoding !== 'UTF8') throw new CandorError('ledger-unusable', { why: `its encoding is ${encoding}, not UTF8` });
}

/** The ledger's id; throws `key-wrong` when it was sealed with another key. */
export async function identify(on: Queryable, keyring: Keyring): Promise<string> {
  const identity = await readIdentity(on);
  expectKey(identity, keyring);
  return identity.ledger_id;
}

interface IdentityRow {
  readonly ledger_id: string;
  readonly key_check: Buffer;
}

async function readIdentity(on: Queryable): Promise<IdentityRow> {
  const { rows } = await on.query<IdentityRow>({ text: 'select ledger_id, key_check from candor.ledger_identity' });
  const identity = rows[0];
  if (!identity) throw new Error('the ledger has no identity');
  return identity;
}

function expectKey(identity: IdentityRow, keyring: Keyring): void {
  if (!identity.key_check.equals(keyring.checkValue))
    throw new CandorError('key-wrong', { place: keyring.place, what: 'this ledger' });
}

/** The schema that the ledger has now. A worker compares it before it claims. */
export async function schemaVersion(on: Queryable): Promise<number> {
  const { rows } = await on.query<{ version: number | null }>({
    text: 'select max(version)::int as version from candor.schema_version',
  });
  return rows[0]?.version ?? 0;
}
