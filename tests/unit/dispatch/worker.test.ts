// The worker's own law, on a scripted ledger and relay: what a kill can leave in doubt is bounded.
import { expect, it } from 'vitest';
import { createLeaseKeeper } from '../../../src/dispatch/lease-keeper.ts';
import type { SliceQueue, WorkerLedger } from '../../../src/dispatch/ports.ts';
import { startWorker } from '../../../src/dispatch/worker.ts';
import type { NoticeContent } from '../../../src/domain/attempt.ts';
import type { AttemptId, CampaignNo, LeaseId, NoticeId, SliceId } from '../../../src/domain/ids.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';

const lanes = 3;
const sliceId = 'a-slice' as SliceId;
const notices: NoticeContent[] = Array.from({ length: 40 }, (_, index) => ({
  noticeId: (index + 1) as NoticeId,
  campaignNo: 1 as CampaignNo,
  audience: 'affected',
  locale: 'en',
  categories: 0,
  address: `r${index}@example.com`,
  name: null,
  token: `t${index}`,
}));

it.each([
  { where: 'where a rate is in force', perSecond: 1_000, perLane: 2 },
  { where: 'where none is', perSecond: null, perLane: 5 },
])(
  'has at most $perLane letters per lane between claim and settlement $where, however slowly the ledger settles',
  async ({ perSecond, perLane }) => {
    const open = new Set<NoticeId>();
    let most = 0;
    let handedOver = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const ledger: WorkerLedger = {
      readSlice: () => Promise.resolve(notices),
      claim: (_lease, requests) => {
        for (const { noticeId } of requests) open.add(noticeId);
        most = Math.max(most, open.size);
        return Promise.resolve(
          requests.map(({ noticeId }) => ({
            attemptId: Number(noticeId) as AttemptId,
            campaignNo: 1 as CampaignNo,
            noticeId,
            attemptCount: 1,
            chargedCount: 0,
            roundAgeMs: 0,
          })),
        );
      },
      settle: async (_lease, batch) => {
        await released;
        for (const { noticeId } of batch) open.delete(noticeId);
        return { late: 0 };
      },
      // Or the claim would be as slow, and less stand in between.
      settleAndClaim: () => Promise.reject(new Error('one of these cannot be settled')),
      giveBackClaims: () => Promise.resolve(),
      giveBackSlices: () => Promise.resolve(0),
      terms: () =>
        Promise.resolve({
          retryDelaysMs: [1000],
          retryRepeatLast: false,
          retryForMs: 60_000,
          compose: () => [Buffer.from('letter')],
          envelopeFrom: () => 'n@example.com',
        }),
      holdRelay: () => Promise.resolve(),
      passage: () => Promise.resolve({ acceptedDomains: [], seenRule: null }),
      hold: () => Promise.resolve(),
      markUnreachable: () => Promise.resolve(0),
    };
    const connection = {
      usable: true,
      letters: 0,
      deliver: () => {
        handedOver += 1;
        return Promise.resolve({
          kind: 'replied' as const,
          stage: 'after-body' as const,
          reply: { code: 250, enhanced: null, text: '250 ok' },
        });
      },
    };
    let handled = Promise.resolve();
    const queue: SliceQueue = {
      add: () => Promise.resolve(),
      missing: () => Promise.resolve([]),
      close: () => Promise.resolve(),
      consume: (handler) => {
        handled = handler(sliceId);
        return { close: () => handled };
      },
    };
    const leases = createLeaseKeeper(
      {
        take: () => Promise.resolve(1 as LeaseId),
        keep: () => Promise.resolve(true),
        end: () => Promise.resolve(),
        schemaFits: () => Promise.resolve(true),
      },
      60_000,
      systemClock,
      silentLogger,
    );
    const worker = startWorker({
      ledger,
      queue,
      connections: {
        acquire: () => Promise.resolve({ ok: true as const, connection }),
        release: () => undefined,
        retryNow: () => undefined,
        limit: () => lanes,
        drain: () => Promise.resolve(),
        destroyAll: () => undefined,
      },
      leases,
      domains: {
        readDomains: () => Promise.resolve([]),
        domainKey: (domain) => domain,
        takeDomainTurn: () => Promise.reject(new Error('no domain has a limit here')),
        readSlice: () => Promise.resolve([]),
        setAside: () => Promise.resolve(),
      },
      newSliceId: () => 'a-turn' as SliceId,
      pacer: {
        slot: () => Promise.resolve({ at: systemClock.monotonicMs(), until: Infinity }),
        claimTook: () => undefined,
        leadMs: () => 0,
        askingMs: () => 0,
        perSecond: () => perSecond,
      },
      throttle: {
        answered: () => undefined,
        slowDown: () => Promise.resolve(false),
        lift: () => Promise.resolve(),
        stop: () => undefined,
      },
      clock: systemClock,
      random: () => 0,
      logger: silentLogger,
      lanes: { most: lanes, usual: lanes },
      slices: 1,
    });

    await eventually(() => handedOver === perLane * lanes);
    expect(open.size).toBe(perLane * lanes);
    release();
    await handled;

    expect(handedOver).toBe(notices.length);
    expect(most).toBeLessThanOrEqual((perSecond === null ? perLane + 4 : perLane) * lanes);
    await worker.drain(1000);
  },
);
