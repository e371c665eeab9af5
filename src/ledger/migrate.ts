// Brings the schema up to date, forward only, under an advisory lock, and knows which ledger this is.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { CandorError } from '../domain/errors.ts';
import type { Database, Queryable } from './database.ts';
import { unlockLedger } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { issueTicket } from './upgrade-ticket.ts';
import { bindLedger, untilUnused } from './upgrading.ts';

const folder = new URL('../ledger/migrations/', import.meta.url);

/** Spells CNDR; serialises migrations and first starts over all processes. */
const migrationLock = 0x434e4452;

/** The table that every schema has, from the first on. */
export const versionTable = `create table if not exists candor.schema_version (
  version integer primary key, name text not null, applied_at timestamptz not null default now())`;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The schema whose sealed values are bound to their places. */
export const boundSince = 17;

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
 * Applies what is missing, seals anew what an earlier version sealed, and answers the ledger's id. The first start also writes the check value of
 * the key. Throws `ledger-unusable` for a database that cannot hold a ledger, `schema-mismatch` when the
 * ledger is newer than the program, `ledger-in-use` when one of an earlier version is worked at, `key-wrong` when it was sealed with another key. To restore, that is no fault of
 * a ledger that holds nothing yet: the restore gives it the key of the backup.
 */
export async function migrate(
  database: Database,
  keyring: Keyring,
  { toRestore = false, say = () => undefined }: { toRestore?: boolean; say?: (line: string) => void } = {},
): Promise<string> {
  const before = await schemaBefore(database);
  if (before > 0 && before < boundSince) await untilUnused(database, say);
  const { ledgerId, ours } = await migrateSchema(database, keyring, toRestore);
  // One that holds nothing and has another key gets that of the backup, and is bound, by the restore.
  if (ours) await bindLedger(database, keyring, say);
  return ledgerId;
}

/** 0 where there is no ledger yet. */
async function schemaBefore(on: Queryable): Promise<number> {
  const { rows } = await on.query<{ found: boolean }>({
    text: `select to_regclass('candor.schema_version') is not null as found`,
  });
  return rows[0]?.found === true ? schemaVersion(on) : 0;
}

async function migrateSchema(
  database: Database,
  keyring: Keyring,
  toRestore: boolean,
): Promise<{ ledgerId: string; ours: boolean }> {
  const migrations = await readMigrations();
  return database.transaction(async (tx) => {
    await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [migrationLock] });
    await tx.query({ text: 'create schema if not exists candor' });
    await tx.query({ text: versionTable });
    const found = await schemaVersion(tx);
    const needed = migrations.at(-1)?.version ?? 0;
    if (found < needed) await checkDatabase(tx);
    if (found > needed) throw new CandorError('schema-mismatch', { found, needed });
    await applyMigrations(
      tx,
      migrations.filter((each) => each.version > found),
    );
    await tx.query({
      text: 'insert into candor.ledger_identity (ledger_id, key_check) values ($1, $2) on conflict do nothing',
      values: [randomUUID(), keyring.checkValue],
    });
    const identity = await readIdentity(tx);
    if (!toRestore || (await holdsAnything(tx))) expectKey(identity, keyring);
    const ours = identity.key_check.equals(keyring.checkValue);
    const earlier = found > 0 && found < boundSince;
    // A ledger of an earlier version goes on with the keys of the letters that are on their way.
    if (ours) await unlockLedger(tx, keyring, earlier ? keyring.version1.kept : undefined);
    if (ours && earlier) await issueTicket(tx, keyring);
    return { ledgerId: identity.ledger_id, ours };
  });
}

/** Applies these, which are the next ones, and notes that the schema has them. */
export async function applyMigrations(tx: Queryable, migrations: readonly Migration[]): Promise<void> {
  for (const { sql, version, name } of migrations) {
    await tx.query({ text: sql });
    await tx.query({
      text: 'insert into candor.schema_version (version, name) values ($1, $2)',
      values: [version, name],
    });
  }
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

/** Whether the ledger still has the key of this process: another may have exchanged it. */
export async function hasKey(on: Queryable, keyring: Keyring): Promise<boolean> {
  return (await readIdentity(on)).key_check.equals(keyring.checkValue);
}

/** Keeps the key of the ledger as it is until the transaction ends; throws `key-wrong` when it is another by now. */
export async function holdKey(tx: Queryable, keyring: Keyring): Promise<void> {
  await tx.query({ text: 'select from candor.ledger_identity for share' });
  expectKey(await readIdentity(tx), keyring);
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
