// Room for a backup of an earlier schema: the empty ledger is taken back to that schema, filled, and brought up to date
// again by the same migrations that a ledger of then would see. All of it in the restore's transaction.
import { CandorError } from '../domain/errors.ts';
import type { ArchiveTable } from './archive-format.ts';
import { damaged } from './archive-format.ts';
import { archiveTables } from './archive.ts';
import type { Transaction } from './database.ts';
import { applyMigrations, readMigrations, schemaVersion, versionTable } from './migrate.ts';

/**
 * Gives the empty ledger the schema that the backup has. Throws `archive-schema` when that is later than the program's,
 * `archive-damaged` when there never was one with these tables.
 */
export async function meetSchema(tx: Transaction, schema: number, tables: readonly ArchiveTable[]): Promise<void> {
  const needed = await schemaVersion(tx);
  if (schema > needed) throw new CandorError('archive-schema', { found: schema, needed });
  if (schema < needed) await takeBackTo(tx, schema);
  // Names from a file never become SQL: they must be those that this schema has. An earlier version may have left one out.
  const known = (await archiveTables(tx)).map((table) => JSON.stringify(table));
  const given = tables.map((table) => JSON.stringify(table));
  if (JSON.stringify(known.filter((table) => given.includes(table))) !== JSON.stringify(given))
    throw damaged('its tables are not those of its schema');
}

/** Brings it up to date, with what it was filled with. */
export async function catchUp(tx: Transaction): Promise<void> {
  const found = await schemaVersion(tx);
  await applyMigrations(
    tx,
    (await readMigrations()).filter(({ version }) => version > found),
  );
}

async function takeBackTo(tx: Transaction, schema: number): Promise<void> {
  const migrations = (await readMigrations()).filter(({ version }) => version <= schema);
  if (migrations.at(-1)?.version !== schema) throw damaged('there is no such schema');
  const { rows } = await tx.query<{ ledger_id: string; key_check: Buffer }>({
    text: 'select ledger_id, key_check from candor.ledger_identity',
  });
  // What is in the schema goes, and not the schema: it may be somebody else's, who let us in.
  await tx.query({
    text: `do $$
      declare statement text;
      begin
        for statement in
          select format('drop %s if exists candor.%I cascade', case relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, relname)
          from pg_class where relnamespace = 'candor'::regnamespace and relkind in ('r', 'p', 'S', 'v')
            -- Numberings of columns go with their tables.
            and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'i')
          union all select format('drop routine if exists %s cascade', oid::regprocedure) from pg_proc where pronamespace = 'candor'::regnamespace
          union all select format('drop type if exists candor.%I cascade', typname) from pg_type where typnamespace = 'candor'::regnamespace and typtype in ('e', 'd')
        loop execute statement; end loop;
      end $$`,
  });
  await tx.query({ text: versionTable });
  await applyMigrations(tx, migrations);
  await tx.query({
    text: 'insert into candor.ledger_identity (ledger_id, key_check) values ($1, $2)',
    values: [rows[0]?.ledger_id, rows[0]?.key_check],
  });
}
