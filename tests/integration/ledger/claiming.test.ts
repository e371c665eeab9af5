// The claim and what guards it; the settlement, late and in time; recovery; the policy for unconfirmed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settlement } from '../../../src/domain/attempt.ts';
import { campaignKeys } from '../../../src/ledger/key-store.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { claimNotices, giveBackClaims, readSlice } from '../../../src/ledger/claiming.ts';
import { cutSlices, giveBackSlices, recount, resendUnconfirmed, sweepCancelled } from '../../../src/ledger/feeding.ts';
import { countWorkers, endLease, keepLease, recoverExpired } from '../../../src/ledger/leases.ts';
import { settleAndClaim } from '../../../src/ledger/settle-and-claim.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  claimSome,
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

const move = (
  campaign: BuiltCampaign,
  from: 'running' | 'paused',
  to: 'paused' | 'cancelled' | 'running',
): Promise<unknown> =>
  ledger.database.transaction((tx) =>
    moveCampaign(tx, campaign.campaignNo, [from], { to, actor: 'tester', reason: null }),
  );

async function oneSlice(campaign: BuiltCampaign, size: number) {
  const slices = await cutSlices(ledger.database, campaign.campaignNo, { ids: [aSliceId()], size });
  return slices[0]!.noticeIds.map((noticeId) => ({
    campaignNo: campaign.campaignNo,
    noticeId,
    sliceId: slices[0]!.sliceId,
  }));
}

interface NoticeRow {
  state: string;
  reason: string | null;
  attempt_count: number;
  charged_count: number;
  maybe_accepted: boolean;
  auto_resent: boolean;
  due_at: Date | null;
  round: number;
}

async function noticesOf(campaign: BuiltCampaign): Promise<NoticeRow[]> {
  const { rows } = await ledger.database.query<NoticeRow>({
    text: 'select state, reason, attempt_count, charged_count, maybe_accepted, auto_resent, due_at, round from candor.notice where campaign_no = $1 order by notice_id',
    values: [campaign.campaignNo],
  });
  return rows;
}

describe('a claim', () => {
  it('opens an attempt for each notice of the slice and hands out its counts', async () => {
    const campaign = await aCampaign(ledger, { notices: 3 });
    const requests = await oneSlice(campaign, 3);
    expect(await readSlice(ledger.database, ledger.keyring, requests[0]!.sliceId)).toMatchObject({
      changed: null,
      notices: [
        { address: 'person0@example.org', locale: 'id' },
        { address: 'person1@example.org' },
        { address: 'person2@example.org' },
      ],
    });
    const claims = await claimNotices(ledger.database, await aLease(ledger), requests);
    expect(claims.map((claim) => [claim.attemptCount, claim.chargedCount, claim.roundAgeMs])).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ]);
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      attempts: 3,
      counts: { sending: 3, queued: 0 },
    });
    expect(await readSlice(ledger.database, ledger.keyring, requests[0]!.sliceId)).toEqual({
      changed: null,
      notices: [],
    });
  });

  it('gets nothing from a paused campaign, and nothing under an old slice when it runs again', async () => {
    const campaign = await aCampaign(ledger, { notices: 2 });
    const requests = await oneSlice(campaign, 2);
    await move(campaign, 'running', 'paused');
    expect(await claimNotices(ledger.database, await aLease(ledger), requests)).toEqual([]);
    await move(campaign, 'paused', 'running');
    expect(await claimNotices(ledger.database, await aLease(ledger), requests)).toEqual([]);
    expect(await claimNotices(ledger.database, await aLease(ledger), await oneSlice(campaign, 2))).toHaveLength(2);
  });

  it('gets nothing under the id of another slice', async () => {
    const campaign = await aCampaign(ledger, { notices: 2 });
    const requests = await oneSlice(campaign, 2);
    expect(
      await claimNotices(
        ledger.database,
        await aLease(ledger),
        requests.map((request) => ({ ...request, sliceId: aSliceId() })),
      ),
    ).toEqual([]);
  });

  it('gets nothing under a lease that ran out, was ended or never was', async () => {
    const campaign = await aCampaign(ledger, { notices: 2 });
    const requests = await oneSlice(campaign, 2);
    const ended = await aLease(ledger);
    await endLease(ledger.database, ended);
    for (const lease of [await aLease(ledger, -1), ended, 999_999 as typeof ended])
      expect(await claimNotices(ledger.database, lease, requests)).toEqual([]);
    expect(await keepLease(ledger.database, ended, 60_000)).toBe(false);
  });

  it('is won by one of many that ask at the same moment', async () => {
    const campaign = await aCampaign(ledger, { notices: 20 });
    const requests = await oneSlice(campaign, 20);
    const leases = await Promise.all(Array.from({ length: 8 }, () => aLease(ledger)));
    const answers = await Promise.all(leases.map((lease) => claimNotices(ledger.database, lease, requests)));
    const won = answers.flat().map((claim) => claim.noticeId);
    expect(won).toHaveLength(20);
    expect(new Set(won).size).toBe(20);
  });

  it('is refused by the ledger when it would open a second attempt beside an open one', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    await claimSome(ledger, campaign.campaignNo, await aLease(ledger), 1);
    const again = ledger.database.query({
      text: 'insert into candor.attempt (notice_id, campaign_no, round, lease_id, address_version) select notice_id, campaign_no, round, 1, 1 from candor.notice where campaign_no = $1',
      values: [campaign.campaignNo],
    });
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });

  it('that is given back leaves no attempt behind in any count', async () => {
    const campaign = await aCampaign(ledger, { notices: 4 });
    const lease = await aLease(ledger);
    const claims = await claimSome(ledger, campaign.campaignNo, lease, 4);
    expect(
      await giveBackClaims(
        ledger.database,
        lease,
        claims.slice(0, 3).map((claim) => claim.noticeId),
      ),
    ).toBe(3);
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      attempts: 1,
      counts: { pending: 3, sending: 1 },
    });
    expect((await noticesOf(campaign)).map((notice) => notice.attempt_count)).toEqual([0, 0, 0, 1]);
    expect(
      await giveBackClaims(
        ledger.database,
        lease,
        claims.slice(0, 3).map((claim) => claim.noticeId),
      ),
    ).toBe(0);
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });
});

