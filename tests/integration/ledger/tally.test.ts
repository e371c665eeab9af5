// The tally equals a recount after every step of a long, seeded, random life of two campaigns.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claim, Settlement } from '../../../src/domain/attempt.ts';
import type { CampaignState } from '../../../src/domain/campaign-state.ts';
import type { LeaseId, SliceId } from '../../../src/domain/ids.ts';
import { noticeStates, sumCounts } from '../../../src/domain/notice-state.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { claimNotices, giveBackClaims, readSlice } from '../../../src/ledger/claiming.ts';
import { cutSlices, giveBackSlices, recount, resendUnconfirmed, sweepCancelled } from '../../../src/ledger/feeding.ts';
import { endLease, recoverExpired } from '../../../src/ledger/leases.ts';
import { resendNotices } from '../../../src/ledger/resending.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  createTestLedger,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const endings: Partial<Settlement>[] = [
  {},
  { outcome: 'deferred', state: 'deferred', retryAfterMs: 0 },
  { outcome: 'refused', state: 'refused', reason: 'review', replyCode: 550 },
  { outcome: 'failed', state: 'failed', reason: 'attempts-spent' },
  { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply', replyCode: null },
  { outcome: 'throttled', state: 'pending', charged: false },
  { outcome: 'relay-fault', state: 'pending', charged: false },
];

/** What the tally must say, counted from the notices and attempts themselves. */
async function counted(campaign: BuiltCampaign) {
  const { rows } = await ledger.database.query<Record<string, number>>({
    text: `select ${noticeStates.map((state) => `count(*) filter (where state = '${state}') as ${state}`).join(', ')}, count(*) filter (where maybe_accepted) as maybe,
             (select count(*) from candor.attempt a where a.campaign_no = $1 and a.outcome <> 'given-back') as attempts
           from candor.notice where campaign_no = $1`,
    values: [campaign.campaignNo],
  });
  const { maybe, attempts, ...counts } = rows[0]!;
  return { counts, attempts, maybeAccepted: maybe };
}

