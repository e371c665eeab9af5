// Cutting slices: what leaves first, what waits, and what comes back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignNo, NoticeId } from '../../../src/domain/ids.ts';
import {
  campaignsDue,
  isPast,
  moveCampaign,
  readLatestCampaign,
  setDeparture,
  startMoment,
} from '../../../src/ledger/campaigns.ts';
import { claimNotices } from '../../../src/ledger/claiming.ts';
import { cutSlices, giveBackSlices, queuedSlices, readFeedStatus } from '../../../src/ledger/feeding.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  createTestLedger,
  someTerms,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const cut = (campaignNo: CampaignNo, slices: number, size: number) =>
  cutSlices(ledger.database, campaignNo, { ids: Array.from({ length: slices }, aSliceId), size });

async function audiencesOf(notices: readonly NoticeId[]): Promise<string[]> {
  const { rows } = await ledger.database.query<{ audience: string }>({
    text: 'select audience from candor.notice where notice_id = any($1::bigint[]) order by notice_id',
    values: [notices],
  });
  return rows.map((row) => row.audience);
}

/** Claims and settles everything in the slices. */
async function settleSlices(
  campaignNo: CampaignNo,
  slices: Awaited<ReturnType<typeof cut>>,
  changes: Parameters<typeof aSettlement>[1] = {},
): Promise<void> {
  const lease = await aLease(ledger);
  const requests = slices.flatMap((slice) =>
    slice.noticeIds.map((noticeId) => ({ campaignNo, noticeId, sliceId: slice.sliceId })),
  );
  const claims = await claimNotices(ledger.database, lease, requests);
  await settleAttempts(
    ledger.database,
    ledger.keyring,
    lease,
    claims.map((claim) => aSettlement(claim, changes)),
  );
}

describe('slices', () => {
  it('have at most their size, in the order of the ids, and never share a notice', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 11 });
    const slices = [...(await cut(campaignNo, 2, 3)), ...(await cut(campaignNo, 5, 3))];
    expect(slices.map((slice) => slice.noticeIds.length)).toEqual([3, 3, 3, 2]);
    const all = slices.flatMap((slice) => slice.noticeIds);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(new Set(all).size).toBe(11);
    expect(await cut(campaignNo, 1, 3)).toEqual([]);
  });

  it('are not cut twice by two feeders', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 100 });
    const both = (await Promise.all([cut(campaignNo, 4, 20), cut(campaignNo, 4, 20), cut(campaignNo, 4, 20)])).flat();
    const all = both.flatMap((slice) => slice.noticeIds);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(['paused', 'cancelled'] as const)('are not cut from a %s campaign', async (to) => {
    const { campaignNo } = await aCampaign(ledger, { notices: 3 });
    await moveCampaign(ledger.database, campaignNo, ['running'], { to, actor: 'tester', reason: null });
    expect(await cut(campaignNo, 1, 3)).toEqual([]);
  });

  it('that were lost come back, and are cut anew under another id', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 4, terms: { relayIdentity: 'lost.example:25' } });
    const [slice] = await cut(campaignNo, 1, 4);
    expect(await queuedSlices(ledger.database, 'lost.example:25')).toEqual([slice!.sliceId]);
    expect(await queuedSlices(ledger.database, 'other.example:25')).toEqual([]);
    expect(await giveBackSlices(ledger.database, [slice!.sliceId])).toBe(4);
    expect(await queuedSlices(ledger.database, 'lost.example:25')).toEqual([]);
    const [again] = await cut(campaignNo, 1, 4);
    expect(again!.sliceId).not.toBe(slice!.sliceId);
    expect(again!.noticeIds).toEqual(slice!.noticeIds);
  });
});

describe('the affected', () => {
  it('go first: no unaffected notice leaves while one of them is waiting, queued or on the wire', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 10, unaffectedEvery: 2 });
    const first = await cut(campaignNo, 1, 3);
    expect(await audiencesOf(first[0]!.noticeIds)).toEqual(['affected', 'affected', 'affected']);
    const second = await cut(campaignNo, 5, 3);
    expect(second.map((slice) => slice.noticeIds.length)).toEqual([2]);
    expect(await cut(campaignNo, 5, 3)).toEqual([]);
    await settleSlices(campaignNo, first);
    expect(await cut(campaignNo, 5, 3)).toEqual([]);
    await settleSlices(campaignNo, second);
    const third = await cut(campaignNo, 5, 3);
    expect(await audiencesOf(third.flatMap((slice) => slice.noticeIds))).toEqual(Array<string>(5).fill('unaffected'));
  });

  it('do not hold the others up when they are deferred', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 2, unaffectedEvery: 2 });
    await settleSlices(campaignNo, await cut(campaignNo, 1, 5), {
      outcome: 'deferred',
      state: 'deferred',
      retryAfterMs: 3_600_000,
    });
    expect(await audiencesOf((await cut(campaignNo, 1, 5)).flatMap((slice) => slice.noticeIds))).toEqual([
      'unaffected',
    ]);
  });
});

describe('deferred notices', () => {
  it('leave again when their time has come, before the fresh ones', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 6 });
    const [slice] = await cut(campaignNo, 1, 2);
    await settleSlices(campaignNo, [slice!], { outcome: 'deferred', state: 'deferred', retryAfterMs: 0 });
    const [next] = await cut(campaignNo, 1, 4);
    expect(next!.noticeIds).toEqual(expect.arrayContaining([...slice!.noticeIds]));
  });

  it('wait until then', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 2 });
    await settleSlices(campaignNo, await cut(campaignNo, 1, 2), {
      outcome: 'deferred',
      state: 'deferred',
      retryAfterMs: 3_600_000,
    });
    expect(await cut(campaignNo, 1, 2)).toEqual([]);
    expect(await readFeedStatus(ledger.database, campaignNo)).toMatchObject({ open: 2, queued: 0 });
  });
});