describe('a settlement', () => {
  const outcomes: [string, Partial<Settlement>, Partial<NoticeRow>][] = [
    ['accepted', {}, { state: 'accepted', charged_count: 1 }],
    [
      'deferred',
      { outcome: 'deferred', state: 'deferred', retryAfterMs: 60_000, replyCode: 450, enhancedCode: '4.2.1' },
      { state: 'deferred', charged_count: 1 },
    ],
    ['throttled', { outcome: 'throttled', state: 'pending', charged: false }, { state: 'pending', charged_count: 0 }],
    [
      'refused',
      { outcome: 'refused', state: 'refused', reason: 'no-such-mailbox' },
      { state: 'refused', reason: 'no-such-mailbox' },
    ],
    [
      'failed',
      { outcome: 'failed', state: 'failed', reason: 'attempts-spent' },
      { state: 'failed', reason: 'attempts-spent' },
    ],
    [
      'unconfirmed',
      { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply', replyCode: null },
      { state: 'unconfirmed', maybe_accepted: true },
    ],
    [
      'relay-fault',
      { outcome: 'relay-fault', state: 'pending', charged: false },
      { state: 'pending', charged_count: 0 },
    ],
  ];
  it.each(outcomes)('puts an attempt that was %s where it belongs', async (_, changes, expected) => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const lease = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    expect(await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim!, changes)])).toEqual({
      moved: [claim!.noticeId],
      late: 0,
    });
    expect(await noticesOf(campaign)).toMatchObject([expected]);
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });

  it('counts only once when it comes twice', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const lease = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim!)]);
    expect(await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim!)])).toEqual({
      moved: [],
      late: 0,
    });
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      attempts: 1,
      counts: { accepted: 1 },
    });
  });

  it('under another lease changes nothing', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const [claim] = await claimSome(ledger, campaign.campaignNo, await aLease(ledger), 1);
    expect(await settleAttempts(ledger.database, ledger.keyring, await aLease(ledger), [aSettlement(claim!)])).toEqual({
      moved: [],
      late: 0,
    });
    expect(await noticesOf(campaign)).toMatchObject([{ state: 'sending' }]);
  });

  it('keeps the raw reply sealed and the scrubbed one readable', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const lease = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    const reply = 'no mailbox person0@example.org here';
    await settleAttempts(ledger.database, ledger.keyring, lease, [
      aSettlement(claim!, { reply, replyScrubbed: 'no mailbox <address> here' }),
    ]);
    const { rows } = await ledger.database.query<{ reply_sealed: Buffer; reply_scrubbed: string }>({
      text: 'select reply_sealed, reply_scrubbed from candor.attempt where attempt_id = $1',
      values: [claim!.attemptId],
    });
    expect(rows[0]!.reply_sealed.includes('person0')).toBe(false);
    const keys = await campaignKeys(ledger.database, ledger.keyring, campaign.campaignNo);
    expect(keys.openReply(claim!.attemptId, rows[0]!.reply_sealed)).toBe(reply);
    expect(rows[0]!.reply_scrubbed).toBe('no mailbox <address> here');
  });

  it('that comes after recovery is kept beside the attempt and does not move the notice', async () => {
    const campaign = await aCampaign(ledger, { notices: 1, policy: 'keep' });
    const lease = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    await endLease(ledger.database, lease);
    expect(await recoverExpired(ledger.database)).toBe(1);
    expect(await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(claim!)])).toEqual({
      moved: [],
      late: 1,
    });
    expect(await noticesOf(campaign)).toMatchObject([{ state: 'unconfirmed', maybe_accepted: true, charged_count: 0 }]);
    const { rows } = await ledger.database.query({
      text: 'select outcome, late, reply_code, charged from candor.attempt where attempt_id = $1',
      values: [claim!.attemptId],
    });
    expect(rows).toEqual([{ outcome: 'unconfirmed', late: true, reply_code: 250, charged: false }]);
  });

  it('of what would wait in a cancelled campaign cancels it, and an acceptance stays one', async () => {
    const campaign = await aCampaign(ledger, { notices: 3 });
    const lease = await aLease(ledger);
    const claims = await claimSome(ledger, campaign.campaignNo, lease, 3);
    await move(campaign, 'running', 'cancelled');
    await settleAttempts(ledger.database, ledger.keyring, lease, [
      aSettlement(claims[0]!),
      aSettlement(claims[1]!, { outcome: 'deferred', state: 'deferred', retryAfterMs: 1 }),
      aSettlement(claims[2]!, { outcome: 'relay-fault', state: 'pending' }),
    ]);
    expect((await noticesOf(campaign)).map((notice) => notice.state)).toEqual(['accepted', 'cancelled', 'cancelled']);
  });
});

