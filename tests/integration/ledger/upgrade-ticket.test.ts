// Nobody has a ledger vouch for what they changed by saying that it is of an earlier version or by taking a key away, nor
// find tell of another.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCampaign } from '../../../src/ledger/campaigns.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { misfitsOfTerms } from '../../../src/ledger/bound-terms.ts';
import { createKeyring, ledgerKeyNames } from '../../../src/ledger/keyring.ts';
import { unlockLedger } from '../../../src/ledger/key-store.ts';
import { migrate } from '../../../src/ledger/migrate.ts';
import { restoreInto, takeBackup, withLedger } from '../../support/archives.ts';
import { campaignsOf0010, fillWithLedger0010, keyOf0010 } from '../../support/ledger-0010.ts';
import { aCampaign, createTestLedger, testKey, type BuiltCampaign, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let campaign: BuiltCampaign;

beforeEach(async () => {
  ledger = await createTestLedger();
  campaign = await aCampaign(ledger, { notices: 3 });
});
afterEach(() => ledger.close());

const sql = async (...statements: readonly string[]): Promise<void> => {
  for (const text of statements) await ledger.database.query({ text });
};
const opened = () => migrate(ledger.database, createKeyring(testKey));

describe('somebody who can write to the database', () => {
  it.each([
    ['the terms', `update candor.campaign set reply_to = 'elsewhere@example.net'`],
    [
      'a letter',
      `update candor.letter set subject = 'x' || subject, compiled = jsonb_set(compiled, '{subject}', to_jsonb('x' || subject))`,
    ],
    ['the rate', 'update candor.relay_pace set limit_per_second = 9999, limit_mac = limit_mac'],
  ])('cannot have %s vouched for by saying that nothing was bound yet', async (_, change) => {
    await sql(
      change,
      'update candor.campaign set terms_mac = null',
      'update candor.ledger_identity set bound_at = null',
    );
    await expect(opened()).rejects.toMatchObject({ code: 'record-changed', message: /ledger_identity, row bound_at/ });
    expect(await misfitsOfTerms(ledger.database, ledger.keyring, campaign.campaignNo)).not.toEqual([]);
  });

  it('cannot make the ticket of an upgrade out of another key', async () => {
    await sql(
      `insert into candor.data_key (name, wrapped) select 'ledger/upgrade', wrapped from candor.data_key where name = 'ledger/mac'`,
      'update candor.ledger_identity set bound_at = null',
    );
    await expect(opened()).rejects.toMatchObject({ code: 'record-changed' });
  });

  it.each(ledgerKeyNames)('cannot take away the key %s for another to be made', async (name) => {
    await sql(`delete from candor.data_key where name = '${name}'`);
    await expect(opened()).rejects.toMatchObject({ code: 'record-changed' });
    await expect(unlockLedger(ledger.database, createKeyring(testKey))).rejects.toMatchObject({
      values: { what: `data_key, ${name}: it is missing` },
    });
  });
});

describe('somebody who can write to the database, and find', () => {
  const find = () => findAddress(ledger.database, ledger.keyring, 'person2@example.org');

  it('cannot lead it from one address to the notice of another', async () => {
    const { rows } = await ledger.database.query<{ notice_id: number; address_hash: Buffer }>({
      text: 'select notice_id, address_hash from candor.notice order by row_no',
    });
    const hash = (at: number) => `'\\x${rows[at]!.address_hash.toString('hex')}'`;
    expect(await find()).toHaveLength(1);
    await sql(
      'delete from candor.notice_address',
      `insert into candor.notice_address (campaign_no, address_hash, notice_id)
       values (${campaign.campaignNo}, ${hash(0)}, ${rows[1]!.notice_id}), (${campaign.campaignNo}, ${hash(1)}, ${rows[0]!.notice_id})`,
    );
    for (const address of ['person0@example.org', 'person1@example.org'])
      await expect(findAddress(ledger.database, ledger.keyring, address)).rejects.toMatchObject({
        values: { what: expect.stringContaining('it leads from one address to the notice of another') as string },
      });
  });

  it('cannot have it know nobody by taking the key of the incident away', async () => {
    await sql(`delete from candor.data_key where name like 'incident/%'`);
    await expect(find()).rejects.toMatchObject({
      values: { what: 'data_key, incident/sample-kit: it is missing' },
    });
  });
});

describe('a ledger that nobody changed', () => {
  it('opens again and again, and after a restore, with no ticket left', async () => {
    await expect(opened()).resolves.toBe(ledger.ledgerId);
    const { bytes } = await takeBackup(ledger);
    for (const key of [testKey, Buffer.alloc(32, 9)]) {
      await withLedger(
        async (other) => {
          const ours = { ...other, keyring: createKeyring(testKey) };
          await restoreInto(ours, bytes);
          await expect(migrate(other.database, createKeyring(testKey))).resolves.toBeTypeOf('string');
          expect(await readCampaign(other.database, campaign.id)).toMatchObject({ notices: 3 });
          const { rows } = await other.database.query({
            text: `select from candor.data_key where name = 'ledger/upgrade'`,
          });
          expect(rows).toEqual([]);
        },
        { key },
      );
    }
  });

  it('is not restored where something in the backup was never vouched for', async () => {
    await sql('alter table candor.letter alter column mac drop not null', 'update candor.letter set mac = null');
    const { bytes } = await takeBackup(ledger);
    await withLedger(async (other) => {
      await expect(restoreInto(other, bytes)).rejects.toMatchObject({ code: 'archive-damaged' });
    });
  });
});

describe('a ledger of an earlier version', () => {
  it('is bound as it stands, once', async () => {
    const older = await createTestLedger({ key: keyOf0010, empty: true });
    try {
      await fillWithLedger0010(older.database, 'relay.example:587');
      await older.database.query({ text: `update candor.lease set expires_at = now()` });
      const keyring = createKeyring(keyOf0010);
      await migrate(older.database, keyring);
      const { campaignNo } = await readCampaign(older.database, campaignsOf0010.running);
      expect(await misfitsOfTerms(older.database, keyring, campaignNo)).toEqual([]);
      await older.database.query({ text: 'update candor.campaign set terms_mac = null' });
      await older.database.query({ text: 'update candor.ledger_identity set bound_at = null' });
      await expect(migrate(older.database, keyring)).rejects.toMatchObject({ code: 'record-changed' });
    } finally {
      await older.close();
    }
  });
});
