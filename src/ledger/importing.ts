// From checked rows to notices, in one transaction: all of a file stands in the ledger, or nothing of it.
// Rows go into a temporary table by COPY, already sealed, hashed and vouched for as the notice that each becomes if it is
// the only one of its address; one statement merges them, because the addresses that a million rows share do not fit a
// bounded memory and Postgres is built for that. What several rows made is vouched for after the merge.
import type { Audience } from '../domain/audience.ts';
import { categoryNames, type CategoryBits } from '../domain/category.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { binaryEnd, binaryHead, BinaryRows } from './binary-copy.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import { copyIn } from './copy.ts';
import type { Transaction } from './database.ts';
import { campaignKeys, type HashAddress } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { holdKey } from './migrate.ts';

/** What the merge made of the rows. */
export interface ImportedAccount {
  readonly notices: number;
  /** Addresses whose rows disagree about the audience; `affected` has won. */
  readonly conflicts: number;
  readonly audiences: Readonly<Record<Audience, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly localeFallbacks: number;
}

/** Rows that wait for their merge. */
export interface StagedRows {
  readonly rows: number;
  readonly keepNames: boolean;
  /** The numbers that the notices get begin here; see `noticeIdOf`. */
  readonly block: number;
}

/** Numbers of a campaign's notices: the affected from the block's beginning on, the others from its middle. */
const blockSize = 2 ** 32;

/**
 * The number of a notice: its campaign has a block of them, the affected come first because they go first, and in it the
 * row decides. So a notice can be vouched for before it is known how many there are. 2^21 blocks stay below 2^53.
 */
function noticeIdOf(block: number, audience: Audience, row: number): NoticeId {
  return (block * blockSize + (audience === 'affected' ? 0 : blockSize / 2) + row) as NoticeId;
}

/**
 * Copies rows in, batch by batch, with the memory of one batch. Names are sealed only when a letter
 * prints them (promise 8). Must run inside the transaction that makes the campaign, after its row. Throws `key-wrong`.
 */
export async function stageRows(
  tx: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  batches: AsyncIterable<readonly RecipientRow[]>,
  { keepNames }: { keepNames: boolean },
): Promise<StagedRows> {
  // The campaign that stands in this transaction keeps a restore out, and one that came first may have changed the key.
  await holdKey(tx, keyring);
  const keys = await campaignKeys(tx, keyring, campaignNo);
  const { rows: blocks } = await tx.query<{ block: number }>({
    text: `select nextval('candor.notice_block') as block`,
  });
  const block = blocks[0]!.block;
  await tx.query({
    text: `create temporary table import_row (
             row_no integer not null, address_hash bytea not null, address_sealed bytea not null,
             name_sealed bytea, name_hash bytea, affected boolean not null, categories smallint not null,
             locale text not null, locale_fallback boolean not null, mac bytea not null) on commit drop`,
  });
  let staged = 0;
  async function* octets(): AsyncGenerator<Buffer> {
    const lines = new BinaryRows();
    yield binaryHead;
    for await (const batch of batches) {
      staged += batch.length;
      for (const row of batch) stageRow(lines, row, keys, { block, keepNames });
      yield lines.take();
    }
    yield binaryEnd;
  }
  await copyIn(tx, 'copy import_row from stdin (format binary)', octets());
  return { rows: staged, keepNames, block };
}

/** Copies only what tells whether somebody was told: for a plan, before there is a campaign. */
export async function stageHashes(
  tx: Transaction,
  hash: HashAddress,
  batches: AsyncIterable<readonly RecipientRow[]>,
): Promise<void> {
  await tx.query({
    text: `create temporary table import_row (
             address_hash bytea not null, affected boolean not null, categories smallint not null) on commit drop`,
  });
  async function* lines(): AsyncGenerator<string> {
    for await (const batch of batches)
      yield batch
        .map((row) => `${bytea(hash(row.key))}\t${row.audience === 'affected' ? 't' : 'f'}\t${row.categories}\n`)
        .join('');
  }
  await copyIn(tx, 'copy import_row from stdin', lines());
}