describe.each([1, 2, 3])('with the seed %i', (firstSeed) => {
  it('the tally agrees with a recount after every one of 300 random steps', async () => {
    let seed = firstSeed;
    const random = (below: number): number => {
      // Park and Miller's minimal standard generator.
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const pick = <Each>(all: readonly Each[]): Each | undefined => all[random(Math.max(1, all.length))];
    const campaigns = [
      await aCampaign(ledger, { notices: 40, unaffectedEvery: 4 }),
      await aCampaign(ledger, { notices: 25 }),
    ];
    const slices: SliceId[] = [];
    const open: { lease: LeaseId; claim: Claim }[] = [];
    let lease = await aLease(ledger);

    const move = (campaign: BuiltCampaign, from: CampaignState[], to: CampaignState): Promise<unknown> =>
      ledger.database.transaction((tx) =>
        moveCampaign(tx, campaign.campaignNo, from, { to, actor: 'tester', reason: 'test' }),
      );

    const steps: ((campaign: BuiltCampaign) => Promise<unknown>)[] = [
      async (campaign) => {
        const cut = await cutSlices(ledger.database, campaign.campaignNo, {
          ids: [aSliceId(), aSliceId()],
          size: 1 + random(6),
        });
        slices.push(...cut.map((slice) => slice.sliceId));
      },
      async () => {
        const sliceId = pick(slices);
        if (sliceId === undefined) return;
        const { notices } = await readSlice(ledger.database, ledger.keyring, sliceId);
        const requests = notices
          .filter(() => random(4) > 0)
          .map(({ campaignNo, noticeId }) => ({ campaignNo, noticeId, sliceId }));
        for (const claim of await claimNotices(ledger.database, lease, requests)) open.push({ lease, claim });
      },
      ...Array.from({ length: 3 }, () => async () => {
        // Settled ones stay in the list: a second settlement must change nothing.
        const some = open.filter((each) => each.lease === lease && random(3) === 0);
        await settleAttempts(
          ledger.database,
          ledger.keyring,
          lease,
          some.map(({ claim }) => aSettlement(claim, pick(endings))),
        );
      }),
      async () =>
        giveBackClaims(
          ledger.database,
          lease,
          open.filter(() => random(5) === 0).map(({ claim }) => claim.noticeId),
        ),
      async () =>
        giveBackSlices(
          ledger.database,
          slices.filter(() => random(4) === 0),
        ),
      async () => {
        if (random(3) > 0) return;
        await endLease(ledger.database, lease);
        await recoverExpired(ledger.database);
        lease = await aLease(ledger);
      },
      async (campaign) => resendUnconfirmed(ledger.database, campaign.campaignNo),
      async (campaign) => {
        const states = (['refused', 'failed', 'unconfirmed'] as const).filter(() => random(2) === 0);
        await ledger.database.transaction((tx) =>
          resendNotices(tx, campaign.campaignNo, { states, actor: 'tester', dryRun: random(3) === 0 }),
        );
      },
      async (campaign) => {
        await move(campaign, ['running'], 'paused');
        await move(campaign, ['paused'], 'running');
      },
    ];

    for (let step = 0; step < 300; step += 1) {
      const campaign = campaigns[random(2)]!;
      await steps[random(steps.length)]!(campaign);
      for (const each of campaigns) {
        const { counts, attempts, maybeAccepted } = await readCounts(ledger.database, each.campaignNo);
        expect({ counts, attempts, maybeAccepted }, `step ${step}`).toEqual(await counted(each));
        expect(sumCounts(counts)).toBe(each.account.notices);
      }
    }
    for (const campaign of campaigns) {
      await move(campaign, ['running'], 'cancelled');
      await sweepCancelled(ledger.database, campaign.campaignNo);
      await endLease(ledger.database, lease);
      await recoverExpired(ledger.database);
      const { counts, attempts, maybeAccepted } = await readCounts(ledger.database, campaign.campaignNo);
      expect({ counts, attempts, maybeAccepted }).toEqual(await counted(campaign));
      expect(counts.pending + counts.queued + counts.sending + counts.deferred).toBe(0);
      expect(await recount(ledger.database, campaign.campaignNo)).toEqual({ agrees: true, differing: [] });
    }
    const { rows } = await ledger.database.query<{ over: number }>({
      text: `select count(*) as over from candor.notice n where auto_resent and not maybe_accepted or
             n.attempt_count <> (select count(*) from candor.attempt a where a.notice_id = n.notice_id and a.round = n.round and a.outcome <> 'given-back')`,
    });
    expect(rows[0]!.over).toBe(0);
  });
});

describe('the tally', () => {
  it('stays whole when many connections settle at the same moment', async () => {
    const campaign = await aCampaign(ledger, { notices: 400 });
    const lease = await aLease(ledger);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [slice] = await cutSlices(ledger.database, campaign.campaignNo, { ids: [aSliceId()], size: 20 });
        if (!slice) return;
        const claims = await claimNotices(
          ledger.database,
          lease,
          slice.noticeIds.map((noticeId) => ({ campaignNo: campaign.campaignNo, noticeId, sliceId: slice.sliceId })),
        );
        await Promise.all(
          claims.map((claim) => settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim)])),
        );
      }),
    );
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      attempts: 400,
      counts: { accepted: 400 },
    });
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });

  it('that does not agree is found by the recount', async () => {
    const campaign = await aCampaign(ledger, { notices: 3 });
    await ledger.database.query({
      text: 'update candor.tally set accepted = accepted + 1 where campaign_no = $1',
      values: [campaign.campaignNo],
    });
    expect(await recount(ledger.database, campaign.campaignNo)).toEqual({ agrees: false, differing: ['accepted'] });
  });
});
