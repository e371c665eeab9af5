// The hold for refusals that stand for a fault (promise 6): who is taken back, and what a person lets pass.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settlement } from '../../../src/domain/attempt.ts';
import type { LeaseId } from '../../../src/domain/ids.ts';
import { moveCampaign, readCampaign } from '../../../src/ledger/campaigns.ts';
import { holdForRefusals, letRefusalsPass, takeBackRefused } from '../../../src/ledger/refusals.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  claimSome,
  createTestLedger,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
let lease: LeaseId;
beforeAll(async () => {
  ledger = await createTestLedger();
  lease = await aLease(ledger);
});
afterAll(() => ledger.close());

const limit = { share: 0.8, answers: 10 };
const hold = (campaign: BuiltCampaign): Promise<boolean> =>
  holdForRefusals(ledger.database, campaign.campaignNo, limit, 'candor');
const counts = async (campaign: BuiltCampaign) => (await readCounts(ledger.database, campaign.campaignNo)).counts;
const accepted: Partial<Settlement> = {};
const refused = (rule = 'review'): Partial<Settlement> => ({
  outcome: 'refused',
  state: 'refused',
  reason: rule,
  charged: true,
  stage: 'rcpt',
  rule,
  replyCode: 550,
  enhancedCode: '5.7.1',
  replyScrubbed: '550 5.7.1 not permitted',
});

/** Claims a notice for each of these and settles it so, one after the other. */
async function answer(campaign: BuiltCampaign, answers: readonly Partial<Settlement>[]): Promise<void> {
  const claims = (await claimSome(ledger, campaign.campaignNo, lease, answers.length)).toSorted(
    (a, b) => a.attemptId - b.attemptId,
  );
  for (const [index, claim] of claims.entries())
    await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim, answers[index])]);
}

const many = (count: number, of: Partial<Settlement>): Partial<Settlement>[] => Array.from({ length: count }, () => of);

async function resume(campaign: BuiltCampaign): Promise<void> {
  await ledger.database.transaction(async (tx) => {
    await moveCampaign(tx, campaign.campaignNo, ['held'], { to: 'running', actor: 'tester', reason: null });
    await letRefusalsPass(tx, campaign.campaignNo);
  });
}

async function charged(campaign: BuiltCampaign): Promise<number> {
  const { rows } = await ledger.database.query<{ charged: number }>({
    text: `select (select count(*) from candor.attempt where campaign_no = $1 and charged and outcome <> 'accepted')
                + (select count(*) from candor.notice where campaign_no = $1 and state = 'pending' and charged_count > 0) as charged`,
    values: [campaign.campaignNo],
  });
  return rows[0]!.charged;
}

describe('a campaign whose latest answers refuse nearly everybody for one reason', () => {
  it('is held with the reply, and whom the fault refused is pending again at no charge', async () => {
    const campaign = await aCampaign(ledger, { notices: 40 });
    await answer(campaign, [...many(5, accepted), ...many(12, refused())]);

    expect(await hold(campaign)).toBe(true);

    expect(await readCampaign(ledger.database, campaign.id)).toMatchObject({
      state: 'held',
      reason: 'too-many-refused',
      reasonDetail: '10 of the last 10 answers refuse for one reason: 550 5.7.1 not permitted',
    });
    expect(await counts(campaign)).toMatchObject({ accepted: 5, refused: 0, pending: 35 });
    expect(await charged(campaign)).toBe(0);
  });

  it('keeps the refusals for another reason, and those from before the fault', async () => {
    const campaign = await aCampaign(ledger, { notices: 60 });
    await answer(campaign, [refused(), ...many(20, accepted), ...many(16, refused()), refused('unknown-mailbox-code')]);

    expect(await hold(campaign)).toBe(true);

    expect(await counts(campaign)).toMatchObject({ accepted: 20, refused: 2, pending: 38 });
  });

  it('is not held by fewer answers than are looked back on, nor by fewer refusals', async () => {
    const campaign = await aCampaign(ledger, { notices: 40 });
    await answer(campaign, many(9, refused()));
    expect(await hold(campaign)).toBe(false);
    await answer(campaign, many(3, accepted));
    expect(await hold(campaign)).toBe(false);
    expect(await counts(campaign)).toMatchObject({ accepted: 3, refused: 9 });
  });

  it('takes back what is settled while it is held', async () => {
    const campaign = await aCampaign(ledger, { notices: 20 });
    await answer(campaign, many(10, refused()));
    const onTheWire = await claimSome(ledger, campaign.campaignNo, lease, 3);
    expect(await hold(campaign)).toBe(true);

    for (const [index, claim] of onTheWire.entries()) {
      await settleAttempts(ledger.database, ledger.keyring, lease, [
        aSettlement(claim, [refused(), refused('unknown-mailbox-code'), accepted][index]),
      ]);
    }
    await resume(campaign);

    expect(await counts(campaign)).toMatchObject({ accepted: 1, refused: 1, pending: 18 });
    expect(await charged(campaign)).toBe(1);
  });

  it('takes back what had been settled as refused across the hold, by the next look of a feeder', async () => {
    const relayIdentity = 'crossing.example:25';
    const campaign = await aCampaign(ledger, { notices: 20, terms: { relayIdentity } });
    await answer(campaign, many(10, refused()));
    const [crossing] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    await ledger.database.transaction(async (tx) => {
      // It has seen the campaign running, and commits when the hold stands.
      await settleAttempts(tx, ledger.keyring, lease, [aSettlement(crossing!, refused())]);
      expect(await hold(campaign)).toBe(true);
    });
    expect(await counts(campaign)).toMatchObject({ refused: 1, pending: 19 });

    await takeBackRefused(ledger.database, relayIdentity);

    expect(await counts(campaign)).toMatchObject({ refused: 0, pending: 20 });
    expect(await charged(campaign)).toBe(0);
  });
});

describe('after a person has resumed', () => {
  it('the same reason holds no more, and another one does', async () => {
    const campaign = await aCampaign(ledger, { notices: 80 });
    await answer(campaign, many(10, refused()));
    expect(await hold(campaign)).toBe(true);
    await resume(campaign);

    await answer(campaign, many(20, refused()));
    expect(await hold(campaign)).toBe(false);
    await answer(campaign, many(10, refused('recipient-policy-code')));
    expect(await hold(campaign)).toBe(true);
    expect(await counts(campaign)).toMatchObject({ refused: 20, pending: 60 });
  });

  it('the same reason holds again once it had become rare', async () => {
    const campaign = await aCampaign(ledger, { notices: 80 });
    await answer(campaign, many(10, refused()));
    expect(await hold(campaign)).toBe(true);
    await resume(campaign);

    await answer(campaign, [...many(9, accepted), refused()]);
    expect(await hold(campaign)).toBe(false);
    await answer(campaign, many(10, refused()));
    expect(await hold(campaign)).toBe(true);
  });
});