/** Merges the staged rows into the campaign's notices, the affected first, and accounts for them. */
export async function mergeRows(
  tx: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  staged: StagedRows,
): Promise<ImportedAccount> {
  // Enough for the hash table of a million addresses; only for this transaction.
  await tx.query({ text: `set local work_mem = '192MB'` });
  await tx.query({ text: 'analyze import_row' });
  await tx.query({
    text: `create temporary table merged_row (
             row_no integer not null, address_hash bytea not null, address_sealed bytea not null,
             name_sealed bytea, affected boolean not null, categories smallint not null, locale text not null) on commit drop`,
  });
  const { rows: merged } = await tx.query<{ conflicts: number; fallbacks: number; several: number }>({
    text: `
      with address as (
        select address_hash, min(row_no) as row_no, count(*) as rows, bool_or(affected) as affected,
               bool_or(affected) and not bool_and(affected) as conflict,
               coalesce(bit_or(categories) filter (where affected), 0) as categories,
               ${staged.keepNames ? nameOfAll : 'null::bytea'} as name_sealed
        from import_row group by address_hash
      ), recipient as materialized (
        select a.*, r.address_sealed, r.locale, r.locale_fallback, r.mac
        from address a join import_row r on r.address_hash = a.address_hash and r.row_no = a.row_no
      ), single as (
        insert into candor.notice (notice_id, campaign_no, address_hash, address_sealed, name_sealed, audience, categories, row_no, locale, mac)
        select $2::bigint + case when affected then 0 else ${blockSize / 2} end + row_no, $1, address_hash, address_sealed, name_sealed,
               case when affected then 'affected' else 'unaffected' end::candor.audience,
               categories, row_no, locale, mac
        from recipient where rows = 1 order by affected desc, row_no
      ), several as (
        insert into merged_row select row_no, address_hash, address_sealed, name_sealed, affected, categories, locale
        from recipient where rows > 1
      )
      select count(*) filter (where conflict) as conflicts, count(*) filter (where locale_fallback) as fallbacks,
             count(*) filter (where rows > 1) as several from recipient`,
    values: [campaignNo, staged.block * blockSize],
  });
  if (merged[0]!.several > 0) await insertMerged(tx, keyring, campaignNo, staged);
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

interface MergedRow {
  row_no: number;
  address_hash: Buffer;
  address_sealed: Buffer;
  name_sealed: Buffer | null;
  affected: boolean;
  categories: CategoryBits;
  locale: string;
}

const mergedAtOnce = 5_000;

/** Notices of several rows: only now is it known what they say. */
async function insertMerged(
  tx: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  { block }: StagedRows,
): Promise<void> {
  const keys = await campaignKeys(tx, keyring, campaignNo);
  await tx.query({
    text: 'declare merged_rows no scroll cursor for select * from merged_row order by affected desc, row_no',
  });
  for (;;) {
    const { rows } = await tx.query<MergedRow>({ text: `fetch ${mergedAtOnce} from merged_rows` });
    if (rows.length === 0) break;
    const lines = rows.map((row) => noticeLine(row, campaignNo, keys, block)).join('');
    await copyIn(
      tx,
      `copy candor.notice (notice_id, campaign_no, address_hash, address_sealed, name_sealed, audience, categories, row_no, locale, mac) from stdin`,
      once(lines),
    );
  }
  await tx.query({ text: 'close merged_rows' });
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/** An address has a name when all its rows agree. It sorts each group, which a merge without names need not do. */
const nameOfAll = `case when count(distinct name_hash) = 1
                 then (array_agg(name_sealed order by row_no) filter (where name_sealed is not null))[1] end`;

/** One row as the notice that it becomes if it is the only one of its address. */
function stageRow(
  lines: BinaryRows,
  row: RecipientRow,
  keys: CampaignKeys,
  { block, keepNames }: { block: number; keepNames: boolean },
): void {
  const name = keepNames && row.name !== '' ? row.name : null;
  const addressHash = keys.hashAddress(row.key);
  const addressSealed = keys.seal('notice.address_sealed', addressHash, row.address);
  const nameSealed = name === null ? null : keys.seal('notice.name_sealed', addressHash, name);
  lines.row(10);
  lines.integer(row.row);
  lines.bytes(addressHash);
  lines.bytes(addressSealed);
  if (name === null || nameSealed === null) {
    lines.nothing();
    lines.nothing();
  } else {
    lines.bytes(nameSealed);
    lines.bytes(keys.hashName(name));
  }
  lines.boolean(row.audience === 'affected');
  lines.smallint(row.categories);
  lines.text(row.locale);
  lines.boolean(row.localeFallback);
  lines.bytes(
    keys.macNotice({
      noticeId: noticeIdOf(block, row.audience, row.row),
      rowNo: row.row,
      addressHash,
      addressVersion: 1,
      audience: row.audience,
      // The merge takes no kinds of data from a row that is not affected.
      categories: categoryNames(row.audience === 'affected' ? row.categories : 0),
      locale: row.locale,
      addressSealed,
      nameSealed,
    }),
  );
}

/** One line of COPY's text format. Only hex, digits and a checked BCP 47 tag go in, so nothing needs escaping. */
function noticeLine(row: MergedRow, campaignNo: CampaignNo, keys: CampaignKeys, block: number): string {
  const audience = row.affected ? 'affected' : 'unaffected';
  const noticeId = noticeIdOf(block, audience, row.row_no);
  const mac = keys.macNotice({
    noticeId,
    rowNo: row.row_no,
    addressHash: row.address_hash,
    addressVersion: 1,
    audience,
    categories: categoryNames(row.categories),
    locale: row.locale,
    addressSealed: row.address_sealed,
    nameSealed: row.name_sealed,
  });
  return (
    `${noticeId}\t${campaignNo}\t${bytea(row.address_hash)}\t${bytea(row.address_sealed)}\t` +
    `${row.name_sealed === null ? '\\N' : bytea(row.name_sealed)}\t${audience}\t${row.categories}\t${row.row_no}\t${row.locale}\t${bytea(mac)}\n`
  );
}

function bytea(bytes: Buffer): string {
  return `\\\\x${bytes.toString('hex')}`;
}
