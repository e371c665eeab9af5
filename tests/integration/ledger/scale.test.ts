// What runs for every slice must not read more of a large campaign than it moves, even with the planner's
// statistics of another hour: counted in rows that Postgres fetched, not in time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/domain/attempt.ts';
import type { LeaseId } from '../../../src/domain/ids.ts';
import { claimNotices } from '../../../src/ledger/claiming.ts';
import {
  cutSlices,
  giveBackSlices,
  queuedSlices,
  readFeedStatus,
  resendUnconfirmed,
} from '../../../src/ledger/feeding.ts';
import { recoverExpired } from '../../../src/ledger/leases.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

const notices = 20_000;
/** A few for each notice moved, and the first look at entries of notices that have passed through. */
const allowance = 1_000;

let ledger: TestLedger;
let campaign: BuiltCampaign;
let lease: LeaseId;
let claims: Claim[] = [];

beforeAll(async () => {
  // One connection, so that the counters are those of the statement before.
  ledger = await createTestLedger({ max: 1 });
  campaign = await aCampaign(ledger, { notices, unaffectedEvery: 4 });
  lease = await aLease(ledger);
  const run = (text: string) => ledger.database.query({ text });
  // As autovacuum does after the import, when every notice is pending.
  await run('analyze');
  await run(
    `update candor.notice set state = 'queued', slice_id = gen_random_uuid() where notice_id <= ${notices * 0.74}`,
  );
  await run(`update candor.notice set state = 'sending', slice_id = null where state = 'queued'`);
  await run(`insert into candor.attempt (notice_id, campaign_no, round, lease_id, address_version, outcome, closed_at)
             select notice_id, campaign_no, 1, 1, 1, 'accepted', now() from candor.notice where state = 'sending'`);
  await run(`update candor.notice set state = 'accepted', settled_at = now() where state = 'sending'`);
  await run('vacuum candor.notice, candor.attempt');
});
afterAll(() => ledger.close());

/** Rows of notices and attempts that the work made Postgres fetch. */
async function fetched(work: () => Promise<unknown>): Promise<number> {
  const before = await counter();
  await work();
  return (await counter()) - before;
}

async function counter(): Promise<number> {
  await ledger.database.query({ text: 'select pg_stat_force_next_flush()' });
  const { rows } = await ledger.database.query<{ rows: number }>({
    text: `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint as rows from pg_stat_user_tables where schemaname = 'candor' and relname in ('notice', 'attempt')`,
  });
  return rows[0]!.rows;
}

describe('in a campaign of which three quarters are accepted', () => {
  it('a cut reads what it cuts', async () => {
    expect(
      await fetched(() => cutSlices(ledger.database, campaign.campaignNo, { ids: [aSliceId(), aSliceId()], size: 50 })),
    ).toBeLessThan(allowance);
  });

  it('a claim and a settlement read what they move', async () => {
    const { rows } = await ledger.database.query<{
      notice_id: Claim['noticeId'];
      slice_id: ReturnType<typeof aSliceId>;
    }>({ text: `select notice_id, slice_id from candor.notice where state = 'queued'` });
    const requests = rows.map((row) => ({
      campaignNo: campaign.campaignNo,
      noticeId: row.notice_id,
      sliceId: row.slice_id,
    }));
    expect(await fetched(async () => (claims = await claimNotices(ledger.database, lease, requests)))).toBeLessThan(
      allowance,
    );
    expect(claims).toHaveLength(100);
    expect(
      await fetched(() =>
        settleAttempts(
          ledger.database,
          ledger.keyring,
          lease,
          claims
            .slice(0, 90)
            .map((claim) => aSettlement(claim, { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'x' })),
        ),
      ),
    ).toBeLessThan(allowance);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the feed status', () => readFeedStatus(ledger.database, campaign.campaignNo)],
    ['the list of queued slices', () => queuedSlices(ledger.database, someTerms().relayIdentity)],
    ['the resend of what is unconfirmed', () => resendUnconfirmed(ledger.database, campaign.campaignNo)],
    ['recovery', () => recoverExpired(ledger.database)],
    ['giving slices back', () => giveBackSlices(ledger.database, [aSliceId()])],
  ])('%s reads no more', async (_, work) => {
    expect(await fetched(work)).toBeLessThan(allowance);
  });
});

describe('while a canary is watched', () => {
  it('the feed status reads no more', async () => {
    await ledger.database.query({ text: `update candor.campaign set canary_until_id = ${notices / 2}` });
    expect(await fetched(() => readFeedStatus(ledger.database, campaign.campaignNo))).toBeLessThan(allowance);
  });
});
