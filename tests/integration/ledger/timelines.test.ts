import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptId, LeaseId } from '../../../src/domain/ids.ts';
import type { LedgerMemory } from '../../../src/domain/ledger-memory.ts';
import { claimNotices } from '../../../src/ledger/claiming.ts';
import { moveCampaign, readCampaignByNo } from '../../../src/ledger/campaigns.ts';
import { cutSlices } from '../../../src/ledger/feeding.ts';
import { keepLease, takeLease } from '../../../src/ledger/leases.ts';
import { currentTimeline, recordGoingBack, seeMemory } from '../../../src/ledger/timelines.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  claimSome,
  createTestLedger,
  someTerms,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
beforeEach(async () => {
  ledger = await createTestLedger();
});
afterEach(() => ledger.close());

const nonce = randomUUID();

/** A lease with ten beats, and what its process remembers. */
async function remembered(): Promise<LedgerMemory & { lease: { leaseId: LeaseId } }> {
  const { database, ledgerId } = ledger;
  const worker = { worker: 'test', relayIdentity: someTerms().relayIdentity, forMs: 60_000, nonce };
  const leaseId = await takeLease(database, worker);
  expect(await keepLease(database, leaseId, 60_000, { answered: 0, next: 10 })).toBe(true);
  return {
    ledgerId,
    timeline: await currentTimeline(database),
    lease: { leaseId, nonce, beat: 10 },
    attempt: null,
    at: '2026-12-01T12:00:00.000Z',
  };
}

/** What a process remembers that the ledger has lost. */
async function lost(): Promise<LedgerMemory> {
  const memory = await remembered();
  return { ...memory, lease: { ...memory.lease, nonce, beat: 11 } };
}

const tell = (memory: LedgerMemory) => ledger.database.transaction((tx) => recordGoingBack(tx, memory, 'candor'));

describe('a ledger that went back', () => {
  it('claims nothing under a lease whose newest beat it lacks, and keeps no such lease', async () => {
    const { lease } = await remembered();
    const { campaignNo } = await aCampaign(ledger, { notices: 2 });
    const [slice] = await cutSlices(ledger.database, campaignNo, { ids: [aSliceId()], size: 2 });
    const requests = slice!.noticeIds.map((noticeId) => ({ campaignNo, noticeId, sliceId: slice!.sliceId }));
    expect(await claimNotices(ledger.database, lease.leaseId, requests, 11)).toEqual([]);
    expect(await keepLease(ledger.database, lease.leaseId, 60_000, { answered: 11, next: 12 })).toBe(false);
    expect(await claimNotices(ledger.database, lease.leaseId, requests, 10)).toHaveLength(2);
  });

  it('has no attempt of another lease, nor a lease of the same number under another nonce', async () => {
    const memory = await remembered();
    const of = (change: Partial<LedgerMemory>) => seeMemory(ledger.database, { ...memory, ...change });
    expect(await of({ attempt: 1 as AttemptId })).toMatchObject({ known: true, beat: 10, attempt: false });
    expect((await of({ lease: { ...memory.lease, nonce: randomUUID(), beat: 1 } })).beat).toBeNull();
    expect((await of({ timeline: randomUUID() })).known).toBe(false);
  });

  it('holds everything that could go on, and leaves what is over and what must not go on', async () => {
    const states = ['running', 'paused', 'held', 'ready', 'finished', 'cancelled', 'broken'] as const;
    const numbers = new Map<string, Awaited<ReturnType<typeof aCampaign>>['campaignNo']>();
    for (const state of states) {
      const { campaignNo } = await aCampaign(ledger, { notices: 1, state: state === 'ready' ? 'ready' : 'running' });
      numbers.set(state, campaignNo);
      const reason = state === 'broken' ? 'account-broken' : state === 'held' ? 'canary' : null;
      if (state === 'running' || state === 'ready') continue;
      const to = state === 'broken' ? 'held' : state;
      if (state === 'finished') {
        const lease = await aLease(ledger);
        const claims = await claimSome(ledger, campaignNo, lease, 1);
        const settlements = claims.map((claim) => aSettlement(claim));
        await settleAttempts(ledger.database, ledger.keyring, lease, settlements);
      }
      await ledger.database.transaction((tx) =>
        moveCampaign(tx, campaignNo, ['running'], { to, actor: 'tester', reason }),
      );
    }
    const told = await tell(await lost());
    const now = await Promise.all(
      [...numbers.values()].map(async (campaignNo) => {
        const { state, reason } = await readCampaignByNo(ledger.database, campaignNo);
        return `${state} ${reason}`;
      }),
    );
    expect(now).toEqual([
      ...Array.from({ length: 4 }, () => 'held ledger-went-back'),
      'finished null',
      'cancelled null',
      'held account-broken',
    ]);
    expect(told?.held).toHaveLength(4);
  });

  it('is told once, by whoever of many is first, and goes on with numbers that the lost time did not use', async () => {
    const memory = await lost();
    const told = await Promise.all([tell(memory), tell(memory), tell(memory)]);
    expect(told.filter((each) => each !== null)).toHaveLength(1);
    const { campaignNo } = await aCampaign(ledger, { notices: 1 });
    expect(await tell({ ...memory, lease: null, timeline: memory.timeline })).toBeNull();
    expect((await readCampaignByNo(ledger.database, campaignNo)).state).toBe('running');
    const { lease } = await remembered();
    expect(lease.leaseId).toBeGreaterThan((memory.lease?.leaseId ?? 0) + 100_000);
  });

  it('is told again, once, when it went back behind the moment at which that was told', async () => {
    const memory = { ...(await remembered()), timeline: randomUUID() };
    expect(await tell(memory)).not.toBeNull();
    expect(await tell(memory)).toBeNull();
  });
});
