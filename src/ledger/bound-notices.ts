// Notices as they were written, or not at all: every use of who is told what passes here first.
import { categoryNames, type CategoryBits } from '../domain/category.ts';
import { CandorError } from '../domain/errors.ts';
import type { CampaignId, NoticeId } from '../domain/ids.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import { sameMac } from './parts-mac.ts';

/** The columns that a notice's MAC speaks for, as they come from the ledger, with what it says of former addresses. */
export interface BoundRow {
  notice_id: NoticeId;
  row_no: number;
  address_hash: Buffer;
  address_sealed: Buffer;
  address_version: number;
  name_sealed: Buffer | null;
  audience: string;
  categories: CategoryBits;
  locale: string;
  mac: Buffer | null;
  /** The highest version that a former address or an attempt of the notice has; null: there is none. */
  known_version: number | null;
}

/** The columns of a `BoundRow` of the notice `n`. */
export const boundColumns = `n.notice_id, n.row_no, n.address_hash, n.address_sealed, n.address_version, n.name_sealed, n.audience,
  n.categories, n.locale, n.mac,
  -- An address that was put back leaves its successor behind.
  greatest((select max(f.address_version) + 1 from candor.former_address f where f.notice_id = n.notice_id),
    case when n.attempt_count > 0 or n.round > 1 or n.settled_at is not null
      then (select max(a.address_version) from candor.attempt a where a.notice_id = n.notice_id) end) as known_version`;

/** A record that is not as it was written: the table, its row and what was found. Holds nothing of a person. */
export interface Misfit {
  readonly table: string;
  readonly row: string;
  readonly found: string;
}

/** What does not fit of a notice; null: it is as it was written. */
export function misfitOf(row: BoundRow, keys: CampaignKeys): Misfit | null {
  const fits = keys.vouchesFor(
    {
      noticeId: row.notice_id,
      rowNo: row.row_no,
      addressHash: row.address_hash,
      addressVersion: row.address_version,
      audience: row.audience,
      categories: categoryNames(row.categories),
      locale: row.locale,
      addressSealed: row.address_sealed,
      nameSealed: row.name_sealed,
    },
    row.mac,
  );
  const found = fits ? staleness(row) : changeOf(row, keys);
  return found === null ? null : { table: 'notice', row: `${row.row_no} (number ${row.notice_id})`, found };
}

function staleness({ address_version: version, known_version: known }: BoundRow): string | null {
  if (known !== null && known > version) return 'an earlier address was put back';
  return version > 1 && known !== version ? 'the address that it had before is missing' : null;
}

/** What can be told apart: the address is bound by itself, too. */
function changeOf(row: BoundRow, keys: CampaignKeys): string {
  if (row.mac?.length === 0) return 'it did not fit when this ledger was bound';
  try {
    keys.open('notice.address_sealed', row.address_hash, row.address_sealed);
  } catch {
    return 'its address is another one, or of another campaign';
  }
  return 'its row, audience, kinds of data, language or printed values were changed';
}

/** So many are looked for; one is enough to hold a campaign. */
export const mostMisfits = 20;
const named = 5;

/** In a line: the first ones by name, the rest by number. */
export function sayMisfits(misfits: readonly Misfit[]): string {
  const said = misfits.slice(0, named).map(({ table, row, found }) => `${table}, row ${row}: ${found}`);
  const more = misfits.length - said.length;
  const least = misfits.length >= mostMisfits ? 'at least ' : '';
  return said.join('; ') + (more > 0 ? `; and ${least}${more} more` : '');
}

/** The error that names misfits to whoever looks. Its `details.campaign`: whose they are, so that it can be held. */
export function recordChanged(campaign: CampaignId | null, ...misfits: readonly Misfit[]): CandorError {
  return new CandorError('record-changed', { what: sayMisfits(misfits) }, { details: { campaign } });
}

/** The address of a notice that fits. Throws `record-changed`. */
export function openAddress(row: BoundRow, keys: CampaignKeys): string {
  expectFit(row, keys);
  return keys.open('notice.address_sealed', row.address_hash, row.address_sealed);
}

/** Throws `record-changed` when the notice is not as it was written. */
export function expectFit(row: BoundRow, keys: CampaignKeys): void {
  const misfit = misfitOf(row, keys);
  if (misfit !== null) throw recordChanged(keys.campaign, misfit);
}

/** A former address as it was written. */
export interface FormerAddress {
  readonly noticeId: NoticeId;
  readonly version: number;
  readonly hash: Buffer;
  readonly sealed: Buffer;
}

export function macFormer(keys: CampaignKeys, { noticeId, version, hash, sealed }: FormerAddress): Buffer {
  return keys.mac('former-address', [noticeId, version, hash, sealed]);
}

/** What a notice had for an address before. Throws `record-changed`. */
export function openFormer(keys: CampaignKeys, former: FormerAddress, mac: Buffer | null): string {
  if (!sameMac(mac, macFormer(keys, former)))
    throw recordChanged(keys.campaign, {
      table: 'former_address',
      row: `${former.version} of notice number ${former.noticeId}`,
      found: 'it was changed, or is that of another notice',
    });
  return keys.open('former_address.address_sealed', former.hash, former.sealed);
}
