// Who is at work on a campaign, as its account and the doctor tell it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/app/engine.ts';
import { examineWorkers } from '../../../src/app/examine.ts';
import { workOn } from '../../../src/app/work-on.ts';
import { readSummary } from '../../../src/campaigns/read-summary.ts';
import { createRelay } from '../../../src/delivery/relay.ts';
import type { CampaignSummary } from '../../../src/domain/summary.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import { endLease } from '../../../src/ledger/leases.ts';
import { setLimit } from '../../../src/ledger/pace.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import {
  aCampaign,
  aLease,
  claimSome,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';
import { startRelay } from '../../support/relay.ts';

let ledger: TestLedger;
let campaign: BuiltCampaign;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());
beforeEach(async () => {
  // Everybody goes home, and what was there is over.
  await ledger.database.query({ text: 'update candor.lease set expires_at = least(expires_at, clock_timestamp())' });
  if (campaign !== undefined) await move('cancelled');
  campaign = await aCampaign(ledger, { notices: 20 });
  // With a limit there is a time left before there is a pace.
  await setLimit(ledger.database, ledger.keyring, someTerms().relayIdentity, 10);
});

async function move(to: 'paused' | 'held' | 'running' | 'cancelled'): Promise<void> {
  await moveCampaign(ledger.database, campaign.campaignNo, ['running', 'paused', 'held', 'ready'], {
    to,
    actor: 'tester',
    reason: to === 'running' ? null : to,
  });
}

const summary = (looking = {}): ReturnType<typeof readSummary> => readSummary(ledger.database, campaign.id, looking);

describe('the time left', () => {
  it('is unknown while nobody is at work, and known as soon as somebody is', async () => {
    expect(await summary()).toMatchObject({ etaSeconds: null, workers: 0 });
    const lease = await aLease(ledger);
    expect(await summary()).toMatchObject({ etaSeconds: 2, workers: 1 });
    await endLease(ledger.database, lease);
    expect(await summary()).toMatchObject({ etaSeconds: null, workers: 0 });
  });

  it('is unknown when those at work have another relay', async () => {
    await ledger.database.query({
      text: `insert into candor.lease (worker, relay_identity, expires_at) values ('other', 'another-relay', clock_timestamp() + interval '1 minute')`,
    });
    expect(await summary()).toMatchObject({ etaSeconds: null, workers: 0 });
  });

  it('is known to the process that works on it, before it has its lease', async () => {
    expect(await summary({ here: true })).toMatchObject({ etaSeconds: 2, workers: null });
  });

  it('is known in the foreground from its first look on, before there is a lease', async () => {
    const smtp = await startRelay();
    const relay = createRelay(
      { host: smtp.host, port: smtp.port, secure: false, tls: 'off', replyTimeoutMs: 5_000 },
      silentLogger,
    );
    const seen: CampaignSummary[] = [];
    const looking = new AbortController();
    const onProgress = (progress: CampaignSummary): void => {
      if (seen.push(progress) === 2) looking.abort();
    };
    await workOn(campaign.id, {
      database: ledger.database,
      relay,
      engine: { nudge: () => undefined } as Engine,
      signal: looking.signal,
      onProgress,
      say: () => undefined,
    });
    await smtp.stop();
    expect(seen.map(({ etaSeconds, workers }) => ({ etaSeconds, workers }))).toEqual([
      { etaSeconds: 2, workers: null },
      { etaSeconds: 2, workers: null },
    ]);
  });

  it('misses nobody while the campaign is paused or held', async () => {
    for (const state of ['paused', 'held'] as const) {
      await move(state);
      expect(await summary()).toMatchObject({ state, workers: null });
      await move('running');
    }
  });

  it('knows that what is open after the last worker has gone is on no wire', async () => {
    const lease = await aLease(ledger);
    await claimSome(ledger, campaign.campaignNo, lease, 3);
    await endLease(ledger.database, lease);
    await move('paused');
    expect(await summary()).toMatchObject({ states: { sending: 3 }, workers: 0 });
  });
});

describe('the doctor', () => {
  it('warns when a campaign is running and nobody is at work', async () => {
    expect(await examineWorkers(ledger.database)).toMatchObject({
      verdict: 'warning',
      finding: `nobody is at work on ${campaign.id}`,
      help: expect.stringContaining('candor worker') as string,
    });
    await aLease(ledger);
    expect(await examineWorkers(ledger.database)).toEqual({
      subject: 'workers',
      verdict: 'ok',
      finding: '1 at work now',
      help: null,
    });
  });

  it('warns when one is about to start, and names no more than a few', async () => {
    const ready = await aCampaign(ledger, { notices: 1, state: 'ready' });
    expect((await examineWorkers(ledger.database)).finding).toContain(ready.id);
    const more = [];
    for (let nth = 0; nth < 5; nth += 1) more.push(await aCampaign(ledger, { notices: 1, state: 'ready' }));
    expect((await examineWorkers(ledger.database)).finding).toContain('7 campaigns');
    for (const { campaignNo } of [ready, ...more])
      await moveCampaign(ledger.database, campaignNo, ['ready'], {
        to: 'cancelled',
        actor: 'tester',
        reason: 'cancelled',
      });
  });

  it('warns when those at work have another relay', async () => {
    await ledger.database.query({
      text: `insert into candor.lease (worker, relay_identity, expires_at) values ('other', 'another-relay', clock_timestamp() + interval '1 minute')`,
    });
    expect(await examineWorkers(ledger.database)).toMatchObject({
      verdict: 'warning',
      finding: `1 at work now, nobody on ${campaign.id}`,
    });
  });

  it('misses nobody while all is paused or held', async () => {
    await move('held');
    expect(await examineWorkers(ledger.database)).toMatchObject({ verdict: 'ok', finding: '0 at work now' });
    await move('paused');
    expect(await examineWorkers(ledger.database)).toMatchObject({ verdict: 'ok' });
  });
});
