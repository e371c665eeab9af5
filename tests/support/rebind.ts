// Vouches anew for notices that a test has changed, as if the program had written them so.
import type { CampaignNo } from '../../src/domain/ids.ts';
import { categoryNames } from '../../src/domain/category.ts';
import { boundColumns, type BoundRow } from '../../src/ledger/bound-notices.ts';
import { campaignKeys } from '../../src/ledger/key-store.ts';
import type { TestLedger } from './ledger.ts';

/** All notices of the campaign. */
export async function rebind(
  { database, keyring }: Pick<TestLedger, 'database' | 'keyring'>,
  campaignNo: CampaignNo,
): Promise<void> {
  const keys = await campaignKeys(database, keyring, campaignNo);
  const { rows } = await database.query<BoundRow>({
    text: `select ${boundColumns} from candor.notice n where n.campaign_no = $1`,
    values: [campaignNo],
  });
  const macs = rows.map((row) =>
    keys.macNotice({
      noticeId: row.notice_id,
      rowNo: row.row_no,
      addressHash: row.address_hash,
      addressVersion: row.address_version,
      audience: row.audience,
      categories: categoryNames(row.categories),
      locale: row.locale,
      addressSealed: row.address_sealed,
      nameSealed: row.name_sealed,
    }),
  );
  await database.query({
    text: 'update candor.notice n set mac = w.mac from unnest($1::bigint[], $2::bytea[]) as w (notice_id, mac) where n.notice_id = w.notice_id',
    values: [rows.map((row) => row.notice_id), macs],
  });
}