describe('recovery', () => {
  it('makes open attempts of dead leases unconfirmed, and leaves those of living ones', async () => {
    const campaign = await aCampaign(ledger, { notices: 4, policy: 'keep' });
    const dead = await aLease(ledger);
    await claimSome(ledger, campaign.campaignNo, dead, 2);
    await claimSome(ledger, campaign.campaignNo, await aLease(ledger), 2);
    await endLease(ledger.database, dead);
    expect(await recoverExpired(ledger.database)).toBe(2);
    expect((await noticesOf(campaign)).map((notice) => [notice.state, notice.maybe_accepted])).toEqual([
      ['unconfirmed', true],
      ['unconfirmed', true],
      ['sending', false],
      ['sending', false],
    ]);
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });

  it('may run in two processes at once', async () => {
    const campaign = await aCampaign(ledger, { notices: 200, policy: 'keep' });
    const dead = await aLease(ledger);
    await claimSome(ledger, campaign.campaignNo, dead, 200);
    await endLease(ledger.database, dead);
    const counts = await Promise.all([1, 2, 3].map(() => recoverExpired(ledger.database)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  });

  it('counts the workers whose lease is alive', async () => {
    const terms = someTerms().relayIdentity;
    const before = await countWorkers(ledger.database, terms);
    const lease = await aLease(ledger);
    expect(await countWorkers(ledger.database, terms)).toBe(before + 1);
    await endLease(ledger.database, lease);
    expect(await countWorkers(ledger.database, terms)).toBe(before);
  });
});

describe('an unconfirmed notice', () => {
  async function unconfirmed(policy: 'resend' | 'keep'): Promise<BuiltCampaign> {
    const campaign = await aCampaign(ledger, { notices: 1, policy });
    await loseOne(campaign);
    return campaign;
  }
  async function loseOne(campaign: BuiltCampaign): Promise<void> {
    const lease = await aLease(ledger);
    const claims = await claimSome(ledger, campaign.campaignNo, lease, 1);
    await settleAttempts(
      ledger.database,
      ledger.keyring,
      lease,
      claims.map((claim) =>
        aSettlement(claim, { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply', replyCode: null }),
      ),
    );
  }

  it('is sent again once, and never again, under the policy resend', async () => {
    const campaign = await unconfirmed('resend');
    expect(await resendUnconfirmed(ledger.database, campaign.campaignNo)).toBe(1);
    expect(await noticesOf(campaign)).toMatchObject([
      { state: 'pending', auto_resent: true, maybe_accepted: true, round: 1 },
    ]);
    await loseOne(campaign);
    expect(await resendUnconfirmed(ledger.database, campaign.campaignNo)).toBe(0);
    expect(await noticesOf(campaign)).toMatchObject([{ state: 'unconfirmed' }]);
  });

  it('is left alone under the policy keep, and while the campaign does not run', async () => {
    expect(await resendUnconfirmed(ledger.database, (await unconfirmed('keep')).campaignNo)).toBe(0);
    const paused = await unconfirmed('resend');
    await move(paused, 'running', 'paused');
    expect(await resendUnconfirmed(ledger.database, paused.campaignNo)).toBe(0);
  });
});

describe('a cancelled campaign', () => {
  it('has nothing that waits after the sweep, and slices given back later are cancelled too', async () => {
    const campaign = await aCampaign(ledger, { notices: 9 });
    const lease = await aLease(ledger);
    const claims = await claimSome(ledger, campaign.campaignNo, lease, 2);
    await settleAttempts(ledger.database, ledger.keyring, lease, [
      aSettlement(claims[0]!, { outcome: 'deferred', state: 'deferred', retryAfterMs: 60_000 }),
    ]);
    const [request] = await oneSlice(campaign, 3);
    await ledger.database.query({
      text: `update candor.campaign set state = 'cancelled' where campaign_no = $1`,
      values: [campaign.campaignNo],
    });
    expect(await giveBackSlices(ledger.database, [request!.sliceId])).toBe(3);
    expect(await sweepCancelled(ledger.database, campaign.campaignNo)).toBe(5);
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      counts: { cancelled: 8, sending: 1 },
    });
    expect(await giveBackClaims(ledger.database, lease, [claims[1]!.noticeId])).toBe(1);
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      counts: { cancelled: 9 },
      attempts: 1,
    });
  });
});

