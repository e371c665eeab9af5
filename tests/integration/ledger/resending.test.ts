// The re-send a person asks for: whom it takes, what it resets, and what it never touches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settlement } from '../../../src/domain/attempt.ts';
import type { NoticeState } from '../../../src/domain/notice-state.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { readEvents } from '../../../src/ledger/events.ts';
import { recount, resendUnconfirmed } from '../../../src/ledger/feeding.ts';
import { resendNotices, type Resend, type Resent } from '../../../src/ledger/resending.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
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
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const endings: Partial<Settlement>[] = [
  {},
  { outcome: 'refused', state: 'refused', reason: 'no-such-mailbox', replyCode: 550, enhancedCode: '5.1.1' },
  { outcome: 'refused', state: 'refused', reason: 'review', replyCode: 554, enhancedCode: '5.7.1' },
  { outcome: 'failed', state: 'failed', reason: 'time-spent', replyCode: 451, enhancedCode: null },
  { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply', replyCode: null, enhancedCode: null },
  { outcome: 'deferred', state: 'deferred', retryAfterMs: 3_600_000, replyCode: 450, enhancedCode: '4.2.1' },
];

/** A campaign with one notice in each of the states above. */
async function settledCampaign(): Promise<BuiltCampaign> {
  const campaign = await aCampaign(ledger, { notices: endings.length, policy: 'keep' });
  const lease = await aLease(ledger);
  const claims = await claimSome(ledger, campaign.campaignNo, lease, endings.length);
  await settleAttempts(
    ledger.database,
    ledger.keyring,
    lease,
    claims.map((claim, index) => aSettlement(claim, endings[index])),
  );
  return campaign;
}

const resend = (campaign: BuiltCampaign, changes: Partial<Resend>): Promise<Resent> =>
  ledger.database.transaction((tx) =>
    resendNotices(tx, campaign.campaignNo, {
      states: ['refused', 'failed', 'unconfirmed'],
      actor: 'tester',
      dryRun: false,
      ...changes,
    }),
  );

async function statesOf(campaign: BuiltCampaign): Promise<NoticeState[]> {
  const { rows } = await ledger.database.query<{ state: NoticeState }>({
    text: 'select state from candor.notice where campaign_no = $1 order by notice_id',
    values: [campaign.campaignNo],
  });
  return rows.map((row) => row.state);
}

describe('a re-send', () => {
  it('moves what was not accepted to a new round, with its event', async () => {
    const campaign = await settledCampaign();
    expect(await resend(campaign, {})).toEqual({
      total: 4,
      states: { refused: 2, failed: 1, unconfirmed: 1 },
      maybeAccepted: 1,
    });
    expect(await statesOf(campaign)).toEqual(['accepted', 'pending', 'pending', 'pending', 'pending', 'deferred']);
    const { rows } = await ledger.database.query({
      text: `select distinct round, attempt_count, charged_count, round_started_at, reason, settled_at, slice_id from candor.notice where campaign_no = $1 and state = 'pending'`,
      values: [campaign.campaignNo],
    });
    expect(rows).toEqual([
      {
        round: 2,
        attempt_count: 0,
        charged_count: 0,
        round_started_at: null,
        reason: null,
        settled_at: null,
        slice_id: null,
      },
    ]);
    expect((await readEvents(ledger.database, campaign.campaignNo)).at(-1)).toMatchObject({
      kind: 'resend',
      actor: 'tester',
      data: { total: 4, states: { refused: 2 } },
    });
    expect(await recount(ledger.database, campaign.campaignNo)).toMatchObject({ agrees: true });
  });

  it('only counts on a dry run', async () => {
    const campaign = await settledCampaign();
    const before = await statesOf(campaign);
    expect(await resend(campaign, { dryRun: true })).toEqual({
      total: 4,
      states: { refused: 2, failed: 1, unconfirmed: 1 },
      maybeAccepted: 1,
    });
    expect(await statesOf(campaign)).toEqual(before);
    expect((await readEvents(ledger.database, campaign.campaignNo)).map((event) => event.kind)).not.toContain('resend');
  });

  it.each([
    ['55', 2],
    ['550', 1],
    ['5.1', 1],
    ['5.7.1', 1],
    ['5', 2],
    ['4', 1],
    ['2', 0],
    ['5.2', 0],
  ])('by the code %s takes %i of them', async (code, expected) => {
    expect((await resend(await settledCampaign(), { code })).total).toBe(expected);
  });

  it.each(['%', '5_', '', ' 5', "5'--", 'x', '5.1.1.1.1.1.1.1'])('refuses the code "%s"', async (code) => {
    await expect(resend(await settledCampaign(), { code })).rejects.toMatchObject({ code: 'resend-code' });
  });

  it.each(['accepted', 'pending', 'queued', 'sending', 'deferred'] as const)(
    'of %s notices is refused',
    async (state) => {
      await expect(resend(await settledCampaign(), { states: ['refused', state] })).rejects.toMatchObject({
        code: 'resend-state',
      });
    },
  );

  it.each(['suppressed', 'cancelled'] as const)('of %s notices needs a reason', async (state) => {
    const campaign = await settledCampaign();
    await expect(resend(campaign, { states: [state] })).rejects.toMatchObject({ code: 'resend-reason' });
    await expect(resend(campaign, { states: [state], reason: '  ' })).rejects.toMatchObject({ code: 'resend-reason' });
    await expect(resend(campaign, { states: [state], reason: 'they asked for it in writing' })).resolves.toMatchObject({
      total: 0,
    });
  });

  it('is refused for a cancelled campaign', async () => {
    const campaign = await settledCampaign();
    await moveCampaign(ledger.database, campaign.campaignNo, ['running'], {
      to: 'cancelled',
      actor: 'tester',
      reason: null,
    });
    await expect(resend(campaign, {})).rejects.toMatchObject({ code: 'campaign-state' });
  });

  it('does not give a notice its one automatic resend a second time', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const lose = async (): Promise<void> => {
      const lease = await aLease(ledger);
      const claims = await claimSome(ledger, campaign.campaignNo, lease, 1);
      await settleAttempts(
        ledger.database,
        ledger.keyring,
        lease,
        claims.map((claim) => aSettlement(claim, endings[4])),
      );
    };
    await lose();
    expect(await resendUnconfirmed(ledger.database, campaign.campaignNo)).toBe(1);
    await lose();
    expect(await resend(campaign, {})).toEqual({ total: 1, states: { unconfirmed: 1 }, maybeAccepted: 1 });
    await lose();
    expect(await resendUnconfirmed(ledger.database, campaign.campaignNo)).toBe(0);
    const { rows } = await ledger.database.query({
      text: 'select maybe_accepted, auto_resent, round from candor.notice where campaign_no = $1',
      values: [campaign.campaignNo],
    });
    expect(rows).toEqual([{ maybe_accepted: true, auto_resent: true, round: 2 }]);
  });

  it('keeps the program from finishing the campaign at the same moment', async () => {
    const campaign = await aCampaign(ledger, { notices: 1 });
    const lease = await aLease(ledger);
    const claims = await claimSome(ledger, campaign.campaignNo, lease, 1);
    await settleAttempts(
      ledger.database,
      ledger.keyring,
      lease,
      claims.map((claim) => aSettlement(claim, endings[1])),
    );
    let finishing: Promise<unknown> = Promise.resolve();
    await ledger.database.transaction(async (tx) => {
      await resendNotices(tx, campaign.campaignNo, { states: ['refused'], actor: 'tester', dryRun: false });
      finishing = moveCampaign(ledger.database, campaign.campaignNo, ['running'], {
        to: 'finished',
        actor: 'candor',
        reason: null,
      });
    });
    expect(await finishing).toBeNull();
  });
});
