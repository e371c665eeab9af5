// The upgrade that seals a ledger anew: killed at any moment and begun again, it ends with everything bound and nothing lost.
import { afterEach, describe, expect, it } from 'vitest';
import { CandorError } from '../../../src/domain/errors.ts';
import type { CampaignNo } from '../../../src/domain/ids.ts';
import { sayMisfits } from '../../../src/ledger/bound-notices.ts';
import { misfitsOfCampaign } from '../../../src/ledger/check-campaign.ts';
import type { Database } from '../../../src/ledger/database.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { createKeyring } from '../../../src/ledger/keyring.ts';
import { migrate } from '../../../src/ledger/migrate.ts';
import { fillWithLedger0010, keyOf0010 } from '../../support/ledger-0010.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
afterEach(() => ledger.close());

async function oldLedger(): Promise<Database> {
  ledger = await createTestLedger({ empty: true, key: keyOf0010, max: 4 });
  await fillWithLedger0010(ledger.database, '127.0.0.1:2500');
  return ledger.database;
}

/** The same database, whose transactions are cut off before their commit from the n-th on, as by a kill. */
function killedAfter(database: Database, transactions: number): Database {
  let left = transactions;
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (tx) => {
        const result = await work(tx);
        if (left === 0) throw new CandorError('ledger-unreachable', { why: 'killed' });
        left -= 1;
        return result;
      }, options),
  };
}

async function misfits(database: Database, keyring: ReturnType<typeof createKeyring>): Promise<string[]> {
  const { rows } = await database.query<{ campaign_no: CampaignNo }>({
    text: 'select campaign_no from candor.campaign',
  });
  const found: string[] = [];
  for (const { campaign_no } of rows)
    found.push(sayMisfits(await misfitsOfCampaign(database, keyring, campaign_no, { withReplies: true })));
  return found;
}

const sealedAnew = {
  text: `select (select count(*)::int from candor.notice where mac is not null) as notices,
                (select count(*)::int from candor.attempt where substring(reply_sealed from 1 for 1) = '\\x01') as old_replies,
                (select count(*)::int from candor.inbox_letter where substring(sealed from 1 for 1) = '\\x01') as old_letters,
                (select count(*)::int from candor.upload_chunk where substring(sealed from 1 for 1) = '\\x01') as old_chunks`,
};

describe('a ledger of schema 10', () => {
  it('is bound when the upgrade was killed after each of its transactions', async () => {
    const database = await oldLedger();
    let kills = 0;
    for (; ; kills += 1) {
      const upgraded = await migrate(killedAfter(database, kills + 1), createKeyring(keyOf0010)).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof CandorError) || error.code !== 'ledger-unreachable') throw error;
          return false;
        },
      );
      if (upgraded) break;
    }
    expect(kills).toBeGreaterThan(8);
    const keyring = createKeyring(keyOf0010);
    await migrate(database, keyring);
    expect(new Set(await misfits(database, keyring))).toEqual(new Set(['']));
    expect((await database.query(sealedAnew)).rows).toEqual([
      { notices: 472, old_replies: 0, old_letters: 0, old_chunks: 0 },
    ]);
    expect(await findAddress(database, keyring, 'corrected.two@example.net')).not.toEqual([]);
  });

  it('names what somebody had changed before, and vouches for the rest', async () => {
    const database = await oldLedger();
    const { rows } = await database.query<{ campaign_no: CampaignNo; row_no: number }>({
      text: `update candor.notice n set address_sealed = o.address_sealed from candor.notice o
             where o.campaign_no = n.campaign_no and n.state = 'accepted' and o.state = 'accepted'
               and (n.notice_id, o.notice_id) in (select x, y from (
                 select min(notice_id) as a, max(notice_id) as b from candor.notice where state = 'accepted' and campaign_no = (
                   select min(campaign_no) from candor.notice where state = 'accepted')) s,
                 lateral (values (a, b), (b, a)) v (x, y))
             returning n.campaign_no, n.row_no`,
    });
    expect(rows.length).toBe(2);
    const keyring = createKeyring(keyOf0010);
    const said: string[] = [];
    await migrate(database, keyring, { say: (line) => said.push(line) });
    const found = (await misfits(database, keyring)).filter((one) => one !== '');
    expect(found).toHaveLength(1);
    for (const { row_no } of rows) {
      expect(said.join('\n')).toContain(`notice, row ${row_no} `);
      expect(found[0]).toContain(`notice, row ${row_no} `);
    }
    const { rows: events } = await database.query<{ data: { what: string } }>({
      text: `select data from candor.event where kind = 'changed-before-binding'`,
    });
    expect(events).toHaveLength(1);
  });

  it('waits for whoever works at it, and says so', async () => {
    const database = await oldLedger();
    await database.query({
      text: `insert into candor.lease (worker, relay_identity, expires_at) values ('old', 'r', clock_timestamp() + interval '1.5 seconds')`,
    });
    const said: string[] = [];
    await migrate(database, createKeyring(keyOf0010), { say: (line) => said.push(line) });
    expect(said[0]).toContain('An earlier version of Candor is at work');
  });
});
