// From checked rows to notices, in one transaction: all of a file stands in the ledger, or nothing of it.
// Rows go into a temporary table by COPY, already sealed and hashed; one statement merges them, because
// the addresses that a million rows share do not fit a bounded memory and Postgres is built for that.
import type { Audience } from '../domain/audience.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { copyIn } from './copy.ts';
import type { Transaction } from './database.ts';
import type { Keyring } from './keyring.ts';
import { identify } from './migrate.ts';

/** What the merge made of the rows. */
export interface ImportedAccount {
  readonly notices: number;
  /** Addresses whose rows disagree about the audience; `affected` has won. */
  readonly conflicts: number;
  readonly audiences: Readonly<Record<Audience, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly localeFallbacks: number;
}

/**
 * Copies rows in, batch by batch, with the memory of one batch. Names are sealed only when a letter
 * prints them (promise 8). Must run inside the transaction that makes the campaign, after its row. Throws `key-wrong`.
 */
export async function stageRows(
  tx: Transaction,
  keyring: Keyring,
  batches: AsyncIterable<readonly RecipientRow[]>,
  options: { keepNames: boolean },
): Promise<number> {
  // The campaign that stands in this transaction keeps a restore out, and one that came first may have changed the key.
  await identify(tx, keyring);
  await tx.query({
    text: `create temporary table import_row (
             row_no integer not null, address_hash bytea not null, address_sealed bytea not null,
             name_sealed bytea, name_hash bytea, affected boolean not null, categories smallint not null,
             locale text not null, locale_fallback boolean not null) on commit drop`,
  });
  let staged = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const batch of batches) {
      staged += batch.length;
      yield batch.map((row) => copyLine(row, keyring, options.keepNames)).join('');
    }
  }
  await copyIn(tx, 'copy import_row from stdin', lines());
  return staged;
}

/** Merges the staged rows into the campaign's notices, the affected first, and accounts for them. `keepNames` as they were staged. */
export async function mergeRows(
  tx: Transaction,
  campaignNo: CampaignNo,
  options: { keepNames: boolean },
): Promise<ImportedAccount> {
  // Enough for the hash table of a million addresses; only for this transaction.
  await tx.query({ text: `set local work_mem = '192MB'` });
  await tx.query({ text: 'analyze import_row' });
  const { rows: merged } = await tx.query<{ conflicts: number; fallbacks: number }>({
    text: `
      with address as (
        select address_hash, min(row_no) as row_no, bool_or(affected) as affected,
               bool_or(affected) and not bool_and(affected) as conflict,
               coalesce(bit_or(categories) filter (where affected), 0) as categories,
               ${options.keepNames ? nameOfAll : 'null::bytea'} as name_sealed
        from import_row group by address_hash
      ), recipient as materialized (
        select a.*, r.address_sealed, r.locale, r.locale_fallback
        from address a join import_row r on r.address_hash = a.address_hash and r.row_no = a.row_no
      ), merged as (
        insert into candor.notice (campaign_no, address_hash, address_sealed, name_sealed, audience, categories, row_no, locale)
        select $1, address_hash, address_sealed, name_sealed,
               case when affected then 'affected' else 'unaffected' end::candor.audience,
               categories, row_no, locale
        from recipient order by affected desc, row_no
      )
      select count(*) filter (where conflict) as conflicts, count(*) filter (where locale_fallback) as fallbacks from recipient`,
    values: [campaignNo],
  });
  const { rows: groups } = await tx.query<{ audience: Audience; locale: string; count: number }>({
    text: 'select audience, locale, count(*) as count from candor.notice where campaign_no = $1 group by 1, 2',
    values: [campaignNo],
  });
  const audiences = { affected: 0, unaffected: 0 };
  const locales: Record<string, number> = {};
  for (const group of groups) {
    audiences[group.audience] += group.count;
    locales[group.locale] = (locales[group.locale] ?? 0) + group.count;
  }
  return {
    notices: audiences.affected + audiences.unaffected,
    conflicts: merged[0]?.conflicts ?? 0,
    localeFallbacks: merged[0]?.fallbacks ?? 0,
    audiences,
    locales,
  };
}

/** An address has a name when all its rows agree. It sorts each group, which a merge without names need not do. */
const nameOfAll = `case when count(distinct name_hash) = 1
                 then (array_agg(name_sealed order by row_no) filter (where name_sealed is not null))[1] end`;

/** One line of COPY's text format. Only hex, digits and a checked BCP 47 tag go in, so nothing needs escaping. */
function copyLine(row: RecipientRow, keyring: Keyring, keepNames: boolean): string {
  const name = keepNames && row.name !== '' ? row.name : null;
  return (
    `${row.row}\t${bytea(keyring.hashAddress(row.key))}\t${bytea(keyring.seal('address', row.address))}\t` +
    `${name === null ? '\\N' : bytea(keyring.seal('name', name))}\t${name === null ? '\\N' : bytea(keyring.hashAddress(name))}\t` +
    `${row.audience === 'affected' ? 't' : 'f'}\t${row.categories}\t${row.locale}\t${row.localeFallback ? 't' : 'f'}\n`
  );
}

function bytea(bytes: Buffer): string {
  return `\\\\x${bytes.toString('hex')}`;
}
