// /metrics: figures for monitoring, cheap, and of nobody.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { setLimit } from '../../../src/ledger/pace.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { noCounts } from '../../../src/domain/notice-state.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { apiOf, type Api } from '../../support/api.ts';
import { startConsole, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  claimSome,
  createTestLedger,
  someTerms,
  type TestLedger,
} from '../../support/ledger.ts';

let kept: TestLedger;
let console: TestConsole;
let api: Api;
beforeAll(async () => {
  kept = await createTestLedger({ max: 1 });
});
afterAll(() => kept.close());
beforeEach(async () => {
  console = await startConsole({ real: true });
  api = await apiOf(console, await console.signIn());
});
afterEach(() => console.close());

describe('the figures', () => {
  it('count notices by campaign and state, attempts, limits and connections, and name nobody', async () => {
    const { id, campaignNo } = await aCampaign(console.ledger, { notices: 20 });
    await setLimit(console.ledger.database, console.ledger.keyring, someTerms().relayIdentity, 25);
    const lease = await aLease(console.ledger);
    const claims = await claimSome(console.ledger, campaignNo, lease, 5);
    await settleAttempts(
      console.ledger.database,
      console.ledger.keyring,
      lease,
      claims.map((claim) => aSettlement(claim)),
    );
    const { status, headers, body } = await api.call<string>('GET', '/metrics');
    expect([status, headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/plain; version=0.0.4') as string,
    ]);
    for (const line of [
      `candor_notices{campaign="${id}",state="accepted"} 5`,
      `candor_notices{campaign="${id}",state="pending"} 15`,
      `candor_campaign_state{campaign="${id}",state="running"} 1`,
      `candor_attempts_total{campaign="${id}"} 5`,
      `candor_relay_limit_per_second{relay="relay.example:587"} 25`,
      'candor_relay_connections{state="busy"} 2',
    ])
      expect(body.split('\n')).toContain(line);
    expect(body).toContain('process_resident_memory_bytes');
    for (const secret of ['person', '@', '/user', 'example.org']) expect(body).not.toContain(secret);
  });

  it('leave out campaigns that ended long ago', async () => {
    const { id, campaignNo } = await aCampaign(console.ledger, { notices: 2 });
    expect((await api.call('POST', `/api/campaigns/${id}/cancel`)).status).toBe(200);
    expect((await api.call<string>('GET', '/metrics')).body).toContain(
      `candor_campaign_state{campaign="${id}",state="cancelled"} 1`,
    );
    await console.ledger.database.query({
      text: `update candor.campaign set created_at = now() - interval '8 days' where campaign_no = $1`,
      values: [campaignNo],
    });
    await eventually(async () => !(await api.call<string>('GET', '/metrics')).body.includes(id));
  });

  it('need a token or a session', async () => {
    expect((await console.ask('/metrics')).status).toBe(401);
    expect((await console.ask('/metrics', { cookie: await console.signIn() })).status).toBe(200);
  });
});

describe('reading', () => {
  it('happens at most once a second, however many ask, and again after a failure', async () => {
    let [now, reads, away] = [0, 0, false];
    const port = {
      read: () => {
        reads += 1;
        return away
          ? Promise.reject(new CandorError('ledger-unreachable'))
          : Promise.resolve({
              campaigns: [
                { campaign: 'abcdefgh', state: 'held' as const, states: noCounts(), attempts: reads, maybeAccepted: 0 },
              ],
              relays: [],
            });
      },
      connections: () => null,
    };
    const metrics = createMetrics(port, { now: () => new Date(0), monotonicMs: () => now });
    await Promise.all(Array.from({ length: 50 }, () => metrics.text()));
    now = 999;
    expect(await metrics.text()).toContain('candor_attempts_total{campaign="abcdefgh"} 1');
    expect(reads).toBe(1);
    now = 1_000;
    expect(await metrics.text()).toContain('candor_attempts_total{campaign="abcdefgh"} 2');
    [now, away] = [2_000, true];
    await expect(metrics.text()).rejects.toMatchObject({ code: 'ledger-unreachable' });
    away = false;
    expect(await metrics.text()).toContain('candor_attempts_total{campaign="abcdefgh"} 4');
  });
});
