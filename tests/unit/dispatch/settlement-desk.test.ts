// Settlements that travel with a claim: what happens to both when the ledger says no to one of them.
import { expect, it } from 'vitest';
import type { WorkerLedger } from '../../../src/dispatch/ports.ts';
import { createSettlementDesk, type SettlementDesk } from '../../../src/dispatch/settlement-desk.ts';
import type { Claim, ClaimRequest } from '../../../src/domain/attempt.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { AttemptId, CampaignNo, LeaseId, NoticeId, SliceId } from '../../../src/domain/ids.ts';
import { createLogger } from '../../../src/runtime/logger.ts';
import { aSettlement } from '../../support/ledger.ts';

const lease = 1 as LeaseId;
const another = 2 as LeaseId;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const settlementOf = (notice: number) =>
  aSettlement({ attemptId: notice as AttemptId, campaignNo: 1 as CampaignNo, noticeId: notice as NoticeId });
const wanted = (notice: number): ClaimRequest => ({
  campaignNo: 1 as CampaignNo,
  noticeId: notice as NoticeId,
  sliceId: 'a-slice' as SliceId,
});
const opened = (requests: readonly ClaimRequest[]): Claim[] =>
  requests.map(({ noticeId }) => ({
    attemptId: noticeId as unknown as AttemptId,
    campaignNo: 1 as CampaignNo,
    noticeId,
    attemptCount: 1,
    chargedCount: 0,
    roundAgeMs: 0,
  }));

/** A desk over a ledger that refuses as the test says; `commits` is what it took, in order. */
function deskOver(refuse: { together?: Error; notice?: number; late?: boolean } = {}): {
  desk: SettlementDesk;
  commits: string[];
  log: () => string;
  released: () => void;
} {
  const commits: string[] = [];
  let log = '';
  let release: () => void = () => undefined;
  const reachable = new Promise<void>((resolve) => (release = resolve));
  const ledger: Pick<WorkerLedger, 'claim' | 'settle' | 'settleAndClaim'> = {
    claim: async (by, requests) => {
      commits.push(`${by}: claim ${requests.map(({ noticeId }) => noticeId).join()}`);
      return opened(requests);
    },
    settle: async (by, batch) => {
      const ids = batch.map(({ noticeId }) => noticeId);
      if (ids.includes(refuse.notice as NoticeId)) throw new Error('a guard of the schema');
      commits.push(`${by}: settle ${ids.join()}`);
      return { late: 0 };
    },
    settleAndClaim: async (by, batch, requests) => {
      if (refuse.together !== undefined) throw refuse.together;
      commits.push(
        `${by}: settle ${batch.map(({ noticeId }) => noticeId).join()} and claim ${requests.map(({ noticeId }) => noticeId).join()}`,
      );
      return { late: refuse.late === true ? batch.length : 0, claims: opened(requests) };
    },
  };
  const desk = createSettlementDesk({
    ledger,
    untilReachable: async (work) => {
      await reachable;
      await work();
    },
    logger: createLogger('warn', { write: (line) => void (log += line) }),
    enough: () => 100,
    gatherMs: () => 60_000,
  });
  return { desk, commits, log: () => log, released: () => release() };
}

it('takes along what has gathered under the lease of the claim', async () => {
  const { desk, commits, released } = deskOver();
  const settled = [desk.settle(lease, settlementOf(1)), desk.settle(lease, settlementOf(2))];
  const other = desk.settle(another, settlementOf(3));
  await turn();
  expect(await desk.claim(lease, [wanted(4), wanted(5)])).toHaveLength(2);
  await Promise.all(settled);
  expect(await desk.claim(lease, [wanted(6)])).toHaveLength(1);
  await desk.claim(another, [wanted(7)]);
  await other;
  await desk.idle();
  released();
  expect(commits).toEqual(['1: settle 1,2 and claim 4,5', '1: claim 6', '2: settle 3 and claim 7']);
});

it('settles alone, and for as long as it takes, when the ledger is away for both', async () => {
  const { desk, commits, released } = deskOver({ together: new CandorError('ledger-unreachable', {}) });
  const settled = desk.settle(lease, settlementOf(1));
  await turn();
  await expect(desk.claim(lease, [wanted(2)])).rejects.toMatchObject({ code: 'ledger-unreachable' });
  expect(commits).toEqual([]);
  released();
  await settled;
  expect(commits).toEqual(['1: settle 1']);
});

it('lets no claim fail for a settlement that the ledger does not take, and no settlement for another one', async () => {
  const { desk, commits, log, released } = deskOver({ together: new Error('a guard of the schema'), notice: 2 });
  released();
  const settled = [1, 2, 3].map((notice) => desk.settle(lease, settlementOf(notice)));
  await turn();
  expect(await desk.claim(lease, [wanted(4)])).toHaveLength(1);
  await Promise.all(settled);
  expect(commits.toSorted()).toEqual(['1: claim 4', '1: settle 1', '1: settle 3']);
  expect(log()).toContain('could not be settled');
});

it('says what was settled too late', async () => {
  const { desk, log } = deskOver({ late: true });
  const settled = desk.settle(lease, settlementOf(1));
  await turn();
  await desk.claim(lease, [wanted(2)]);
  await settled;
  expect(log()).toContain('settled late');
});
