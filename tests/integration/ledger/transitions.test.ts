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
    await tx.query({
      text: `update candor.notice set state = $2::text::candor.notice_state, ${companions} where campaign_no = $1`,
      values: [campaignNo, state],
    });
  });
}

const go = (to: NoticeState): Promise<unknown> =>
  ledger.database.query({
    text: `update candor.notice set state = $2::text::candor.notice_state, ${companions} where campaign_no = $1`,
    values: [campaignNo, to],
  });

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
    await expect(ledger.database.query({ text: `update candor.notice set state = 'queued'` })).rejects.toMatchObject({
      code: '23514',
    });
    await expect(ledger.database.query({ text: `update candor.notice set settled_at = now()` })).rejects.toMatchObject({
      code: '23514',
    });
  });
});

const campaignPairs = campaignStates.flatMap((from) =>
  campaignStates.filter((to) => to !== from).map((to) => [from, to] as const),
);

async function putCampaign(state: CampaignState): Promise<void> {
  await ledger.database.transaction(async (tx) => {
    await tx.query({ text: 'set local session_replication_role = replica' });
    await tx.query({
      text: `update candor.campaign set state = $2, reason = 'test' where campaign_no = $1`,
      values: [campaignNo, state],
    });
    await tx.query({ text: 'delete from candor.campaign_run' });
  });
}

describe('a campaign', () => {
  it.each(campaignPairs.filter(([from, to]) => !campaignMayGo(from, to)))(
    'may not go from %s to %s',
    async (from, to) => {
      await putCampaign(from);
      await expect(
        ledger.database.query({
          text: 'update candor.campaign set state = $2 where campaign_no = $1',
          values: [campaignNo, to],
        }),
      ).rejects.toMatchObject({ code: 'CA002' });
      expect(
        await moveCampaign(ledger.database, campaignNo, [from], { to, actor: 'tester', reason: 'test' }),
      ).toBeNull();
    },
  );

  it.each(campaignPairs.filter(([from, to]) => campaignMayGo(from, to)))('may go from %s to %s', async (from, to) => {
    await put('cancelled');
    await putCampaign(from);
    expect(await moveCampaign(ledger.database, campaignNo, [from], { to, actor: 'tester', reason: 'test' })).toBe(from);
  });

  it.each(['pending', 'queued', 'sending', 'deferred'] as const)(
    'does not finish while a notice is %s',
    async (state) => {
      await put(state);
      await putCampaign('running');
      expect(
        await moveCampaign(ledger.database, campaignNo, ['running'], { to: 'finished', actor: 'tester', reason: null }),
      ).toBeNull();
    },
  );
});

describe('the events', () => {
  it.each([`update candor.event set actor = 'x'`, 'delete from candor.event', 'truncate candor.event'])(
    'take no %s',
    async (text) => {
      await expect(ledger.database.query({ text })).rejects.toMatchObject({ code: 'CA001' });
    },
  );
});

describe('an address', () => {
  const insert = (campaign: CampaignNo, hash: string): Promise<unknown> =>
    ledger.database.query({
      text: `insert into candor.notice (campaign_no, address_hash, address_sealed, audience, categories, row_no, locale, mac) values ($1, decode(md5($2), 'hex'), '\\x00', 'affected', 0, 2, 'en', '')`,
      values: [campaign, hash],
    });
  const hashesOf = async (campaign: CampaignNo): Promise<unknown[]> =>
    (
      await ledger.database.query({
        text: 'select n.notice_id, a.address_hash = n.address_hash as same from candor.notice n full join candor.notice_address a using (notice_id) where coalesce(n.campaign_no, a.campaign_no) = $1',
        values: [campaign],
      })
    ).rows;

  it('has one notice in a campaign, whatever statement tries for a second', async () => {
    const draft = await aCampaign(ledger, { notices: 0, state: 'ready' });
    const other = await aCampaign(ledger, { notices: 0, state: 'ready' });
    await insert(draft.campaignNo, 'one');
    await expect(insert(draft.campaignNo, 'one')).rejects.toMatchObject({ code: '23505' });
    await insert(draft.campaignNo, 'two');
    await insert(other.campaignNo, 'one');
    await expect(
      ledger.database.query({
        text: `update candor.notice set address_hash = decode(md5('one'), 'hex') where campaign_no = $1`,
        values: [draft.campaignNo],
      }),
    ).rejects.toMatchObject({ code: '23505' });
    await ledger.database.query({
      text: `update candor.notice set address_hash = decode(md5('three'), 'hex') where campaign_no = $1`,
      values: [other.campaignNo],
    });
    expect(await hashesOf(other.campaignNo)).toMatchObject([{ same: true }]);
    expect(await hashesOf(draft.campaignNo)).toMatchObject([{ same: true }, { same: true }]);
  });

  it('is free again when its notice is gone', async () => {
    const draft = await aCampaign(ledger, { notices: 0, state: 'ready' });
    await insert(draft.campaignNo, 'one');
    await ledger.database.query({
      text: 'delete from candor.notice where campaign_no = $1',
      values: [draft.campaignNo],
    });
    expect(await hashesOf(draft.campaignNo)).toEqual([]);
    await insert(draft.campaignNo, 'one');
  });
});