describe('a settlement and a claim in one commit', () => {
  it('do what each does alone, and count as much', async () => {
    const campaign = await aCampaign(ledger, { notices: 5 });
    const lease = await aLease(ledger);
    const first = await claimSome(ledger, campaign.campaignNo, lease, 3);
    const requests = await oneSlice(campaign, 2);
    const batch = first.map((claim, index) =>
      aSettlement(
        claim,
        index === 0 ? { outcome: 'deferred', state: 'deferred', retryAfterMs: 60_000, replyCode: 450 } : {},
      ),
    );
    const { late, claims } = await settleAndClaim(ledger.database, ledger.keyring, lease, batch, requests);
    expect(late).toBe(0);
    expect(
      claims.map(({ noticeId, attemptCount, chargedCount }) => ({ noticeId, attemptCount, chargedCount })),
    ).toEqual(requests.map(({ noticeId }) => ({ noticeId, attemptCount: 1, chargedCount: 0 })));
    expect(await readCounts(ledger.database, campaign.campaignNo)).toMatchObject({
      attempts: 5,
      counts: { deferred: 1, accepted: 2, sending: 2 },
    });
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
    const rest = claims.map((claim) => aSettlement(claim));
    expect((await settleAttempts(ledger.database, ledger.keyring, lease, rest)).moved).toHaveLength(2);
    // The answer to a commit was lost: what is repeated was not late, alone or beside a claim.
    expect(await settleAndClaim(ledger.database, ledger.keyring, lease, rest, [])).toEqual({ late: 0, claims: [] });
  });

  it('settles and opens nothing when the campaign does not run', async () => {
    const campaign = await aCampaign(ledger, { notices: 4 });
    const lease = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, lease, 1);
    const requests = await oneSlice(campaign, 3);
    await move(campaign, 'running', 'paused');
    expect(await settleAndClaim(ledger.database, ledger.keyring, lease, [aSettlement(claim!)], requests)).toEqual({
      late: 0,
      claims: [],
    });
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });

  it('claims beside a settlement that comes too late, which is recorded as late', async () => {
    const campaign = await aCampaign(ledger, { notices: 3, policy: 'keep' });
    const dead = await aLease(ledger);
    const [claim] = await claimSome(ledger, campaign.campaignNo, dead, 1);
    await endLease(ledger.database, dead);
    await recoverExpired(ledger.database);
    const requests = await oneSlice(campaign, 1);
    // The lease that ran out settles, and may open nothing any more.
    expect(await settleAndClaim(ledger.database, ledger.keyring, dead, [aSettlement(claim!)], requests)).toEqual({
      late: 1,
      claims: [],
    });
    const { rows } = await ledger.database.query<{ late: boolean }>({
      text: 'select late from candor.attempt where attempt_id = $1',
      values: [claim!.attemptId],
    });
    expect(rows).toEqual([{ late: true }]);
    expect(await claimNotices(ledger.database, await aLease(ledger), requests)).toHaveLength(1);
  });
});