describe('a start that waits', () => {
  it('is due by the ledger’s clock, and is the latest launch until another one comes', async () => {
    const finished = await aCampaign(ledger, { notices: 1 });
    const { relayIdentity } = someTerms();
    const [soon, later] = [
      await aCampaign(ledger, { notices: 1, state: 'ready' }),
      await aCampaign(ledger, { notices: 1, state: 'ready' }),
    ];
    await setDeparture(ledger.database, soon.campaignNo, {
      first: null,
      startAt: await startMoment(ledger.database, { inMs: -1 }),
    });
    await setDeparture(ledger.database, later.campaignNo, {
      first: null,
      startAt: await startMoment(ledger.database, { inMs: 60_000 }),
    });

    expect(await campaignsDue(ledger.database, relayIdentity)).toEqual([soon.campaignNo]);
    expect((await readLatestCampaign(ledger.database))?.campaignNo).toBe(later.campaignNo);
    expect([
      await isPast(ledger.database, new Date(Date.now() - 70_000)),
      await isPast(ledger.database, new Date(Date.now() - 30_000)),
    ]).toEqual([true, false]);

    for (const { campaignNo } of [finished, soon, later])
      await moveCampaign(ledger.database, campaignNo, ['ready', 'running'], {
        to: 'cancelled',
        actor: 'tester',
        reason: null,
      });
  });
});

describe('a canary', () => {
  it('lets only the first notices leave, and is done when they are settled or deferred', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 10, unaffectedEvery: 2, state: 'ready' });
    await setDeparture(ledger.database, campaignNo, { first: 3, startAt: null });
    await moveCampaign(ledger.database, campaignNo, ['ready'], { to: 'running', actor: 'tester', reason: null });
    const slices = await cut(campaignNo, 5, 2);
    expect(slices.flatMap((slice) => slice.noticeIds)).toHaveLength(3);
    expect(await readFeedStatus(ledger.database, campaignNo)).toMatchObject({ canaryDone: false });
    await settleSlices(campaignNo, slices);
    expect(await readFeedStatus(ledger.database, campaignNo)).toMatchObject({ canaryDone: true, open: 7 });
    expect(await cut(campaignNo, 5, 2)).toEqual([]);
    await moveCampaign(ledger.database, campaignNo, ['running'], { to: 'held', actor: 'candor', reason: 'canary' });
    await moveCampaign(ledger.database, campaignNo, ['held'], { to: 'running', actor: 'tester', reason: null });
    expect(await readFeedStatus(ledger.database, campaignNo)).toMatchObject({ canaryDone: false });
    expect((await cut(campaignNo, 5, 2)).flatMap((slice) => slice.noticeIds)).toHaveLength(2);
  });
});

describe('a canary that was waited for', () => {
  it('does not come back when it is paused before it goes on', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 4, state: 'ready' });
    await setDeparture(ledger.database, campaignNo, { first: 1, startAt: null });
    await moveCampaign(ledger.database, campaignNo, ['ready'], { to: 'running', actor: 'tester', reason: null });
    await settleSlices(campaignNo, await cut(campaignNo, 1, 1));
    await moveCampaign(ledger.database, campaignNo, ['running'], { to: 'held', actor: 'candor', reason: 'canary' });
    await moveCampaign(ledger.database, campaignNo, ['held'], { to: 'paused', actor: 'tester', reason: 'paused' });
    await moveCampaign(ledger.database, campaignNo, ['paused'], { to: 'running', actor: 'tester', reason: null });
    expect(await readFeedStatus(ledger.database, campaignNo)).toMatchObject({ canaryDone: false });
    expect((await cut(campaignNo, 5, 1)).flatMap((slice) => slice.noticeIds)).toHaveLength(3);
  });
});

describe('the feed status', () => {
  it('tells of an automatic resend that is due, and of none under the policy keep', async () => {
    for (const [policy, due] of [
      ['resend', true],
      ['keep', false],
    ] as const) {
      const { campaignNo } = await aCampaign(ledger, { notices: 1, policy });
      await settleSlices(campaignNo, await cut(campaignNo, 1, 1), {
        outcome: 'unconfirmed',
        state: 'unconfirmed',
        reason: 'no-reply',
      });
      expect((await readFeedStatus(ledger.database, campaignNo)).autoResendDue).toBe(due);
    }
  });
});

describe('a campaign that stops', () => {
  it.each(['paused', 'held'] as const)(
    'leaves no notice queued when it is %s, and what was claimed goes on',
    async (to) => {
      const campaign = await aCampaign(ledger, { notices: 10 });
      const slices = await cut(campaign.campaignNo, 2, 5);
      const lease = await aLease(ledger);
      const [claim] = await claimNotices(ledger.database, lease, [
        { campaignNo: campaign.campaignNo, noticeId: slices[0]!.noticeIds[0]!, sliceId: slices[0]!.sliceId },
      ]);
      await ledger.database.transaction((tx) =>
        moveCampaign(tx, campaign.campaignNo, ['running'], { to, actor: 'tester', reason: 'canary' }),
      );
      const { counts } = await readCounts(ledger.database, campaign.campaignNo);
      expect(counts).toMatchObject({ pending: 9, queued: 0, sending: 1 });
      await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim!)]);
      expect((await readCounts(ledger.database, campaign.campaignNo)).counts).toMatchObject({
        pending: 9,
        accepted: 1,
      });
    },
  );
});
