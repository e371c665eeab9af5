// The law of transitions, enforced by the ledger itself for every pair of states, and the append-only events.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaignMayGo, campaignStates, type CampaignState } from '../../../src/domain/campaign-state.ts';
import type { CampaignNo } from '../../../src/domain/ids.ts';
import { noticeMayGo, noticeStates, type NoticeState } from '../../../src/domain/notice-state.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { aCampaign, createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let campaignNo: CampaignNo;
beforeAll(async () => {
  ledger = await createTestLedger();
  ({ campaignNo } = await aCampaign(ledger, { notices: 1 }));
});
afterAll(() => ledger.close());

/** Columns that go with each state, so that only the law can object. */
const companions = `slice_id = case when $2 = 'queued' then gen_random_uuid() end, due_at = case when $2 = 'deferred' then now() end,
  reason = 'test', settled_at = case when $2 in ('accepted', 'refused', 'failed', 'unconfirmed', 'suppressed', 'cancelled') then now() end`;

/** Puts the notice in the state by force: the guard is off for this transaction only. */
async function put(state: NoticeState): Promise<void> {
  await ledger.database.transaction(async (tx) => {
    await tx.query({ text: 'set local session_replication_role = replica' });
    await tx.query({ text: `update candor.notice set state = $2::text::candor.notice_state, ${companions} where campaign_no = $1`, values: [campaignNo, state] });
  });
}

const go = (to: NoticeState): Promise<unknown> =>
  ledger.database.query({ text: `update candor.notice set state = $2::text::candor.notice_state, ${companions} where campaign_no = $1`, values: [campaignNo, to] });

const pairs = noticeStates.flatMap((from) => noticeStates.filter((to) => to !== from).map((to) => [from, to] as const));

describe('a notice', () => {
  it.each(pairs.filter(([from, to]) => noticeMayGo(from, to)))('may go from %s to %s', async (from, to) => {
    await put(from);
    await expect(go(to)).resolves.toMatchObject({ rowCount: 1 });
  });

  it.each(pairs.filter(([from, to]) => !noticeMayGo(from, to)))('may not go from %s to %s', async (from, to) => {
    await put(from);
    await expect(go(to)).rejects.toMatchObject({ code: 'CA002' });
  });

  it('is refused when its columns do not fit its state', async () => {
    await put('pending');
    await expect(ledger.database.query({ text: `update candor.notice set state = 'queued'` })).rejects.toMatchObject({ code: '23514' });
    await expect(ledger.database.query({ text: `update candor.notice set settled_at = now()` })).rejects.toMatchObject({ code: '23514' });
  });
});

const campaignPairs = campaignStates.flatMap((from) => campaignStates.filter((to) => to !== from).map((to) => [from, to] as const));

async function putCampaign(state: CampaignState): Promise<void> {
  await ledger.database.transaction(async (tx) => {
    await tx.query({ text: 'set local session_replication_role = replica' });
    await tx.query({ text: `update candor.campaign set state = $2, reason = 'test' where campaign_no = $1`, values: [campaignNo, state] });
    await tx.query({ text: 'delete from candor.campaign_run' });
  });
}

describe('a campaign', () => {
  it.each(campaignPairs.filter(([from, to]) => !campaignMayGo(from, to)))('may not go from %s to %s', async (from, to) => {
    await putCampaign(from);
    await expect(ledger.database.query({ text: 'update candor.campaign set state = $2 where campaign_no = $1', values: [campaignNo, to] })).rejects.toMatchObject({ code: 'CA002' });
    expect(await moveCampaign(ledger.database, campaignNo, [from], { to, actor: 'tester', reason: 'test' })).toBeNull();
  });

  it.each(campaignPairs.filter(([from, to]) => campaignMayGo(from, to)))('may go from %s to %s', async (from, to) => {
    await put('cancelled');
    await putCampaign(from);
    expect(await moveCampaign(ledger.database, campaignNo, [from], { to, actor: 'tester', reason: 'test' })).toBe(from);
  });

  it.each(['pending', 'queued', 'sending', 'deferred'] as const)('does not finish while a notice is %s', async (state) => {
    await put(state);
    await putCampaign('running');
    expect(await moveCampaign(ledger.database, campaignNo, ['running'], { to: 'finished', actor: 'tester', reason: null })).toBeNull();
  });
});

describe('the events', () => {
  it.each([`update candor.event set actor = 'x'`, 'delete from candor.event', 'truncate candor.event'])('take no %s', async (text) => {
    await expect(ledger.database.query({ text })).rejects.toMatchObject({ code: 'CA001' });
  });
});
