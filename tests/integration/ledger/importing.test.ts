// From rows to notices on a real Postgres: all or nothing, and the rules of the merge.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaignKeys } from '../../../src/ledger/key-store.ts';
import { randomBytes } from 'node:crypto';
import { createMergeAccount } from '../../../src/intake/merge-account.ts';
import { campaignIdFrom, type CampaignNo } from '../../../src/domain/ids.ts';
import { createDraft, finishImport, listCampaigns, readCampaign } from '../../../src/ledger/campaigns.ts';
import type { RecipientRow } from '../../../src/domain/recipient-row.ts';
import { createKeyring } from '../../../src/ledger/keyring.ts';
import { stageRows } from '../../../src/ledger/importing.ts';
import {
  aCampaign,
  aRow,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

interface StoredNotice {
  row_no: number;
  audience: string;
  locale: string;
  categories: number;
  address: string;
  name: string | null;
}

async function noticesOf({ campaignNo }: BuiltCampaign): Promise<StoredNotice[]> {
  const { rows } = await ledger.database.query<
    Omit<StoredNotice, 'address' | 'name'> & {
      address_hash: Buffer;
      address_sealed: Buffer;
      name_sealed: Buffer | null;
    }
  >({
    text: 'select row_no, audience, locale, categories, address_hash, address_sealed, name_sealed from candor.notice where campaign_no = $1 order by notice_id',
    values: [campaignNo],
  });
  const keys = await campaignKeys(ledger.database, ledger.keyring, campaignNo);
  return rows.map(({ address_hash: hash, address_sealed, name_sealed, ...row }) => ({
    ...row,
    address: keys.open('notice.address_sealed', hash, address_sealed),
    name: name_sealed === null ? null : keys.open('notice.name_sealed', hash, name_sealed),
  }));
}

const merge = (rows: readonly RecipientRow[], keepNames = false): Promise<BuiltCampaign> =>
  aCampaign(ledger, { rows, state: 'ready', keepNames });

describe('the merge', () => {
  it('lets affected win, wherever it stands, and counts the conflict once for each address', async () => {
    const built = await merge([
      aRow(2, { address: 'a@example.org', audience: 'unaffected' }),
      aRow(3, { address: 'a@example.org', audience: 'affected' }),
      aRow(4, { address: 'a@example.org', audience: 'unaffected' }),
      aRow(5, { address: 'b@example.org', audience: 'unaffected' }),
    ]);
    expect((await noticesOf(built)).map((notice) => [notice.address, notice.audience])).toEqual([
      ['a@example.org', 'affected'],
      ['b@example.org', 'unaffected'],
    ]);
    expect(built.account).toMatchObject({ notices: 2, conflicts: 1, audiences: { affected: 1, unaffected: 1 } });
  });

  it('takes categories from affected rows only, and all of theirs', async () => {
    const built = await merge([
      aRow(2, { address: 'a@example.org', audience: 'unaffected', categories: 0b100 }),
      aRow(3, { address: 'a@example.org', categories: 0b001 }),
      aRow(4, { address: 'a@example.org', categories: 0b010 }),
      aRow(5, { address: 'b@example.org', audience: 'unaffected', categories: 0b111 }),
    ]);
    expect((await noticesOf(built)).map((notice) => notice.categories)).toEqual([0b011, 0]);
  });

  it('takes row number, locale and spelling from the first row, in whatever order rows arrive', async () => {
    const built = await merge([
      aRow(9, { address: 'A@Example.org', key: 'a@example.org', locale: 'es', localeFallback: true }),
      aRow(3, { address: 'a@example.org', key: 'a@example.org', audience: 'unaffected', locale: 'id' }),
    ]);
    expect(await noticesOf(built)).toMatchObject([
      { row_no: 3, locale: 'id', address: 'a@example.org', audience: 'affected' },
    ]);
    expect(built.account).toMatchObject({ localeFallbacks: 0, locales: { id: 1 } });
  });

  it('keeps a name only when every row that has one agrees', async () => {
    const built = await merge(
      [
        aRow(2, { address: 'a@example.org', name: 'Ana' }),
        aRow(3, { address: 'a@example.org', name: '' }),
        aRow(4, { address: 'b@example.org', name: 'Budi' }),
        aRow(5, { address: 'b@example.org', name: 'Siti' }),
        aRow(6, { address: 'c@example.org', name: '' }),
        aRow(7, { address: 'c@example.org', name: 'Chus' }),
      ],
      true,
    );
    expect((await noticesOf(built)).map((notice) => notice.name)).toEqual(['Ana', null, 'Chus']);
  });

  it('stores no name when no letter prints one', async () => {
    const built = await merge([aRow(2, { name: 'Ana' })]);
    expect((await noticesOf(built)).map((notice) => notice.name)).toEqual([null]);
  });

  it('gives the affected the lower ids, each group in the order of the file', async () => {
    const built = await merge(
      Array.from({ length: 30 }, (_, index) =>
        aRow(40 - index, { audience: index % 2 === 0 ? 'affected' : 'unaffected' }),
      ),
    );
    const notices = await noticesOf(built);
    const rows = (audience: string): number[] =>
      notices.filter((notice) => notice.audience === audience).map((notice) => notice.row_no);
    expect(notices.map((notice) => notice.audience)).toEqual([
      ...Array<string>(15).fill('affected'),
      ...Array<string>(15).fill('unaffected'),
    ]);
    for (const audience of ['affected', 'unaffected'])
      expect(rows(audience)).toEqual(rows(audience).toSorted((a, b) => a - b));
  });

  it('agrees with the account that intake makes in memory, for 100,000 rows', async () => {
    const account = createMergeAccount();
    const rows: RecipientRow[] = [];
    // A fixed generator, so that a failure can be repeated.
    let seed = 42;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    for (let index = 0; index < 100_000; index += 1) {
      const row = aRow(index + 2, {
        address: `person${random(70_000)}@example.org`,
        audience: random(3) === 0 ? 'unaffected' : 'affected',
        locale: ['en', 'es', 'id'][random(3)]!,
        localeFallback: random(10) === 0,
        name: random(2) === 0 ? '' : `Name ${random(5)}`,
        categories: random(512),
      });
      rows.push(row);
      account.add(row);
    }
    const started = performance.now();
    const built = await merge(rows, true);
    expect(performance.now() - started).toBeLessThan(30_000);
    const { notices, conflicts, audiences, locales, localeFallbacks } = account.totals();
    expect(built.account).toEqual({ notices, conflicts, audiences, locales, localeFallbacks });
  });
});

describe('an import', () => {
  it('leaves nothing when its file fails in the middle', async () => {
    const before = await listCampaigns(ledger.database);
    async function* failing(): AsyncGenerator<RecipientRow[]> {
      yield [aRow(2), aRow(3)];
      yield [aRow(4)];
      throw new RangeError('the file ended in the middle of a quote');
    }
    const importing = ledger.database.transaction(async (tx) => {
      const campaignNo = await createDraft(tx, ledger.keyring, {
        id: campaignIdFrom(randomBytes(8)),
        fileSha256: 'f',
        terms: someTerms(),
        actor: 'tester',
      });
      await stageRows(tx, ledger.keyring, campaignNo, failing(), { keepNames: false });
    });
    await expect(importing).rejects.toThrow(RangeError);
    expect(await listCampaigns(ledger.database)).toEqual(before);
    const { rows } = await ledger.database.query({ text: `select from pg_class where relname = 'import_row'` });
    expect(rows).toEqual([]);
  });

  it('says so when Postgres refuses a row, and the connection can be used again', async () => {
    async function* bad(): AsyncGenerator<RecipientRow[]> {
      for (let batch = 0; batch < 50; batch += 1) yield [aRow(2, { locale: batch === 3 ? 'e\0n' : 'en' })];
    }
    const { campaignNo } = await merge([aRow(2)]);
    const importing = ledger.database.transaction((tx) =>
      stageRows(tx, ledger.keyring, campaignNo, bad(), { keepNames: false }),
    );
    await expect(importing).rejects.toMatchObject({ code: '22021' });
    await expect(merge([aRow(2)])).resolves.toMatchObject({ account: { notices: 1 } });
  });

  it('refuses a ledger whose key has become another since it was opened', async () => {
    async function* rows(): AsyncGenerator<RecipientRow[]> {
      yield [aRow(2)];
    }
    const importing = ledger.database.transaction((tx) =>
      stageRows(tx, createKeyring(Buffer.alloc(32, 8)), 1 as CampaignNo, rows(), { keepNames: false }),
    );
    await expect(importing).rejects.toMatchObject({ code: 'key-wrong' });
  });

  it('says that the ledger is away when the connection dies in the middle', async () => {
    async function* interrupted(): AsyncGenerator<RecipientRow[]> {
      yield [aRow(2)];
      await ledger.database.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'copy import_row%' and pid <> pg_backend_pid()`,
      });
      for (let row = 3; row < 20_000; row += 1) yield [aRow(row)];
    }
    const { campaignNo } = await merge([aRow(2)]);
    const importing = ledger.database.transaction((tx) =>
      stageRows(tx, ledger.keyring, campaignNo, interrupted(), { keepNames: false }),
    );
    await expect(importing).rejects.toMatchObject({ code: 'ledger-unreachable' });
  });

  it('is refused when rows are not invalid + merged + notices', async () => {
    const { campaignNo, id } = await merge([aRow(2)]);
    const account = {
      rows: 3,
      invalid: 0,
      merged: 1,
      conflicts: 0,
      notices: 1,
      audiences: { affected: 1, unaffected: 0 },
      intake: {},
    };
    await expect(finishImport(ledger.database, ledger.keyring, campaignNo, account, 'tester')).rejects.toMatchObject({
      code: 'account-broken',
    });
    await expect(
      ledger.database.query({ text: 'update candor.campaign set row_count = 9 where id = $1', values: [id] }),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('is found by its id, and an unknown id is a coded error', async () => {
    const { id } = await merge([aRow(2), aRow(3)]);
    expect(await readCampaign(ledger.database, id)).toMatchObject({ state: 'ready', rows: 2, notices: 2 });
    await expect(readCampaign(ledger.database, 'nosuchid')).rejects.toMatchObject({ code: 'campaign-unknown' });
  });
});
